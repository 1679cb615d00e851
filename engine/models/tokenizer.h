/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to the numbers a language model reads, and back. */
#pragma once

#include "formats/tensor-file.h"
#include "models/vocabulary.h"

G_BEGIN_DECLS

/**
 * GboxTokenizeFlags:
 * @GBOX_TOKENIZE_PLAIN: only text
 * @GBOX_TOKENIZE_SPECIAL: "<|im_end|>" and the like, where they are written in the text, are those tokens;
 * when decoding, they are written out
 * @GBOX_TOKENIZE_BEGIN: the beginning-of-text token comes first if the model was trained with it
 */
typedef enum
{
  GBOX_TOKENIZE_PLAIN = 0,
  GBOX_TOKENIZE_SPECIAL = 1 << 0,
  GBOX_TOKENIZE_BEGIN = 1 << 1,
} GboxTokenizeFlags;

/**
 * GboxTokenizer:
 *
 * Byte-pair encoding of bytes (GPT-2's) or of characters (SentencePiece's). The text is never normalized:
 * what is encoded comes back byte for byte, unless the vocabulary lacks a token for some byte; such a byte is
 * left out. SmolLM2's lacks 21, which ordinary text does not have (0x04, 0xf1, 0xff …). Immutable, reference
 * counted, for any thread.
 */
typedef struct _GboxTokenizer GboxTokenizer;

/**
 * gbox_tokenizer_new_from_gguf:
 * @file: a GGUF file
 * @error: return location for an error
 *
 * Reads `tokenizer.ggml.*`: the models "gpt2" (with the splits of GPT-2, SmolLM and Qwen2) and "llama".
 *
 * Returns: (transfer full) (nullable): the tokenizer
 */
GboxTokenizer *gbox_tokenizer_new_from_gguf (const GboxTensorFile *file, GError **error);

/**
 * gbox_tokenizer_new_from_json:
 * @json: the content of a `tokenizer.json`
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Reads BPE models of bytes (the splits as above) and of characters with byte fallback. Which tokens begin
 * and end a text is not said there: see gbox_tokenizer_add_ends().
 *
 * Returns: (transfer full) (nullable): the tokenizer
 */
GboxTokenizer *gbox_tokenizer_new_from_json (GBytes *json, const char *display_name, GError **error);

/**
 * gbox_tokenizer_new_from_llama2c:
 * @bytes: the content of llama2.c's `tokenizer.bin`
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the tokenizer
 */
GboxTokenizer *gbox_tokenizer_new_from_llama2c (GBytes *bytes, const char *display_name, GError **error);

GboxTokenizer *gbox_tokenizer_ref (GboxTokenizer *tokenizer);
void gbox_tokenizer_unref (GboxTokenizer *tokenizer);

/**
 * gbox_tokenizer_add_ends:
 * @tokenizer: a tokenizer nobody else has yet
 * @begin: the token that begins a text, or −1 to leave it
 * @ends: (array length=n_ends): tokens that end one, beside those known by their names (“<|endoftext|>” …)
 * @n_ends: how many
 *
 * Ignores numbers that are no tokens.
 */
void gbox_tokenizer_add_ends (GboxTokenizer *tokenizer, int begin, const int *ends, guint n_ends);

/**
 * gbox_tokenizer_encode:
 * @tokenizer: a tokenizer
 * @text: bytes, fewer than 2³¹; need not be UTF-8
 * @length: how many
 * @flags: what to do beside splitting and merging
 *
 * A megabyte takes well under a second, whatever it holds.
 *
 * Returns: (transfer full) (element-type int): the tokens
 */
GArray *gbox_tokenizer_encode (const GboxTokenizer *tokenizer,
                               const char *text,
                               gsize length,
                               GboxTokenizeFlags flags);

/**
 * gbox_tokenizer_decode:
 * @tokenizer: a tokenizer
 * @ids: (array length=n): tokens; what is none is left out
 * @n: how many
 * @flags: %GBOX_TOKENIZE_SPECIAL to write out special tokens too
 *
 * The inverse of gbox_tokenizer_encode() with the same flags, for a whole text: the space SentencePiece puts
 * before it is taken off.
 *
 * Returns: (transfer full): bytes, perhaps no UTF-8; for text to show as it comes use #GboxTokenDecoder
 */
GBytes *
gbox_tokenizer_decode (const GboxTokenizer *tokenizer, const int *ids, gsize n, GboxTokenizeFlags flags);

/* Tokens; ids are less than this. */
int gbox_tokenizer_get_n_tokens (const GboxTokenizer *tokenizer);

/* What token @id stands for: its bytes, and whether it is text or special. */
const GboxToken *gbox_tokenizer_get_token (const GboxTokenizer *tokenizer, int id);

/* Whether the token stands for no text. */
gboolean gbox_tokenizer_is_special (const GboxTokenizer *tokenizer, int id);

/* The special token written like this, or −1. */
int gbox_tokenizer_find_special (const GboxTokenizer *tokenizer, const char *text);

/* The beginning-of-text token, or −1; and whether the model was trained to see it. */
int gbox_tokenizer_get_begin (const GboxTokenizer *tokenizer);
gboolean gbox_tokenizer_adds_begin (const GboxTokenizer *tokenizer);

/* Whether the model says with this token that it has finished. */
gboolean gbox_tokenizer_is_end (const GboxTokenizer *tokenizer, int id);

/* Whether @id, as the first token of a text, begins with a space that was not written: SentencePiece's. */
gboolean gbox_tokenizer_begins_with_added_space (const GboxTokenizer *tokenizer, int id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTokenizer, gbox_tokenizer_unref)

G_END_DECLS
