/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution with packed weights: forward with bias and rectifier, and the gradient to its input. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"
#include "kernels/activation.h"

G_BEGIN_DECLS

/**
 * GboxConvShape:
 *
 * y[oy][ox][o] = Σ_{ky,kx,i} x[oy·stride + ky − pad_top][ox·stride + kx − pad_left][i] · w[o][i][ky][kx], x
 * zero outside. What is padded below and to the right follows from the height and width of y.
 */
typedef struct
{
  int in_channels;
  int out_channels;
  int kernel_height;
  int kernel_width;
  int stride;
  int pad_top;
  int pad_left;
} GboxConvShape;

/**
 * GboxConv:
 *
 * One convolution, its weights packed once for forward and once for backward. Immutable, so any thread may
 * use it.
 */
typedef struct _GboxConv GboxConv;

/**
 * gbox_conv_new:
 * @shape: the shape
 * @activation: the rectifier after it
 * @weights: (O, I, KH, KW), copied
 * @bias: (nullable): (O), copied
 *
 * Returns: (transfer full): a convolution; free with gbox_conv_free()
 */
GboxConv *gbox_conv_new (const GboxConvShape *shape,
                         GboxActivation activation,
                         const float *weights,
                         const float *bias);
void gbox_conv_free (GboxConv *conv);
const GboxConvShape *gbox_conv_get_shape (const GboxConv *conv);

/**
 * gbox_conv_scratch_size:
 * @conv: a convolution
 * @x: shape of the input; data and stride do not matter
 * @y: shape of the output, likewise
 * @n_workers: threads of the team
 *
 * Returns: bytes of scratch, aligned to 64, that forward or backward needs for these sizes, for all workers
 * together
 */
gsize
gbox_conv_scratch_size (const GboxConv *conv, const GboxTensor *x, const GboxTensor *y, guint n_workers);

/**
 * gbox_conv_forward:
 * @conv: a convolution
 * @team: the workers
 * @x: input (N, H, W, I)
 * @y: (out): output (N, OH, OW, O), rectified; may be a slice of a concatenation
 * @scratch: memory of gbox_conv_scratch_size() bytes
 *
 * Allocates nothing. The same bits for any number of threads.
 */
void gbox_conv_forward (
  const GboxConv *conv, GboxTeam *team, const GboxTensor *x, GboxTensor *y, gpointer scratch);

/**
 * gbox_conv_backward:
 * @conv: a convolution
 * @team: the workers
 * @dy: gradient with respect to the convolution's sum, before the rectifier (N, OH, OW, O)
 * @dx: (inout): gradient with respect to the input (N, H, W, I)
 * @accumulate: whether to add to @dx or to overwrite it
 * @scratch: memory of gbox_conv_scratch_size() bytes
 *
 * dx[y][x][i] = Σ_{o,ky,kx} dy[(y + pad_top − ky) / stride][(x + pad_left − kx) / stride][o] ·
 * w[o][i][ky][kx] where the divisions are exact.
 */
void gbox_conv_backward (const GboxConv *conv,
                         GboxTeam *team,
                         const GboxTensor *dy,
                         GboxTensor *dx,
                         gboolean accumulate,
                         gpointer scratch);

/**
 * gbox_conv_forward_reference:
 * gbox_conv_backward_reference:
 *
 * The definition in plain loops, summed in double precision, for tests. @weights and @bias as given to
 * gbox_conv_new().
 */
void gbox_conv_forward_reference (const GboxConvShape *shape,
                                  GboxActivation activation,
                                  const float *weights,
                                  const float *bias,
                                  const GboxTensor *x,
                                  GboxTensor *y);
void gbox_conv_backward_reference (const GboxConvShape *shape,
                                   const float *weights,
                                   const GboxTensor *dy,
                                   GboxTensor *dx,
                                   gboolean accumulate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxConv, gbox_conv_free)

G_END_DECLS
