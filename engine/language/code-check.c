/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a completed program works: it is called in a sandbox, and what it answers compared. */
#include "language/code-check.h"

#include "language/code-lines.h"

#include <string.h>

#define MAX_AT_ONCE 2
#define TAB         8

/* Of an exception's name, which the program chooses. */
#define MAX_NAME 40

struct _GboxCodeChecker
{
  guint n_references;
  GboxCodeSandbox *sandbox;
  GQueue waiting; /* of GTask */
  guint n_running;
};

/* One program. */
typedef struct
{
  GboxCodeChecker *checker;
  GboxCodeChecks *checks;
  char *source;
  guint next;
  GboxCodeResult *result;
} Check;

static void
check_free (Check *check)
{
  g_clear_pointer (&check->result, gbox_code_result_free);
  gbox_code_checks_unref (check->checks);
  gbox_code_checker_unref (check->checker);
  g_free (check->source);
  g_free (check);
}

void
gbox_code_result_free (GboxCodeResult *result)
{
  g_free (result->exception);
  g_free (result);
}

char *
gbox_code_result_describe (const GboxCodeResult *result)
{
  if (result->verdict == GBOX_CODE_RAISED && result->passed == 0)
    return g_strdup (result->exception);
  if (result->verdict == GBOX_CODE_OUT_OF_TIME)
    return g_strdup ("time-out");
  if (result->verdict == GBOX_CODE_OUT_OF_MEMORY)
    return g_strdup ("out of memory");
  if (result->verdict == GBOX_CODE_SILENT)
    return g_strdup ("no answer");
  return g_strdup_printf ("passes %u of %u checks", result->passed, result->of);
}

/* Columns before the first character that is no space; −1 of a blank line. */
static int
measure_indent (const char *line)
{
  int column = 0;

  for (; *line == ' ' || *line == '\t'; line++)
    column = *line == '\t' ? (column / TAB + 1) * TAB : column + 1;
  return *line == '\0' || *line == '\n' || *line == '\r' ? -1 : column;
}

static gboolean
begins_function (const char *line)
{
  line += strspn (line, " \t");
  return g_str_has_prefix (line, "def ") || g_str_has_prefix (line, "async def ");
}

char *
gbox_code_join (const char *prompt, const char *completion)
{
  g_autofree char *program = g_strconcat (prompt, completion, NULL);
  const gsize n_prompt = strlen (prompt);
  GboxCodeLines lines = { 0 };
  int function = -1; /* columns before the prompt's last one */

  for (const char *line = program; line != NULL; line = gbox_code_lines_read (&lines, line))
    {
      const gboolean is_prompt = line == program || (gsize) (line - program) < n_prompt;
      const int indent = measure_indent (line);

      if (!gbox_code_lines_begins_statement (&lines))
        continue;
      if (is_prompt && begins_function (line))
        function = indent;
      else if (!is_prompt && indent >= 0 && indent <= function)
        return g_strndup (program, (gsize) (line - program));
    }
  return g_steal_pointer (&program);
}

GboxCodeChecker *
gbox_code_checker_new (GboxCodeSandbox *sandbox)
{
  GboxCodeChecker *checker = g_new0 (GboxCodeChecker, 1);

  checker->n_references = 1;
  checker->sandbox = gbox_code_sandbox_ref (sandbox);
  g_queue_init (&checker->waiting);
  return checker;
}

GboxCodeChecker *
gbox_code_checker_ref (GboxCodeChecker *checker)
{
  checker->n_references++;
  return checker;
}

/* What waits holds a reference, so that nothing does by now. */
void
gbox_code_checker_unref (GboxCodeChecker *checker)
{
  if (--checker->n_references > 0)
    return;
  gbox_code_sandbox_unref (checker->sandbox);
  g_free (checker);
}

