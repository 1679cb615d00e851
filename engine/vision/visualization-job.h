/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of making an image that excites a unit. */
#pragma once

#include "runtime/job.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxVisualizationJob:
 *
 * A step: parameters → image → transforms → network → objective, its gradient all the way back, and Adam. The
 * frame posted with step n shows the image after n steps; the point's values[0] is the objective of the image
 * before that step, as the network saw it, values[1] the penalty of that image, where one has a weight, and
 * values[2], of several pictures of one unit, how alike they were (see #GboxDiversity). Of these the frame
 * is a mosaic, and objective and penalty are the means. Steps are counted from 1 and their random draws are
 * keyed by (seed, step), so the same spec gives the same bits for any number of threads and also when it goes
 * on from a checkpoint.
 *
 * What is adjusted is noted in the schedule of what is saved, and so is what a checkpoint goes on with that
 * it was not made with: every picture can be made again. A schedule may also change what cannot be adjusted;
 * the step it does that at takes longer.
 *
 * Records: a #GboxFrame for each step that gbox_film_has_step() and for the first, see
 * gbox_film_shrink_to_keep(): what it looked like on the way.
 *
 * Notices: "schedule": what changes now. "redirected": the unit was silent and had to be led out.
 */
#define GBOX_TYPE_VISUALIZATION_JOB (gbox_visualization_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxVisualizationJob, gbox_visualization_job, GBOX, VISUALIZATION_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_visualization_job_new (GboxVisualizationSpec *spec);

/* The same, for a network that is not in the store: the spec's model is not looked up, only kept in what is
 * saved. */
GboxJob *gbox_visualization_job_new_for_network (GboxVisualizationSpec *spec, GboxNetwork *network);

/**
 * gbox_visualization_check_path:
 * @path: where to save
 * @error: return location for an error
 *
 * Whether the name says as what: a picture (.png) or a checkpoint (.safetensors), in letters of either case.
 * Touches no disk, so it can be asked before the work.
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT if it does not
 */
gboolean gbox_visualization_check_path (const char *path, GError **error);

G_END_DECLS
