/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli attribute: what of a photograph, and which channels, speak for a class. */
#include "base/error.h"
#include "base/path-text.h"
#include "cli.h"
#include "vision/attribution.h"
#include "vision/classify.h"
#include "vision/heat-map.h"
#include "vision/picture.h"

#include <math.h>

/* Of the side of the image: what the map of pixels is smoothed by. */
#define SMOOTHING 56

typedef struct
{
  char *model;
  char *layers;
  char *method;
  char *output;
  int class_id;
  int top;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->model);
  g_free (options->layers);
  g_free (options->method);
  g_free (options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

typedef struct
{
  const Options *options;
  const char *path;
  GboxNetwork *network;
  GArray *layers; /* of guint */
  int class_id;
  GboxImage *image;
  GboxAttribution *attribution;
} Findings;

static double
sum_pixels (const Findings *findings)
{
  const float *pixels = gbox_attribution_get_pixels (findings->attribution);
  double sum = 0.0;

  for (gsize i = 0; i < (gsize) findings->image->width * (gsize) findings->image->height; i++)
    sum += (double) pixels[i];
  return sum;
}

static int
compare_channels (const void *a, const void *b, gpointer user_data)
{
  const float *values = user_data;
  const float x = values[*(const int *) a], y = values[*(const int *) b];

  return (x < y) - (x > y);
}

/* (array): the channels of a layer, those that speak most for the class first. */
static int *
rank_channels (const Findings *findings, guint i, int *n, double *sum)
{
  const float *values = gbox_attribution_get_channels (findings->attribution, i);
  int height, width;
  int *order;

  gbox_attribution_get_shape (findings->attribution, i, &height, &width, n);
  order = g_new (int, *n);
  *sum = 0.0;
  for (int c = 0; c < *n; c++)
    {
      order[c] = c;
      *sum += (double) values[c];
    }
  g_qsort_with_data (order, *n, sizeof *order, compare_channels, (gpointer) values);
  return order;
}

static void
add_layer (JsonBuilder *builder, const Findings *findings, guint i)
{
  const float *values = gbox_attribution_get_channels (findings->attribution, i);
  const guint layer = g_array_index (findings->layers, guint, i);
  int n;
  double sum;
  g_autofree int *order = rank_channels (findings, i, &n, &sum);

  json_builder_begin_object (builder);
  cli_add_text (builder, "layer", gbox_network_get_layer (findings->network, layer)->name);
  cli_add_number (builder, "sum", sum);
  json_builder_set_member_name (builder, "top");
  json_builder_begin_array (builder);
  for (int k = 0; k < MIN (findings->options->top, n); k++)
    {
      json_builder_begin_object (builder);
      cli_add_integer (builder, "unit", order[k]);
      cli_add_number (builder, "attribution", (double) values[order[k]]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (const Findings *findings)
{
  const GboxAttribution *attribution = findings->attribution;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_text (builder, "image", findings->path);
  cli_add_integer (builder, "class", findings->class_id);
  cli_add_text (builder, "label", gbox_network_get_class_label (findings->network, findings->class_id));
  cli_add_number (builder, "logit", gbox_attribution_get_logit (attribution));
  cli_add_number (builder, "baseline_logit", gbox_attribution_get_baseline_logit (attribution));
  cli_add_number (builder, "sum", sum_pixels (findings));
  cli_add_number (builder, "gap", gbox_attribution_get_gap (attribution));
  cli_add_integer (builder, "points", gbox_attribution_get_n_points (attribution));
  json_builder_set_member_name (builder, "layers");
  json_builder_begin_array (builder);
  for (guint i = 0; i < findings->layers->len; i++)
    add_layer (builder, findings, i);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_text (const Findings *findings)
{
  const GboxAttribution *attribution = findings->attribution;
  g_autofree char *name = gbox_path_to_text (findings->path);

  g_print ("%s: class %d, %s\n  logit %.4f, of grey %.4f; the pixels sum up to %.4f\n", name,
           findings->class_id, gbox_network_get_class_label (findings->network, findings->class_id),
           gbox_attribution_get_logit (attribution), gbox_attribution_get_baseline_logit (attribution),
           sum_pixels (findings));
  for (guint i = 0; i < findings->layers->len; i++)
    {
      const float *values = gbox_attribution_get_channels (attribution, i);
      const guint layer = g_array_index (findings->layers, guint, i);
      int n;
      double sum;
      g_autofree int *order = rank_channels (findings, i, &n, &sum);

      g_print ("  %s:", gbox_network_get_layer (findings->network, layer)->name);
      for (int k = 0; k < MIN (findings->options->top, n); k++)
        g_print (" %d (%+.3f)", order[k], (double) values[order[k]]);
      g_print ("\n");
    }
}

static gboolean
save_map (const Findings *findings, GError **error)
{
  GboxImage *image = findings->image;
  const gsize n = (gsize) image->width * (gsize) image->height;
  g_autofree float *values
    = g_memdup2 (gbox_attribution_get_pixels (findings->attribution), n * sizeof (float));

  gbox_heat_map_smooth (values, image->height, image->width, MAX (image->width / SMOOTHING, 1));
  gbox_heat_map_draw (image, values, image->height, image->width);
  return gbox_picture_save (findings->options->output, image->pixels, image->width, image->height, NULL, 0,
                            error);
}

static gboolean
has_layer (const GArray *layers, int layer)
{
  for (guint i = 0; i < layers->len; i++)
    if (g_array_index (layers, guint, i) == (guint) layer)
      return TRUE;
  return FALSE;
}

/* Each once, however often it is named. */
static GArray *
choose_layers (GboxNetwork *network, const char *text, GError **error)
{
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "", ",", -1);
  g_autoptr (GArray) layers = g_array_new (FALSE, FALSE, sizeof (guint));

  for (char **name = names; *name != NULL; name++)
    {
      const int layer = cli_find_layer (network, g_strstrip (*name), error);

      if (layer < 0)
        return NULL;
      if (!has_layer (layers, layer))
        g_array_append_val (layers, layer);
    }
  return g_steal_pointer (&layers);
}

/* The likeliest class. */
static gboolean
find_class (GboxNetwork *network, GboxTeam *team, const GboxImage *image, int *class_id, GError **error)
{
  g_autoptr (GboxClassifier) classifier = gbox_classifier_new (network, team, error);
  GboxClassScore top;

  if (classifier == NULL)
    return FALSE;
  gbox_classifier_run (classifier, image, &top, 1);
  *class_id = top.class_id;
  return TRUE;
}

static gboolean
attribute (Findings *findings, const GboxImage *image, GError **error)
{
  const Options *options = findings->options;
  const gboolean is_gradient = g_strcmp0 (options->method, "gradient") == 0;
  g_autoptr (GboxTeam) team = gbox_team_new (0);
  g_autoptr (GboxAttribution) attribution = NULL;

  if (options->class_id < 0 && !find_class (findings->network, team, image, &findings->class_id, error))
    return FALSE;
  attribution
    = gbox_attribution_new (findings->network, team, findings->image, findings->class_id,
                            (const guint *) (gpointer) findings->layers->data, findings->layers->len,
                            is_gradient ? GBOX_ATTRIBUTION_GRADIENT : GBOX_ATTRIBUTION_INTEGRATED, error);
  if (attribution == NULL)
    return FALSE;
  while (gbox_attribution_step (attribution))
    ;
  findings->attribution = attribution;
  if (options->json)
    print_json (findings);
  else
    print_text (findings);
  return options->output == NULL || save_map (findings, error);
}

static int
run (const Options *options, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxModelStore) store = gbox_model_store_new (&error);
  g_autoptr (GboxNetwork) network
    = store != NULL ? gbox_model_store_get_network (store, options->model, &error) : NULL;
  g_autoptr (GboxImage) image = network != NULL ? gbox_image_load (path, &error) : NULL;
  g_autoptr (GboxImage) prepared = NULL;
  g_autoptr (GArray) layers = NULL;
  Findings findings = { .options = options, .path = path, .network = network, .class_id = options->class_id };

  if (image == NULL || (layers = choose_layers (network, options->layers, &error)) == NULL)
    return cli_failure (error);
  prepared = gbox_image_prepare (image, gbox_network_get_preprocessing (network));
  findings.layers = layers;
  findings.image = prepared;
  return attribute (&findings, image, &error) ? CLI_OK : cli_failure (error);
}

static gboolean
check (const Options *options, char **words, GError **error)
{
  if (g_strv_length (words) != 2)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "name one image.");
  else if (options->method != NULL && !g_str_equal (options->method, "gradient")
           && !g_str_equal (options->method, "integrated"))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--method is integrated or gradient, not “%s”.", options->method);
  else if (options->top < 1)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--top takes a number of channels, 1 or more, not %d.", options->top);
  else if (options->output != NULL && !g_str_has_suffix (options->output, ".png"))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--output is saved as PNG: give it a name that ends in .png, not “%s”.", options->output);
  else if (options->output != NULL && cli_is_same_file (options->output, words[1]))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "“%s” is the photograph itself; save to another name.", options->output);
  else
    return cli_check_output (options->output, error);
  return FALSE;
}

int
cli_attribute (char **argv)
{
  g_auto (Options) options = { .class_id = -1, .top = 10 };
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &options.model, "A name from “glassbox-cli models”, or a file",
      "MODEL" },
    { "class", 'c', 0, G_OPTION_ARG_INT, &options.class_id,
      "The ImageNet class, 0 … 999; the likeliest unless told", "CLASS" },
    { "layers", 'l', 0, G_OPTION_ARG_STRING, &options.layers,
      "Layers whose channels are told too, with commas between them", "LAYERS" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &options.method,
      "integrated (gradients, from grey on), unless told, or gradient (times activation)", "NAME" },
    { "top", 0, 0, G_OPTION_ARG_INT, &options.top, "How many channels of a layer to tell; 10 unless told",
      "N" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      "Where to save the photograph with what speaks for the class in orange", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print one JSON object", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context
    = g_option_context_new ("IMAGE — show what of a photograph, and which channels, speak for a class");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error))
    return cli_usage_error (argv[0], error);
  if (!check (&options, words, &error))
    return cli_failed_check (argv[0], error);
  return run (&options, words[1]);
}
