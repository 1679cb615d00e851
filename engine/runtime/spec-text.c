/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters as text. */
#include "runtime/spec-private.h"

#include "base/error.h"
#include "base/number-text.h"

#include <math.h>
#include <string.h>

static gboolean
is_parameter (const GParamSpec *pspec)
{
  const GType type = G_TYPE_FUNDAMENTAL (pspec->value_type);

  if ((pspec->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE)
    return FALSE;

  return type == G_TYPE_BOOLEAN || type == G_TYPE_INT || type == G_TYPE_UINT || type == G_TYPE_INT64
         || type == G_TYPE_UINT64 || type == G_TYPE_DOUBLE || type == G_TYPE_ENUM || type == G_TYPE_STRING;
}

GParamSpec **
gbox_spec_list_parameters (GType type, guint *n_parameters)
{
  GObjectClass *class = g_type_class_ref (type);
  guint n_all, n = 0;
  GParamSpec **pspecs = g_object_class_list_properties (class, &n_all);

  for (guint i = 0; i < n_all; i++)
    if (is_parameter (pspecs[i]))
      pspecs[n++] = pspecs[i];
  g_type_class_unref (class);
  *n_parameters = n;

  return pspecs;
}

GParamSpec *
gbox_spec_find_parameter (GType type, const char *name)
{
  GObjectClass *class = g_type_class_ref (type);
  GParamSpec *pspec = g_object_class_find_property (class, name);

  g_type_class_unref (class);

  return pspec != NULL && is_parameter (pspec) ? pspec : NULL;
}

static const char *
get_nick (GParamSpec *pspec, int value)
{
  const GEnumValue *found = g_enum_get_value (G_PARAM_SPEC_ENUM (pspec)->enum_class, value);

  return found != NULL ? found->value_nick : "";
}

char *
gbox_spec_format_value (GParamSpec *pspec, const GValue *value)
{
  switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
    {
    case G_TYPE_BOOLEAN:
      return g_strdup (g_value_get_boolean (value) ? "true" : "false");
    case G_TYPE_INT:
      return g_strdup_printf ("%d", g_value_get_int (value));
    case G_TYPE_UINT:
      return g_strdup_printf ("%u", g_value_get_uint (value));
    case G_TYPE_INT64:
      return g_strdup_printf ("%" G_GINT64_FORMAT, g_value_get_int64 (value));
    case G_TYPE_UINT64:
      return g_strdup_printf ("%" G_GUINT64_FORMAT, g_value_get_uint64 (value));
    case G_TYPE_DOUBLE:
      return gbox_number_to_text (g_value_get_double (value));
    case G_TYPE_ENUM:
      return g_strdup (get_nick (pspec, g_value_get_enum (value)));
    default:
      return g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : "");
    }
}

/* @low and @high are empty where the type itself is the limit. */
static char *
describe_interval (const char *kind, const char *low, const char *high)
{
  if (*low != '\0' && *high != '\0')
    return g_strdup_printf ("%s from %s to %s", kind, low, high);
  if (*low != '\0')
    return g_strdup_printf ("%s from %s on", kind, low);
  if (*high != '\0')
    return g_strdup_printf ("%s up to %s", kind, high);

  return g_strdup (kind);
}

static char *
describe_signed (gint64 low, gint64 high, gint64 lowest, gint64 highest)
{
  g_autofree char *from = low == lowest ? g_strdup ("") : g_strdup_printf ("%" G_GINT64_FORMAT, low);
  g_autofree char *to = high == highest ? g_strdup ("") : g_strdup_printf ("%" G_GINT64_FORMAT, high);

  return describe_interval ("a whole number", from, to);
}

static char *
describe_unsigned (guint64 low, guint64 high, guint64 highest)
{
  g_autofree char *from = g_strdup_printf ("%" G_GUINT64_FORMAT, low);
  g_autofree char *to = high == highest ? g_strdup ("") : g_strdup_printf ("%" G_GUINT64_FORMAT, high);

  return describe_interval ("a whole number", from, to);
}

static char *
describe_real (double low, double high)
{
  g_autofree char *from = low == -G_MAXDOUBLE ? g_strdup ("") : gbox_number_to_text (low);
  g_autofree char *to = high == G_MAXDOUBLE ? g_strdup ("") : gbox_number_to_text (high);

  return describe_interval ("a number", from, to);
}

