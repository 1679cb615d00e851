/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli visualize: the image that excites a unit, a main loop around a run. */
#include <glib-unix.h>
#include <math.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "cli.h"
#include "runtime/engine.h"
#include "vision/animation.h"
#include "vision/contact-sheet.h"
#include "vision/objective.h"
#include "vision/recipe.h"
#include "vision/visualization-job.h"
#include "vision/visualization-spec.h"
#include "visualize-flags.h"

typedef struct
{
  char *from;
  char *output;
  char *at;
  char *preset;
  char *animation;
  char *contact_sheet;
  int more;
  guint n_done; /* steps, by what --from goes on from or makes again */
  guint n_kept; /* of them, that a checkpoint holds and nobody does again */
  int class_id;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->from);
  g_free (options->output);
  g_free (options->at);
  g_free (options->preset);
  g_free (options->animation);
  g_free (options->contact_sheet);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

typedef struct
{
  GMainLoop *loop;
  GboxRun *run;
  const Options *options;
  GboxFilm *film;
  gboolean interrupted;
  int code;
} Session;

static gboolean
parse_into (GboxVisualizationSpec *spec, Options *options, char ***words, GError **error)
{
  GOptionEntry entries[] = {
    { "class", 'c', 0, G_OPTION_ARG_INT, &options->class_id,
      "The ImageNet class to visualize, 0 … 999 (488 is chain)", "CLASS" },
    { "at", 0, 0, G_OPTION_ARG_STRING, &options->at,
      "One neuron of the channel: its row and column in the layer", "Y,X" },
    { "preset", 0, 0, G_OPTION_ARG_STRING, &options->preset,
      "naive, fourier, maco or default; other flags come on top", "NAME" },
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &options->from,
      "A saved picture to make again, or a checkpoint to go on from", "FILE" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
      "Where to save: .png a picture, .safetensors a checkpoint", "FILE" },
    { "more", 0, 0, G_OPTION_ARG_INT, &options->more, "Go on with --from for that many steps more", "STEPS" },
    { "animation", 0, 0, G_OPTION_ARG_FILENAME, &options->animation,
      "Also save how it grew, as an animated WebP picture", "FILE" },
    { "contact-sheet", 0, 0, G_OPTION_ARG_FILENAME, &options->contact_sheet,
      "Also save how it grew, as a sheet of small pictures (.png)", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print a JSON object a line for each step", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— make the image that excites a unit or a class");

  g_option_context_set_description (context, "-m, -l and -u are --model, --layer and --unit, as in the other "
                                             "commands.");
  g_option_context_set_main_group (context, gbox_spec_get_options (GBOX_SPEC (spec)));
  g_option_context_add_main_entries (context, entries, NULL);
  return cli_parse (context, words, error);
}

/* Flags that stand for several properties. */
static gboolean
apply_options (GboxVisualizationSpec *spec,
               const VisualizeFlags *flags,
               const Options *options,
               GError **error)
{
  int y, x;

  if ((guint) options->more
      > GBOX_VISUALIZATION_MAX_STEPS - MIN (options->n_done, GBOX_VISUALIZATION_MAX_STEPS))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "--more %d is too many: %u steps are done, and a picture takes %d at most.", options->more,
                   options->n_done, GBOX_VISUALIZATION_MAX_STEPS);
      return FALSE;
    }
  if (options->more > 0)
    g_object_set (spec, "steps", options->n_done + (guint) options->more, NULL);
  if (options->class_id >= 0)
    g_object_set (spec, "objective", GBOX_OBJECTIVE_CLASS, "layer", "class", "unit", options->class_id, NULL);
  if (visualize_flags_has (flags, "--start") && !visualize_flags_has (flags, "--start-digest"))
    g_object_set (spec, "start-digest", "", NULL);
  visualize_flags_choose_objective (flags, spec);
  if (options->at == NULL)
    return TRUE;
  if (!cli_parse_position (options->at, &y, &x, error))
    return FALSE;
  g_object_set (spec, "objective", GBOX_OBJECTIVE_NEURON, "at-y", y, "at-x", x, NULL);
  return TRUE;
}

/* With how many steps there are to be gone on from: what a checkpoint has done, or what makes a picture. */
static GboxVisualizationSpec *
load_recipe (const char *path, Options *options, GError **error)
{
  GboxVisualizationSpec *spec = gbox_recipe_load (path, &options->n_kept, error);

  if (spec != NULL)
    options->n_done
      = options->n_kept > 0 ? options->n_kept : gbox_visualization_spec_get_values (spec)->steps;
  return spec;
}

static gboolean
check_suffix (const char *path, const char *suffix, const char *what, GError **error)
{
  g_autofree char *name = path != NULL ? g_ascii_strdown (path, -1) : NULL;

  if (name == NULL || g_str_has_suffix (name, suffix))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "%s ends in %s, “%s” does not.", what, suffix,
               path);
  return FALSE;
}

/* What would be replaced before it is read, or by another result. */
static gboolean
check_distinct (const char *output, const char *other, const char *what, GError **error)
{
  if (output == NULL || other == NULL || *other == '\0' || !cli_is_same_file (output, other))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is %s already; save to another name.",
               output, what);
  return FALSE;
}

