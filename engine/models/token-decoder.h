/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens to text as they come, never with half a character. */
#pragma once

#include "models/tokenizer.h"

G_BEGIN_DECLS

/**
 * GboxTokenDecoder:
 *
 * Holds back the bytes of a character that is not complete. For one thread.
 */
typedef struct _GboxTokenDecoder GboxTokenDecoder;

/**
 * gbox_token_decoder_new:
 * @tokenizer: a tokenizer; a reference is taken
 * @at_start: whether the tokens begin a text, and not go on with one: where SentencePiece's space is taken
 * off
 *
 * Returns: (transfer full): a decoder; special tokens are not written out
 */
GboxTokenDecoder *gbox_token_decoder_new (GboxTokenizer *tokenizer, gboolean at_start);
void gbox_token_decoder_free (GboxTokenDecoder *decoder);

/**
 * gbox_token_decoder_push:
 * @decoder: a decoder
 * @id: the next token
 * @text: what complete characters are added to; it stays UTF-8 without U+0000
 *
 * Bytes that can be of no character become U+FFFD, as do those of U+0000.
 */
void gbox_token_decoder_push (GboxTokenDecoder *decoder, int id, GString *text);

/* What was held back comes as U+FFFD: no more tokens will complete it. */
void gbox_token_decoder_finish (GboxTokenDecoder *decoder, GString *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTokenDecoder, gbox_token_decoder_free)

G_END_DECLS
