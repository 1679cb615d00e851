/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: runs begin, take turns, fail and end, and nothing stays behind. */
#include "base/error.h"
#include "count-job.h"
#include "run-watch.h"

#include <string.h>

#ifdef __SANITIZE_THREAD__
static const gboolean under_thread_sanitizer = TRUE;
#else
static const gboolean under_thread_sanitizer = FALSE;
#endif

static void
test_whole_life (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxRun) run = count_start (engine, "steps", 50, "work", TRUE, NULL);
  RunWatch watch = { 0 };

  run_watch_connect (&watch, run);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_WAITING);
  g_assert_cmpuint (gbox_run_get_step (run), ==, 0);
  g_assert_cmpfloat (gbox_run_get_rate (run), ==, 0);
  g_assert_null (gbox_run_get_frame (run));
  g_assert_false (gbox_run_is_final (run));

  run_until_state (run, GBOX_RUN_FINISHED);
  g_assert_true (gbox_run_is_final (run));
  g_assert_cmpuint (watch.n_points, ==, 50);
  g_assert_cmpuint (gbox_run_get_step (run), ==, 50);
  g_assert_cmpuint (gbox_run_get_n_steps (run), ==, 50);
  g_assert_cmpfloat (gbox_run_get_objective (run), ==, 100);
  g_assert_cmpfloat (gbox_run_get_rate (run), >, 0);
  g_assert_cmpuint (gbox_run_get_frame (run)->step, ==, 50);
  g_assert_cmpuint (watch.n_notices, ==, 1);
  g_assert_cmpstr (gbox_run_get_notice (run), ==, "It begins.");
  g_assert_null (gbox_run_get_error (run));
  g_assert_cmpuint (count_seen.n_finalized, ==, 0);

  g_clear_object (&run);
  count_wait_for (&count_seen.n_finalized, 1);
  g_assert_cmpuint (count_seen.n_created, ==, 1);
}

static void
test_quick_switching (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);

  for (guint i = 0; i < 200; i++)
    {
      GboxRun *run = count_start (engine, NULL);
      RunWatch *watch = g_new0 (RunWatch, 1);

      run_watch_connect (watch, run);
      if (i % 3 == 0)
        g_main_context_iteration (NULL, FALSE);
      if (i % 7 == 0)
        count_wait_for (&count_seen.n_created, count_seen.n_finalized + 1);
      if (i % 2 == 0)
        gbox_run_stop (run);
      g_object_unref (run);
      g_free (watch); /* an event that came still would write to it */
    }
  run_a_little ();
  gbox_engine_shutdown (engine);
  g_assert_cmpuint (count_seen.n_created, >, 0);
  g_assert_cmpuint (count_seen.n_created, ==, count_seen.n_finalized);
}

static void
drop_at_third (GboxRun *run, const GboxPoint *point, GboxRun **reference)
{
  g_assert_cmpuint (point->step, <=, 3);
  if (point->step == 3)
    g_clear_object (reference);
}

static void
test_drop_in_handler (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  GboxRun *run = count_start (engine, NULL);

  g_signal_connect (run, "point", G_CALLBACK (drop_at_third), &run);
  while (run != NULL)
    g_main_context_iteration (NULL, TRUE);
  count_wait_for (&count_seen.n_finalized, 1);
  run_a_little ();
}

static void
check_failure (GboxEngine *engine, CountFailure where, int code, guint n_points)
{
  g_autoptr (GboxRun) run = count_start (engine, "fail", where, NULL);
  RunWatch watch = { 0 };

  run_watch_connect (&watch, run);
  run_until_state (run, GBOX_RUN_FAILED);
  g_assert_error (gbox_run_get_error (run), GBOX_ERROR, code);
  g_assert_cmpuint (watch.n_points, ==, n_points);
  g_assert_true (gbox_run_is_final (run));
  while (count_seen.n_finalized < count_seen.n_created)
    g_usleep (100);
  gbox_run_resume (run);
  gbox_run_stop (run);
  run_a_little ();
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_FAILED);
}

static void
test_failures (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);

  check_failure (engine, COUNT_FAIL_VALIDATE, GBOX_ERROR_INVALID_ARGUMENT, 0);
  g_assert_cmpuint (count_seen.n_created, ==, 0);
  check_failure (engine, COUNT_FAIL_START, GBOX_ERROR_NOT_FOUND, 0);
  check_failure (engine, COUNT_FAIL_STEP, GBOX_ERROR_NUMERIC, 3);
}

