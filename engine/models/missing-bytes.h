/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a text that a vocabulary has no token for. */
#pragma once

#include "models/tokenizer.h"

G_BEGIN_DECLS

/**
 * gbox_missing_bytes_count:
 * @tokenizer: a tokenizer
 * @text: bytes
 * @length: how many
 * @ids: (element-type int): what gbox_tokenizer_encode() made of them
 * @flags: with these flags
 * @first: (out): where the first one is; @length where none is missing
 *
 * Returns: how many were left out
 */
gsize gbox_missing_bytes_count (const GboxTokenizer *tokenizer,
                                const char *text,
                                gsize length,
                                const GArray *ids,
                                GboxTokenizeFlags flags,
                                gsize *first);

/* (transfer full) (nullable): the same as a sentence; %NULL where none is missing. */
char *gbox_missing_bytes_describe (
  const GboxTokenizer *tokenizer, const char *text, gsize length, const GArray *ids, GboxTokenizeFlags flags);

G_END_DECLS
