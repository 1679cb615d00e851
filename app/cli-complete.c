/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli complete: what a language model makes of the beginning of a text, a main loop around a run. */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli.h"
#include "language/completion-job.h"
#include "runtime/engine.h"

typedef struct
{
  GMainLoop *loop;
  GboxRun *run;
  gboolean json;
  guint n_samples;
  GString *texts[GBOX_MAX_SAMPLES]; /* what has come of each */
  gboolean told_prompt;             /* whether a line of progress is on the terminal */
  int code;
} Session;

static void
print_token (const GboxCompletionToken *token)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_integer (builder, "sample", token->sequence);
  cli_add_integer (builder, "position", token->position);
  cli_add_integer (builder, "id", token->sample.chosen.id);
  cli_add_text (builder, "text", token->text);
  cli_add_number (builder, "logprob", (double) token->sample.chosen.logprob);
  cli_add_number (builder, "probability", (double) token->sample.chosen.probability);
  cli_add_number (builder, "entropy", (double) token->sample.entropy);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_end (const GboxCompletionEnd *end, const char *text)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_integer (builder, "sample", end->sequence);
  cli_add_text (builder, "stop", gbox_stop_reason_get_name (end->reason));
  cli_add_integer (builder, "tokens", end->n_tokens);
  cli_add_number (builder, "logprob", end->logprob);
  cli_add_text (builder, "completion", text);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
end_progress (Session *session)
{
  if (session->told_prompt)
    g_printerr ("\r\033[K");
  session->told_prompt = FALSE;
}

/* A single text is written as it comes; several would mix, so each is written when it has ended. */
static void
write_text (const Session *session, const char *text)
{
  if (session->json || session->n_samples > 1)
    return;
  fputs (text, stdout);
  fflush (stdout);
}

static void
take_token (Session *session, const GboxCompletionToken *token)
{
  end_progress (session);
  g_string_append (session->texts[token->sequence], token->text);
  write_text (session, token->text);
  if (session->json)
    print_token (token);
}

static void
take_end (Session *session, const GboxCompletionEnd *end)
{
  GString *text = session->texts[end->sequence];

  g_string_append (text, end->text);
  write_text (session, end->text);
  if (session->json)
    print_end (end, text->str);
  else if (session->n_samples > 1)
    g_print ("--- sample %u, log-probability %.3f, %u tokens, %s\n%s\n", end->sequence, end->logprob,
             end->n_tokens, gbox_stop_reason_get_name (end->reason), text->str);
  else
    g_print ("\n");
}

static void
on_record (GboxRun *run, GType type, gconstpointer record, Session *session)
{
  if (type == GBOX_TYPE_COMPLETION_TOKEN)
    take_token (session, record);
  else if (type == GBOX_TYPE_COMPLETION_END)
    take_end (session, record);
}

static void
on_point (GboxRun *run, const GboxPoint *point, Session *session)
{
  const double read = point->values[GBOX_COMPLETION_PROMPT_READ];
  const double all = point->values[GBOX_COMPLETION_PROMPT];

  if (read >= all || !isatty (STDERR_FILENO))
    return;
  g_printerr ("\r\033[KReading the prompt: %.0f of %.0f tokens", read, all);
  session->told_prompt = TRUE;
}

static void
on_notice (GboxRun *run, const char *id, const char *text, gpointer user_data)
{
  g_printerr ("%s: %s\n", g_get_prgname (), text);
}

static void
on_state (GboxRun *run, GParamSpec *pspec, Session *session)
{
  if (!gbox_run_is_final (run))
    return;
  end_progress (session);
  if (gbox_run_get_state (run) == GBOX_RUN_FAILED)
    {
      session->code = cli_failure (gbox_run_get_error (run));
    }
  g_main_loop_quit (session->loop);
}

/* What was written stays written. */
static gboolean
on_interrupt (gpointer user_data)
{
  Session *session = user_data;

  session->code = CLI_FAILED;
  gbox_run_stop (session->run);
  g_printerr ("\nInterrupted.\n");
  g_main_loop_quit (session->loop);
  return G_SOURCE_CONTINUE;
}

