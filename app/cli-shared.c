/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsing, printing and loading that the subcommands share. */
#include <stdio.h>

#include "base/error.h"
#include "cli.h"

int
cli_usage_error (const char *command, const GError *error)
{
  g_printerr ("%s: %s\n“%s --help” shows what it understands.\n", command, error->message, command);
  return CLI_USAGE;
}

int
cli_failure (const GError *error)
{
  g_printerr ("%s: %s\n", g_get_prgname (), error->message);
  return g_error_matches (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT) ? CLI_USAGE : CLI_FAILED;
}

gboolean
cli_parse (GOptionContext *context, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) owned = context;

  return g_option_context_parse_strv (owned, argv, error);
}

void
cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);

  g_print ("%s\n", text);
  fflush (stdout);
}

gboolean
cli_parse_position (const char *text, int *y, int *x, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint64 values[2];

  if (g_strv_length (parts) != 2
      || !g_ascii_string_to_unsigned (g_strstrip (parts[0]), 10, 0, G_MAXINT, &values[0], NULL)
      || !g_ascii_string_to_unsigned (g_strstrip (parts[1]), 10, 0, G_MAXINT, &values[1], NULL))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” is no position; write row and column as Y,X, e.g. --at 7,7.", text);
      return FALSE;
    }
  *y = (int) values[0];
  *x = (int) values[1];
  return TRUE;
}

GboxNetwork *
cli_load_network (GboxModelStore *store, const char *model, GError **error)
{
  const GboxCatalogue *catalogue = gbox_model_store_get_catalogue (store);

  if (model == NULL)
    model = gbox_catalogue_get_default (catalogue, GBOX_MODEL_VISION);
  return gbox_model_store_get_network (store, model, error);
}

int
cli_find_layer (GboxNetwork *network, const char *name, GError **error)
{
  g_autoptr (GString) names = NULL;
  int layer = gbox_network_find_layer (network, name);

  if (layer >= 0)
    return layer;
  names = g_string_new (NULL);
  for (guint i = 0; i < gbox_network_get_n_layers (network); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", gbox_network_get_layer (network, i)->name);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "%s has no layer “%s”; its layers are %s.",
               gbox_network_get_title (network), name, names->str);
  return -1;
}
