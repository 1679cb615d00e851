/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Specs as JSON. */
#include "runtime/spec-private.h"

#include "base/error.h"

#include <string.h>

/* A spec is flat; what comes with it need not be deep. The parser recurses, and its stack has an end. */
#define MAX_DEPTH  32
#define MAX_DIGITS 19

static void
append_string (GString *json, const char *text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);
  g_autofree char *quoted = json_to_string (node, FALSE);

  g_string_append (json, quoted);
}

/* JSON numbers beyond the signed 64 bits do not come back, from this parser and others: those are written as
 * strings. */
static gboolean
is_quoted (GParamSpec *pspec, const GValue *value)
{
  switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
    {
    case G_TYPE_STRING:
    case G_TYPE_ENUM:
      return TRUE;
    case G_TYPE_UINT64:
      return g_value_get_uint64 (value) > G_MAXINT64;
    default:
      return FALSE;
    }
}

char *
gbox_spec_to_json (GboxSpec *spec)
{
  GString *json = g_string_new ("{\"type\":");
  g_autofree GParamSpec **pspecs = NULL;
  guint n;

  g_return_val_if_fail (GBOX_IS_SPEC (spec), NULL);

  append_string (json, G_OBJECT_TYPE_NAME (spec));
  pspecs = gbox_spec_list_parameters (G_OBJECT_TYPE (spec), &n);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree char *text = NULL;

      g_object_get_property (G_OBJECT (spec), pspecs[i]->name, &value);
      text = gbox_spec_format_value (pspecs[i], &value);
      g_string_append_printf (json, ",\"%s\":", pspecs[i]->name);
      if (is_quoted (pspecs[i], &value))
        append_string (json, text);
      else
        g_string_append (json, text);
    }
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

/* Whether a whole number that does not fit into 64 bits starts here; the parser would wrap it round. */
static gboolean
is_too_wide (const char *json, const char *p)
{
  const gboolean starts = p == json || (!g_ascii_isdigit (p[-1]) && p[-1] != '.');

  return starts && strspn (p, "0123456789") > MAX_DIGITS;
}

/* Whether the parser can be trusted with it. Outside strings only what JSON knows may appear, or the parser,
 * which also takes comments, might see other strings than this does. */
static gboolean
is_harmless (const char *json)
{
  static const char known[] = "{}[]:,+-. \t\r\n";
  gboolean in_string = FALSE;
  guint depth = 0;

  for (const char *p = json; *p != '\0'; p++)
    {
      if (*p == '"')
        in_string = !in_string;
      else if (in_string)
        p += *p == '\\' && p[1] != '\0';
      else if ((strchr (known, *p) == NULL && !g_ascii_isalnum (*p)) || is_too_wide (json, p))
        return FALSE;
      else if (*p == '{' || *p == '[')
        depth++;
      else if (*p == '}' || *p == ']')
        depth -= depth > 0;
      if (depth > MAX_DEPTH)
        return FALSE;
    }

  return TRUE;
}

static JsonNode *
parse_object (const char *json, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) inner = NULL;
  JsonNode *root;

  if (!g_utf8_validate (json, -1, NULL) || !is_harmless (json))
    {
      g_set_error_literal (
        error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
        "The saved parameters are not valid JSON: the file is damaged or not from Glassbox.");
      return NULL;
    }
  if (!json_parser_load_from_data (parser, json, -1, &inner))
    {
      g_set_error (
        error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
        "The saved parameters are not valid JSON, so the file is damaged or not from Glassbox (%s).",
        inner->message);
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                           "The saved parameters are not a JSON object: the file is not from Glassbox.");
      return NULL;
    }

  return json_node_ref (root);
}

/* The node's value as text, if the node is of a kind that the parameter takes. */
static char *
get_text (GParamSpec *pspec, JsonNode *node)
{
  const GType type = G_TYPE_FUNDAMENTAL (pspec->value_type);
  const gboolean is_text = type == G_TYPE_STRING || type == G_TYPE_ENUM;
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return is_text || type == G_TYPE_UINT64 ? json_node_dup_string (node) : NULL;
    case G_TYPE_BOOLEAN:
      return type == G_TYPE_BOOLEAN ? g_strdup (json_node_get_boolean (node) ? "true" : "false") : NULL;
    case G_TYPE_INT64:
      return is_text || type == G_TYPE_BOOLEAN
               ? NULL
               : g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    case G_TYPE_DOUBLE:
      return type == G_TYPE_DOUBLE
               ? g_strdup (g_ascii_dtostr (text, sizeof text, json_node_get_double (node)))
               : NULL;
    default:
      return NULL;
    }
}

static gboolean
set_from_node (GboxSpec *spec, GParamSpec *pspec, JsonNode *node, GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *text = JSON_NODE_HOLDS_VALUE (node) ? get_text (pspec, node) : NULL;

  if (text == NULL)
    {
      g_autofree char *range = gbox_spec_describe_range (pspec);
      g_autofree char *shown = json_to_string (node, FALSE);

      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "%s cannot be %s: give %s.", pspec->name,
                   shown, range);
      return FALSE;
    }
  if (!gbox_spec_parse_value (pspec, text, &value, error))
    return FALSE;
  g_object_set_property (G_OBJECT (spec), pspec->name, &value);

  return TRUE;
}

static gboolean
check_type (JsonObject *object, GType type, GError **error)
{
  JsonNode *node = json_object_get_member (object, "type");
  const gboolean is_text = node != NULL && json_node_get_value_type (node) == G_TYPE_STRING;
  const char *name = is_text ? json_node_get_string (node) : node == NULL ? g_type_name (type) : NULL;

  if (g_strcmp0 (name, g_type_name (type)) == 0)
    return TRUE;

  g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
               "These are parameters of another kind of work (%s, not %s): open them where they were made.",
               name != NULL ? name : "unknown", g_type_name (type));

  return FALSE;
}

GboxSpec *
gbox_spec_new_from_json (GType type, const char *json, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GboxSpec) spec = NULL;
  g_autofree GParamSpec **pspecs = NULL;
  JsonObject *object;
  guint n;

  g_return_val_if_fail (g_type_is_a (type, GBOX_TYPE_SPEC), NULL);
  g_return_val_if_fail (json != NULL, NULL);

  root = parse_object (json, error);
  if (root == NULL)
    return NULL;
  object = json_node_get_object (root);
  if (!check_type (object, type, error))
    return NULL;

  spec = g_object_new (type, NULL);
  pspecs = gbox_spec_list_parameters (type, &n);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_object_get_member (object, pspecs[i]->name);

      if (node != NULL && !set_from_node (spec, pspecs[i], node, error))
        return NULL;
    }

  return g_steal_pointer (&spec);
}
