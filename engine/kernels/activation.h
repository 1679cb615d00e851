/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rectifiers and their gradients. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"

#include <math.h>

G_BEGIN_DECLS

typedef enum
{
  GBOX_ACTIVATION_NONE,
  GBOX_ACTIVATION_RELU,  /* max (x, 0) */
  GBOX_ACTIVATION_RELU6, /* min (max (x, 0), 6) */
} GboxActivation;

/* What the rectifier raises smaller values to. */
static inline float
gbox_activation_floor (GboxActivation activation)
{
  return activation == GBOX_ACTIVATION_NONE ? -INFINITY : 0.0f;
}

/* What it lowers larger values to. */
static inline float
gbox_activation_ceiling (GboxActivation activation)
{
  return activation == GBOX_ACTIVATION_RELU6 ? 6.0f : INFINITY;
}

/**
 * gbox_activation_backward:
 * @team: the workers
 * @activation: which rectifier made @y
 * @y: the rectifier's output (N, H, W, C)
 * @dy: (inout): gradient of the objective, which is maximised, with respect to @y; replaced by the gradient
 * with respect to the input
 * @redirect: whether to lead dead units out
 *
 * dx = dy where 0 < y (and y < 6 for ReLU6), else 0. With @redirect, an image of the batch for which that is
 * zero everywhere though its dy is not lets the gradient through except where it would push further into the
 * flat side: below zero only positive, above six only negative gradients pass (Olah et al., lucid
 * `redirected_relu_grad`).
 *
 * The kernels that write gradients can do the same, without redirecting, to what they write: they take the
 * rectifier's output (nullable) and the rectifier last.
 *
 * Returns: whether any image was redirected
 */
gboolean gbox_activation_backward (
  GboxTeam *team, GboxActivation activation, const GboxTensor *y, GboxTensor *dy, gboolean redirect);

gboolean gbox_activation_backward_reference (GboxActivation activation,
                                             const GboxTensor *y,
                                             GboxTensor *dy,
                                             gboolean redirect);

G_END_DECLS
