/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli classify: what photographs show. */
#include "base/error.h"
#include "base/path-text.h"
#include "cli.h"
#include "vision/classify.h"

static void
print_json (const char *path, const GboxClassScore *top, int n_top)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "image");
  json_builder_add_string_value (builder, path);
  json_builder_set_member_name (builder, "top");
  json_builder_begin_array (builder);
  for (int i = 0; i < n_top; i++)
    {
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "class");
      json_builder_add_int_value (builder, top[i].class_id);
      json_builder_set_member_name (builder, "label");
      json_builder_add_string_value (builder, top[i].label);
      json_builder_set_member_name (builder, "probability");
      json_builder_add_double_value (builder, top[i].probability);
      json_builder_set_member_name (builder, "logit");
      json_builder_add_double_value (builder, top[i].logit);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_text (const char *path, const GboxClassScore *top, int n_top)
{
  g_autofree char *name = gbox_path_to_text (path);

  g_print ("%s\n", name);
  for (int i = 0; i < n_top; i++)
    g_print ("  %5.1f %%  %3d  %s\n", 100 * top[i].probability, top[i].class_id, top[i].label);
}

static int
classify_images (GboxClassifier *classifier, char **paths, int n_top, gboolean json)
{
  g_autofree GboxClassScore *top = g_new0 (GboxClassScore, n_top);
  int code = CLI_OK;

  for (char **path = paths; *path != NULL; path++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxImage) image = gbox_image_load (*path, &error);

      if (image == NULL)
        {
          cli_failure (error);
          code = CLI_FAILED;
          continue;
        }
      gbox_classifier_run (classifier, image, top, (guint) n_top);
      if (json)
        print_json (*path, top, n_top);
      else
        print_text (*path, top, n_top);
    }
  return code;
}

int
cli_classify (char **argv)
{
  gboolean json = FALSE;
  int n_top = 5;
  g_autofree char *model = NULL;
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &model, "A name from “glassbox-cli models”, or a file", "MODEL" },
    { "top", 0, 0, G_OPTION_ARG_INT, &n_top, "How many classes to show, 1 … 1000; 5 unless told", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a line for each image", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("IMAGE… — say what photographs show");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTeam) team = NULL;
  g_autoptr (GboxModelStore) store = NULL;
  g_autoptr (GboxNetwork) network = NULL;
  g_autoptr (GboxClassifier) classifier = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error))
    return cli_usage_error (argv[0], error);
  if (g_strv_length (words) < 2)
    g_set_error (&error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "name at least one image.");
  else if (n_top < 1 || n_top > 1000)
    g_set_error (&error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--top takes a number from 1 to 1000, not %d.", n_top);
  if (error != NULL)
    return cli_usage_error (argv[0], error);
  team = gbox_team_new (0);
  if ((store = gbox_model_store_new (&error)) == NULL
      || (network = gbox_model_store_get_network (store, model, &error)) == NULL
      || (classifier = gbox_classifier_new (network, team, &error)) == NULL)
    return cli_failure (error);
  return classify_images (classifier, words + 1, n_top, json);
}