static GboxCodeVerdict
judge (GboxCodeAnswerKind kind, const char *answer, const char *expected)
{
  switch (kind)
    {
    case GBOX_CODE_VALUE:
      return g_str_equal (answer, expected) ? GBOX_CODE_PASS : GBOX_CODE_WRONG;
    case GBOX_CODE_EXCEPTION:
      return GBOX_CODE_RAISED;
    case GBOX_CODE_TIME_OUT:
      return GBOX_CODE_OUT_OF_TIME;
    case GBOX_CODE_MEMORY:
      return GBOX_CODE_OUT_OF_MEMORY;
    default:
      return GBOX_CODE_SILENT;
    }
}

/* A name a program made up may hold anything. */
static char *
clean_name (const char *name)
{
  g_autofree char *clean = g_strndup (name, MIN (strlen (name), MAX_NAME));

  g_strcanon (clean, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.", '?');
  return *clean != '\0' ? g_steal_pointer (&clean) : g_strdup ("exception");
}

/* Whether another call would fare no better, or cost as much again. */
static gboolean
is_hopeless (GboxCodeVerdict verdict, const char *answer)
{
  static const char *const syntax[] = { "SyntaxError", "IndentationError", "TabError", NULL };

  return verdict == GBOX_CODE_RAISED ? g_strv_contains (syntax, answer) : verdict > GBOX_CODE_RAISED;
}

static void on_answered (GObject *source, GAsyncResult *result, gpointer user_data);

static void
call_next (GTask *task)
{
  const Check *check = g_task_get_task_data (task);

  gbox_code_sandbox_evaluate_async (check->checker->sandbox, check->source,
                                    gbox_code_checks_get_call (check->checks, check->next),
                                    g_task_get_cancellable (task), on_answered, g_object_ref (task));
}

static void
start_waiting (GboxCodeChecker *checker)
{
  while (checker->n_running < MAX_AT_ONCE && !g_queue_is_empty (&checker->waiting))
    {
      g_autoptr (GTask) task = g_queue_pop_head (&checker->waiting);

      checker->n_running++;
      call_next (task);
    }
}

static void
note (Check *check, GboxCodeVerdict verdict, const char *answer)
{
  GboxCodeResult *result = check->result;

  if (verdict == GBOX_CODE_PASS)
    result->passed++;
  else if (result->verdict == GBOX_CODE_PASS || verdict > GBOX_CODE_RAISED)
    {
      result->verdict = verdict;
      g_free (result->exception);
      result->exception = verdict == GBOX_CODE_RAISED ? clean_name (answer) : NULL;
    }
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Check *check = g_task_get_task_data (task);
  g_autoptr (GboxCodeChecker) checker = gbox_code_checker_ref (check->checker);
  g_autoptr (GError) error = NULL;
  GboxCodeAnswerKind kind;
  g_autofree char *answer = gbox_code_sandbox_evaluate_finish (result, &kind, &error);
  gboolean is_over = TRUE;

  if (answer == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    {
      const GboxCodeVerdict verdict
        = judge (kind, answer, gbox_code_checks_get_value (check->checks, check->next));

      note (check, verdict, answer);
      is_over = ++check->next == check->result->of || is_hopeless (verdict, answer);
      if (is_over)
        g_task_return_pointer (task, g_steal_pointer (&check->result),
                               (GDestroyNotify) gbox_code_result_free);
      else
        call_next (task);
    }
  if (!is_over)
    return;
  checker->n_running--;
  start_waiting (checker);
}

void
gbox_code_checker_check_async (GboxCodeChecker *checker,
                               GboxCodeChecks *checks,
                               const char *source,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Check *check = g_new0 (Check, 1);

  g_task_set_source_tag (task, gbox_code_checker_check_async);
  check->checker = gbox_code_checker_ref (checker);
  check->checks = gbox_code_checks_ref (checks);
  check->source = g_strdup (source);
  check->result = g_new0 (GboxCodeResult, 1);
  check->result->of = gbox_code_checks_get_n (checks);
  g_task_set_task_data (task, check, (GDestroyNotify) check_free);
  g_queue_push_tail (&checker->waiting, task);
  start_waiting (checker);
}

GboxCodeResult *
gbox_code_checker_check_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
