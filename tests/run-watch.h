/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run of a counting job is seen to do on the main thread. */
#pragma once

#include "runtime/run.h"

G_BEGIN_DECLS

/**
 * RunWatch:
 *
 * Its handlers fail if a point is lost or out of order, if a property and a signal contradict each other, or
 * if anything comes from a run that was stopped.
 */
typedef struct
{
  guint n_points;
  guint n_frames;
  guint n_step_notifies;
  guint n_notices;
  guint n_resumed; /* notifications of state in RUNNING, after the first point */
  guint last_frame_step;
  double last_value; /* the second of the newest point */
} RunWatch;

void run_watch_connect (RunWatch *watch, GboxRun *run);

/* Iterate the main context until it is so. */
void run_until_state (GboxRun *run, GboxRunState state);
void run_until_step (GboxRun *run, guint step);

/* Gives what should not come time to come. */
void run_a_little (void);

G_END_DECLS
