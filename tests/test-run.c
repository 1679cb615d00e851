/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run: what it is told, its job does; what the job reports, it shows. */
#include "base/error.h"
#include "count-job.h"
#include "run-watch.h"

#include <glib/gstdio.h>

/* The main loop sleeps until all is done: every point comes, in order, but one frame and one notification. */
static void
test_points_and_frames (void)
{
  const guint n = 5000;
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, "steps", n, NULL);
  RunWatch watch = { 0 };

  run_watch_connect (&watch, run);
  count_wait_for (&count_seen.n_steps, n);
  gbox_engine_set_n_threads (engine, 2);
  gbox_engine_shutdown (engine); /* has waited for the last step */
  run_until_state (run, GBOX_RUN_FINISHED);
  g_assert_cmpuint (watch.n_points, ==, n);
  g_assert_cmpuint (watch.n_frames, ==, 1);
  g_assert_cmpuint (watch.last_frame_step, ==, n);
  g_assert_cmpuint (watch.n_step_notifies, ==, 1);
}

static void
test_pause_and_step (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, NULL);
  RunWatch watch = { 0 };
  guint step;

  run_watch_connect (&watch, run);
  run_until_step (run, 3);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_RUNNING);
  gbox_run_pause (run);
  run_until_state (run, GBOX_RUN_PAUSED);
  run_a_little ();
  watch.n_resumed = 0;
  step = gbox_run_get_step (run);
  g_assert_cmpuint (count_seen.n_steps, ==, step);

  gbox_run_step (run);
  run_until_step (run, step + 1);
  gbox_run_step (run);
  gbox_run_step (run);
  run_until_step (run, step + 3);
  run_a_little ();
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_PAUSED);
  g_assert_cmpuint (gbox_run_get_step (run), ==, step + 3);
  g_assert_cmpuint (count_seen.n_steps, ==, step + 3);
  g_assert_cmpuint (watch.n_resumed, ==, 0);

  gbox_run_resume (run);
  run_until_state (run, GBOX_RUN_RUNNING);
  run_until_step (run, step + 10);
  gbox_run_step (run);
  run_until_state (run, GBOX_RUN_PAUSED);
}

/* A single step is all its parts. The gate holds the run in the first part of the first until the pause is on
 * its way. */
static void
test_steps_in_parts (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = NULL;
  g_autoptr (GboxRun) other = NULL;

  atomic_store (&count_seen.gate_closed, true);
  run = count_start (engine, "gated", TRUE, "parts", 3, "steps", 5, NULL);
  count_wait_for (&count_seen.n_at_gate, 1);
  gbox_run_pause (run);
  atomic_store (&count_seen.gate_closed, false);
  run_until_state (run, GBOX_RUN_PAUSED);
  g_assert_cmpuint (count_seen.n_steps, ==, 1);
  g_assert_cmpuint (gbox_run_get_step (run), ==, 0);
  gbox_run_step (run);
  run_until_step (run, 1);
  gbox_run_step (run);
  gbox_run_step (run);
  run_until_step (run, 3);
  run_a_little ();
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_PAUSED);
  g_assert_cmpuint (gbox_run_get_step (run), ==, 3);
  g_assert_cmpuint (count_seen.n_steps, ==, 9);
  gbox_run_resume (run);
  run_until_state (run, GBOX_RUN_FINISHED);
  g_assert_cmpuint (count_seen.n_steps, ==, 15);
  other = count_start (engine, "parts", 4, "steps", 1, NULL);
  run_until_state (other, GBOX_RUN_FINISHED);
  g_assert_cmpuint (count_seen.n_steps, ==, 19);
}

static void
test_commands_while_waiting (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) paused = count_start (engine, NULL);
  g_autoptr (GboxRun) stepped = NULL;
  g_autoptr (GboxRun) resumed = NULL;

  gbox_run_pause (paused);
  run_until_state (paused, GBOX_RUN_PAUSED);
  stepped = count_start (engine, NULL);
  gbox_run_step (stepped);
  run_until_state (stepped, GBOX_RUN_PAUSED);
  resumed = count_start (engine, "steps", 5, NULL);
  gbox_run_pause (resumed);
  gbox_run_resume (resumed);
  run_until_state (resumed, GBOX_RUN_FINISHED);
  run_until_step (stepped, 1);
}

