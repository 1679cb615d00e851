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

/* The next term after *@range, which is the empty one at 0 in the beginning. */
static gboolean
find_next (const char *text, gboolean with_signs, GboxTermRange *range)
{
  while (text[range->end] != '\0')
    {
      const char *begin = text + range->end;
      const char *end = find_end (begin, &range->is_word);

      if (!range->is_word)
        end = g_utf8_next_char (begin);
      range->begin = (gsize) (begin - text);
      range->end = (gsize) (end - text);
      if (range->is_word || (with_signs && !g_unichar_isspace (g_utf8_get_char (begin))))
        return TRUE;
    }
  return FALSE;
}

static GPtrArray *
split (const char *text, gboolean with_signs)
{
  GPtrArray *terms = g_ptr_array_new_with_free_func (g_free);
  GboxTermRange range = { 0 };

  while (find_next (text, with_signs, &range))
    {
      const gsize length = range.end - range.begin;

      g_ptr_array_add (terms, range.is_word ? g_utf8_strdown (text + range.begin, (gssize) length)
                                            : g_strndup (text + range.begin, length));
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

GArray *
gbox_terms_locate (const char *text, gboolean with_signs)
{
  GArray *ranges = g_array_new (FALSE, FALSE, sizeof (GboxTermRange));
  GboxTermRange range = { 0 };

  while (find_next (text, with_signs, &range))
    g_array_append_val (ranges, range);
  return ranges;
}