static gboolean
check_outputs (const Options *options, GError **error)
{
  if (options->output == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "say where to save the picture: -o OUT.png.");
      return FALSE;
    }
  return gbox_visualization_check_path (options->output, error)
         && check_suffix (options->animation, ".webp", "The name of an animation", error)
         && check_suffix (options->contact_sheet, ".png", "The name of a contact sheet", error)
         && check_distinct (options->output, options->contact_sheet, "the contact sheet", error)
         && cli_check_output (options->output, error) && cli_check_output (options->animation, error)
         && cli_check_output (options->contact_sheet, error);
}

/* Photographs are no results. */
static gboolean
check_inputs (const Options *options, GboxVisualizationSpec *spec, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  const char *const outputs[] = { options->output, options->animation, options->contact_sheet };

  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++)
    if (!check_distinct (outputs[i], values->start, "what it starts from", error)
        || !check_distinct (outputs[i], values->direction_from, "what the direction is from", error)
        || !check_distinct (outputs[i], values->minus, "what the direction lacks", error)
        || !check_distinct (outputs[i], values->spectrum, "what the spectrum is from", error))
      return FALSE;
  return TRUE;
}

static gboolean
apply_preset (GboxVisualizationSpec *spec, const char *preset, GError **error)
{
  g_autofree char *names = g_strjoinv (", ", (char **) gbox_visualization_spec_get_presets ());

  if (preset == NULL || gbox_visualization_spec_apply_preset (spec, preset))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "there is no preset “%s”; the presets are %s.",
               preset, names);
  return FALSE;
}

/* Parsed twice: the flags tell which picture to start from, and then apply on top of what it says. */
static GboxVisualizationSpec *
parse_command_line (char **argv, Options *options, GError **error)
{
  g_autoptr (GboxVisualizationSpec) scratch = gbox_visualization_spec_new ();
  g_autoptr (GboxVisualizationSpec) recipe = NULL;
  g_autoptr (GboxVisualizationSpec) spec = NULL;
  g_auto (Options) first = { .class_id = -1 };
  g_auto (GStrv) words = g_strdupv (argv);
  g_auto (GStrv) words_again = g_strdupv (argv);
  VisualizeFlags flags = { 0 };

  if (!parse_into (scratch, &first, &words, error))
    return NULL;
  flags = (VisualizeFlags){ .argv = argv,
                            .words = words,
                            .from = first.from,
                            .class_id = first.class_id,
                            .more = first.more };
  if (!visualize_flags_check (&flags, scratch, error) || !check_outputs (&first, error))
    return NULL;
  if (first.from != NULL && (recipe = load_recipe (first.from, options, error)) == NULL)
    return NULL;
  spec = recipe != NULL ? GBOX_VISUALIZATION_SPEC (gbox_spec_copy (GBOX_SPEC (recipe)))
                        : gbox_visualization_spec_new ();
  if (!apply_preset (spec, first.preset, error) || !parse_into (spec, options, &words_again, error)
      || !apply_options (spec, &flags, options, error) || !visualize_flags_check_use (&flags, spec, error)
      || !check_inputs (options, spec, error) || !gbox_spec_validate (GBOX_SPEC (spec), error))
    return NULL;
  visualize_flags_tell (&flags, recipe, options->n_kept, spec);
  return g_steal_pointer (&spec);
}

static void
print_progress (Session *session)
{
  guint step = gbox_run_get_step (session->run), n_steps = gbox_run_get_n_steps (session->run);
  gboolean terminal = isatty (STDERR_FILENO);
  guint every = MAX (n_steps / 10, 1);

  if (step == 0 || (!terminal && step % every != 0 && step != n_steps))
    return;
  g_printerr (terminal ? "\r\033[Kstep %u/%u  activation %.4g  %.1f steps/s"
                       : "step %u/%u  activation %.4g  %.1f steps/s\n",
              step, n_steps, gbox_run_get_objective (session->run), gbox_run_get_rate (session->run));
}

static void
on_point (GboxRun *run, const GboxPoint *point, Session *session)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!session->options->json)
    return;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "step");
  json_builder_add_int_value (builder, point->step);
  cli_add_number (builder, "objective", point->values[0]);
  if (point->n_values > 1 && point->values[1] > 0.0)
    cli_add_number (builder, "penalty", point->values[1]);
  if (point->n_values > 2)
    cli_add_number (builder, "likeness", point->values[2]);
  json_builder_set_member_name (builder, "seconds");
  json_builder_add_double_value (builder, point->seconds);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
on_record (GboxRun *run, GType type, gpointer record, Session *session)
{
  if (type == GBOX_TYPE_FRAME)
    gbox_film_append (session->film, record);
}

static void
on_notice (GboxRun *run, const char *id, const char *text, gpointer user_data)
{
  g_printerr (isatty (STDERR_FILENO) ? "\r\033[K%s\n" : "%s\n", text);
}

static void
end_line (void)
{
  if (isatty (STDERR_FILENO))
    g_printerr ("\n");
}

