/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens to text as they come, never with half a character. */
#include "models/token-decoder.h"

#define REPLACEMENT 0xfffd

/* What g_utf8_get_char_validated() says of bytes that more bytes could make a character. */
#define INCOMPLETE ((gunichar) -2)
#define INVALID    ((gunichar) -1)

struct _GboxTokenDecoder
{
  GboxTokenizer *tokenizer;
  gboolean at_start;
  GString *pending;
};

GboxTokenDecoder *
gbox_token_decoder_new (GboxTokenizer *tokenizer, gboolean at_start)
{
  GboxTokenDecoder *decoder = g_new0 (GboxTokenDecoder, 1);

  decoder->tokenizer = gbox_tokenizer_ref (tokenizer);
  decoder->at_start = at_start;
  decoder->pending = g_string_new (NULL);
  return decoder;
}

void
gbox_token_decoder_free (GboxTokenDecoder *decoder)
{
  gbox_tokenizer_unref (decoder->tokenizer);
  g_string_free (decoder->pending, TRUE);
  g_free (decoder);
}

/* Bytes at @at that could have begun a character, or 1. */
static gsize
count_invalid (const char *at, gsize length)
{
  gsize n = 1;

  while (n < length && n < 4 && g_utf8_get_char_validated (at, (gssize) n + 1) == INCOMPLETE)
    n++;
  return n;
}

/* Moves what is complete from the pending bytes to @text; everything if this is the end. */
static void
move_complete (GboxTokenDecoder *decoder, gboolean end, GString *text)
{
  const char *bytes = decoder->pending->str;
  const gsize length = decoder->pending->len;
  gsize at = 0;

  while (at < length)
    {
      const gunichar character = g_utf8_get_char_validated (bytes + at, (gssize) (length - at));

      if (character == INCOMPLETE && bytes[at] != '\0' && !end)
        break;
      if (character == INVALID || character == INCOMPLETE)
        {
          g_string_append_unichar (text, REPLACEMENT);
          at += bytes[at] == '\0' ? 1 : count_invalid (bytes + at, length - at);
        }
      else
        {
          g_string_append_unichar (text, character);
          at = (gsize) (g_utf8_next_char (bytes + at) - bytes);
        }
    }
  g_string_erase (decoder->pending, 0, (gssize) at);
}

void
gbox_token_decoder_push (GboxTokenDecoder *decoder, int id, GString *text)
{
  const GboxToken *token;
  gboolean spaced;

  if (id < 0 || id >= gbox_tokenizer_get_n_tokens (decoder->tokenizer)
      || gbox_tokenizer_is_special (decoder->tokenizer, id))
    return;
  token = gbox_tokenizer_get_token (decoder->tokenizer, id);
  spaced = decoder->at_start && gbox_tokenizer_begins_with_added_space (decoder->tokenizer, id);
  decoder->at_start = FALSE;
  g_string_append_len (decoder->pending, token->bytes + spaced, (gssize) (token->length - (guint) spaced));
  move_complete (decoder, FALSE, text);
}

void
gbox_token_decoder_finish (GboxTokenDecoder *decoder, GString *text)
{
  move_complete (decoder, TRUE, text);
}
