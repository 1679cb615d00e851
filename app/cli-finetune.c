/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli finetune: a language model learns what is rewarded, a main loop around a run. */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "cli.h"
#include "finetune-table.h"
#include "learning/finetune-checkpoint.h"
#include "learning/finetune-csv.h"
#include "learning/finetune-job.h"
#include "runtime/engine.h"

/* Characters of a parameter's value that are told. */
#define MAX_SHOWN 60

typedef struct
{
  gboolean json;
  char *prompt_file;
  char *csv;
  char *samples_csv;
  guint step; /* that is gone on from */
} Options;

static void
options_clear (Options *options)
{
  g_free (options->prompt_file);
  g_free (options->csv);
  g_free (options->samples_csv);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Tables that are written beside what is printed; NULL for none. */
typedef struct
{
  FinetuneTable *points;
  FinetuneTable *completions;
} Tables;

typedef struct
{
  GMainLoop *loop;
  GboxRun *run;
  const char *checkpoint;
  gboolean json;
  const Tables *tables;
  GPtrArray *compared;  /* of GboxFinetuneCompletion: before, then after */
  gboolean interrupted; /* by the user */
  int code;
} Session;

static void
print_step (const GboxPoint *point)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_integer (builder, "step", point->step);
  for (guint i = 0; i < GBOX_FINETUNE_N_VALUES; i++)
    if (gbox_finetune_value_get_name (i) != NULL)
      cli_add_number (builder, gbox_finetune_value_get_name (i), point->values[i]);
  cli_add_number (builder, "seconds", point->seconds);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
end_progress (void)
{
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");
}

static void
on_point (GboxRun *run, const GboxPoint *point, Session *session)
{
  end_progress ();
  if (session->tables->points != NULL)
    finetune_table_add_point (session->tables->points, point);
  if (session->json)
    print_step (point);
  else
    g_print ("step %u/%u  reward %.2f ± %.2f (%.3g to %.3g)  KL %.2f  entropy %.2f  %.0f tokens/s\n",
             point->step, gbox_run_get_n_steps (run), point->values[GBOX_FINETUNE_REWARD_MEAN],
             point->values[GBOX_FINETUNE_REWARD_STD], point->values[GBOX_FINETUNE_REWARD_MIN],
             point->values[GBOX_FINETUNE_REWARD_MAX], point->values[GBOX_FINETUNE_KL],
             point->values[GBOX_FINETUNE_ENTROPY], point->values[GBOX_FINETUNE_TOKENS_PER_SECOND]);
}

/* Of a batch only its first completion is shown, as it grows. */
static void
show_piece (const GboxFinetunePiece *piece)
{
  if (piece->sequence == 0 && isatty (STDERR_FILENO))
    g_printerr ("%s", piece->text[0] == '\n' ? " " : piece->text);
}

static void
on_record (GboxRun *run, GType type, gconstpointer record, Session *session)
{
  const GboxFinetuneCompletion *completion = record;

  if (type == GBOX_TYPE_FINETUNE_COMPLETION && session->tables->completions != NULL)
    finetune_table_add_completion (session->tables->completions, completion);
  if (type == GBOX_TYPE_FINETUNE_PIECE)
    show_piece (record);
  else if (type == GBOX_TYPE_FINETUNE_COMPLETION && completion->phase != GBOX_FINETUNE_TRAINING)
    g_ptr_array_add (session->compared, gbox_finetune_completion_copy (completion));
}

static void
on_notice (GboxRun *run, const char *id, const char *text, gpointer user_data)
{
  /* That a warning is over shows in what follows. */
  if (*text == '\0')
    return;
  end_progress ();
  g_printerr ("%s\n", text);
}

static void
print_completion (const Session *session, const GboxFinetuneCompletion *completion)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!session->json)
    {
      g_print ("--- %s %u, reward %.4g\n%s\n", gbox_finetune_phase_get_name (completion->phase),
               completion->sequence, completion->reward, completion->text);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_text (builder, "phase", gbox_finetune_phase_get_name (completion->phase));
  cli_add_integer (builder, "sample", completion->sequence);
  cli_add_number (builder, "reward", completion->reward);
  cli_add_number (builder, "kl", completion->kl);
  cli_add_integer (builder, "tokens", completion->n_tokens);
  cli_add_text (builder, "completion", completion->text);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
on_state (GboxRun *run, GParamSpec *pspec, Session *session)
{
  if (!gbox_run_is_final (run))
    return;
  end_progress ();
  if (gbox_run_get_state (run) == GBOX_RUN_FAILED)
    session->code = cli_failure (gbox_run_get_error (run));
  g_main_loop_quit (session->loop);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;
  g_autoptr (GError) error = NULL;

  if (!gbox_run_save_finish (GBOX_RUN (source), result, &error))
    cli_failure (error);
  else
    g_printerr ("Interrupted at step %u; go on with --resume %s.\n", gbox_run_get_step (session->run),
                session->checkpoint);
  g_main_loop_quit (session->loop);
}

/* Saves what there is, if it was said where to; asked a second time, ends without. */
static gboolean
on_interrupt (gpointer user_data)
{
  Session *session = user_data;

  end_progress ();
  session->code = CLI_FAILED;
  if (session->interrupted || session->checkpoint[0] == '\0' || gbox_run_get_step (session->run) == 0)
    {
      g_printerr ("Interrupted.\n");
      gbox_run_stop (session->run);
      g_main_loop_quit (session->loop);
      return G_SOURCE_CONTINUE;
    }
  session->interrupted = TRUE;
  gbox_run_pause (session->run);
  gbox_run_save_async (session->run, session->checkpoint, NULL, on_saved, session);
  return G_SOURCE_CONTINUE;
}

static void
watch (Session *session)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (signals)];

  g_signal_connect (session->run, "record", G_CALLBACK (on_record), session);
  g_signal_connect (session->run, "point", G_CALLBACK (on_point), session);
  g_signal_connect (session->run, "notice-posted", G_CALLBACK (on_notice), NULL);
  g_signal_connect (session->run, "notify::state", G_CALLBACK (on_state), session);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_interrupt, session);
  g_main_loop_run (session->loop);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  g_signal_handlers_disconnect_by_data (session->run, session);
}

