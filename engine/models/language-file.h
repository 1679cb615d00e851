/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language model's file, or files: its weights, what they are, and its tokenizer. */
#pragma once

#include "models/language-config.h"
#include "models/tokenizer.h"

G_BEGIN_DECLS

/**
 * GboxLanguageFile:
 * @tensors: the weights, as stored
 * @config: what they are
 * @tokenizer: its ids are less than config.n_vocab
 *
 * Who needs a member longer takes a reference.
 */
typedef struct
{
  GboxTensorFile *tensors;
  GboxLanguageConfig config;
  GboxTokenizer *tokenizer;
} GboxLanguageFile;

/**
 * gbox_language_file_open:
 * @path: a GGUF, safetensors or llama2.c file, or a folder with `model.safetensors`
 * @error: return location for an error
 *
 * Beside safetensors lie `config.json` and `tokenizer.json`, or MODEL.config.json and MODEL.tokenizer.json
 * where the file is called MODEL.safetensors; beside llama2.c's `.bin` lies `tokenizer.bin`, or tokN.bin for
 * a vocabulary of N. Not for the main thread.
 *
 * Returns: (transfer full) (nullable): the model
 */
GboxLanguageFile *gbox_language_file_open (const char *path, GError **error);
void gbox_language_file_free (GboxLanguageFile *file);

/**
 * gbox_tokenizer_load:
 * @path: what gbox_language_file_open() takes, or a `tokenizer.json` or `tokenizer.bin` by itself
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the tokenizer alone
 */
GboxTokenizer *gbox_tokenizer_load (const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxLanguageFile, gbox_language_file_free)

G_END_DECLS
