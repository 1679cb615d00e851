/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of files as text in a line. */
#include "base/path-text.h"

char *
gbox_path_to_text (const char *path)
{
  g_autofree char *name = g_filename_display_name (path);
  GString *text = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (c == '\n' || c == '\t')
        g_string_append (text, c == '\n' ? "\\n" : "\\t");
      else if (g_unichar_iscntrl (c))
        g_string_append_printf (text, "\\u%04x", c);
      else
        g_string_append_unichar (text, c);
    }
  return g_string_free (text, FALSE);
}