/* Two runs at a gate that is opened when both are there: from then on they alternate. */
static void
test_turns (void)
{
  const guint n = 100;
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) first = NULL;
  g_autoptr (GboxRun) second = NULL;
  guint from = 0;

  atomic_store (&count_seen.gate_closed, true);
  first = count_start (engine, "steps", n, "tag", 1, "gated", TRUE, NULL);
  count_wait_for (&count_seen.n_at_gate, 1);
  second = count_start (engine, "steps", n, "tag", 2, "gated", TRUE, NULL);
  atomic_store (&count_seen.gate_closed, false);
  run_until_state (first, GBOX_RUN_FINISHED);
  run_until_state (second, GBOX_RUN_FINISHED);

  while (count_seen.tags[from] != 2)
    from++;
  g_assert_cmpuint (from, <=, 2);
  for (guint i = from; i < from + 2 * (n - from); i++)
    g_assert_cmpuint (count_seen.tags[i], ==, (i - from) % 2 == 0 ? 2 : 1);
}

static void
test_shutdown_in_each_state (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxRun) running = count_start (engine, "work", TRUE, NULL);
  g_autoptr (GboxRun) paused = count_start (engine, NULL);
  g_autoptr (GboxRun) finished = count_start (engine, "steps", 2, NULL);
  g_autoptr (GboxRun) stopped = count_start (engine, NULL);
  g_autoptr (GboxRun) failed = count_start (engine, "fail", COUNT_FAIL_STEP, NULL);
  g_autoptr (GboxRun) waiting = NULL;
  g_autoptr (GboxRun) after = NULL;

  gbox_run_pause (paused);
  run_until_step (running, 2);
  run_until_state (paused, GBOX_RUN_PAUSED);
  run_until_state (finished, GBOX_RUN_FINISHED);
  run_until_state (failed, GBOX_RUN_FAILED);
  run_until_step (stopped, 1);
  gbox_run_stop (stopped);
  waiting = count_start (engine, NULL);

  gbox_engine_shutdown (engine);
  g_assert_cmpuint (count_seen.n_created, ==, count_seen.n_finalized);
  gbox_engine_shutdown (engine);
  run_until_state (running, GBOX_RUN_STOPPED);
  run_until_state (paused, GBOX_RUN_STOPPED);
  run_until_state (waiting, GBOX_RUN_STOPPED);
  g_assert_cmpint (gbox_run_get_state (finished), ==, GBOX_RUN_FINISHED);
  g_assert_cmpint (gbox_run_get_state (failed), ==, GBOX_RUN_FAILED);
  g_assert_nonnull (gbox_run_get_frame (running));

  after = count_start (engine, NULL);
  g_assert_cmpint (gbox_run_get_state (after), ==, GBOX_RUN_STOPPED);
  gbox_run_pause (finished);
  gbox_run_step (finished);
  gbox_engine_set_n_threads (engine, 1);
}

/* The engine may go first. */
static void
test_runs_outlive_engine (void)
{
  GboxEngine *engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, NULL);

  run_until_step (run, 1);
  g_object_unref (engine);
  g_assert_cmpuint (count_seen.n_created, ==, count_seen.n_finalized);
  run_until_state (run, GBOX_RUN_STOPPED);
}

static void
test_n_threads (void)
{
  static const guint counts[] = { 1, 4, 2, 3, 1 };
  g_autoptr (GboxEngine) engine = count_make_engine (4);
  g_autoptr (GboxRun) run = count_start (engine, "work", TRUE, NULL);
  guint most;

  g_assert_cmpuint (gbox_engine_get_n_threads (engine), ==, 4);
  for (guint i = 0; i < 20; i++)
    {
      const guint n = counts[i % G_N_ELEMENTS (counts)];

      gbox_engine_set_n_threads (engine, n);
      g_assert_cmpuint (gbox_engine_get_n_threads (engine), ==, n);
      run_until_step (run, gbox_run_get_step (run) + 20);
    }
  gbox_engine_set_n_threads (engine, G_MAXUINT);
  most = gbox_engine_get_n_threads (engine);
  g_assert_cmpuint (most, >=, 4);
  g_assert_cmpuint (most, <=, GBOX_TEAM_MAX_THREADS);
  gbox_engine_set_n_threads (engine, 0);
  g_assert_cmpuint (gbox_engine_get_n_threads (engine), ==, MIN (most, gbox_team_get_default_n_threads ()));
  run_until_step (run, gbox_run_get_step (run) + 20);
}

