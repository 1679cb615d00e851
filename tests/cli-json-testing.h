/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What glassbox-cli says in JSON, an object a line. */
#pragma once

#include <json-glib/json-glib.h>

#include "cli-testing.h"

/* The objects of a run's lines; it must succeed. */
static GPtrArray *
run (const char *folder, const char *line)
{
  g_auto (Answer) answer = cli (folder, line);
  g_auto (GStrv) lines = g_strsplit (answer.output, "\n", -1);
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  if (answer.code != 0)
    g_test_message ("%s", answer.errors);
  g_assert_cmpint (answer.code, ==, 0);
  for (char **at = lines; **at != '\0'; at++)
    {
      JsonNode *node = json_from_string (*at, NULL);

      g_assert_nonnull (node);
      g_ptr_array_add (objects, node);
    }
  return objects;
}

static inline JsonObject *
get (const GPtrArray *objects, guint i)
{
  g_assert_cmpuint (i, <, objects->len);
  return json_node_get_object (objects->pdata[i]);
}

static inline double
get_member (JsonObject *object, const char *name)
{
  return json_object_get_double_member (object, name);
}
