/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finetuned language model: a checkpoint that holds its head or last layer, beside the file that has all
 * else. */
#pragma once

#include "formats/tensor-file.h"
#include "models/transformer.h"

G_BEGIN_DECLS

/* What such a file's metadata calls itself under "format", and where it names the file of the model. */
#define GBOX_POLICY_FILE_FORMAT "glassbox-finetune"
#define GBOX_POLICY_FILE_BASE   "base"

/* And what gbox_policy_file_sum_base() makes of that file; older ones do not say. */
#define GBOX_POLICY_FILE_BASE_SUM "base_sum"

/* (d_model, n_vocab) floats: the head, transposed. */
#define GBOX_POLICY_FILE_HEAD "head_transposed"

/* Or floats, d_model rows of them: the last layer, as gbox_transformer_read_layer() writes it. */
#define GBOX_POLICY_FILE_LAST_BLOCK "last_block"

/**
 * gbox_policy_file_open:
 * @path: a file
 *
 * Returns: (transfer full) (nullable): the file, if it is a checkpoint of finetuning, though perhaps a
 * damaged one
 */
GboxTensorFile *gbox_policy_file_open (const char *path);

/**
 * gbox_policy_file_sum_base:
 * @path: a model's file
 * @error: return location for an error
 *
 * Reads 4 MiB of it at most: SHA-256 of its length and of 64 pieces that are spread over it.
 *
 * Returns: (transfer full) (nullable): in hexadecimal; %NULL with %GBOX_ERROR_IO
 */
char *gbox_policy_file_sum_base (const char *path, GError **error);

/**
 * gbox_policy_file_get_base:
 * @file: as gbox_policy_file_open() gives it
 * @error: return location for an error
 *
 * Returns: (nullable): the path of the model that was finetuned; %NULL with %GBOX_ERROR_INVALID_FILE, also
 * where another file lies there by now
 */
const char *gbox_policy_file_get_base (const GboxTensorFile *file, GError **error);

/**
 * gbox_policy_file_apply:
 * @file: as gbox_policy_file_open() gives it
 * @base: the model that was finetuned
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the finetuned model; %NULL with %GBOX_ERROR_INVALID_FILE
 */
GboxTransformer *gbox_policy_file_apply (const GboxTensorFile *file, GboxTransformer *base, GError **error);

G_END_DECLS
