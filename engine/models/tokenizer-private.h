/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of tokenizers share. */
#pragma once

#include "base/error.h"
#include "models/text-splitter.h"
#include "models/tokenizer.h"

G_BEGIN_DECLS

/**
 * GboxTokenizerParts:
 * @vocabulary: (transfer full): sealed
 * @split: how text is cut before merging
 * @bytes: whether bytes are merged, rather than characters
 * @ignore_merges: whether a piece that is a token is not merged
 * @adds_space: whether a space is put before a text
 * @adds_begin: whether the model was trained with @begin before every text
 * @begin: the token that begins a text, or −1
 */
typedef struct
{
  GboxVocabulary *vocabulary;
  GboxSplit split;
  gboolean bytes;
  gboolean ignore_merges;
  gboolean adds_space;
  gboolean adds_begin;
  int begin;
} GboxTokenizerParts;

/* Takes the parts, also on failure: too many special tokens. */
GboxTokenizer *gbox_tokenizer_new (const GboxTokenizerParts *parts, const char *display_name, GError **error);

/* Sets "“NAME” has a tokenizer that cannot be used: CAUSE." Returns %FALSE. */
gboolean
gbox_tokenizer_fail (GError **error, GboxError code, const char *display_name, const char *cause, ...)
  G_GNUC_PRINTF (4, 5);

/**
 * gbox_byte_alphabet_decode:
 * @text: a token as GPT-2's files write it, with a printable character for each byte
 * @length: of @text
 * @bytes: (out) (array length=length): the bytes; never more than @length
 *
 * Returns: how many bytes; −1 if there is a character that stands for none
 */
gssize gbox_byte_alphabet_decode (const char *text, gsize length, char *bytes);

/* Writes @text with SentencePiece's U+2581 as spaces to @bytes, which has room for @length; returns how many.
 */
gsize gbox_unescape_spaces (const char *text, gsize length, char *bytes);

/* The byte of a token written "<0x0A>", or −1. */
int gbox_parse_byte_token (const char *text, gsize length);

G_END_DECLS
