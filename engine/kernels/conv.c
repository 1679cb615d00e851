/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution: which method computes it, and the weights packed for that. */
#include "kernels/conv.h"

#include "kernels/conv-internal.h"
#include "kernels/isa.h"
#include "kernels/packed.h"
#include "kernels/winograd-form.h"

#include <string.h>

/* How many tiles' products take as long as bringing their weights from a farther cache (measured). */
#define PACKED_TILES 20.0
/* Tiles that share one passage of the weights where not all do, about. */
#define BLOCK_TILES 32.0

static const GboxConvMethodClass *
get_class (GboxConvMethod method)
{
  switch (method)
    {
    case GBOX_CONV_WINDOWS:
      return &gbox_conv_windows_class;
    case GBOX_CONV_POINTWISE:
      return &gbox_conv_pointwise_class;
    case GBOX_CONV_NARROW:
      return &gbox_conv_narrow_class;
    default:
      return &gbox_conv_winograd_class;
    }
}

gboolean
gbox_conv_method_applies (GboxConvMethod method, const GboxConvShape *shape)
{
  const GboxWinogradForm *form = gbox_winograd_form (method);
  const int kernel = shape->kernel_height;

  if (method == GBOX_CONV_WINDOWS)
    return TRUE;
  if (shape->kernel_width != kernel)
    return FALSE;
  if (method == GBOX_CONV_POINTWISE)
    return kernel == 1 && shape->stride == 1 && shape->pad_top <= 0 && shape->pad_left <= 0;
  if (method == GBOX_CONV_NARROW)
    return shape->in_channels * shape->stride * shape->stride <= GBOX_PACKED_COLUMNS;
  if (form->stride == 1)
    return shape->stride == 1 && kernel == form->kernel;

  return shape->stride == form->stride && kernel == 2 * form->kernel - 1
         && shape->in_channels * GBOX_WINOGRAD_N_PHASES <= GBOX_PACKED_COLUMNS;
}

GboxConvPacking
gbox_conv_packing (const GboxConvShape *shape, GboxConvDirection direction, GboxConvMethod method)
{
  const GboxWinogradForm *form = gbox_winograd_form (method);
  const gboolean phases = form != NULL && form->stride == 2;

  return (GboxConvPacking){ .direction = direction,
                            .method = method,
                            .phase_y = phases ? shape->pad_top & 1 : 0,
                            .phase_x = phases ? shape->pad_left & 1 : 0 };
}

/* Of the tiles and of bringing their weights, in any unit. */
static double
get_cost (const GboxWinogradForm *form, const GboxTensor *to)
{
  const int rows = (to->height + form->n_out - 1) / form->n_out;
  const int columns = (to->width + form->n_out - 1) / form->n_out;
  const double n_tiles = (double) to->batch * rows * columns;
  const double n_passages = n_tiles <= GBOX_WINOGRAD_SHARED_TILES ? 1 : ceil (n_tiles / BLOCK_TILES);

  return form->tile * form->tile * (n_tiles + PACKED_TILES * n_passages);
}

GboxConvPacking
gbox_conv_choose (const GboxConvShape *shape,
                  GboxConvDirection direction,
                  const GboxTensor *from,
                  const GboxTensor *to)
{
  GboxConvMethod best = GBOX_CONV_WINDOWS;

  if (gbox_conv_method_applies (GBOX_CONV_POINTWISE, shape))
    return gbox_conv_packing (shape, direction, GBOX_CONV_POINTWISE);
  for (GboxConvMethod method = GBOX_CONV_WINOGRAD_2_3; method < GBOX_N_CONV_METHODS; method++)
    if (gbox_conv_method_applies (method, shape)
        && (best == GBOX_CONV_WINDOWS
            || get_cost (gbox_winograd_form (method), to) < get_cost (gbox_winograd_form (best), to)))
      best = method;
  if (best == GBOX_CONV_WINDOWS && gbox_conv_method_applies (GBOX_CONV_NARROW, shape))
    best = GBOX_CONV_NARROW;
  return gbox_conv_packing (shape, direction, best);
}

