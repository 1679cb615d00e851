/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handle on a job: what the main thread holds, tells and watches. */
#pragma once

#include "runtime/event.h"
#include "runtime/spec.h"

G_BEGIN_DECLS

/**
 * GboxRun:
 *
 * Lives on the thread whose main context started it. It mirrors what its job reports:
 *
 * - `spec` (#GboxSpec, a copy of what was started, with what was adjusted since)
 * - `state` (#GboxRunState)
 * - `step`, `n-steps` (uint)
 * - `rate` (double, steps a second, smoothed; 0 while nothing is known)
 * - `objective` (double, of the newest point)
 * - `frame` (#GboxFrame, the newest)
 * - `notice` (string, the newest)
 * - `error` (#GError, once failed)
 *
 * and emits `notify` for each, `point` (const GboxPoint *) for every point in order, `record` (GType type,
 * gconstpointer record) for every record of the job's type in order with the points, and `notice-posted`
 * (const char *id, const char *text). Events dispatched together notify each property once, and
 * a state in which no more comes is taken last of them: a FINISHED run has its last frame and all its points.
 * Dropping the last reference stops the job; so does gbox_engine_shutdown().
 */
#define GBOX_TYPE_RUN (gbox_run_get_type ())
G_DECLARE_FINAL_TYPE (GboxRun, gbox_run, GBOX, RUN, GObject)

/* Commands; all return at once and take effect between two steps. In a final state they do nothing, except
 * that a FINISHED run can still be saved, stepped and adjusted to more steps. The state follows when the
 * engine has obeyed, but gbox_run_stop() makes it STOPPED at once: what was still on its way is dropped, and
 * the newest frame and values stay. A paused, resumed or stepped run that is still WAITING is so once it has
 * started. */
void gbox_run_pause (GboxRun *run);
void gbox_run_resume (GboxRun *run);
void gbox_run_step (GboxRun *run); /* pauses, then does a single step */
void gbox_run_stop (GboxRun *run);

/**
 * gbox_run_adjust:
 * @run: a run
 * @spec: values to take over; only %GBOX_PARAM_LIVE properties may differ from the run's spec
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT if another property differs
 */
gboolean gbox_run_adjust (GboxRun *run, GboxSpec *spec, GError **error);

/**
 * gbox_run_save_async:
 * @run: a run that has done a step
 * @path: where to; the suffix says as what
 * @cancellable: (nullable): forgets the answer, and saves nothing if that has not begun
 * @callback: called on the run's thread when the file is complete
 * @user_data: for @callback
 *
 * Done between two steps, after the commands given before. A STOPPED or FAILED run has nothing left to save,
 * as its memory is freed at once: that, and saving before the first step, is a %GBOX_ERROR_INVALID_ARGUMENT.
 * The callback is always called, also if the run is stopped or the engine shut down first; the run is kept
 * until then.
 */
void gbox_run_save_async (GboxRun *run,
                          const char *path,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean gbox_run_save_finish (GboxRun *run, GAsyncResult *result, GError **error);

GboxSpec *gbox_run_get_spec (GboxRun *run);
GboxRunState gbox_run_get_state (GboxRun *run);
gboolean gbox_run_is_final (GboxRun *run);
guint gbox_run_get_step (GboxRun *run);
guint gbox_run_get_n_steps (GboxRun *run);
double gbox_run_get_rate (GboxRun *run);
double gbox_run_get_objective (GboxRun *run);
GboxFrame *gbox_run_get_frame (GboxRun *run);    /* transfer none, nullable */
const char *gbox_run_get_notice (GboxRun *run);  /* nullable */
const GError *gbox_run_get_error (GboxRun *run); /* nullable */

G_END_DECLS
