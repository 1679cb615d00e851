/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An inverted residual block (Sandler et al. 2018), forward: its convolutions taken together. */
#pragma once

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
 * The convolutions of a block. @expanded and @filtered are the largest values of such a network: the
 * reference writes them, the fast kernels leave them as they are, except that without @expand the first of
 * them is the input.
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
} GboxInvertedResidual;

/* Whether taking them together is faster than one after the other; from the sizes alone. */
gboolean gbox_inverted_residual_is_faster (const GboxInvertedResidual *self);

/* Bytes of scratch, aligned to 64, for all workers together. */
gsize gbox_inverted_residual_scratch_size (const GboxInvertedResidual *self, guint n_workers);

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

G_END_DECLS