static void
free_completion (gpointer completion)
{
  gbox_finetune_completion_free (completion);
}

static int
run_session (GboxEngine *engine, GboxFinetuneSpec *spec, const Options *options, const Tables *tables)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GboxRun) run = gbox_engine_start (engine, GBOX_SPEC (spec));
  g_autoptr (GPtrArray) compared = g_ptr_array_new_with_free_func (free_completion);
  Session session = {
    .loop = loop,
    .run = run,
    .checkpoint = gbox_finetune_spec_get_values (spec)->checkpoint,
    .json = options->json,
    .tables = tables,
    .compared = compared,
  };

  watch (&session);
  for (guint i = 0; session.code == CLI_OK && i < compared->len; i++)
    print_completion (&session, compared->pdata[i]);
  return session.code;
}

static gboolean
parse_into (GboxFinetuneSpec *spec, char **argv, Options *options, GError **error)
{
  GOptionEntry entries[] = {
    { "prompt-file", 0, 0, G_OPTION_ARG_FILENAME, &options->prompt_file,
      "The text to complete is in this file, in place of --prompt", "FILE" },
    { "csv", 0, 0, G_OPTION_ARG_FILENAME, &options->csv,
      "Write the curves into this file too; with --resume, go on with those in it up to the checkpoint",
      "FILE" },
    { "samples-csv", 0, 0, G_OPTION_ARG_FILENAME, &options->samples_csv,
      "The same of all completions: before, of each step, and after", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json,
      "Print a JSON object a line for each step, then for each completion before and after", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— let a language model learn what is rewarded");
  g_auto (GStrv) words = g_strdupv (argv);

  g_option_context_set_description (
    context,
    "With --resume all parameters are those of the checkpoint, but for the flags beside it.\n"
    "A table that is gone on with keeps its rows up to the checkpoint; those of steps that are done\n"
    "again take the place of the others, and one that would lose more is refused.\n"
    "A checkpoint is a model too: glassbox-cli complete --model FILE. -m is --model.");
  g_option_context_set_main_group (context, gbox_spec_get_options (GBOX_SPEC (spec)));
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, error))
    return FALSE;
  if (g_strv_length (words) <= 1)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is one word too many.", words[1]);
  return FALSE;
}

static gboolean
read_prompt (GboxFinetuneSpec *spec, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree char *text = NULL;

  if (path == NULL)
    return TRUE;
  bytes = cli_read_file (path, error);
  if (bytes == NULL)
    return FALSE;
  if (!g_utf8_validate_len ((const char *) bytes->data, bytes->len, NULL))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "The prompt in “%s” is no UTF-8 text.",
                   path);
      return FALSE;
    }
  text = bytes->len > 0 ? g_strndup ((const char *) bytes->data, bytes->len) : g_strdup ("");
  g_object_set (spec, "prompt", text, NULL);
  return TRUE;
}

/* A word or two of a value that may be a text of many lines. */
static char *
shorten (const char *value)
{
  g_autofree char *start = g_utf8_substring (value, 0, MIN (g_utf8_strlen (value, -1), MAX_SHOWN));
  const gboolean is_whole = g_str_equal (start, value);

  return g_strconcat (g_strdelimit (start, "\n\r\t", ' '), is_whole ? "" : "…", NULL);
}