/* How often the threads of the engine have gone to sleep and been woken. */
static guint64
count_sleeps (guint *n_threads)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  guint64 sum = 0;

  *n_threads = 0;
  while (tasks != NULL && (name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "status", NULL);
      g_autofree char *text = NULL;
      const char *line;

      if (!g_file_get_contents (path, &text, NULL, NULL) || strstr (text, "Name:\tgbox-") == NULL)
        continue;
      line = strstr (text, "\nvoluntary_ctxt_switches:");
      if (line == NULL)
        continue;
      sum += g_ascii_strtoull (line + strlen ("\nvoluntary_ctxt_switches:") + 1, NULL, 10);
      ++*n_threads;
    }

  return sum;
}

/* With a paused and a finished run the threads fall asleep and are not woken again: two readings become the
 * same. */
static void
test_asleep_when_idle (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (3);
  g_autoptr (GboxRun) paused = count_start (engine, "work", TRUE, NULL);
  g_autoptr (GboxRun) finished = count_start (engine, "work", TRUE, "steps", 5, NULL);
  guint64 before, after;
  guint n_threads;

  run_until_step (paused, 5);
  gbox_run_pause (paused);
  run_until_state (paused, GBOX_RUN_PAUSED);
  run_until_state (finished, GBOX_RUN_FINISHED);

  after = count_sleeps (&n_threads);
  if (n_threads == 0)
    {
      g_test_skip ("this system does not say in /proc how often a thread slept");
      return;
    }
  g_assert_cmpuint (n_threads, ==, 3);
  for (guint i = 0; i < 100; i++)
    {
      before = after;
      g_usleep (100000);
      after = count_sleeps (&n_threads);
      if (after == before)
        return;
    }
  g_test_fail_printf ("the engine's threads are still being woken");
}

static gpointer
run_elsewhere (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GboxRun *run;

  g_main_context_push_thread_default (context);
  run = count_start (data, "steps", 10, NULL);
  while (gbox_run_get_state (run) != GBOX_RUN_FINISHED)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (gbox_run_get_step (run), ==, 10);
  g_object_unref (run);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_other_context (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  GThread *thread = g_thread_new ("elsewhere", run_elsewhere, engine);

  g_thread_join (thread);
}

typedef struct
{
  gboolean done;
  GError *error;
} Loading;

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Loading *loading = user_data;

  g_assert_null (gbox_engine_load_network_finish (GBOX_ENGINE (source), result, &loading->error));
  loading->done = TRUE;
}

static void
test_load_network_errors (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Loading absent = { 0 }, cancelled = { 0 };

  if (under_thread_sanitizer)
    {
      g_test_skip ("ThreadSanitizer does not see the locks of GLib's thread pool");
      return;
    }

  gbox_engine_load_network_async (engine, "/nonexistent/network.pth", NULL, on_loaded, &absent);
  g_cancellable_cancel (cancellable);
  gbox_engine_load_network_async (engine, "/nonexistent/network.pth", cancellable, on_loaded, &cancelled);
  while (!absent.done || !cancelled.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (absent.error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&absent.error);
  g_clear_error (&cancelled.error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/whole-life", test_whole_life);
  g_test_add_func ("/engine/quick-switching", test_quick_switching);
  g_test_add_func ("/engine/drop-in-handler", test_drop_in_handler);
  g_test_add_func ("/engine/failures", test_failures);
  g_test_add_func ("/engine/turns", test_turns);
  g_test_add_func ("/engine/shutdown-in-each-state", test_shutdown_in_each_state);
  g_test_add_func ("/engine/runs-outlive-engine", test_runs_outlive_engine);
  g_test_add_func ("/engine/n-threads", test_n_threads);
  g_test_add_func ("/engine/asleep-when-idle", test_asleep_when_idle);
  g_test_add_func ("/engine/other-context", test_other_context);
  g_test_add_func ("/engine/load-network-errors", test_load_network_errors);

  return g_test_run ();
}
