/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be computed, as plain properties declared once. */
#include "runtime/spec-private.h"

#include "base/error.h"
#include "runtime/spec-field.h"

G_DEFINE_ABSTRACT_TYPE (GboxSpec, gbox_spec, G_TYPE_OBJECT)

static void
gbox_spec_class_init (GboxSpecClass *class)
{
}

static void
gbox_spec_init (GboxSpec *spec)
{
}

/* Where the field of a property lies. */
static gpointer
find_field (GObject *object, guint id)
{
  const GboxSpecClass *class = GBOX_SPEC_GET_CLASS (object);

  return G_STRUCT_MEMBER_P (object, class->values + class->fields[id]);
}

static void
get_field (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  gbox_spec_field_get (find_field (object, id), pspec, value);
}

static void
set_field (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  gbox_spec_field_set (find_field (object, id), pspec, value);
}

void
gbox_spec_class_set_fields (GboxSpecClass *class, gsize values, const gsize *offsets)
{
  class->values = values;
  class->fields = offsets;
  G_OBJECT_CLASS (class)->get_property = get_field;
  G_OBJECT_CLASS (class)->set_property = set_field;
}

GboxSpec *
gbox_spec_copy (GboxSpec *spec)
{
  g_autofree GParamSpec **pspecs = NULL;
  g_autofree const char **names = NULL;
  g_autofree GValue *values = NULL;
  GboxSpec *copy;
  guint n;

  g_return_val_if_fail (GBOX_IS_SPEC (spec), NULL);

  pspecs = gbox_spec_list_parameters (G_OBJECT_TYPE (spec), &n);
  names = g_new0 (const char *, n);
  values = g_new0 (GValue, n);
  for (guint i = 0; i < n; i++)
    {
      names[i] = pspecs[i]->name;
      g_object_get_property (G_OBJECT (spec), names[i], &values[i]);
    }
  copy = GBOX_SPEC (g_object_new_with_properties (G_OBJECT_TYPE (spec), n, names, values));
  for (guint i = 0; i < n; i++)
    g_value_unset (&values[i]);

  return copy;
}

static gboolean
is_same (GboxSpec *a, GboxSpec *b, GParamSpec *pspec)
{
  g_auto (GValue) x = G_VALUE_INIT;
  g_auto (GValue) y = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (a), pspec->name, &x);
  g_object_get_property (G_OBJECT (b), pspec->name, &y);

  return g_param_values_cmp (pspec, &x, &y) == 0;
}

/* Whether all parameters that do not have one of the flags are the same. */
static gboolean
is_same_except (GboxSpec *a, GboxSpec *b, GParamFlags flags)
{
  g_autofree GParamSpec **pspecs = NULL;
  guint n;

  if (G_OBJECT_TYPE (a) != G_OBJECT_TYPE (b))
    return FALSE;

  pspecs = gbox_spec_list_parameters (G_OBJECT_TYPE (a), &n);
  for (guint i = 0; i < n; i++)
    if ((pspecs[i]->flags & flags) == 0 && !is_same (a, b, pspecs[i]))
      return FALSE;

  return TRUE;
}

gboolean
gbox_spec_equal (GboxSpec *a, GboxSpec *b)
{
  g_return_val_if_fail (GBOX_IS_SPEC (a) && GBOX_IS_SPEC (b), FALSE);

  return is_same_except (a, b, 0);
}

gboolean
gbox_spec_needs_restart (GboxSpec *from, GboxSpec *to)
{
  g_return_val_if_fail (GBOX_IS_SPEC (from) && GBOX_IS_SPEC (to), TRUE);

  return !is_same_except (from, to, GBOX_PARAM_LIVE);
}

const char **
gbox_spec_list_differences (GboxSpec *a, GboxSpec *b)
{
  g_autofree GParamSpec **pspecs = NULL;
  const char **names;
  guint n, n_names = 0;

  g_return_val_if_fail (GBOX_IS_SPEC (a) && GBOX_IS_SPEC (b), NULL);
  g_return_val_if_fail (G_OBJECT_TYPE (a) == G_OBJECT_TYPE (b), NULL);

  pspecs = gbox_spec_list_parameters (G_OBJECT_TYPE (a), &n);
  names = g_new0 (const char *, n + 1);
  for (guint i = 0; i < n; i++)
    if (!is_same (a, b, pspecs[i]))
      names[n_names++] = pspecs[i]->name;

  return names;
}

void
gbox_spec_assign (GboxSpec *spec, GboxSpec *from)
{
  g_autofree const char **names = gbox_spec_list_differences (spec, from);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (from), names[i], &value);
      g_object_set_property (G_OBJECT (spec), names[i], &value);
    }
}

gboolean
gbox_spec_validate (GboxSpec *spec, GError **error)
{
  g_return_val_if_fail (GBOX_IS_SPEC (spec), FALSE);

  return GBOX_SPEC_GET_CLASS (spec)->validate == NULL || GBOX_SPEC_GET_CLASS (spec)->validate (spec, error);
}

gboolean
gbox_spec_set_from_string (GboxSpec *spec, const char *property, const char *text, GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  GParamSpec *pspec;

  g_return_val_if_fail (GBOX_IS_SPEC (spec), FALSE);
  g_return_val_if_fail (property != NULL && text != NULL, FALSE);

  pspec = gbox_spec_find_parameter (G_OBJECT_TYPE (spec), property);
  if (pspec == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "There is no parameter “%s”: --help lists them.", property);
      return FALSE;
    }
  if (!gbox_spec_parse_value (pspec, text, &value, error))
    return FALSE;
  g_object_set_property (G_OBJECT (spec), pspec->name, &value);

  return TRUE;
}

char *
gbox_spec_get_as_string (GboxSpec *spec, const char *property)
{
  g_auto (GValue) value = G_VALUE_INIT;
  GParamSpec *pspec;

  g_return_val_if_fail (GBOX_IS_SPEC (spec), NULL);

  pspec = gbox_spec_find_parameter (G_OBJECT_TYPE (spec), property);
  g_return_val_if_fail (pspec != NULL, NULL);
  g_object_get_property (G_OBJECT (spec), pspec->name, &value);

  return gbox_spec_format_value (pspec, &value);
}

void
gbox_spec_set_defaults (GboxSpec *spec)
{
  guint n;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (spec), &n);

  for (guint i = 0; i < n; i++)
    g_object_set_property (G_OBJECT (spec), pspecs[i]->name, g_param_spec_get_default_value (pspecs[i]));
}
