/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a text has what was found to have changed. */
#include "learning/terms.h"
#include "learning/what-changed.h"

#include <string.h>

static void
add_range (GArray *ranges, gsize begin, gsize end)
{
  const GboxRewardRange range = { .begin = begin, .end = end };

  if (ranges != NULL)
    g_array_append_val (ranges, range);
}

gboolean
gbox_text_find_term (const char *text, const char *term, GArray *ranges)
{
  const guint n_words = strchr (term, ' ') != NULL ? 2 : 1;
  g_autoptr (GPtrArray) terms = gbox_terms_list (text, n_words);
  g_autoptr (GArray) places = gbox_terms_locate (text, TRUE);
  gboolean is_found = FALSE;

  for (guint i = 0; i < terms->len; i++)
    if (g_str_equal (terms->pdata[i], term))
      {
        is_found = TRUE;
        add_range (ranges, g_array_index (places, GboxTermRange, i).begin,
                   g_array_index (places, GboxTermRange, i + n_words - 1).end);
      }
  return is_found;
}

double
gbox_text_find_repetition (const char *text, GArray *ranges)
{
  g_autoptr (GPtrArray) pairs = gbox_terms_list_words (text, 2);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) places = gbox_terms_locate (text, FALSE);

  for (guint i = 0; i < pairs->len; i++)
    if (!g_hash_table_add (seen, pairs->pdata[i]))
      add_range (ranges, g_array_index (places, GboxTermRange, i).begin,
                 g_array_index (places, GboxTermRange, i + 1).end);
  return pairs->len > 0 ? 1 - (double) g_hash_table_size (seen) / pairs->len : 0;
}
