/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli atlas: a picture of every unit of a layer, one after the other. */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "cli.h"
#include "runtime/engine.h"
#include "runtime/spec-options.h"
#include "vision/objective.h"
#include "vision/photo-spectrum.h"
#include "vision/picture.h"
#include "vision/start-photo.h"
#include "vision/visualization-spec.h"

/* A layer has hundreds of units: each is small and done in seconds unless asked for otherwise. */
#define DEFAULT_SIZE  128
#define DEFAULT_STEPS 128u

#define CLASS_LAYER "class"

/* What is about one unit, or not about units. */
static const char *const left_out[] = { "unit",
                                        "direction",
                                        "cosine-power",
                                        "direction-from",
                                        "minus",
                                        "diversity",
                                        "diversity-weight",
                                        "interpolate-to",
                                        "interpolate-steps",
                                        "start-digest",
                                        "checkpoint",
                                        NULL };

typedef struct
{
  char *folder;
  gboolean json;
} Options;

typedef struct
{
  GboxEngine *engine;
  GboxVisualizationSpec *spec; /* of the unit at hand */
  const Options *options;
  GMainLoop *loop;
  GboxRun *run;
  char *path;
  guint n_units;
  guint n_made;
  guint n_there; /* before, or made by others meanwhile */
  gboolean is_new_folder;
  int code;
} Atlas;

static void
options_clear (Options *options)
{
  g_free (options->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse (GboxVisualizationSpec *spec, Options *options, char ***words, GError **error)
{
  GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->folder,
      "Folder for the pictures, made if it is not there", "FOLDER" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print a JSON object a line for each unit", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— make a picture of every unit of a layer");

  g_option_context_set_description (
    context,
    "What is there already and was made in the same way is kept, so a command that was interrupted goes on "
    "where\nit was, and several that work on one folder share the units. -m and -l are --model and --layer.");
  g_option_context_set_main_group (context, gbox_spec_get_options_without (GBOX_SPEC (spec), left_out));
  g_option_context_add_main_entries (context, entries, NULL);
  return cli_parse (context, words, error);
}

static gboolean
check_options (char **words, GboxVisualizationSpec *spec, const Options *options, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  const char *problem = NULL;

  if (g_strv_length (words) > 1)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is one word too many.", words[1]);
  else if (values->layer[0] == '\0')
    problem = "say which layer with --layer.";
  else if (options->folder == NULL)
    problem = "say where to save the pictures: -o FOLDER.";
  else if (values->basis == GBOX_BASIS_MACO && !gbox_photo_spectrum_is_settled (values->spectrum))
    problem
      = "a spectrum would be measured again for each picture: give the bands that “visualize” saved in its "
        "recipe, or take the table.";
  else if (values->basis != GBOX_BASIS_MACO
           && (values->fade || !g_str_equal (values->spectrum, GBOX_SPECTRUM_TABLE)))
    problem = "--spectrum and --fade count only for the MACO basis: say --basis maco too.";
  else if (values->objective != GBOX_OBJECTIVE_CHANNEL && values->objective != GBOX_OBJECTIVE_NEURON
           && values->objective != GBOX_OBJECTIVE_CLASS)
    problem = "an atlas is of units: its objective is channel or neuron.";
  else
    return TRUE;
  if (problem != NULL)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, problem);
  return FALSE;
}

static gboolean
make_folder (Atlas *atlas, GError **error)
{
  const char *folder = atlas->options->folder;

  atlas->is_new_folder = !g_file_test (folder, G_FILE_TEST_EXISTS);
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "The folder “%s” cannot be made: %s.", folder,
               g_strerror (errno));
  return FALSE;
}

/* Whether the picture is there, made in just this way. */
static gboolean
is_made (const Atlas *atlas)
{
  g_autoptr (GboxVisualizationSpec) there = NULL;

  if (!g_file_test (atlas->path, G_FILE_TEST_EXISTS))
    return FALSE;
  there = gbox_picture_load_spec (atlas->path, NULL, NULL);
  return there != NULL && gbox_spec_equal (GBOX_SPEC (there), GBOX_SPEC (atlas->spec));
}

