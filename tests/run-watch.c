/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run of a counting job is seen to do on the main thread. */
#include "run-watch.h"

static void
on_point (GboxRun *run, const GboxPoint *point, RunWatch *watch)
{
  watch->n_points++;
  g_assert_cmpuint (point->step, ==, watch->n_points);
  g_assert_cmpfloat (point->values[0], ==, 2.0 * point->step);
  g_assert_cmpuint (gbox_run_get_step (run), ==, point->step);
  g_assert_cmpint (gbox_run_get_state (run), !=, GBOX_RUN_STOPPED);
  watch->last_value = point->values[1];
}

static void
on_frame (GboxRun *run, GParamSpec *pspec, RunWatch *watch)
{
  GboxFrame *frame = gbox_run_get_frame (run);

  watch->n_frames++;
  g_assert_cmpuint (frame->step, >, watch->last_frame_step);
  watch->last_frame_step = frame->step;
  g_assert_cmpuint (frame->pixels[4 * 4 * 3 - 1], ==, frame->step % 256);
}

static void
on_step (GboxRun *run, GParamSpec *pspec, RunWatch *watch)
{
  watch->n_step_notifies++;
  g_assert_cmpfloat (gbox_run_get_objective (run), ==, 2.0 * gbox_run_get_step (run));
}

static void
on_notice (GboxRun *run, const char *id, const char *text, RunWatch *watch)
{
  watch->n_notices++;
}

static void
on_state (GboxRun *run, GParamSpec *pspec, RunWatch *watch)
{
  watch->n_resumed += watch->n_points > 0 && gbox_run_get_state (run) == GBOX_RUN_RUNNING;
}

void
run_watch_connect (RunWatch *watch, GboxRun *run)
{
  g_signal_connect (run, "point", G_CALLBACK (on_point), watch);
  g_signal_connect (run, "notify::frame", G_CALLBACK (on_frame), watch);
  g_signal_connect (run, "notify::step", G_CALLBACK (on_step), watch);
  g_signal_connect (run, "notice-posted", G_CALLBACK (on_notice), watch);
  g_signal_connect (run, "notify::state", G_CALLBACK (on_state), watch);
}

void
run_until_state (GboxRun *run, GboxRunState state)
{
  while (gbox_run_get_state (run) != state)
    g_main_context_iteration (NULL, TRUE);
}

void
run_until_step (GboxRun *run, guint step)
{
  while (gbox_run_get_step (run) < step)
    g_main_context_iteration (NULL, TRUE);
}

void
run_a_little (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}
