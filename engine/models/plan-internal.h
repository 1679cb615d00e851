/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan is made of: the values it keeps and the steps it takes. */
#pragma once

#include "base/arena.h"
#include "base/lap-clock.h"
#include "kernels/depthwise.h"
#include "kernels/pool.h"
#include "models/network-internal.h"
#include "models/plan.h"

G_BEGIN_DECLS

/**
 * GboxPlanSpan:
 *
 * A block of the arena and the time it lives. Time 0 is the pixel map; step i of n runs forward at 1 + i and
 * backward at 2n − i; 2n + 1 is the pixel map backward.
 */
typedef struct
{
  guint first;
  guint last;
  guint block;
  gboolean used;
} GboxPlanSpan;

/**
 * GboxPlanValue:
 * @activation: (N, H, W, C), the whole value; data only where @span is used
 * @gradient: of the objective with respect to it, of the same shape
 * @span: when @activation is needed
 * @gradient_span: when @gradient is
 */
typedef struct
{
  GboxTensor activation;
  GboxTensor gradient;
  GboxPlanSpan span;
  GboxPlanSpan gradient_span;
} GboxPlanValue;

/**
 * GboxPlanStep:
 * @operation: what is done; owned by the network
 * @x: what is read
 * @addend: what an addition also reads
 * @y: what is written
 * @dx: gradient of @x; is added to where @accumulate_x
 * @daddend: gradient of @addend; is added to where @accumulate_addend
 * @dy: gradient of @y; becomes that before the rectifier
 * @conv: (nullable): the packed convolution; owned by the network
 * @depthwise: the shape, with this input's padding
 * @pool: the shape
 * @argmax: (nullable): where each maximum came from
 * @scratch: (nullable): memory of a convolution forward
 * @backward_scratch: (nullable): and backward
 */
typedef struct
{
  const GboxOperation *operation;
  GboxTensor x, addend, y;
  GboxTensor dx, daddend, dy;
  gboolean accumulate_x, accumulate_addend;
  const GboxConv *conv;
  GboxDepthwiseShape depthwise;
  GboxPoolShape pool;
  guint8 *argmax;
  gpointer scratch, backward_scratch;

  guint index; /* of the operation in the network */
  int pad_top, pad_left;
  GboxPlanSpan argmax_span, scratch_span, backward_scratch_span;
} GboxPlanStep;

struct _GboxPlan
{
  GboxNetwork *network;
  GboxTeam *team;
  gboolean with_gradient;
  int batch;

  GboxArena *arena;
  GboxPlanValue *values; /* of the network */
  guint n_values;
  GArray *steps;  /* of GboxPlanStep: only what the target needs */
  GArray *clears; /* of GboxTensor: gradients that no step writes before they are read */
  GboxSlice target;

  GboxTensor input, input_gradient;
  GboxTensor output, output_gradient;
  guint input_block, input_gradient_block;

  GboxLapClock *clock; /* the caller's, or NULL: see gbox_plan_set_clock() */
};

void gbox_plan_step_forward (const GboxPlanStep *step, GboxTeam *team);

/* Returns: whether a rectifier was redirected */
gboolean gbox_plan_step_backward (GboxPlanStep *step, GboxTeam *team, gboolean redirect);

/**
 * gbox_plan_lay_out:
 * @plan: a plan whose network, team, batch, target and with_gradient are set
 * @height: input rows
 * @width: input columns
 * @error: return location for an error
 *
 * Chooses the steps, packs their weights and gives everything its memory.
 */
gboolean gbox_plan_lay_out (GboxPlan *plan, int height, int width, GError **error);

G_END_DECLS