static void
tell (Atlas *atlas, gboolean is_new)
{
  const int unit = gbox_visualization_spec_get_values (atlas->spec)->unit;
  g_autoptr (JsonBuilder) builder = NULL;

  if (!atlas->options->json)
    {
      g_printerr ("unit %d (%u of %u): %s\n", unit, atlas->n_made + atlas->n_there, atlas->n_units,
                  is_new ? atlas->path : "there already");
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_integer (builder, "unit", unit);
  cli_add_text (builder, "path", atlas->path);
  json_builder_set_member_name (builder, "made");
  json_builder_add_boolean_value (builder, is_new);
  if (is_new)
    cli_add_number (builder, "objective", gbox_run_get_objective (atlas->run));
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Atlas *atlas = user_data;
  g_autoptr (GError) error = NULL;

  if (gbox_run_save_finish (GBOX_RUN (source), result, &error))
    atlas->n_made++;
  else
    atlas->code = cli_failure (error);
  g_main_loop_quit (atlas->loop);
}

static void
on_state (GboxRun *run, GParamSpec *pspec, Atlas *atlas)
{
  if (gbox_run_get_state (run) == GBOX_RUN_FINISHED)
    gbox_run_save_async (run, atlas->path, NULL, on_saved, atlas);
  if (gbox_run_get_state (run) != GBOX_RUN_FAILED)
    return;
  atlas->code = cli_failure (gbox_run_get_error (run));
  g_main_loop_quit (atlas->loop);
}

static gboolean
on_interrupt (gpointer user_data)
{
  Atlas *atlas = user_data;

  g_printerr ("Interrupted; the same command goes on where it was.\n");
  atlas->code = CLI_FAILED;
  g_main_loop_quit (atlas->loop);
  return G_SOURCE_CONTINUE;
}

static void
make_picture (Atlas *atlas)
{
  atlas->run = gbox_engine_start (atlas->engine, GBOX_SPEC (atlas->spec));
  g_signal_connect (atlas->run, "notify::state", G_CALLBACK (on_state), atlas);
  on_state (atlas->run, NULL, atlas);
  if (atlas->code == CLI_OK)
    g_main_loop_run (atlas->loop);
  g_signal_handlers_disconnect_by_data (atlas->run, atlas);
  if (atlas->code == CLI_OK)
    tell (atlas, TRUE);
  g_clear_object (&atlas->run);
}

/* The kernel gives up the lock of a process that ends, however that happens. Whoever gets a lock on a file
 * that another has removed meanwhile finds the picture made. */
static void
make_unit (Atlas *atlas)
{
  g_autofree char *lock_path = g_strconcat (atlas->path, ".lock", NULL);
  int lock;

  if (is_made (atlas))
    {
      atlas->n_there++;
      tell (atlas, FALSE);
      return;
    }
  lock = g_open (lock_path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (lock < 0)
    {
      g_printerr ("%s: “%s” cannot be written: %s.\n", g_get_prgname (), lock_path, g_strerror (errno));
      atlas->code = CLI_FAILED;
      return;
    }
  if (flock (lock, LOCK_EX | LOCK_NB) != 0)
    {
      atlas->n_there++; /* another process is at it */
      close (lock);
      return;
    }
  if (is_made (atlas))
    atlas->n_there++; /* by another process, just now */
  else
    make_picture (atlas);
  g_unlink (lock_path);
  close (lock);
}

static void
make_all (Atlas *atlas)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (atlas->spec);
  const gboolean is_class = g_str_equal (values->layer, CLASS_LAYER);

  if (is_class)
    g_object_set (atlas->spec, "objective", GBOX_OBJECTIVE_CLASS, NULL);
  for (guint unit = 0; unit < atlas->n_units && atlas->code == CLI_OK; unit++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%04u.png", values->layer, unit);

      g_object_set (atlas->spec, "unit", (int) unit, NULL);
      atlas->path = g_build_filename (atlas->options->folder, name, NULL);
      make_unit (atlas);
      g_clear_pointer (&atlas->path, g_free);
    }
}

/* The model is settled, so that what is there can be compared; it stays in the store for the runs. */
static int
prepare (Atlas *atlas)
{
  GboxModelStore *store = gbox_engine_get_store (atlas->engine);
  const char *model = gbox_visualization_spec_get_values (atlas->spec)->model;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxNetwork) network = NULL;
  int layer;

  if (model[0] == '\0')
    g_object_set (atlas->spec, "model",
                  gbox_catalogue_get_default (gbox_model_store_get_catalogue (store), GBOX_MODEL_VISION),
                  NULL);
  network
    = gbox_model_store_get_network (store, gbox_visualization_spec_get_values (atlas->spec)->model, &error);
  if (network == NULL)
    return cli_failure (error);
  if (!gbox_objective_check (atlas->spec, network, &error))
    return cli_usage_error (g_get_prgname (), error);
  if (!gbox_start_photo_settle (atlas->spec, &error))
    return cli_failure (error);
  layer = gbox_network_find_layer (network, gbox_visualization_spec_get_values (atlas->spec)->layer);
  atlas->n_units = (guint) gbox_network_get_layer (network, (guint) layer)->n_channels;
  return make_folder (atlas, &error) ? CLI_OK : cli_failure (error);
}

static int
run_atlas (GboxEngine *engine, GboxVisualizationSpec *spec, const Options *options)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Atlas atlas = { .engine = engine, .spec = spec, .options = options, .loop = loop };
  guint sources[G_N_ELEMENTS (signals)];

  atlas.code = prepare (&atlas);
  if (atlas.code != CLI_OK)
    return atlas.code;
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_interrupt, &atlas);
  make_all (&atlas);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  if (atlas.code != CLI_OK && atlas.is_new_folder)
    g_rmdir (options->folder); /* unless there is something in it */
  return atlas.code;
}

int
cli_atlas (char **argv)
{
  static const CliShortFlag flags[] = { { 'm', "--model" }, { 'l', "--layer" } };
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  g_auto (GStrv) words = cli_spell_out (argv, flags, G_N_ELEMENTS (flags));
  g_autoptr (GboxEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Options) options = { 0 };
  int code;

  g_object_set (spec, "size", DEFAULT_SIZE, "steps", DEFAULT_STEPS, NULL);
  if (!parse (spec, &options, &words, &error) || !check_options (words, spec, &options, &error)
      || !gbox_spec_validate (GBOX_SPEC (spec), &error))
    return cli_usage_error (argv[0], error);
  engine = gbox_engine_new (0, &error);
  if (engine == NULL)
    return cli_failure (error);
  code = run_atlas (engine, spec, &options);
  gbox_engine_shutdown (engine);
  return code;
}
