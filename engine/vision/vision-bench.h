/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the work that the window does over and over: a visualization's step, and classification. */
#pragma once

#include "base/team.h"
#include "models/network.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxVisionBench:
 *
 * One piece of work, set up once and then timed as often as is wanted. Belongs to one thread.
 */
typedef struct _GboxVisionBench GboxVisionBench;

/**
 * gbox_vision_bench_new_step:
 * @network: a network; a reference is kept
 * @team: the workers; must outlive the bench
 * @spec: what is visualized; a reference is kept
 * @error: return location for an error
 *
 * The work is a step as a visualization's job does it: transforms, network, objective, gradient, Adam, the
 * image and its 8-bit frame. Rectifiers are not redirected: that is done in the first few steps only.
 *
 * Returns: (transfer full) (nullable): a bench; %NULL with the errors of gbox_pipeline_new()
 */
GboxVisionBench *gbox_vision_bench_new_step (GboxNetwork *network,
                                             GboxTeam *team,
                                             GboxVisualizationSpec *spec,
                                             GError **error);

/**
 * gbox_vision_bench_new_classify:
 * @network: a network; a reference is kept
 * @team: the workers; must outlive the bench
 * @batch: images at a time
 * @error: return location for an error
 *
 * The work is the logits of @batch images of the size the network was trained with, from pixels of 0 … 255.
 *
 * Returns: (transfer full) (nullable): a bench; %NULL with %GBOX_ERROR_UNSUPPORTED for a network without
 * classes, or the errors of gbox_plan_new()
 */
GboxVisionBench *
gbox_vision_bench_new_classify (GboxNetwork *network, GboxTeam *team, int batch, GError **error);

void gbox_vision_bench_free (GboxVisionBench *self);

/* Does the work once. Returns the seconds it took. */
double gbox_vision_bench_run (GboxVisionBench *self);

/**
 * GboxVisionPart:
 * @name: "Adam", "4a 3×3 96→208"; owned by the bench
 * @in_network: whether it is one of the network's operations
 * @is_backward: whether it is that operation's gradient
 * @flops: as for #GboxPlanOperation; 0 outside the network
 * @bytes: what must be read and written once
 *
 * A part of the work.
 */
typedef struct
{
  const char *name;
  gboolean in_network;
  gboolean is_backward;
  double flops;
  double bytes;
} GboxVisionPart;

guint gbox_vision_bench_get_n_parts (const GboxVisionBench *self);
/* In the order in which they are done. Transfer none. */
const GboxVisionPart *gbox_vision_bench_get_part (const GboxVisionBench *self, guint i);

/**
 * gbox_vision_bench_run_parts:
 * @self: a bench
 * @seconds: (out) (array): of each part
 *
 * Does the work once, with a look at the clock after every part.
 *
 * Returns: the seconds of the whole
 */
double gbox_vision_bench_run_parts (GboxVisionBench *self, double *seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxVisionBench, gbox_vision_bench_free)

G_END_DECLS
