/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of a convolution of 1×1 and the depthwise one after it, taken together. */
#pragma once

#include "kernels/conv.h"
#include "kernels/depthwise.h"

G_BEGIN_DECLS

/**
 * GboxDepthwisePointwise:
 * @depthwise: shape of the depthwise convolution
 * @weights: its weights (K, K, C)
 * @between: what the rectifier after the 1×1 convolution made: the depthwise convolution's input
 * @activation: that rectifier
 * @pointwise: the 1×1 convolution, packed backward by %GBOX_CONV_POINTWISE
 * @pointwise_shape: its shape; without padding, so that its planes are of one size
 */
typedef struct
{
  GboxDepthwiseShape depthwise;
  const float *weights;
  GboxTensor between;
  GboxActivation activation;
  const GboxConv *pointwise;
  GboxConvShape pointwise_shape;
} GboxDepthwisePointwise;

/* Bytes of scratch, aligned to 64, for all workers together. */
gsize gbox_depthwise_pointwise_scratch_size (const GboxTensor *between, guint n_workers);

/**
 * gbox_depthwise_pointwise_backward:
 * @self: the two convolutions
 * @team: the workers
 * @dy: gradient with respect to the depthwise convolution's sum
 * @dbetween: the gradient between the two: the reference writes it, the fast kernels leave it as it is
 * @dx: (inout): gradient with respect to the input of the 1×1 convolution
 * @accumulate: whether to add to @dx
 * @mask: (nullable): see gbox_conv_backward()
 * @mask_activation: likewise
 * @scratch: memory of gbox_depthwise_pointwise_scratch_size() bytes
 *
 * The same bits as gbox_depthwise_backward() and then gbox_conv_backward() give, but band by band, so that
 * the gradient between the two, often the largest of a network, stays in a core's cache.
 */
void gbox_depthwise_pointwise_backward (const GboxDepthwisePointwise *self,
                                        GboxTeam *team,
                                        const GboxTensor *dy,
                                        GboxTensor *dbetween,
                                        GboxTensor *dx,
                                        gboolean accumulate,
                                        const GboxTensor *mask,
                                        GboxActivation mask_activation,
                                        gpointer scratch);

G_END_DECLS
