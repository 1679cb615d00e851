/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli check: whether Python programs work, run in a sandbox. */
#include "base/error.h"
#include "cli.h"
#include "language/code-check.h"

#define DEFAULT_CHECKS "smallest-equal"

/* A sandbox, or a result of it, that is waited for. */
typedef struct
{
  GMainLoop *loop;
  GAsyncResult *result;
} Wait;

/* One program. */
typedef struct
{
  const char *name;
  char *source;
  GAsyncResult *result;
  GMainLoop *loop;
} Program;

static void
program_free (Program *program)
{
  g_free (program->source);
  g_clear_object (&program->result);
  g_free (program);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;

  wait->result = g_object_ref (result);
  g_main_loop_quit (wait->loop);
}

static GboxCodeSandbox *
open_sandbox (GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Wait wait = { loop, NULL };
  GboxCodeSandbox *sandbox;

  gbox_code_sandbox_open_async (NULL, on_opened, &wait);
  if (wait.result == NULL)
    g_main_loop_run (loop);
  sandbox = gbox_code_sandbox_open_finish (wait.result, error);
  g_object_unref (wait.result);
  return sandbox;
}

static char *
read_source (const char *file, GError **error)
{
  g_autofree char *display_name = g_filename_display_name (file);
  g_autoptr (GByteArray) input
    = g_str_equal (file, "-") ? cli_read_input (error) : cli_read_file (file, error);

  if (input == NULL)
    return NULL;
  if (g_utf8_validate_len ((const char *) input->data, input->len, NULL))
    return input->len > 0 ? g_strndup ((const char *) input->data, input->len) : g_strdup ("");
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE, "%s is no text in UTF-8.", display_name);
  return NULL;
}

static GPtrArray *
read_programs (char **files, GError **error)
{
  static const char *const input[] = { "-", NULL };
  g_autoptr (GPtrArray) programs = g_ptr_array_new_with_free_func ((GDestroyNotify) program_free);

  for (const char *const *file = *files != NULL ? (const char *const *) files : input; *file != NULL; file++)
    {
      Program *program = g_new0 (Program, 1);

      g_ptr_array_add (programs, program);
      program->name = *file;
      program->source = read_source (*file, error);
      if (program->source == NULL)
        return NULL;
    }
  return g_steal_pointer (&programs);
}

static void
print_result (const Program *program, const GboxCodeResult *result, gboolean json)
{
  static const char *const verdicts[] = {
    [GBOX_CODE_PASS] = "pass",
    [GBOX_CODE_WRONG] = "wrong answer",
    [GBOX_CODE_RAISED] = "exception",
    [GBOX_CODE_OUT_OF_TIME] = "time-out",
    [GBOX_CODE_OUT_OF_MEMORY] = "out of memory",
    [GBOX_CODE_SILENT] = "no answer",
  };
  g_autofree char *name = g_filename_display_name (program->name);
  g_autofree char *words = gbox_code_result_describe (result);
  g_autoptr (JsonBuilder) builder = NULL;

  if (!json)
    {
      g_print ("%s: %s\n", name, words);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_text (builder, "file", name);
  cli_add_integer (builder, "passed", result->passed);
  cli_add_integer (builder, "of", result->of);
  cli_add_text (builder, "verdict", verdicts[result->verdict]);
  if (result->exception != NULL)
    cli_add_text (builder, "exception", result->exception);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Program *program = user_data;

  program->result = g_object_ref (result);
  g_main_loop_quit (program->loop);
}

/* Results are told in the order of the files, each as soon as it and those before it are there. */
static int
run_all (GboxCodeSandbox *sandbox, GboxCodeChecks *checks, GPtrArray *programs, gboolean json)
{
  g_autoptr (GboxCodeChecker) checker = gbox_code_checker_new (sandbox);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  int code = CLI_OK;

  for (guint i = 0; i < programs->len; i++)
    {
      Program *program = g_ptr_array_index (programs, i);

      program->loop = loop;
      gbox_code_checker_check_async (checker, checks, program->source, NULL, on_checked, program);
    }
  for (guint i = 0; i < programs->len; i++)
    {
      const Program *program = g_ptr_array_index (programs, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxCodeResult) result = NULL;

      while (program->result == NULL)
        g_main_loop_run (loop);
      result = gbox_code_checker_check_finish (program->result, &error);
      if (result != NULL)
        print_result (program, result, json);
      else
        code = cli_failure (error);
    }
  return code;
}

static int
check (const char *name, char **files, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCodeChecks) checks = NULL;
  g_autoptr (GPtrArray) programs = NULL;
  g_autoptr (GboxCodeSandbox) sandbox = NULL;

  if ((checks = gbox_code_checks_load (name, &error)) == NULL
      || (programs = read_programs (files, &error)) == NULL || (sandbox = open_sandbox (&error)) == NULL)
    return cli_failure (error);
  return run_all (sandbox, checks, programs, json);
}

int
cli_check (char **argv)
{
  gboolean json = FALSE;
  g_autofree char *name = NULL;
  GOptionEntry entries[] = {
    { "checks", 'c', 0, G_OPTION_ARG_FILENAME, &name,
      "The calls and their values: a name or a JSON file; " DEFAULT_CHECKS " if omitted", "NAME|FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print a line of JSON for each program", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context
    = g_option_context_new ("[FILE…] — run Python programs in a sandbox and say whether "
                            "they work");
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  g_option_context_set_description (
    context,
    "Reads standard input where no file is named, or for “-”. Every call runs in a process of its own under\n"
    "bubblewrap: no network, a read-only system, 2 s of processor time, 256 MB of memory. Without a working\n"
    "bubblewrap nothing is run. A program that does not pass is no failure of the command.\n"
    "A file of checks is {\"name\", \"marker\", \"calls\": [{\"call\", \"value\"}, …]}; “value” is what "
    "repr()\n"
    "makes of the right answer.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error))
    return cli_usage_error (argv[0], error);
  return check (name != NULL ? name : DEFAULT_CHECKS, words + 1, json);
}