/* What a run is gone on with is the checkpoint's, but for what the flags say: that is told. */
static void
tell_changes (GboxFinetuneSpec *saved, GboxFinetuneSpec *spec, guint step)
{
  static const char *const own[] = { "steps", "checkpoint", "checkpoint-every", "resume", NULL };
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (saved);
  g_autofree char *prompt = shorten (values->prompt);
  g_autofree const char **names = gbox_spec_list_differences (GBOX_SPEC (saved), GBOX_SPEC (spec));

  g_printerr ("Going on after step %u, with the prompt “%s” and the reward %s.\n", step, prompt,
              values->reward);
  for (const char **name = names; *name != NULL; name++)
    {
      g_autofree char *was = gbox_spec_get_as_string (GBOX_SPEC (saved), *name);
      g_autofree char *is = gbox_spec_get_as_string (GBOX_SPEC (spec), *name);
      g_autofree char *before = shorten (was);
      g_autofree char *now = shorten (is);

      if (!g_strv_contains (own, *name))
        g_printerr ("From here on --%s is “%s”, no longer “%s”.\n", *name, now, before);
    }
  if (gbox_finetune_spec_get_values (spec)->checkpoint[0] != '\0')
    g_printerr ("What is learnt from here on is saved into “%s”; --checkpoint names another.\n",
                gbox_finetune_spec_get_values (spec)->checkpoint);
}

/* Two files of one name would overwrite each other. */
static gboolean
check_names (const char *checkpoint, const Options *options, GError **error)
{
  const struct
  {
    const char *flag;
    const char *path;
  } files[] = { { "--csv", options->csv },
                { "--samples-csv", options->samples_csv },
                { "--checkpoint", *checkpoint != '\0' ? checkpoint : NULL } };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    for (gsize j = 0; j < i; j++)
      if (files[i].path != NULL && files[j].path != NULL && cli_is_same_file (files[i].path, files[j].path))
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "%s and %s name the same file, “%s”. Give each its own.", files[j].flag, files[i].flag,
                       files[i].path);
          return FALSE;
        }
  return TRUE;
}

/* Parsed twice: the flags tell which checkpoint to start from, and then apply on top of what it says. */
static GboxFinetuneSpec *
parse (char **argv, Options *options, GError **error)
{
  g_autoptr (GboxFinetuneSpec) flags = gbox_finetune_spec_new ();
  g_autoptr (GboxFinetuneSpec) saved = NULL;
  g_autoptr (GboxFinetuneSpec) spec = NULL;
  g_auto (Options) first = { 0 };
  const char *resume;

  if (!parse_into (flags, argv, &first, error))
    return NULL;
  resume = gbox_finetune_spec_get_values (flags)->resume;
  saved = *resume != '\0' ? gbox_finetune_checkpoint_load_spec (resume, &options->step, error)
                          : gbox_finetune_spec_new ();
  if (saved == NULL)
    return NULL;
  spec = GBOX_FINETUNE_SPEC (gbox_spec_copy (GBOX_SPEC (saved)));
  if (!parse_into (spec, argv, options, error) || !read_prompt (spec, options->prompt_file, error)
      || !check_names (gbox_finetune_spec_get_values (spec)->checkpoint, options, error)
      || !gbox_spec_validate (GBOX_SPEC (spec), error))
    return NULL;
  if (*resume != '\0')
    tell_changes (saved, spec, options->step);
  return g_steal_pointer (&spec);
}

static gboolean
is_usage_error (const GError *error)
{
  return error->domain == G_OPTION_ERROR || g_error_matches (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

/* Nothing is trained before both can be written. */
static gboolean
open_tables (Tables *tables, const Options *options, guint n_steps, GError **error)
{
  if (options->csv != NULL)
    {
      tables->points
        = finetune_table_open (options->csv, FINETUNE_TABLE_POINTS, options->step, n_steps, error);
      if (tables->points == NULL)
        return FALSE;
    }
  if (options->samples_csv != NULL)
    {
      tables->completions = finetune_table_open (options->samples_csv, FINETUNE_TABLE_COMPLETIONS,
                                                 options->step, n_steps, error);
      if (tables->completions == NULL)
        return FALSE;
    }
  if (tables->points != NULL)
    finetune_table_tell (tables->points);
  if (tables->completions != NULL)
    finetune_table_tell (tables->completions);
  return TRUE;
}

static void
close_table (FinetuneTable *table, int *code)
{
  g_autoptr (GError) error = NULL;

  if (table != NULL && !finetune_table_close (table, &error) && *code == CLI_OK)
    *code = cli_failure (error);
}

int
cli_finetune (char **argv)
{
  static const CliShortFlag flags[] = { { 'm', "--model" } };
  g_auto (GStrv) words = cli_spell_out (argv, flags, G_N_ELEMENTS (flags));
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxFinetuneSpec) spec = parse (words, &options, &error);
  g_autoptr (GboxEngine) engine = NULL;
  Tables tables = { NULL };
  int code = CLI_OK;

  if (spec == NULL)
    return is_usage_error (error) ? cli_usage_error (argv[0], error) : cli_failure (error);
  if (open_tables (&tables, &options, gbox_finetune_spec_get_values (spec)->steps, &error)
      && (engine = gbox_engine_new (0, &error)) != NULL)
    code = run_session (engine, spec, &options, &tables);
  else
    code = cli_failure (error);
  close_table (tables.points, &code);
  close_table (tables.completions, &code);
  if (engine != NULL)
    gbox_engine_shutdown (engine);
  return code;
}
