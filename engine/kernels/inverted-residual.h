/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An inverted residual block (Sandler et al. 2018): its convolutions taken together. */
#pragma once

#include "kernels/bits.h"
#include "kernels/conv.h"
#include "kernels/depthwise.h"

G_BEGIN_DECLS

/**
 * GboxInvertedResidual:
 * @expand: (nullable): the 1×1 convolution before, packed forward by %GBOX_CONV_POINTWISE
 * @expand_shape: its shape, without padding
 * @depthwise: shape of the depthwise convolution
 * @weights: its weights (K, K, C)
 * @bias: (nullable): its bias (C)
 * @activation: the rectifier after it
 * @project: the 1×1 convolution after it, packed like @expand
 * @project_shape: its shape, without padding
 * @expanded: what the depthwise convolution reads: (N, H, W, C)
 * @filtered: what it makes: (N, OH, OW, C)
 *
 * @expand_backward: (nullable): @expand, packed backward; only for the way back, as are the rest
 * @project_backward: (nullable): likewise
 * @expanded_bits: (nullable): where the rectifier of @expand lets gradients through, of gbox_bits_size()
 * bytes
 * @filtered_bits: (nullable): where that of the depthwise convolution does
 * @dexpanded: gradient with respect to the sums of @expanded
 * @dfiltered: likewise
 *
 * The convolutions of a block. @expanded and @filtered and their gradients are the largest values of such a
 * network: the reference writes them, the fast kernels leave them as they are, except that without @expand
 * the first of them is the input.
 */
typedef struct
{
  const GboxConv *expand;
  GboxConvShape expand_shape;
  GboxDepthwiseShape depthwise;
  const float *weights;
  const float *bias;
  GboxActivation activation;
  const GboxConv *project;
  GboxConvShape project_shape;
  GboxTensor expanded;
  GboxTensor filtered;
  const GboxConv *expand_backward;
  const GboxConv *project_backward;
  guint16 *expanded_bits;
  guint16 *filtered_bits;
  GboxTensor dexpanded;
  GboxTensor dfiltered;
} GboxInvertedResidual;

/* Whether taking them together is faster than one after the other; from the sizes alone. */
gboolean gbox_inverted_residual_is_faster (const GboxInvertedResidual *self);

/* Bytes of scratch, aligned to 64, for all workers together. */
gsize gbox_inverted_residual_scratch_size (const GboxInvertedResidual *self,
                                           GboxConvDirection direction,
                                           guint n_workers);

/**
 * gbox_inverted_residual_forward:
 * @self: the convolutions
 * @team: the workers
 * @x: input (N, H, W, I)
 * @addend: (nullable): added to what comes out, of the shape of @y
 * @y: (out): output (N, OH, OW, O)
 * @scratch: memory of gbox_inverted_residual_scratch_size() bytes
 *
 * The same bits as gbox_conv_forward(), gbox_depthwise_forward(), gbox_conv_forward() and gbox_add() give,
 * but by bands of rows or by groups of channels that stay in a core's cache. Allocates nothing.
 */
void gbox_inverted_residual_forward (const GboxInvertedResidual *self,
                                     GboxTeam *team,
                                     const GboxTensor *x,
                                     const GboxTensor *addend,
                                     GboxTensor *y,
                                     gpointer scratch);

/**
 * gbox_inverted_residual_backward:
 * @self: the convolutions, and the bits of the forward pass
 * @team: the workers
 * @dy: gradient with respect to the output of the last of them
 * @dx: (inout): gradient with respect to the input
 * @accumulate: whether to add to @dx
 * @mask: (nullable): see gbox_conv_backward()
 * @mask_activation: likewise
 * @scratch: memory of gbox_inverted_residual_scratch_size() bytes
 *
 * What gbox_conv_backward(), gbox_depthwise_backward() and gbox_conv_backward() give, each masked by the
 * rectifier before it, as gbox_inverted_residual_forward() gives what their forward passes do.
 */
void gbox_inverted_residual_backward (const GboxInvertedResidual *self,
                                      GboxTeam *team,
                                      const GboxTensor *dy,
                                      GboxTensor *dx,
                                      gboolean accumulate,
                                      const GboxTensor *mask,
                                      GboxActivation mask_activation,
                                      gpointer scratch);

G_END_DECLS
