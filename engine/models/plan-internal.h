/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan is made of: the values it keeps and the steps it takes. */
#pragma once

#include "base/arena.h"
#include "base/lap-clock.h"
#include "kernels/depthwise-pointwise.h"
#include "kernels/inverted-residual.h"
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
 * @height: rows of the whole plane
 * @width: columns of it
 * @region: the part of it that the target sees; only that exists
 * @activation: (N, H, W, C) of the region; data only where @span is used
 * @gradient: of the objective with respect to it, of the same shape
 * @span: when @activation is needed
 * @gradient_span: when @gradient is
 */
typedef struct
{
  int height;
  int width;
  GboxRegion region;
  GboxTensor activation;
  GboxTensor gradient;
  GboxPlanSpan span;
  GboxPlanSpan gradient_span;
} GboxPlanValue;

/**
 * GboxPlanStep:
 * @operation: what is done; owned by the network
 * @output: what is written of the operation's output: of a convolution only what somebody needs
 * @x: what is read
 * @addend: what an addition also reads
 * @y: what is written
 * @dx: gradient of @x; is added to where @accumulate_x
 * @daddend: gradient of @addend; is added to where @accumulate_addend
 * @dy: gradient of @y; becomes that before the rectifier
 * @rectify: whether @dy still is that after the rectifier
 * @mask: (nullable as %GBOX_ACTIVATION_NONE): the rectifier that made @x, where this step is the last to
 * write @dx and makes it the gradient before that rectifier
 * @conv_shape: shape of a convolution, with this input's padding
 * @conv: (nullable): the packed convolution; owned by the network, or where it is a part by the plan
 * @backward_conv: (nullable): the same, packed for the gradient
 * @depthwise: the shape, with this input's padding
 * @pool: the shape
 * @argmax: (nullable): where each maximum came from
 * @goes_through: whether backward it takes the 1×1 convolution before it along
 * @n_together: how many steps are taken together, this one being the first: 1 but for blocks
 * @bits: (nullable): inside a block, where the rectifier lets gradients through
 */
typedef struct
{
  const GboxOperation *operation;
  GboxSlice output;
  GboxTensor x, addend, y;
  GboxTensor dx, daddend, dy;
  gboolean accumulate_x, accumulate_addend;
  gboolean rectify;
  GboxActivation mask;
  GboxConvShape conv_shape;
  const GboxConv *conv, *backward_conv;
  GboxDepthwiseShape depthwise;
  GboxPoolShape pool;
  guint8 *argmax;
  gboolean goes_through;
  guint n_together;
  guint16 *bits;

  guint index;                         /* of the operation in the network */
  int pad_top, pad_left;               /* negative where the value that is read begins above or to the left */
  int addend_pad_top, addend_pad_left; /* likewise, never positive */
  GboxPlanSpan argmax_span;
  GboxPlanSpan bits_span;
} GboxPlanStep;

/**
 * GboxPlanObserved:
 * @slice: where the layer lies
 * @last_writer: the last step that writes a part of it
 * @chunk_activation: what the steps write
 * @activation: of all images
 * @value_gradient: of the objective with respect to it, while the steps need it
 * @gradient: the same, kept; or given, where it is driven
 * @is_driven: see gbox_plan_drive_observed()
 *
 * A layer that is kept beside the target.
 */
typedef struct
{
  GboxSlice slice;
  guint last_writer;
  GboxTensor chunk_activation, activation;
  GboxTensor value_gradient, gradient;
  gboolean is_driven;
  guint activation_block, gradient_block;
} GboxPlanObserved;

/* Expand, filter, project, add. */
#define GBOX_PLAN_MAX_TOGETHER 4

struct _GboxPlan
{
  GboxNetwork *network;
  GboxTeam *team;
  gboolean with_gradient;
  int batch;
  int n_chunks;         /* that the images are computed in, one after the other: see gbox_plan_new() */
  guint n_forwarded;    /* steps of a forward pass that is not all done */
  guint n_backwarded;   /* likewise, of a backward pass */
  gboolean has_blocks;  /* whether some steps are taken together */
  gboolean is_together; /* whether they were in the last forward pass */

  GboxArena *arena;
  GboxPlanValue *values; /* of the network */
  guint n_values;
  GArray *steps;        /* of GboxPlanStep: only what the target needs */
  GPtrArray *own_convs; /* of GboxConv: parts of the network's convolutions */
  GArray *clears;       /* of GboxTensor: gradients that no step writes before they are read */
  GboxSlice target;
  GArray *observed; /* of GboxPlanObserved */

  GboxTensor input, input_gradient;
  GboxTensor output, output_gradient;
  GboxTensor chunk_output; /* what the steps write: @output where there is one chunk */
  guint input_block, input_gradient_block, output_block;
  gpointer scratch; /* of convolutions, which take turns */
  guint scratch_block;

