/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of parameters on the way, as text: "100:learning-rate=0.02;200:unit=5". */
#include "vision/schedule.h"

#include <string.h>

#include "base/error.h"

#define SEPARATOR ";"
/* In values, besides letters and digits; what separates entries and what escapes is missing. */
#define PLAIN_IN_VALUES " !\"#$&'()*+,/:<=>?@[\\]^`{|}"

struct _GboxSchedule
{
  GArray *entries; /* of GboxScheduleEntry, by step */
};

static void
clear_entry (gpointer data)
{
  GboxScheduleEntry *entry = data;

  g_free (entry->property);
  g_free (entry->value);
}

GboxSchedule *
gbox_schedule_new (void)
{
  GboxSchedule *self = g_new0 (GboxSchedule, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (GboxScheduleEntry));
  g_array_set_clear_func (self->entries, clear_entry);
  return self;
}

void
gbox_schedule_free (GboxSchedule *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->entries);
  g_free (self);
}

static GboxScheduleEntry *
get_entry (const GboxSchedule *self, guint i)
{
  return &g_array_index (self->entries, GboxScheduleEntry, i);
}

/* "100:learning-rate=0.02" */
static gboolean
parse_entry (GboxSchedule *self, char *text)
{
  char *colon = strchr (text, ':');
  char *equals = colon != NULL ? strchr (colon, '=') : NULL;
  g_autofree char *value = equals != NULL ? g_uri_unescape_string (equals + 1, NULL) : NULL;
  guint64 step;

  if (value == NULL || equals == colon + 1)
    return FALSE;
  *colon = *equals = '\0';
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &step, NULL))
    return FALSE;
  gbox_schedule_add (self, (guint) step, colon + 1, value);
  return TRUE;
}

GboxSchedule *
gbox_schedule_parse (const char *text, GError **error)
{
  g_autoptr (GboxSchedule) self = gbox_schedule_new ();
  g_auto (GStrv) words = g_strsplit (text, SEPARATOR, -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *word = g_strdup (words[i]);

      if (parse_entry (self, words[i]))
        continue;
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” is no change on the way; write after which step which parameter takes which value, "
                   "as 100:learning-rate=0.02;200:rotate=0.",
                   word);
      return NULL;
    }
  return g_steal_pointer (&self);
}

char *
gbox_schedule_to_text (const GboxSchedule *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const GboxScheduleEntry *entry = get_entry (self, i);
      g_autofree char *value = g_uri_escape_string (entry->value, PLAIN_IN_VALUES, TRUE);

      g_string_append_printf (text, "%s%u:%s=%s", i > 0 ? SEPARATOR : "", entry->step, entry->property,
                              value);
    }
  return g_string_free (text, FALSE);
}

gboolean
gbox_schedule_has_step (const GboxSchedule *self, guint step)
{
  for (guint i = 0; i < self->entries->len && get_entry (self, i)->step <= step; i++)
    if (get_entry (self, i)->step == step)
      return TRUE;
  return FALSE;
}

guint
gbox_schedule_get_length (const GboxSchedule *self)
{
  return self->entries->len;
}

const GboxScheduleEntry *
gbox_schedule_get_entry (const GboxSchedule *self, guint i)
{
  return get_entry (self, i);
}

void
gbox_schedule_add (GboxSchedule *self, guint step, const char *property, const char *value)
{
  GboxScheduleEntry entry = { .step = step, .property = g_strdup (property), .value = g_strdup (value) };
  guint i = self->entries->len;

  while (i > 0 && get_entry (self, i - 1)->step > step)
    i--;
  for (guint j = i; j > 0 && get_entry (self, j - 1)->step == step; j--)
    if (strcmp (get_entry (self, j - 1)->property, property) == 0)
      {
        clear_entry (get_entry (self, j - 1));
        *get_entry (self, j - 1) = entry;
        return;
      }
  g_array_insert_val (self->entries, i, entry);
}

void
gbox_schedule_keep (GboxSchedule *self, guint first, guint end)
{
  for (guint i = self->entries->len; i > 0; i--)
    if (get_entry (self, i - 1)->step < first || get_entry (self, i - 1)->step >= end)
      g_array_remove_index (self->entries, i - 1);
}

gboolean
gbox_schedule_apply (const GboxSchedule *self, guint first, guint end, GboxSpec *spec, GError **error)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const GboxScheduleEntry *entry = get_entry (self, i);

      if (entry->step < first || entry->step >= end)
        continue;
      if (!gbox_spec_set_from_string (spec, entry->property, entry->value, error))
        {
          g_prefix_error (error, "The change after step %u makes no sense: ", entry->step);
          return FALSE;
        }
    }
  return TRUE;
}
