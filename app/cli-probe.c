/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli probe: a layer's answer to one image, and the gradient of one of its units. */
#include "base/error.h"
#include "cli.h"
#include "vision/probe.h"

/* Told apart from a wrong number. */
#define NO_UNIT G_MININT

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
print_json (const GboxProbe *probe)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "shape");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, probe->channels);
  json_builder_add_int_value (builder, probe->height);
  json_builder_add_int_value (builder, probe->width);
  json_builder_end_array (builder);
  add_double (builder, "mean", probe->mean);
  add_double (builder, "rms", probe->rms);
  json_builder_set_member_name (builder, "channel_means");
  json_builder_begin_array (builder);
  for (int c = 0; c < probe->channels; c++)
    json_builder_add_double_value (builder, (double) probe->channel_means[c]);
  json_builder_end_array (builder);
  if (probe->has_unit)
    {
      add_double (builder, "objective", probe->objective);
      add_double (builder, "gradient_l2", probe->gradient_l2);
    }
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_text (const GboxProbe *probe, const char *layer, int unit)
{
  int strongest = 0;

  for (int c = 1; c < probe->channels; c++)
    if (probe->channel_means[c] > probe->channel_means[strongest])
      strongest = c;
  g_print ("layer %s: %d × %d × %d (channels, rows, columns), mean %.6g, rms %.6g\n", layer, probe->channels,
           probe->height, probe->width, probe->mean, probe->rms);
  g_print ("strongest channel: %d, mean %.6g\n", strongest, (double) probe->channel_means[strongest]);
  if (probe->has_unit)
    g_print ("unit %d: objective %.6g, gradient’s L2 norm %.6g\n", unit, probe->objective,
             probe->gradient_l2);
}

static gboolean
check_usage (char **words, const char *layer, int unit, const char *at, int *at_y, int *at_x, GError **error)
{
  if (g_strv_length (words) != 2)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "name exactly one image.");
  else if (layer == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "name a layer with --layer.");
  else if (unit < 0 && unit != NO_UNIT)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "--unit counts from 0, %d is no unit.",
                 unit);
  else if (at != NULL && unit == NO_UNIT)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "--at needs --unit.");
  else
    return at == NULL || cli_parse_position (at, at_y, at_x, error);
  return FALSE;
}

static int
probe_image (
  const char *path, const char *model, const char *layer_name, int unit, int at_y, int at_x, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTeam) team = gbox_team_new (0);
  g_autoptr (GboxModelStore) store = NULL;
  g_autoptr (GboxNetwork) network = NULL;
  g_autoptr (GboxImage) image = NULL;
  g_autoptr (GboxProbe) probe = NULL;
  int layer;

  if ((image = gbox_image_load (path, &error)) == NULL || (store = gbox_model_store_new (&error)) == NULL
      || (network = gbox_model_store_get_network (store, model, &error)) == NULL)
    return cli_failure (error);
  if ((layer = cli_find_layer (network, layer_name, &error)) < 0)
    return cli_usage_error (g_get_prgname (), error);
  probe = gbox_probe_new (network, team, (guint) layer, image, MAX (unit, -1), at_y, at_x, &error);
  /* Of all that is asked for, units and positions are what may not be found. */
  if (probe == NULL && g_error_matches (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND))
    return cli_usage_error (g_get_prgname (), error);
  if (probe == NULL)
    return cli_failure (error);
  if (json)
    print_json (probe);
  else
    print_text (probe, layer_name, unit);
  return CLI_OK;
}

int
cli_probe (char **argv)
{
  gboolean json = FALSE;
  int unit = NO_UNIT, at_y = -1, at_x = -1;
  g_autofree char *model = NULL, *layer = NULL, *at = NULL;
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &model, "A name from “glassbox-cli models”, or a file", "MODEL" },
    { "layer", 'l', 0, G_OPTION_ARG_STRING, &layer, "The layer to look at", "LAYER" },
    { "unit", 'u', 0, G_OPTION_ARG_INT, &unit, "The channel, or the class for the layer “class”", "UNIT" },
    { "at", 0, 0, G_OPTION_ARG_STRING, &at, "One position of the unit instead of the mean over all", "Y,X" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("IMAGE — show what a layer answers to an image");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  g_option_context_set_description (
    context,
    "The image is taken as it is, without resizing: 64 to 1024 pixels each way. The gradient is that of\n"
    "the objective with respect to the 0 … 255 RGB image.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error) || !check_usage (words, layer, unit, at, &at_y, &at_x, &error))
    return cli_usage_error (argv[0], error);
  return probe_image (words[1], model, layer, unit, at_y, at_x, json);
}
