/* SPDX-License-Identifier: GPL-3.0-or-later */
/* White space and other signs that are not seen, made visible. */
#include "completion/visible-text.h"

#define BREAK "↵ "

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

char *
gbox_visible_text_new (const char *text)
{
  g_autoptr (GString) visible = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (c == ' ')
        g_string_append (visible, "·");
      else if (c == '\n')
        g_string_append (visible, "↵");
      else if (c == '\t')
        g_string_append (visible, "⇥");
      else if (g_unichar_isgraph (c))
        g_string_append_unichar (visible, c);
      else
        g_string_append_printf (visible, "U+%04X", c);
    }
  return g_string_free (g_steal_pointer (&visible), FALSE);
}