static void
test_stop_within_a_step (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GboxRun) run = count_start (engine, NULL);
      RunWatch watch = { 0 };
      guint n_steps, step;

      run_watch_connect (&watch, run);
      run_until_step (run, 1 + i % 5);
      while (gbox_run_get_frame (run) == NULL)
        g_main_context_iteration (NULL, TRUE);
      step = gbox_run_get_step (run);
      gbox_run_stop (run);
      n_steps = atomic_load (&count_seen.n_steps);
      g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_STOPPED);
      count_wait_for (&count_seen.n_finalized, i + 1);
      g_assert_cmpuint (count_seen.n_steps, <=, n_steps + 1);

      /* The handlers of the watch fail on any event of a stopped run. */
      run_a_little ();
      g_assert_cmpuint (gbox_run_get_step (run), ==, step);
      g_assert_nonnull (gbox_run_get_frame (run));
      gbox_run_resume (run);
      gbox_run_step (run);
      gbox_run_stop (run);
      run_a_little ();
      g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_STOPPED);
    }
}

static void
test_adjust_running (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, NULL);
  g_autoptr (GboxSpec) spec = gbox_spec_copy (gbox_run_get_spec (run));
  g_autoptr (GError) error = NULL;
  RunWatch watch = { 0 };

  run_watch_connect (&watch, run);
  run_until_step (run, 1);
  g_assert_cmpfloat (watch.last_value, ==, 1);
  g_object_set (spec, "value", 5.0, NULL);
  gbox_run_adjust (run, spec, &error);
  g_assert_no_error (error);
  g_assert_true (gbox_spec_equal (gbox_run_get_spec (run), spec));
  while (watch.last_value != 5)
    g_main_context_iteration (NULL, TRUE);

  /* Given fewer steps than it has done, it finishes where it is. */
  g_object_set (spec, "steps", 1, NULL);
  g_assert_true (gbox_run_adjust (run, spec, NULL));
  run_until_state (run, GBOX_RUN_FINISHED);
  g_assert_cmpuint (count_seen.n_steps, ==, gbox_run_get_step (run));

  g_object_set (spec, "tag", 2, NULL);
  g_assert_false (gbox_run_adjust (run, spec, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  g_assert_false (gbox_spec_equal (gbox_run_get_spec (run), spec));
}

/* A finished run goes on when it is given more steps, and not when something else changes. */
static void
test_adjust_finished (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, "steps", 20, NULL);
  g_autoptr (GboxSpec) spec = gbox_spec_copy (gbox_run_get_spec (run));
  RunWatch watch = { 0 };

  run_watch_connect (&watch, run);
  run_until_state (run, GBOX_RUN_FINISHED);
  g_object_set (spec, "value", 6.0, NULL);
  g_assert_true (gbox_run_adjust (run, spec, NULL));
  run_a_little ();
  g_assert_cmpuint (count_seen.n_steps, ==, 20);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_FINISHED);

  g_object_set (spec, "steps", 30, NULL);
  g_assert_true (gbox_run_adjust (run, spec, NULL));
  run_until_step (run, 30);
  run_until_state (run, GBOX_RUN_FINISHED);
  g_assert_cmpuint (gbox_run_get_n_steps (run), ==, 30);
  g_assert_cmpfloat (watch.last_value, ==, 6);
  g_assert_cmpuint (watch.n_notices, ==, 1);
}

static void
test_step_after_the_end (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, "steps", 5, NULL);
  g_autoptr (GboxSpec) spec = gbox_spec_copy (gbox_run_get_spec (run));

  run_until_state (run, GBOX_RUN_FINISHED);
  gbox_run_step (run);
  count_wait_for (&count_seen.n_steps, 6);
  run_a_little ();
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_FINISHED);
  g_assert_cmpuint (gbox_run_get_step (run), ==, 5);

  /* More steps and a stop in one breath: the run is going again when the stop arrives. */
  g_object_set (spec, "steps", G_MAXUINT, NULL);
  g_assert_true (gbox_run_adjust (run, spec, NULL));
  gbox_run_stop (run);
  run_until_state (run, GBOX_RUN_STOPPED);
  count_wait_for (&count_seen.n_finalized, 1);
}

