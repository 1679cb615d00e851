/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Specs as command line flags. */
#include "runtime/spec-options.h"

#include "runtime/spec-private.h"

#include <string.h>

typedef struct
{
  GboxSpec *spec;
  GPtrArray *strings; /* what the option entries point to */
} OptionData;

static void
option_data_free (gpointer data)
{
  OptionData *self = data;

  g_object_unref (self->spec);
  g_ptr_array_unref (self->strings);
  g_free (self);
}

static gboolean
parse_option (const char *option, const char *value, gpointer data, GError **error)
{
  OptionData *self = data;
  const char *name = option + strspn (option, "-");

  if (value != NULL)
    return gbox_spec_set_from_string (self->spec, name, value, error);

  if (gbox_spec_find_parameter (G_OBJECT_TYPE (self->spec), name) != NULL)
    return gbox_spec_set_from_string (self->spec, name, "true", error);

  return gbox_spec_set_from_string (self->spec, name + strlen ("no-"), "false", error);
}

static const char *
keep (OptionData *self, char *string)
{
  g_ptr_array_add (self->strings, string);

  return string;
}

static const char *
get_placeholder (GParamSpec *pspec)
{
  switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
    {
    case G_TYPE_ENUM:
      return "NAME";
    case G_TYPE_STRING:
      return "TEXT";
    case G_TYPE_DOUBLE:
      return "NUMBER";
    default:
      return "N";
    }
}

/* "Learning rate of Adam (a number from 0 to 1; default 0.05)". */
static char *
describe (GParamSpec *pspec)
{
  const GValue *value = g_param_spec_get_default_value (pspec);
  g_autofree char *range = gbox_spec_describe_range (pspec);
  g_autofree char *text = gbox_spec_format_value (pspec, value);
  const char *blurb = g_param_spec_get_blurb (pspec);

  if (G_TYPE_FUNDAMENTAL (pspec->value_type) == G_TYPE_STRING)
    return *text == '\0' ? g_strdup (blurb) : g_strdup_printf ("%s (default %s)", blurb, text);

  return g_strdup_printf ("%s (%s; default %s)", blurb, range, text);
}

static void
add_value (OptionData *self, GOptionGroup *group, GParamSpec *pspec)
{
  const GOptionEntry entries[] = {
    { pspec->name, 0, 0, G_OPTION_ARG_CALLBACK, parse_option, keep (self, describe (pspec)),
      get_placeholder (pspec) },
    G_OPTION_ENTRY_NULL,
  };

  g_option_group_add_entries (group, entries);
}

/* Help shows the flag that changes something. */
static void
add_switch (OptionData *self, GOptionGroup *group, GParamSpec *pspec)
{
  const gboolean on = g_value_get_boolean (g_param_spec_get_default_value (pspec));
  const int flags = G_OPTION_FLAG_NO_ARG;
  const char *help
    = keep (self, g_strconcat (on ? "Switches this off: " : "", g_param_spec_get_blurb (pspec), NULL));
  const GOptionEntry entries[] = {
    { pspec->name, 0, flags | (on ? G_OPTION_FLAG_HIDDEN : 0), G_OPTION_ARG_CALLBACK, parse_option, help,
      NULL },
    { keep (self, g_strconcat ("no-", pspec->name, NULL)), 0, flags | (on ? 0 : G_OPTION_FLAG_HIDDEN),
      G_OPTION_ARG_CALLBACK, parse_option, help, NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_group_add_entries (group, entries);
}

/* "GboxVisualizationSpec" is called "visualization". */
static char *
get_group_name (GboxSpec *spec)
{
  const char *type = G_OBJECT_TYPE_NAME (spec);
  const char *start = g_str_has_prefix (type, "Gbox") ? type + strlen ("Gbox") : type;
  const gsize length = strlen (start) - (g_str_has_suffix (start, "Spec") ? strlen ("Spec") : 0);

  return g_ascii_strdown (start, (gssize) length);
}

GOptionGroup *
gbox_spec_get_options_without (GboxSpec *spec, const char *const *names)
{
  g_autofree GParamSpec **pspecs = NULL;
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;
  g_autofree char *help = NULL;
  GOptionGroup *group;
  OptionData *data;
  guint n;

  g_return_val_if_fail (GBOX_IS_SPEC (spec), NULL);

  name = get_group_name (spec);
  title = g_strdup_printf ("Parameters of the %s:", name);
  help = g_strdup_printf ("Show the parameters of the %s", name);
  data = g_new0 (OptionData, 1);
  data->spec = g_object_ref (spec);
  data->strings = g_ptr_array_new_with_free_func (g_free);
  group = g_option_group_new (name, title, help, data, option_data_free);

  pspecs = gbox_spec_list_parameters (G_OBJECT_TYPE (spec), &n);
  for (guint i = 0; i < n; i++)
    {
      if (names != NULL && g_strv_contains (names, pspecs[i]->name))
        continue;
      if (pspecs[i]->value_type == G_TYPE_BOOLEAN)
        add_switch (data, group, pspecs[i]);
      else
        add_value (data, group, pspecs[i]);
    }

  return group;
}

GOptionGroup *
gbox_spec_get_options (GboxSpec *spec)
{
  return gbox_spec_get_options_without (spec, NULL);
}
