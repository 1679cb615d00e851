/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a token alone stands for, as text to show. */
#include "models/token-description.h"

char *
gbox_token_describe (const GboxTokenizer *tokenizer, int id)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const GboxToken *token;

  if (id < 0 || id >= gbox_tokenizer_get_n_tokens (tokenizer))
    return g_strdup ("");
  token = gbox_tokenizer_get_token (tokenizer, id);
  for (guint at = 0; at < token->length;)
    {
      const char *byte = token->bytes + at;
      const gunichar character = g_utf8_get_char_validated (byte, (gssize) (token->length - at));

      if (character == (gunichar) -1 || character == (gunichar) -2 || character == 0)
        {
          g_string_append_printf (text, "\\x%02x", (guint) (guint8) *byte);
          at++;
        }
      else
        {
          g_string_append_unichar (text, character);
          at += (guint) (g_utf8_next_char (byte) - byte);
        }
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