static void
test_stubborn_adjust (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, "fail", COUNT_FAIL_ADJUST, NULL);
  g_autoptr (GboxSpec) spec = gbox_spec_copy (gbox_run_get_spec (run));
  RunWatch watch = { 0 };

  run_watch_connect (&watch, run);
  run_until_step (run, 1);
  g_object_set (spec, "value", 5.0, NULL);
  g_assert_true (gbox_run_adjust (run, spec, NULL));
  while (watch.n_notices < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (gbox_run_get_notice (run), ==, "it is stubborn");
  run_until_step (run, gbox_run_get_step (run) + 5);
}

typedef struct
{
  gboolean done;
  gboolean saved;
  GError *error;
} Save;

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Save *save = user_data;

  g_assert_false (save->done);
  save->saved = gbox_run_save_finish (GBOX_RUN (source), result, &save->error);
  save->done = TRUE;
}

static void
wait_for_save (Save *save)
{
  while (!save->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
check_save_error (Save *save, GQuark domain, int code)
{
  wait_for_save (save);
  g_assert_false (save->saved);
  g_assert_error (save->error, domain, code);
  g_clear_error (&save->error);
}

static char *
make_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);

  g_assert_nonnull (folder);

  return g_build_filename (folder, "saved.png", NULL);
}

static void
remove_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
check_saved_step (const char *path, guint step)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpuint (g_ascii_strtoull (text, NULL, 10), ==, step);
}

static void
test_save (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, "steps", 7, NULL);
  Save first = { 0 }, second = { 0 }, third = { 0 };

  run_until_state (run, GBOX_RUN_FINISHED);
  gbox_run_save_async (run, path, NULL, on_saved, &first);
  wait_for_save (&first);
  g_assert_no_error (first.error);
  g_assert_true (first.saved);
  check_saved_step (path, 7);

  gbox_run_save_async (run, "/nonexistent/folder/x.png", NULL, on_saved, &second);
  check_save_error (&second, G_FILE_ERROR, G_FILE_ERROR_NOENT);

  /* The run is kept until the answer is there, and not longer. */
  gbox_run_save_async (run, path, NULL, on_saved, &third);
  g_clear_object (&run);
  wait_for_save (&third);
  g_assert_true (third.saved);
  count_wait_for (&count_seen.n_finalized, 1);
  remove_path (path);
}

typedef struct
{
  Save save;
  gboolean was_final;
} LastSave;

static void
on_saved_last (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LastSave *last = user_data;

  last->was_final = gbox_run_is_final (GBOX_RUN (source));
  on_saved (source, result, &last->save);
}

/* What comes together is dispatched together, a frame last. In the midst of it, where the answer to a save
 * is, the run does not say yet that it is finished: whoever sees that sees the last frame too. */
static void
test_state_comes_last (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = NULL;
  LastSave last = { 0 };

  atomic_store (&count_seen.gate_closed, true);
  run = count_start (engine, "gated", TRUE, "steps", 1, NULL);
  count_wait_for (&count_seen.n_at_gate, 1);
  gbox_run_save_async (run, path, NULL, on_saved_last, &last);
  atomic_store (&count_seen.gate_closed, false);
  count_wait_for (&count_seen.n_saves, 1);
  gbox_engine_shutdown (engine);
  wait_for_save (&last.save);
  g_assert_true (last.save.saved);
  g_assert_false (last.was_final);
  run_until_state (run, GBOX_RUN_FINISHED);
  g_assert_cmpuint (gbox_run_get_frame (run)->step, ==, 1);
  remove_path (path);
}

