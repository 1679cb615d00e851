/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading JSON files that strangers wrote. */
#include "models/json-reading.h"

#include "base/error.h"

#define MAX_DEPTH 64

static gboolean
is_shallow (const char *text, gsize length)
{
  gboolean quoted = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    if (quoted && text[i] == '\\')
      i++;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && (text[i] == '{' || text[i] == '[') && ++depth > MAX_DEPTH)
      return FALSE;
    else if (!quoted && (text[i] == '}' || text[i] == ']') && depth > 0)
      depth--;
  return TRUE;
}

JsonObject *
gbox_json_parse (JsonParser *parser, GBytes *bytes, gsize max_bytes, const char *display_name, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  JsonObject *root = NULL;

  if (length > 0 && length <= max_bytes && g_utf8_validate_len (text, length, NULL)
      && is_shallow (text, length) && json_parser_load_from_data (parser, text, (gssize) length, NULL))
    root = gbox_json_node_get_object (json_parser_get_root (parser));
  if (root == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "“%s” cannot be used: it is no JSON object of the kind expected. Fetch it again or choose "
                 "another file.",
                 display_name);
  return root;
}

static JsonNode *
get_member (JsonObject *object, const char *member)
{
  return object != NULL ? json_object_get_member (object, member) : NULL;
}

static gboolean
holds (JsonNode *node, GType type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

const char *
gbox_json_node_get_string (JsonNode *node)
{
  return holds (node, G_TYPE_STRING) ? json_node_get_string (node) : NULL;
}

JsonObject *
gbox_json_node_get_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
gbox_json_node_get_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const char *
gbox_json_get_string (JsonObject *object, const char *member)
{
  return gbox_json_node_get_string (get_member (object, member));
}

gboolean
gbox_json_get_integer (JsonObject *object, const char *member, gint64 *integer)
{
  JsonNode *node = get_member (object, member);

  if (!holds (node, G_TYPE_INT64))
    return FALSE;
  *integer = json_node_get_int (node);
  return TRUE;
}

gboolean
gbox_json_get_real (JsonObject *object, const char *member, double *real)
{
  JsonNode *node = get_member (object, member);

  if (!holds (node, G_TYPE_DOUBLE) && !holds (node, G_TYPE_INT64))
    return FALSE;
  *real = json_node_get_double (node);
  return TRUE;
}

gboolean
gbox_json_get_boolean (JsonObject *object, const char *member, gboolean *boolean)
{
  JsonNode *node = get_member (object, member);

  if (!holds (node, G_TYPE_BOOLEAN))
    return FALSE;
  *boolean = json_node_get_boolean (node);
  return TRUE;
}

JsonObject *
gbox_json_get_object (JsonObject *object, const char *member)
{
  return gbox_json_node_get_object (get_member (object, member));
}

JsonArray *
gbox_json_get_array (JsonObject *object, const char *member)
{
  return gbox_json_node_get_array (get_member (object, member));
}