static int
run_session (GboxEngine *engine, GboxCompletionSpec *spec, gboolean json)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GboxRun) run = gbox_engine_start (engine, GBOX_SPEC (spec));
  Session session = {
    .loop = loop,
    .run = run,
    .json = json,
    .n_samples = gbox_completion_spec_get_values (spec)->samples,
  };
  guint sources[G_N_ELEMENTS (signals)];

  for (guint i = 0; i < session.n_samples; i++)
    session.texts[i] = g_string_new (NULL);
  g_signal_connect (run, "record", G_CALLBACK (on_record), &session);
  g_signal_connect (run, "point", G_CALLBACK (on_point), &session);
  g_signal_connect (run, "notice-posted", G_CALLBACK (on_notice), NULL);
  g_signal_connect (run, "notify::state", G_CALLBACK (on_state), &session);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_interrupt, &session);
  g_main_loop_run (loop);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  g_signal_handlers_disconnect_by_data (run, &session);
  for (guint i = 0; i < session.n_samples; i++)
    g_string_free (session.texts[i], TRUE);
  return session.code;
}

/* The prompt is what --prompt or --prompt-file says, or else standard input. */
static gboolean
read_prompt (GboxCompletionSpec *spec, gboolean is_given, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree char *text = NULL;

  if (is_given)
    return TRUE;
  bytes = path != NULL ? cli_read_file (path, error) : cli_read_text (error);
  if (bytes == NULL)
    return FALSE;
  if (bytes->len == 0)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "There is no text: the file is empty. Give another, or --prompt ''.");
      return FALSE;
    }
  if (!g_utf8_validate_len ((const char *) bytes->data, bytes->len, NULL))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                           "The prompt is no UTF-8 text. Convert it first.");
      return FALSE;
    }
  text = g_strndup ((const char *) bytes->data, bytes->len);
  g_object_set (spec, "prompt", text, NULL);
  return TRUE;
}

static gboolean
has_prompt (char **argv)
{
  for (char **word = argv; *word != NULL; word++)
    if (g_str_equal (*word, "--prompt") || g_str_has_prefix (*word, "--prompt="))
      return TRUE;
  return FALSE;
}

static gboolean
parse (GboxCompletionSpec *spec, char **argv, gboolean *json, char **path, GError **error)
{
  GOptionEntry entries[] = {
    { "prompt-file", 0, 0, G_OPTION_ARG_FILENAME, path, "The text to complete is in this file", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, json, "Print a JSON object a line for each token and each sample",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— let a language model complete a text");
  g_auto (GStrv) words = g_strdupv (argv);

  g_option_context_set_description (
    context,
    "Without --prompt and --prompt-file the text comes from standard input. One completion is written\n"
    "as it comes; several, each when it has ended. Standard input or a file without a text is bad usage; "
    "with\n"
    "--prompt '' the model begins one by itself, if it can. Bytes that the model has no token for are left\n"
    "out and told on standard error. -m is --model.");
  g_option_context_set_main_group (context, gbox_spec_get_options (GBOX_SPEC (spec)));
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, error))
    return FALSE;
  if (g_strv_length (words) > 1)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is one word too many.", words[1]);
  else if (*path != NULL && has_prompt (argv))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "leave out either --prompt or --prompt-file.");
  else
    return TRUE;
  return FALSE;
}

int
cli_complete (char **argv)
{
  static const CliShortFlag flags[] = { { 'm', "--model" } };
  g_auto (GStrv) words = cli_spell_out (argv, flags, G_N_ELEMENTS (flags));
  g_autoptr (GboxCompletionSpec) spec = gbox_completion_spec_new ();
  g_autoptr (GboxEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  gboolean json = FALSE;
  int code;

  if (!parse (spec, words, &json, &path, &error))
    return cli_usage_error (argv[0], error);
  if (!read_prompt (spec, has_prompt (words), path, &error) || (engine = gbox_engine_new (0, &error)) == NULL)
    return cli_failure (error);
  code = run_session (engine, spec, json);
  gbox_engine_shutdown (engine);
  return code;
}
