/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which models tests of the command line may use. */
#pragma once

#include <json-glib/json-glib.h>

#include "cli-testing.h"

/* The first model of @names that is here, or a skip. */
static const char *
have_model (const char *const *names)
{
  g_auto (Answer) answer = cli (NULL, "models --json");
  g_autoptr (JsonNode) root = json_from_string (answer.output, NULL);
  JsonArray *models = json_object_get_array_member (json_node_get_object (root), "models");

  for (; *names != NULL; names++)
    for (guint i = 0; i < json_array_get_length (models); i++)
      {
        JsonObject *model = json_array_get_object_element (models, i);

        if (g_str_equal (json_object_get_string_member (model, "name"), *names)
            && !json_object_get_null_member (model, "path"))
          return *names;
      }
  g_test_skip (
    "no model of that kind is here: GBOX_MODEL_PATH names no folder with one, and none was fetched");
  return NULL;
}

static const char *const any_vision_model[] = { "efficientnet-lite0", "inceptionv1", NULL };
