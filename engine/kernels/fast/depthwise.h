/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a depthwise convolution read. */
#pragma once

#include "kernels/depthwise.h"
#include "kernels/fast/mask.h"

G_BEGIN_DECLS

/**
 * GboxDepthwiseWork:
 * @x: the input, or its gradient
 * @y: the output, or its gradient
 * @weights: (K, K, channels)
 * @weight_stride: floats from one tap's weights to the next tap's
 * @bias: (nullable): of the forward pass
 * @floor: what the rectifier raises the output to: 0 or −∞
 * @ceiling: what it lowers it to: 6 or ∞
 * @accumulate: whether to add to the gradient of the input
 * @mask: what the gradient of the input passes through
 * @n_slices: number of tasks: slices of the rows of y forward, of x backward
 */
typedef struct
{
  GboxDepthwiseShape shape;
  const float *weights;
  gsize weight_stride;
  const float *bias;
  GboxTensor x;
  GboxTensor y;
  float floor;
  float ceiling;
  gboolean accumulate;
  GboxMask mask;
  guint n_slices;
} GboxDepthwiseWork;

G_END_DECLS
