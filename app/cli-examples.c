/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli examples: the photographs that excite a unit most. */
#include "base/error.h"
#include "base/path-text.h"
#include "cli.h"
#include "models/imagenet.h"
#include "vision/verdict.h"

#include <math.h>

/* Told apart from a wrong number. */
#define LAST_SCALES G_MININT

typedef struct
{
  char *model;
  char *layer;
  char *database;
  char *image;
  int unit;
  int top;
  int n_scales;
  gboolean peak;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->model);
  g_free (options->layer);
  g_free (options->database);
  g_free (options->image);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
add_square (JsonBuilder *builder, const char *name, const GboxPhotoPatch *square)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  cli_add_number (builder, "x", square->x);
  cli_add_number (builder, "y", square->y);
  cli_add_number (builder, "side", square->side);
  json_builder_end_object (builder);
}

static void
add_example (JsonBuilder *builder, const GboxExample *example)
{
  g_autofree char *path = g_filename_display_name (example->path);

  json_builder_begin_object (builder);
  cli_add_text (builder, "path", path);
  cli_add_number (builder, "activation", example->activation);
  cli_add_integer (builder, "class", example->class_id);
  add_square (builder, "patch", &example->patch);
  add_square (builder, "crop", &example->crop);
  json_builder_set_member_name (builder, "at");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, example->y);
  json_builder_add_int_value (builder, example->x);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_verdict (JsonBuilder *builder, const GboxVerdict *verdict)
{
  g_autofree char *image = gbox_verdict_describe_image (verdict);
  g_autofree char *classes = gbox_verdict_describe_classes (verdict);
  g_autofree char *text = g_strjoin (*image != '\0' && *classes != '\0' ? " " : "", image, classes, NULL);

  if (!isnan (verdict->image))
    cli_add_number (builder, "image", verdict->image);
  if (verdict->ratio > 0.0)
    cli_add_number (builder, "ratio", verdict->ratio);
  json_builder_set_member_name (builder, "classes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < verdict->shares->len; i++)
    {
      const GboxClassShare *share = &g_array_index (verdict->shares, GboxClassShare, i);

      json_builder_begin_object (builder);
      cli_add_integer (builder, "class", share->class_id);
      cli_add_text (builder, "label", gbox_imagenet_label (share->class_id));
      cli_add_integer (builder, "photos", share->n);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  cli_add_text (builder, "verdict", text);
}

static void
print_json (const GboxExamples *examples, const GboxVerdict *verdict)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_integer (builder, "photos", examples->n_photos);
  cli_add_integer (builder, "scales", examples->n_scales);
  cli_add_number (builder, "mean", examples->mean);
  cli_add_number (builder, "sd", examples->sd);
  cli_add_number (builder, "min", examples->smallest);
  cli_add_number (builder, "max", examples->largest);
  json_builder_set_member_name (builder, "histogram");
  json_builder_begin_array (builder);
  for (int i = 0; i < GBOX_EXAMPLES_N_BINS; i++)
    json_builder_add_int_value (builder, examples->bins[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "examples");
  json_builder_begin_array (builder);
  for (guint i = 0; i < examples->n; i++)
    add_example (builder, &examples->examples[i]);
  json_builder_end_array (builder);
  add_verdict (builder, verdict);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_text (const Options *options, const GboxExamples *examples, const GboxVerdict *verdict)
{
  g_autofree char *image = gbox_verdict_describe_image (verdict);
  g_autofree char *classes = gbox_verdict_describe_classes (verdict);

  if (examples->n_photos == 0)
    g_print ("No photographs yet: “glassbox-cli index FOLDER” looks through some with this layer.\n");
  else
    g_print ("%u photographs, cut at %d %s: mean %.4g, standard deviation %.4g, %.4g to %.4g\n",
             examples->n_photos, examples->n_scales, examples->n_scales == 1 ? "scale" : "scales",
             examples->mean, examples->sd, examples->smallest, examples->largest);
  for (guint i = 0; i < examples->n; i++)
    {
      const GboxExample *example = &examples->examples[i];
      g_autofree char *path = gbox_path_to_text (example->path);

      g_print ("  %10.4g  %s  %.0f × %.0f pixels at %.0f, %.0f\n", example->activation, path,
               example->crop.side, example->crop.side, example->crop.x, example->crop.y);
    }
  if (examples->n > 0)
    g_print ("Does it mean it? %s %s\n", image,
             *classes != '\0' ? classes : "“index --layers class” tells what the photos are taken for.");
}

/* Not a number where no image was named. */
static gboolean
measure_image (const Options *options,
               GboxNetwork *network,
               guint layer,
               GboxExampleMeasure measure,
               double *activation,
               GError **error)
{
  g_autoptr (GboxTeam) team = NULL;
  g_autoptr (GboxImage) image = NULL;

  *activation = NAN;
  if (options->image == NULL)
    return TRUE;
  image = gbox_image_load (options->image, error);
  if (image == NULL)
    return FALSE;
  team = gbox_team_new (0);
  return gbox_examples_measure (network, team, layer, options->unit, measure, image, activation, error);
}

/* Of a cut that was asked for by its scales there has to be one; without, nothing is an answer too. */
static gboolean
check_scales (const Options *options, const GboxExamples *examples, GError **error)
{
  if (options->n_scales == LAST_SCALES || examples->n_photos > 0)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
               "The index holds no photographs that were cut at %d %s and looked through with this layer: "
               "“glassbox-cli index --scales %d FOLDER” does that.",
               options->n_scales, options->n_scales == 1 ? "scale" : "scales", options->n_scales);
  return FALSE;
}

/* Looking makes no index. */
static GboxPhotoIndex *
open_index (const char *path, GError **error)
{
  g_autofree char *own_path = path != NULL ? g_strdup (path) : gbox_photo_index_get_default_path ();

  if (g_file_test (own_path, G_FILE_TEST_IS_REGULAR))
    return gbox_photo_index_open (own_path, error);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
               "There is no index of photographs “%s”: “glassbox-cli index %s%s%sFOLDER” makes one.",
               own_path, path != NULL ? "--database " : "", path != NULL ? path : "",
               path != NULL ? " " : "");
  return NULL;
}

static int
show (const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxModelStore) store = gbox_model_store_new (&error);
  g_autoptr (GboxNetwork) network
    = store != NULL ? gbox_model_store_get_network (store, options->model, &error) : NULL;
  const GboxExampleMeasure measure = options->peak ? GBOX_EXAMPLE_PEAK : GBOX_EXAMPLE_MEAN;
  g_autoptr (GboxPhotoIndex) index = NULL;
  g_autoptr (GboxExamples) examples = NULL;
  g_autoptr (GboxVerdict) verdict = NULL;
  double image;
  int layer;

  if (network == NULL || (layer = cli_find_layer (network, options->layer, &error)) < 0
      || (index = open_index (options->database, &error)) == NULL)
    return cli_failure (error);
  examples = gbox_examples_new (index, network, (guint) layer, options->unit, measure,
                                options->n_scales == LAST_SCALES ? 0 : options->n_scales,
                                (guint) options->top, &error);
  if (examples == NULL || !check_scales (options, examples, &error)
      || !measure_image (options, network, (guint) layer, measure, &image, &error))
    return cli_failure (error);
  verdict = gbox_verdict_new (examples, image);
  if (options->json)
    print_json (examples, verdict);
  else
    print_text (options, examples, verdict);
  return CLI_OK;
}

