/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading JSON files that strangers wrote. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * gbox_json_parse:
 * @parser: what is to hold the content
 * @bytes: a file's content
 * @max_bytes: how long it may be
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Returns: (transfer none) (nullable): the object the file is, or %NULL with %GBOX_ERROR_INVALID_FILE where
 * it is none, too long, or nested so deeply that the parser's recursion would be a danger
 */
JsonObject *gbox_json_parse (
  JsonParser *parser, GBytes *bytes, gsize max_bytes, const char *display_name, GError **error);

/* The members of an object, where they are there and of that type; else NULL, or FALSE and the value is left
 * alone. @object may be NULL. A real may be written as an integer. */
const char *gbox_json_get_string (JsonObject *object, const char *member);
gboolean gbox_json_get_integer (JsonObject *object, const char *member, gint64 *integer);
gboolean gbox_json_get_real (JsonObject *object, const char *member, double *real);
gboolean gbox_json_get_boolean (JsonObject *object, const char *member, gboolean *boolean);
JsonObject *gbox_json_get_object (JsonObject *object, const char *member);
JsonArray *gbox_json_get_array (JsonObject *object, const char *member);

/* What a node is, or NULL. @node may be NULL. */
const char *gbox_json_node_get_string (JsonNode *node);
JsonObject *gbox_json_node_get_object (JsonNode *node);
JsonArray *gbox_json_node_get_array (JsonNode *node);

G_END_DECLS