  GboxLapClock *clock; /* the caller's, or NULL: see gbox_plan_set_clock() */
};

void gbox_plan_step_forward (const GboxPlanStep *step, GboxTeam *team, gpointer scratch);

/* Returns: whether a rectifier was redirected */
gboolean gbox_plan_step_backward (GboxPlanStep *step, GboxTeam *team, gpointer scratch, gboolean redirect);

/* As gbox_plan_step_backward(), without redirection, of a step that goes through and the one before it. */
void gbox_plan_step_backward_through (const GboxPlanStep *step,
                                      const GboxPlanStep *before,
                                      GboxTeam *team,
                                      gpointer scratch);

/* Chooses the steps of a plan whose network and target are set, and creates its values. */
void gbox_plan_choose_steps (GboxPlan *plan);

/**
 * gbox_plan_measure:
 * @plan: a plan with its steps
 * @height: input rows
 * @width: input columns
 * @error: return location for an error
 *
 * Sets the size of every value, and of its region all of it; and the padding of every step.
 *
 * Returns: %FALSE where the input is too small for a step
 */
gboolean gbox_plan_measure (GboxPlan *plan, int height, int width, GError **error);

/* Whether @region lies in the target of a plan that is measured; %GBOX_ERROR_INVALID_ARGUMENT if not. */
gboolean gbox_plan_check_region (const GboxPlan *plan, const GboxRegion *region, GError **error);

/**
 * gbox_plan_crop:
 * @plan: a plan that is measured
 * @region: a part of the target
 * @error: return location for an error
 *
 * Shrinks the region of every value to what @region sees, and the padding of every step to match.
 *
 * Returns: %FALSE with %GBOX_ERROR_UNSUPPORTED where the way to the target leads through the target
 */
gboolean gbox_plan_crop (GboxPlan *plan, const GboxRegion *region, GError **error);

/**
 * gbox_plan_derive_gradients:
 * @plan: a plan with its steps
 * @clears: (element-type GboxSlice): takes the gradients that no step writes before they are read
 *
 * Decides who overwrites a gradient and who adds to it, when each gradient lives, and where rectifiers are
 * applied to gradients.
 */
void gbox_plan_derive_gradients (GboxPlan *plan, GArray *clears);

/* When step @i runs. */
static inline guint
gbox_plan_forward_time (const GboxPlan *plan, guint i)
{
  return 1 + i;
}

static inline guint
gbox_plan_backward_time (const GboxPlan *plan, guint i)
{
  return 2 * plan->steps->len - i;
}

static inline GboxPlanStep *
gbox_plan_get_step (const GboxPlan *plan, guint i)
{
  return &g_array_index (plan->steps, GboxPlanStep, i);
}

static inline GboxPlanObserved *
gbox_plan_get_nth_observed (const GboxPlan *plan, guint i)
{
  return &g_array_index (plan->observed, GboxPlanObserved, i);
}

/* Whether a part of @slice belongs to a layer that is kept. */
static inline gboolean
gbox_plan_is_observed (const GboxPlan *plan, const GboxSlice *slice)
{
  for (guint i = 0; i < plan->observed->len; i++)
    if (gbox_slice_overlaps (slice, &gbox_plan_get_nth_observed (plan, i)->slice))
      return TRUE;

  return FALSE;
}

/**
 * gbox_plan_find_blocks:
 * @plan: a plan that is measured, and cropped where it is to be
 *
 * Finds the inverted residual blocks of a plan, whose steps can be taken together, and lets what they read
 * live until they end.
 */
void gbox_plan_find_blocks (GboxPlan *plan);

/* Of the blocks found, once their convolutions are packed and their gradients derived: keeps those that are
 * faster together. */
void gbox_plan_choose_blocks (GboxPlan *plan);

/* Whether @value is only between the steps of a block. */
gboolean gbox_plan_is_inside_block (const GboxPlan *plan, guint value);

/* Bytes of scratch of the block that begins with step @i. */
gsize gbox_plan_block_scratch_size (const GboxPlan *plan, guint i);

/* Takes the steps of the block that begins with step @i; none writes what is between them, but bits of it. */
void gbox_plan_block_forward (const GboxPlan *plan, guint i);
void gbox_plan_block_backward (const GboxPlan *plan, guint i);

/* Lets a block live at @time too. */
void gbox_plan_span_extend (GboxPlanSpan *span, guint time);

/**
 * gbox_plan_lay_out:
 * @plan: a plan whose network, team, batch, target and with_gradient are set
 * @height: input rows
 * @width: input columns
 * @region: the part of the target that is wanted; all of it where its height is 0
 * @error: return location for an error
 *
 * Chooses the steps, packs their weights and gives everything its memory.
 */
gboolean gbox_plan_lay_out (GboxPlan *plan, int height, int width, const GboxRegion *region, GError **error);

G_END_DECLS