/* What has been saved knows best how it was made. */
static gboolean
save_film (Session *session, GError **error)
{
  const Options *options = session->options;
  g_autoptr (GboxVisualizationSpec) recipe = NULL;
  g_autoptr (GboxFrame) last = gbox_film_shrink_to_keep (gbox_run_get_frame (session->run));

  if (options->animation == NULL && options->contact_sheet == NULL)
    return TRUE;
  recipe = gbox_recipe_load (options->output, NULL, error);
  if (recipe == NULL)
    return FALSE;
  g_object_set (recipe, "checkpoint", "", NULL);
  gbox_film_append (session->film, last);
  return (options->animation == NULL
          || gbox_animation_save (options->animation, session->film, recipe, error))
         && (options->contact_sheet == NULL
             || gbox_contact_sheet_save (options->contact_sheet, session->film, recipe, error));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;
  g_autoptr (GError) error = NULL;

  /* Only now: the last step may be told after the end. */
  end_line ();
  if (!gbox_run_save_finish (GBOX_RUN (source), result, &error) || !save_film (session, &error))
    session->code = cli_failure (error);
  else if (session->interrupted)
    g_printerr ("Interrupted at step %u; what there was is saved as %s.\n", gbox_run_get_step (session->run),
                session->options->output);
  g_main_loop_quit (session->loop);
}

static void
on_state (GboxRun *run, GParamSpec *pspec, Session *session)
{
  switch (gbox_run_get_state (run))
    {
    case GBOX_RUN_FINISHED:
      gbox_run_save_async (run, session->options->output, NULL, on_saved, session);
      break;
    case GBOX_RUN_FAILED:
      session->code = cli_failure (gbox_run_get_error (run));
      g_main_loop_quit (session->loop);
      break;
    case GBOX_RUN_WAITING:
    case GBOX_RUN_RUNNING:
    case GBOX_RUN_PAUSED:
    case GBOX_RUN_STOPPED:
      break;
    }
}

/* Saves what there is; asked a second time, ends without. */
static gboolean
on_interrupt (gpointer user_data)
{
  Session *session = user_data;

  if (session->interrupted)
    {
      end_line ();
      g_main_loop_quit (session->loop);
      return G_SOURCE_CONTINUE;
    }
  session->code = CLI_FAILED;
  session->interrupted = TRUE;
  if (gbox_run_get_step (session->run) == 0)
    {
      g_printerr ("Interrupted before the first step; nothing to save.\n");
      g_main_loop_quit (session->loop);
      return G_SOURCE_CONTINUE;
    }
  gbox_run_pause (session->run);
  gbox_run_save_async (session->run, session->options->output, NULL, on_saved, session);
  return G_SOURCE_CONTINUE;
}

/* What only the model can tell of the command line; it stays in the store for the run. Returns: an exit code.
 */
static int
check_target (GboxEngine *engine, GboxVisualizationSpec *spec)
{
  const char *model = gbox_visualization_spec_get_values (spec)->model;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxNetwork) network
    = gbox_model_store_get_network (gbox_engine_get_store (engine), model, &error);

  if (network == NULL)
    return cli_failure (error);
  return gbox_objective_check (spec, network, &error) ? CLI_OK : cli_usage_error (g_get_prgname (), error);
}

static int
run_session (GboxEngine *engine, GboxVisualizationSpec *spec, const Options *options)
{
  g_autoptr (GboxRun) run = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GboxFilm) film = gbox_film_new ();
  Session session = { .loop = loop, .options = options, .film = film };
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (signals)];

  run = gbox_engine_start (engine, GBOX_SPEC (spec));
  session.run = run;
  g_signal_connect (run, "point", G_CALLBACK (on_point), &session);
  g_signal_connect (run, "record", G_CALLBACK (on_record), &session);
  g_signal_connect (run, "notice-posted", G_CALLBACK (on_notice), NULL);
  g_signal_connect_swapped (run, "notify::step", G_CALLBACK (print_progress), &session);
  g_signal_connect (run, "notify::state", G_CALLBACK (on_state), &session);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_interrupt, &session);
  on_state (run, NULL, &session);
  if (session.code == CLI_OK)
    g_main_loop_run (loop);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  g_signal_handlers_disconnect_by_data (run, &session);
  return session.code;
}

int
cli_visualize (char **argv)
{
  static const CliShortFlag flags[]
    = { { 'm', "--model" }, { 'l', "--layer" }, { 'u', "--unit" }, { 'c', "--class" } };
  g_auto (Options) options = { .class_id = -1 };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = cli_spell_out (argv, flags, G_N_ELEMENTS (flags));
  g_autoptr (GboxVisualizationSpec) spec = parse_command_line (words, &options, &error);
  g_autoptr (GboxEngine) engine = NULL;
  int code;

  if (spec == NULL)
    return cli_failed_check (argv[0], error);
  engine = gbox_engine_new (0, &error);
  if (engine == NULL)
    return cli_failure (error);
  code = check_target (engine, spec);
  if (code == CLI_OK)
    code = run_session (engine, spec, &options);
  gbox_engine_shutdown (engine);
  return code;
}
