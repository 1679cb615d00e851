/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The warnings that hold at present, by their kind. */
#include "learning/warning-list.h"

typedef struct
{
  char *id;
  char *text;
} Warning;

struct _GboxWarningList
{
  GArray *warnings; /* of Warning */
};

static void
clear_warning (gpointer data)
{
  Warning *warning = data;

  g_free (warning->id);
  g_free (warning->text);
}

GboxWarningList *
gbox_warning_list_new (void)
{
  GboxWarningList *list = g_new0 (GboxWarningList, 1);

  list->warnings = g_array_new (FALSE, FALSE, sizeof (Warning));
  g_array_set_clear_func (list->warnings, clear_warning);
  return list;
}

void
gbox_warning_list_free (GboxWarningList *list)
{
  if (list == NULL)
    return;
  g_array_unref (list->warnings);
  g_free (list);
}

static void
remove_warning (GboxWarningList *list, const char *id)
{
  for (guint i = 0; i < list->warnings->len; i++)
    if (g_str_equal (g_array_index (list->warnings, Warning, i).id, id))
      {
        g_array_remove_index (list->warnings, i);
        return;
      }
}

void
gbox_warning_list_set (GboxWarningList *list, const char *id, const char *text)
{
  Warning warning;

  remove_warning (list, id);
  if (*text == '\0')
    return;
  warning = (Warning){ .id = g_strdup (id), .text = g_strdup (text) };
  g_array_append_val (list->warnings, warning);
}

void
gbox_warning_list_clear (GboxWarningList *list)
{
  g_array_set_size (list->warnings, 0);
}

char *
gbox_warning_list_describe (const GboxWarningList *list)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < list->warnings->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", g_array_index (list->warnings, Warning, i).text);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
