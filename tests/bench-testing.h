/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of “glassbox-cli bench” share: reading what it prints. */
#pragma once

#include <json-glib/json-glib.h>

#include "cli-testing.h"

/* (transfer full) (element-type JsonNode): what was printed, which has to be a JSON object a line. */
static inline GPtrArray *
parse_lines (const char *output)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  GPtrArray *nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  for (char **line = lines; *line != NULL; line++)
    {
      JsonNode *node;

      if ((*line)[0] == '\0')
        continue;
      node = json_from_string (*line, NULL);
      g_assert_nonnull (node);
      g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
      g_ptr_array_add (nodes, node);
    }
  return nodes;
}

/* (nullable): the first object of @kind, or of @kind and @name of a case. */
static inline JsonObject *
find_line (GPtrArray *lines, const char *kind, const char *name)
{
  for (guint i = 0; i < lines->len; i++)
    {
      JsonObject *object = json_node_get_object (lines->pdata[i]);

      if (g_str_equal (json_object_get_string_member (object, "kind"), kind)
          && (name == NULL || g_str_equal (json_object_get_string_member (object, "case"), name)))
        return object;
    }
  return NULL;
}

static inline guint
count_lines (GPtrArray *lines, const char *kind)
{
  guint n = 0;

  for (guint i = 0; i < lines->len; i++)
    n += g_str_equal (json_object_get_string_member (json_node_get_object (lines->pdata[i]), "kind"), kind);
  return n;
}

static inline void
assert_times (JsonObject *object, const char *member, gint64 n)
{
  JsonObject *spread = json_object_get_object_member (object, member);

  g_assert_cmpint (json_object_get_int_member (spread, "n"), ==, n);
  g_assert_cmpfloat (json_object_get_double_member (spread, "min"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (spread, "lower"), <=,
                     json_object_get_double_member (spread, "median"));
  g_assert_cmpfloat (json_object_get_double_member (spread, "upper"), <=,
                     json_object_get_double_member (spread, "max"));
}
