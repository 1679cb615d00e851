/* SPDX-License-Identifier: GPL-3.0-or-later */
/* White space and other signs that are not seen, made visible. */
#include "completion/visible-text.h"

#define BREAK "↵ "

/* Spaces that are shown one by one; more are counted. */
#define MAX_DOTS 4

void
gbox_visible_text_append_line (GString *line, const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);
      const gboolean after_space = line->len == 0 || line->str[line->len - 1] == ' ';

      if (c == '\n')
        {
          if (!after_space)
            g_string_append_c (line, ' ');
          if (line->len > 0 && !g_str_has_suffix (line->str, BREAK))
            g_string_append (line, BREAK);
        }
      else if (!g_unichar_isspace (c))
        g_string_append_unichar (line, g_unichar_iscntrl (c) ? 0xfffd : c);
      else if (!after_space)
        g_string_append_c (line, ' ');
    }
}

static void
append_spaces (GString *visible, int n)
{
  if (n > MAX_DOTS)
    g_string_append_printf (visible, "·×%d", n);
  else
    for (int i = 0; i < n; i++)
      g_string_append (visible, "·");
}

char *
gbox_visible_text_new (const char *text)
{
  g_autoptr (GString) visible = g_string_new (NULL);
  int n_spaces = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (c == ' ')
        {
          n_spaces++;
          continue;
        }
      append_spaces (visible, n_spaces);
      n_spaces = 0;
      if (c == '\n')
        g_string_append (visible, "↵");
      else if (c == '\t')
        g_string_append (visible, "⇥");
      else if (g_unichar_isgraph (c))
        g_string_append_unichar (visible, c);
      else
        g_string_append_printf (visible, "U+%04X", c);
    }
  append_spaces (visible, n_spaces);
  return g_string_free (g_steal_pointer (&visible), FALSE);
}