GboxConv *
gbox_conv_new (const GboxConvShape *shape,
               const GboxConvPacking *packing,
               GboxActivation activation,
               const float *weights,
               const float *bias)
{
  const GboxConvMethodClass *class = get_class (packing->method);
  const gsize n_out = gbox_packed_n_blocks ((gsize) shape->out_channels) * GBOX_PACKED_COLUMNS;
  const gsize n_most = (gsize) MAX (shape->in_channels, shape->out_channels) + GBOX_PACKED_COLUMNS;
  GboxConv *conv = g_new0 (GboxConv, 1);

  conv->shape = *shape;
  conv->packing = *packing;
  conv->activation = activation;
  conv->weights = weights;
  conv->bias = g_aligned_alloc0 (n_out, sizeof (float), GBOX_CONV_ALIGNMENT);
  if (bias != NULL)
    memcpy (conv->bias, bias, (gsize) shape->out_channels * sizeof (float));
  conv->zeros = g_aligned_alloc0 (n_most, sizeof (float), GBOX_CONV_ALIGNMENT);
  conv->n_packed = class->get_n_packed (shape, packing);
  conv->packed = g_aligned_alloc0 (conv->n_packed, sizeof (float), GBOX_CONV_ALIGNMENT);
  class->pack (shape, packing, weights, conv->packed);
  return conv;
}

void
gbox_conv_free (GboxConv *conv)
{
  if (conv == NULL)
    return;
  g_aligned_free (conv->packed);
  g_aligned_free (conv->zeros);
  g_aligned_free (conv->bias);
  g_free (conv);
}

const GboxConvPacking *
gbox_conv_get_packing (const GboxConv *conv)
{
  return &conv->packing;
}

gsize
gbox_conv_get_size (const GboxConv *conv)
{
  return conv->n_packed * sizeof (float);
}

gsize
gbox_conv_scratch_size (const GboxConv *conv,
                        const GboxConvShape *shape,
                        const GboxTensor *from,
                        const GboxTensor *to,
                        guint n_workers)
{
  return get_class (conv->packing.method)->get_scratch_size (conv, shape, from, to, n_workers);
}

void
gbox_conv_forward (const GboxConv *conv,
                   const GboxConvShape *shape,
                   GboxTeam *team,
                   const GboxTensor *x,
                   GboxTensor *y,
                   gpointer scratch)
{
  const GboxConvCall call = { .conv = conv,
                              .shape = shape,
                              .team = team,
                              .from = x,
                              .to = y,
                              .finish = { .bias = conv->bias,
                                          .floor = gbox_activation_floor (conv->activation),
                                          .ceiling = gbox_activation_ceiling (conv->activation) },
                              .scratch = scratch,
                              .kernels = gbox_fast_kernels () };

  g_return_if_fail (conv->packing.direction == GBOX_CONV_FORWARD);

  if (call.kernels == NULL)
    gbox_conv_forward_reference (shape, conv->activation, conv->weights, conv->bias, x, y);
  else
    get_class (conv->packing.method)->run (&call);
}

void
gbox_conv_backward (const GboxConv *conv,
                    const GboxConvShape *shape,
                    GboxTeam *team,
                    const GboxTensor *dy,
                    GboxTensor *dx,
                    gboolean accumulate,
                    const GboxTensor *mask,
                    GboxActivation mask_activation,
                    gpointer scratch)
{
  GboxConvCall call
    = { .conv = conv,
        .shape = shape,
        .team = team,
        .from = dy,
        .to = dx,
        .finish = { .accumulate = accumulate, .mask_ceiling = gbox_activation_ceiling (mask_activation) },
        .scratch = scratch,
        .kernels = gbox_fast_kernels () };

  g_return_if_fail (conv->packing.direction == GBOX_CONV_BACKWARD);

  if (mask != NULL && mask_activation != GBOX_ACTIVATION_NONE)
    call.finish.mask = *mask;
  if (call.kernels != NULL)
    {
      get_class (conv->packing.method)->run (&call);
      return;
    }
  gbox_conv_backward_reference (shape, conv->weights, dy, dx, accumulate);
  gbox_conv_call_mask (&call);
}