static gboolean
check (const Options *options, char **words, GError **error)
{
  if (words[1] != NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is one word too many.", words[1]);
  else if (options->layer == NULL || options->unit < 0)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                         "say which unit: --layer and --unit, which counts from 0.");
  else if (options->top < 1)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--top takes a number of photographs, 1 or more, not %d.", options->top);
  else if (options->n_scales != LAST_SCALES
           && (options->n_scales < 1 || options->n_scales > GBOX_PHOTO_MAX_SCALES))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--scales takes a number from 1 to %d, not %d.", GBOX_PHOTO_MAX_SCALES, options->n_scales);
  else
    return TRUE;
  return FALSE;
}

int
cli_examples (char **argv)
{
  g_auto (Options) options = { .unit = -1, .top = 9, .n_scales = LAST_SCALES };
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &options.model, "A name from “glassbox-cli models”, or a file",
      "MODEL" },
    { "layer", 'l', 0, G_OPTION_ARG_STRING, &options.layer, "The layer", "LAYER" },
    { "unit", 'u', 0, G_OPTION_ARG_INT, &options.unit, "The channel or class", "UNIT" },
    { "top", 0, 0, G_OPTION_ARG_INT, &options.top, "How many photographs to name; 9 unless told", "N" },
    { "scales", 0, 0, G_OPTION_ARG_INT, &options.n_scales,
      "Of those that “index” cut at so many scales, 1 … 3; as it did last unless told", "N" },
    { "peak", 0, 0, G_OPTION_ARG_NONE, &options.peak,
      "Go by the strongest position instead of the mean over all", NULL },
    { "image", 'i', 0, G_OPTION_ARG_FILENAME, &options.image,
      "The unit's image, as “visualize” saves it, to be compared with the photographs", "FILE" },
    { "database", 0, 0, G_OPTION_ARG_FILENAME, &options.database, "The file that “index” wrote", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print one JSON object", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context
    = g_option_context_new ("— show which photographs excite a unit most, and how it answers to all");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error) || !check (&options, words, &error))
    return cli_usage_error (argv[0], error);
  return show (&options);
}
