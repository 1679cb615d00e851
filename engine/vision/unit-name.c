/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units as text: "4b:100". */
#include "vision/unit-name.h"

#include <string.h>

#include "base/error.h"

gboolean
gbox_unit_name_parse (const char *text, char **layer, int *unit, GError **error)
{
  const gsize n = strcspn (text, ":/");
  guint64 value;

  if (n > 0 && text[n] != '\0' && g_ascii_string_to_unsigned (text + n + 1, 10, 0, G_MAXINT, &value, NULL))
    {
      *layer = g_strndup (text, n);
      *unit = (int) value;
      return TRUE;
    }
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "“%s” names no unit; write a layer and a number, like 4b:100, or class:488.", text);
  return FALSE;
}
