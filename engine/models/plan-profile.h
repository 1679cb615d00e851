/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operations of a plan are, what they cost by count, and how long they take. */
#pragma once

#include "base/lap-clock.h"
#include "models/plan.h"

G_BEGIN_DECLS

/**
 * GboxPlanOperation:
 * @name: the layer it belongs to, what it does and its channels: "4a 3×3 96→208"; free with g_free()
 * @is_conv: whether it is a convolution
 * @conv: the shape of a convolution
 * @x: the shape of what it reads; no data
 * @y: the shape of what it writes; no data
 * @forward_flops: floating-point operations of a direct convolution: 2 · positions · outputs · inputs ·
 * kernel area; 0 for what is neither a convolution nor depthwise
 * @backward_flops: the same for the gradient to the input
 * @forward_bytes: what must be read and written once: input, weights, output
 * @backward_bytes: output gradient, what the rectifier or the operation looks at again, weights, input
 * gradient (twice where it is added to)
 */
typedef struct
{
  char *name;
  gboolean is_conv;
  GboxConvShape conv;
  GboxTensor x, y;
  double forward_flops, backward_flops;
  double forward_bytes, backward_bytes;
} GboxPlanOperation;

void gbox_plan_operation_clear (GboxPlanOperation *operation);

/**
 * gbox_plan_get_n_operations:
 *
 * Returns: how many operations the plan does, from 0, the pixel map, to the one that writes the target
 */
guint gbox_plan_get_n_operations (const GboxPlan *plan);

/**
 * gbox_plan_describe_operation:
 * @plan: a plan
 * @i: 0 … gbox_plan_get_n_operations() − 1, in the order in which the operations go forward
 * @operation: (out): to be cleared with gbox_plan_operation_clear()
 *
 * Costs backward are 0 for a plan without gradient.
 */
void gbox_plan_describe_operation (const GboxPlan *plan, guint i, GboxPlanOperation *operation);

/**
 * gbox_plan_set_clock:
 * @plan: a plan
 * @clock: (nullable): notes operation i of n at lap i going forward and at lap 2n − 1 − i going backward; so
 * it has 2n laps. Belongs to the caller, and must live until it is replaced.
 *
 * Operations that are otherwise done together are done one after the other while there is a clock. What is
 * cleared before the backward pass counts for the pixel map.
 */
void gbox_plan_set_clock (GboxPlan *plan, GboxLapClock *clock);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GboxPlanOperation, gbox_plan_operation_clear)

G_END_DECLS
