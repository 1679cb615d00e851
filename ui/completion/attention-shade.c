/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a head looks at, as shades of the text. */
#include "completion/attention-shade.h"

#include <string.h>

/* Less is not seen. */
#define MIN_SHADE 0.01f

/* A character belongs to the token that makes it complete. */
static GboxTokenMap *
map_prompt (const char *prompt, const int *lengths, guint n)
{
  g_autoptr (GboxTokenMap) map = gbox_token_map_new ();
  const gsize length = strlen (prompt);
  gsize at = 0, begin = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = NULL;
      gsize end;

      at += (gsize) lengths[i];
      if (at > length)
        return NULL;
      for (end = at; end > begin && !g_utf8_validate_len (prompt + begin, end - begin, NULL); end--)
        ;
      text = g_strndup (prompt + begin, end - begin);
      gbox_token_map_append (map, text);
      begin = end;
    }
  return begin == length ? g_steal_pointer (&map) : NULL;
}

/* What is seen of the token; white space alone is seen as such. */
static void
add_shade (GArray *shades, const char *text, int begin, int end, double strength)
{
  const char *start = g_utf8_offset_to_pointer (text, begin);
  g_autofree char *token = g_strndup (start, (gsize) (g_utf8_offset_to_pointer (start, end - begin) - start));
  GboxShade shade = { .begin = begin, .end = end, .strength = strength };
  int first, last;

  if (gbox_token_find_visible (token, &first, &last))
    {
      shade.begin = begin + first;
      shade.end = begin + last;
    }
  g_array_append_val (shades, shade);
}

void
gbox_attention_shade (
  GboxCompletionSession *session, guint n_prompt, const int *lengths, const float *attention, guint n)
{
  const char *prompt = gbox_completion_session_get_prompt (session);
  g_autofree char *text = gbox_completion_session_get_text (session);
  g_autoptr (GArray) shades = g_array_new (FALSE, FALSE, sizeof (GboxShade));
  g_autoptr (GboxTokenMap) before = n_prompt <= n ? map_prompt (prompt, lengths, n_prompt) : NULL;
  const int n_chars = (int) g_utf8_strlen (prompt, -1);
  const GboxTokenMap *after = gbox_completion_session_get_map (session);

  for (guint i = 0; i < MIN (n, n_prompt + gbox_token_map_get_n_tokens (after)); i++)
    {
      int begin, end;

      if (attention[i] < MIN_SHADE || (i < n_prompt && before == NULL))
        continue;
      if (i < n_prompt)
        gbox_token_map_get_range (before, i, &begin, &end);
      else
        gbox_token_map_get_range (after, i - n_prompt, &begin, &end);
      if (end > begin)
        add_shade (shades, text, i < n_prompt ? begin : n_chars + begin, i < n_prompt ? end : n_chars + end,
                   (double) attention[i]);
    }
  gbox_completion_session_set_shades (session, (const GboxShade *) (gpointer) shades->data, shades->len);
}