static char *
describe_choices (GEnumClass *class)
{
  GString *text = g_string_new ("one of ");

  for (guint i = 0; i < class->n_values; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", class->values[i].value_nick);

  return g_string_free (text, FALSE);
}

char *
gbox_spec_describe_range (GParamSpec *pspec)
{
  switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
    {
    case G_TYPE_BOOLEAN:
      return g_strdup ("true or false");
    case G_TYPE_INT:
      return describe_signed (G_PARAM_SPEC_INT (pspec)->minimum, G_PARAM_SPEC_INT (pspec)->maximum, G_MININT,
                              G_MAXINT);
    case G_TYPE_UINT:
      return describe_unsigned (G_PARAM_SPEC_UINT (pspec)->minimum, G_PARAM_SPEC_UINT (pspec)->maximum,
                                G_MAXUINT);
    case G_TYPE_INT64:
      return describe_signed (G_PARAM_SPEC_INT64 (pspec)->minimum, G_PARAM_SPEC_INT64 (pspec)->maximum,
                              G_MININT64, G_MAXINT64);
    case G_TYPE_UINT64:
      return describe_unsigned (G_PARAM_SPEC_UINT64 (pspec)->minimum, G_PARAM_SPEC_UINT64 (pspec)->maximum,
                                G_MAXUINT64);
    case G_TYPE_DOUBLE:
      return describe_real (G_PARAM_SPEC_DOUBLE (pspec)->minimum, G_PARAM_SPEC_DOUBLE (pspec)->maximum);
    case G_TYPE_ENUM:
      return describe_choices (G_PARAM_SPEC_ENUM (pspec)->enum_class);
    default:
      return g_strdup ("text");
    }
}

/* Only where a number is beyond it is the limit of the type itself worth naming. */
static char *
describe_limits (GParamSpec *pspec)
{
  switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
    {
    case G_TYPE_INT:
      return g_strdup_printf ("a whole number from %d to %d", G_PARAM_SPEC_INT (pspec)->minimum,
                              G_PARAM_SPEC_INT (pspec)->maximum);
    case G_TYPE_UINT:
      return g_strdup_printf ("a whole number from %u to %u", G_PARAM_SPEC_UINT (pspec)->minimum,
                              G_PARAM_SPEC_UINT (pspec)->maximum);
    case G_TYPE_INT64:
      return g_strdup_printf ("a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                              G_PARAM_SPEC_INT64 (pspec)->minimum, G_PARAM_SPEC_INT64 (pspec)->maximum);
    case G_TYPE_UINT64:
      return g_strdup_printf ("a whole number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                              G_PARAM_SPEC_UINT64 (pspec)->minimum, G_PARAM_SPEC_UINT64 (pspec)->maximum);
    default:
      return gbox_spec_describe_range (pspec);
    }
}

static gboolean
is_whole (const char *text)
{
  const char *digits = text + strspn (text, "+-");

  return *digits != '\0' && digits[strspn (digits, "0123456789")] == '\0';
}

static gboolean
parse_signed (const char *text, gint64 low, gint64 high, gint64 *number)
{
  return g_ascii_string_to_signed (text, 10, low, high, number, NULL);
}

static gboolean
parse_unsigned (const char *text, guint64 low, guint64 high, guint64 *number)
{
  return g_ascii_string_to_unsigned (text, 10, low, high, number, NULL);
}

/* Decimal numbers only: strtod would also take "nan", "infinity", hexadecimals and leading spaces. */
static gboolean
parse_real (const char *text, double low, double high, double *number)
{
  char *end;

  if (*text == '\0' || text[strspn (text, "+-.0123456789eE")] != '\0')
    return FALSE;
  *number = g_ascii_strtod (text, &end);

  return *end == '\0' && isfinite (*number) && *number >= low && *number <= high;
}

static gboolean
parse_boolean (const char *text, GValue *value)
{
  g_value_set_boolean (value, strcmp (text, "true") == 0);

  return strcmp (text, "true") == 0 || strcmp (text, "false") == 0;
}

static gboolean
parse_choice (GParamSpec *pspec, const char *text, GValue *value)
{
  const GEnumValue *found = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, text);

  if (found != NULL)
    g_value_set_enum (value, found->value);

  return found != NULL;
}

static gboolean
parse_whole (GParamSpec *pspec, const char *text, GValue *value)
{
  gint64 number = 0;
  guint64 positive = 0;
  gboolean ok;

  switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
    {
    case G_TYPE_INT:
      ok = parse_signed (text, G_PARAM_SPEC_INT (pspec)->minimum, G_PARAM_SPEC_INT (pspec)->maximum, &number);
      g_value_set_int (value, (int) number);
      return ok;
    case G_TYPE_UINT:
      ok = parse_unsigned (text, G_PARAM_SPEC_UINT (pspec)->minimum, G_PARAM_SPEC_UINT (pspec)->maximum,
                           &positive);
      g_value_set_uint (value, (guint) positive);
      return ok;
    case G_TYPE_INT64:
      ok = parse_signed (text, G_PARAM_SPEC_INT64 (pspec)->minimum, G_PARAM_SPEC_INT64 (pspec)->maximum,
                         &number);
      g_value_set_int64 (value, number);
      return ok;
    default:
      ok = parse_unsigned (text, G_PARAM_SPEC_UINT64 (pspec)->minimum, G_PARAM_SPEC_UINT64 (pspec)->maximum,
                           &positive);
      g_value_set_uint64 (value, positive);
      return ok;
    }
}

static gboolean
parse (GParamSpec *pspec, const char *text, GValue *value)
{
  double number = 0;
  gboolean ok;

  switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
    {
    case G_TYPE_BOOLEAN:
      return parse_boolean (text, value);
    case G_TYPE_ENUM:
      return parse_choice (pspec, text, value);
    case G_TYPE_STRING:
      g_value_set_string (value, text);
      return g_utf8_validate (text, -1, NULL);
    case G_TYPE_DOUBLE:
      ok = parse_real (text, G_PARAM_SPEC_DOUBLE (pspec)->minimum, G_PARAM_SPEC_DOUBLE (pspec)->maximum,
                       &number);
      g_value_set_double (value, number);
      return ok;
    default:
      return parse_whole (pspec, text, value);
    }
}

gboolean
gbox_spec_parse_value (GParamSpec *pspec, const char *text, GValue *value, GError **error)
{
  g_autofree char *range = NULL;
  g_autofree char *shown = NULL;

  g_value_init (value, pspec->value_type);
  if (parse (pspec, text, value))
    return TRUE;

  g_value_unset (value);
  range = is_whole (text) ? describe_limits (pspec) : gbox_spec_describe_range (pspec);
  shown = g_utf8_make_valid (text, -1);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "%s cannot be “%s”: give %s.", pspec->name,
               shown, range);

  return FALSE;
}
