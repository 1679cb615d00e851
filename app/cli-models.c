/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli models: what can be looked into, and getting it. */
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "cli.h"

static void
print_entry_json (JsonBuilder *builder, const GboxModelEntry *entry, const char *path)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, entry->name);
  json_builder_set_member_name (builder, "title");
  json_builder_add_string_value (builder, entry->title);
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, entry->kind == GBOX_MODEL_VISION ? "vision" : "language");
  json_builder_set_member_name (builder, "licence");
  json_builder_add_string_value (builder, entry->licence);
  json_builder_set_member_name (builder, "size");
  json_builder_add_int_value (builder, (gint64) entry->size);
  json_builder_set_member_name (builder, "path");
  if (path != NULL)
    json_builder_add_string_value (builder, path);
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
}

static int
list_models (const GboxCatalogue *catalogue, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "models");
  json_builder_begin_array (builder);
  for (guint i = 0; i < gbox_catalogue_get_n_entries (catalogue); i++)
    {
      const GboxModelEntry *entry = gbox_catalogue_get_entry (catalogue, i);
      g_autofree char *path = gbox_catalogue_locate (catalogue, entry->name, NULL);
      g_autofree char *size = entry->size > 0 ? g_format_size (entry->size) : g_strdup ("size unknown");

      print_entry_json (builder, entry, path);
      if (!json)
        g_print ("%-26s %-9s %-18s %-14s %s\n", entry->name,
                 entry->kind == GBOX_MODEL_VISION ? "vision" : "language", entry->licence, size,
                 path != NULL ? path : "not here: glassbox-cli models fetch NAME gets it");
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (json)
    cli_print_json (builder);
  return CLI_OK;
}

static void
on_progress (guint64 received, guint64 total, const char *what, gpointer user_data)
{
  int *last_percent = user_data;
  int percent = total > 0 ? (int) MIN (received * 100 / total, 100) : -1;

  if (percent == *last_percent)
    return;
  *last_percent = percent;
  if (!isatty (STDERR_FILENO) && percent % 10 != 0)
    return;
  g_printerr (isatty (STDERR_FILENO) ? "\r\033[K%s" : "%s", what);
  if (percent >= 0)
    g_printerr (" %d %%", percent);
  if (!isatty (STDERR_FILENO))
    g_printerr ("\n");
}

static int
fetch_model (const GboxCatalogue *catalogue, const char *name, gboolean accept_terms, gboolean json)
{
  const GboxModelEntry *entry = gbox_catalogue_find (catalogue, name);
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int last_percent = -2;

  if (entry != NULL && entry->terms != NULL && !accept_terms)
    {
      g_printerr ("%s comes under terms of its own: %s\nRead them and say --accept-terms to get it.\n",
                  entry->title, entry->terms);
      return CLI_FAILED;
    }
  path = gbox_catalogue_fetch (catalogue, name, NULL, on_progress, &last_percent, &error);
  if (isatty (STDERR_FILENO) && last_percent != -2)
    g_printerr ("\r\033[K");
  if (path == NULL)
    return cli_failure (error);
  if (entry == NULL || !json)
    {
      g_print ("%s\n", path);
      return CLI_OK;
    }
  builder = json_builder_new ();
  print_entry_json (builder, entry, path);
  cli_print_json (builder);
  return CLI_OK;
}

int
cli_models (char **argv)
{
  gboolean json = FALSE, accept_terms = FALSE;
  GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
    { "accept-terms", 0, 0, G_OPTION_ARG_NONE, &accept_terms,
      "Agree to the terms of the model that is fetched", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("[fetch NAME] — list the models, or fetch one");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GboxCatalogue) catalogue = NULL;
  g_autoptr (GError) error = NULL;
  guint n_words;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error))
    return cli_usage_error (argv[0], error);
  n_words = g_strv_length (words);
  catalogue = gbox_catalogue_new (&error);
  if (catalogue == NULL)
    return cli_failure (error);
  if (n_words == 1)
    return list_models (catalogue, json);
  if (n_words == 3 && g_str_equal (words[1], "fetch"))
    return fetch_model (catalogue, words[2], accept_terms, json);
  g_set_error (&error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "write “models”, or “models fetch NAME”.");
  return cli_usage_error (argv[0], error);
}
