/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words and signs of a text. */
#include "learning/terms.h"

#define RIGHT_QUOTE 0x2019

gboolean
gbox_terms_is_word_character (gunichar character)
{
  return g_unichar_isalnum (character) || g_unichar_ismark (character) || character == '\''
         || character == RIGHT_QUOTE;
}

/* The end of the run of word characters at @text; says whether it is a word. */
static const char *
find_end (const char *text, gboolean *is_word)
{
  *is_word = FALSE;
  while (*text != '\0' && gbox_terms_is_word_character (g_utf8_get_char (text)))
    {
      *is_word = *is_word || g_unichar_isalnum (g_utf8_get_char (text));
      text = g_utf8_next_char (text);
    }
  return text;
}

static GPtrArray *
split (const char *text, gboolean with_signs)
{
  GPtrArray *terms = g_ptr_array_new_with_free_func (g_free);

  for (const char *at = text; *at != '\0';)
    {
      gboolean is_word;
      const char *end = find_end (at, &is_word);

      if (is_word)
        g_ptr_array_add (terms, g_utf8_strdown (at, end - at));
      else
        {
          end = g_utf8_next_char (at);
          if (with_signs && !g_unichar_isspace (g_utf8_get_char (at)))
            g_ptr_array_add (terms, g_strndup (at, (gsize) (end - at)));
        }
      at = end;
    }
  return terms;
}

static GPtrArray *
pair (GPtrArray *terms)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1; i < terms->len; i++)
    g_ptr_array_add (pairs, g_strconcat (terms->pdata[i - 1], " ", terms->pdata[i], NULL));
  g_ptr_array_unref (terms);
  return pairs;
}

GPtrArray *
gbox_terms_list (const char *text, guint n_words)
{
  GPtrArray *terms = split (text, TRUE);

  return n_words > 1 ? pair (terms) : terms;
}

GPtrArray *
gbox_terms_list_words (const char *text, guint n_words)
{
  GPtrArray *terms = split (text, FALSE);

  return n_words > 1 ? pair (terms) : terms;
}