static void
test_save_while_running (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = count_start (engine, NULL);
  Save running = { 0 }, before_stop = { 0 }, after_stop = { 0 };

  run_until_step (run, 2);
  gbox_run_save_async (run, path, NULL, on_saved, &running);
  wait_for_save (&running);
  g_assert_true (running.saved);

  /* Asked before the stop, so done before the stop. */
  gbox_run_save_async (run, path, NULL, on_saved, &before_stop);
  gbox_run_stop (run);
  gbox_run_save_async (run, path, NULL, on_saved, &after_stop);
  check_save_error (&after_stop, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  wait_for_save (&before_stop);
  g_assert_true (before_stop.saved);
  remove_path (path);
}

static void
test_save_too_early (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  GboxRun *held = count_hold (engine);
  g_autoptr (GboxRun) run = count_start (engine, NULL);
  Save save = { 0 };

  gbox_run_save_async (run, path, NULL, on_saved, &save);
  count_release (held);
  check_save_error (&save, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  remove_path (path);
}

/* What is disposed of by force answers too. */
static void
test_dispose_while_saving (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = NULL;
  Save save = { 0 };

  atomic_store (&count_seen.gate_closed, true);
  run = count_start (engine, "gated", TRUE, NULL);
  count_wait_for (&count_seen.n_at_gate, 1);
  gbox_run_save_async (run, path, NULL, on_saved, &save);
  g_object_run_dispose (G_OBJECT (run));
  check_save_error (&save, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  atomic_store (&count_seen.gate_closed, false);
  count_wait_for (&count_seen.n_finalized, 1);
  remove_path (path);
}

static void
test_save_cancelled (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Save on_the_way = { 0 }, before = { 0 };

  atomic_store (&count_seen.gate_closed, true);
  run = count_start (engine, "gated", TRUE, NULL);
  count_wait_for (&count_seen.n_at_gate, 1);
  gbox_run_save_async (run, path, cancellable, on_saved, &on_the_way);
  g_cancellable_cancel (cancellable);
  gbox_run_save_async (run, path, cancellable, on_saved, &before);
  check_save_error (&before, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  atomic_store (&count_seen.gate_closed, false);
  check_save_error (&on_the_way, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_seen.n_saves, ==, 0);
  remove_path (path);
}

static gboolean
takes_no_more (GboxEngine *engine)
{
  g_autoptr (GboxRun) run = count_start (engine, NULL);

  return gbox_run_get_state (run) == GBOX_RUN_STOPPED;
}

/* The engine goes while a save and a start wait in the queue behind a step. */
static gpointer
open_gate_late (gpointer engine)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  while (!takes_no_more (engine))
    g_usleep (1000);
  g_main_context_pop_thread_default (context);
  atomic_store (&count_seen.gate_closed, false);

  return NULL;
}

static void
test_shutdown_with_commands_waiting (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxRun) run = NULL;
  g_autoptr (GboxRun) late = NULL;
  Save save = { 0 }, after = { 0 };
  GThread *thread;

  atomic_store (&count_seen.gate_closed, true);
  run = count_start (engine, "gated", TRUE, NULL);
  count_wait_for (&count_seen.n_at_gate, 1);
  gbox_run_save_async (run, path, NULL, on_saved, &save);
  late = count_start (engine, NULL);
  thread = g_thread_new ("opener", open_gate_late, engine);
  gbox_engine_shutdown (engine);
  g_thread_join (thread);
  g_assert_cmpuint (count_seen.n_created, ==, 1);
  g_assert_cmpuint (count_seen.n_finalized, ==, 1);
  gbox_run_save_async (run, path, NULL, on_saved, &after);
  check_save_error (&after, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  wait_for_save (&save);
  g_assert_true (save.saved || g_error_matches (save.error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT));
  g_clear_error (&save.error);
  run_until_state (run, GBOX_RUN_STOPPED);
  run_until_state (late, GBOX_RUN_STOPPED);
  remove_path (path);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run/points-and-frames", test_points_and_frames);
  g_test_add_func ("/run/pause-and-step", test_pause_and_step);
  g_test_add_func ("/run/steps-in-parts", test_steps_in_parts);
  g_test_add_func ("/run/commands-while-waiting", test_commands_while_waiting);
  g_test_add_func ("/run/stop-within-a-step", test_stop_within_a_step);
  g_test_add_func ("/run/adjust-running", test_adjust_running);
  g_test_add_func ("/run/adjust-finished", test_adjust_finished);
  g_test_add_func ("/run/step-after-the-end", test_step_after_the_end);
  g_test_add_func ("/run/stubborn-adjust", test_stubborn_adjust);
  g_test_add_func ("/run/save", test_save);
  g_test_add_func ("/run/state-comes-last", test_state_comes_last);
  g_test_add_func ("/run/save-while-running", test_save_while_running);
  g_test_add_func ("/run/save-too-early", test_save_too_early);
  g_test_add_func ("/run/dispose-while-saving", test_dispose_while_saving);
  g_test_add_func ("/run/save-cancelled", test_save_cancelled);
  g_test_add_func ("/run/shutdown-with-commands-waiting", test_shutdown_with_commands_waiting);

  return g_test_run ();
}
