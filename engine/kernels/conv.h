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
 * zero outside. What is padded below and to the right follows from the height and width of y. A negative
 * padding passes over rows or columns of x.
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
 * GboxConvDirection:
 * @GBOX_CONV_FORWARD: from the input to the output
 * @GBOX_CONV_BACKWARD: from the gradient of the output to that of the input
 */
typedef enum
{
  GBOX_CONV_FORWARD,
  GBOX_CONV_BACKWARD,
} GboxConvDirection;

/**
 * GboxConvMethod:
 * @GBOX_CONV_WINDOWS: a product of written-out windows and weights: every shape
 * @GBOX_CONV_POINTWISE: 1×1: a product of pixels and weights
 * @GBOX_CONV_NARROW: of so few channels that stride × stride pixels of them are at most 16: a row at a time,
 * as a product of windows and weights forward and of outputs and phases of the weights backward
 * @GBOX_CONV_WINOGRAD_2_3: 3×3, stride 1, by tiles of 2×2 results (Winograd 1980; Lavin and Gray 2016)
 * @GBOX_CONV_WINOGRAD_4_3: 3×3, stride 1, by tiles of 4×4
 * @GBOX_CONV_WINOGRAD_4_5: 5×5, stride 1, by tiles of 4×4
 * @GBOX_CONV_WINOGRAD_5_4: 7×7, stride 2, of few channels: as a 4×4 kernel of stride 1 over four times the
 * channels (its phases), by tiles of 5×5
 */
typedef enum
{
  GBOX_CONV_WINDOWS,
  GBOX_CONV_POINTWISE,
  GBOX_CONV_NARROW,
  GBOX_CONV_WINOGRAD_2_3,
  GBOX_CONV_WINOGRAD_4_3,
  GBOX_CONV_WINOGRAD_4_5,
  GBOX_CONV_WINOGRAD_5_4,
  GBOX_N_CONV_METHODS,
} GboxConvMethod;

/**
 * GboxConvPacking:
 *
 * All that the packed weights depend on besides the weights. @phase_y and @phase_x, 0 or 1, are 0 but for
 * strides of 2: the padding modulo 2.
 */
typedef struct
{
  GboxConvDirection direction;
  GboxConvMethod method;
  int phase_y;
  int phase_x;
} GboxConvPacking;

/**
 * gbox_conv_method_applies:
 *
 * Returns: whether @method can compute @shape
 */
gboolean gbox_conv_method_applies (GboxConvMethod method, const GboxConvShape *shape);

/**
 * gbox_conv_choose:
 * @shape: a shape
 * @direction: forward or backward
 * @from: shape of what is read: the input forward, the gradient of the output backward; no data needed
 * @to: shape of what is written, likewise
 *
 * Returns: the packing that is fastest for these sizes
 */
GboxConvPacking gbox_conv_choose (const GboxConvShape *shape,
                                  GboxConvDirection direction,
                                  const GboxTensor *from,
                                  const GboxTensor *to);

/* Of a method that applies to @shape. */
GboxConvPacking
gbox_conv_packing (const GboxConvShape *shape, GboxConvDirection direction, GboxConvMethod method);

/**
 * GboxConv:
 *
 * The weights of one convolution, packed for one direction and one method. Immutable, so any thread may use
 * it, and of any padding whose phase is the packing's.
 */
typedef struct _GboxConv GboxConv;

/**
 * gbox_conv_new:
 * @shape: the shape; its padding does not matter
 * @packing: how to pack, a method that applies to the shape
 * @activation: the rectifier after it
 * @weights: (O, I, KH, KW); must outlive the convolution
 * @bias: (nullable): (O), copied
 *
 * Returns: (transfer full): a convolution; free with gbox_conv_free()
 */
GboxConv *gbox_conv_new (const GboxConvShape *shape,
                         const GboxConvPacking *packing,
                         GboxActivation activation,
                         const float *weights,
                         const float *bias);
void gbox_conv_free (GboxConv *conv);
const GboxConvPacking *gbox_conv_get_packing (const GboxConv *conv);
/* Bytes of packed weights. */
gsize gbox_conv_get_size (const GboxConv *conv);

/**
 * gbox_conv_scratch_size:
 * @conv: a convolution
 * @shape: its shape with the padding in use
 * @from: shape of what is read, as for gbox_conv_choose()
 * @to: shape of what is written
 * @n_workers: threads of the team
 *
 * Returns: bytes of scratch, aligned to 64, for all workers together
 */
gsize gbox_conv_scratch_size (const GboxConv *conv,
                              const GboxConvShape *shape,
                              const GboxTensor *from,
                              const GboxTensor *to,
                              guint n_workers);

/**
 * gbox_conv_forward:
 * @conv: a convolution packed for this direction
 * @shape: its shape with the padding in use; where a padding is negative, that many rows or columns of @x are
 * passed over
 * @team: the workers
 * @x: input (N, H, W, I)
 * @y: (out): output (N, OH, OW, O), rectified; may be a slice of a concatenation
 * @scratch: memory of gbox_conv_scratch_size() bytes
 *
 * Allocates nothing. The same bits for any number of threads.
 */
void gbox_conv_forward (const GboxConv *conv,
                        const GboxConvShape *shape,
                        GboxTeam *team,
                        const GboxTensor *x,
                        GboxTensor *y,
                        gpointer scratch);

/**
 * gbox_conv_backward:
 * @conv: a convolution packed for this direction
 * @shape: its shape with the padding in use
 * @team: the workers
 * @dy: gradient with respect to the convolution's sum, before the rectifier (N, OH, OW, O)
 * @dx: (inout): gradient with respect to the input (N, H, W, I)
 * @accumulate: whether to add to @dx or to overwrite it
 * @mask: (nullable): the input (N, H, W, I), where what made it is a rectifier and @dx shall be its gradient
 * @mask_activation: that rectifier
 * @scratch: memory of gbox_conv_scratch_size() bytes
 *
 * dx[y][x][i] = Σ_{o,ky,kx} dy[(y + pad_top − ky) / stride][(x + pad_left − kx) / stride][o] ·
 * w[o][i][ky][kx] where the divisions are exact; then what gbox_activation_backward() does.
 */
void gbox_conv_backward (const GboxConv *conv,
                         const GboxConvShape *shape,
                         GboxTeam *team,
                         const GboxTensor *dy,
                         GboxTensor *dx,
                         gboolean accumulate,
                         const GboxTensor *mask,
                         GboxActivation mask_activation,
                         gpointer scratch);

/**
 * gbox_conv_forward_reference:
 * gbox_conv_backward_reference:
 *
 * The definition in plain loops, summed in double precision. @weights and @bias as given to gbox_conv_new().
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
