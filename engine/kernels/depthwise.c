/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution. */
#include "kernels/depthwise.h"

#include "kernels/fast/depthwise.h"
#include "kernels/fast/fast.h"
#include "kernels/slices.h"

static double
output_at (const GboxDepthwiseShape *shape,
           const float *weights,
           const GboxTensor *x,
           int image,
           int oy,
           int ox,
           int c)
{
  double sum = 0;

  for (int ky = 0; ky < shape->kernel; ky++)
    for (int kx = 0; kx < shape->kernel; kx++)
      {
        const int iy = oy * shape->stride + ky - shape->pad_top;
        const int ix = ox * shape->stride + kx - shape->pad_left;

        if (iy >= 0 && iy < x->height && ix >= 0 && ix < x->width)
          sum += (double) gbox_tensor_pixel (x, image, iy, ix)[c]
                 * weights[(ky * shape->kernel + kx) * shape->channels + c];
      }

  return sum;
}

void
gbox_depthwise_forward_reference (const GboxDepthwiseShape *shape,
                                  GboxActivation activation,
                                  const float *weights,
                                  const float *bias,
                                  const GboxTensor *x,
                                  GboxTensor *y)
{
  for (int image = 0; image < y->batch; image++)
    for (int oy = 0; oy < y->height; oy++)
      for (int ox = 0; ox < y->width; ox++)
        for (int c = 0; c < y->channels; c++)
          {
            const double sum = (bias != NULL ? bias[c] : 0) + output_at (shape, weights, x, image, oy, ox, c);

            gbox_tensor_pixel (y, image, oy, ox)[c]
              = CLAMP ((float) sum, gbox_activation_floor (activation), gbox_activation_ceiling (activation));
          }
}

static double
gradient_at (const GboxDepthwiseShape *shape,
             const float *weights,
             const GboxTensor *dy,
             int image,
             int iy,
             int ix,
             int c)
{
  double sum = 0;

  for (int ky = 0; ky < shape->kernel; ky++)
    for (int kx = 0; kx < shape->kernel; kx++)
      {
        const int y = iy + shape->pad_top - ky, x = ix + shape->pad_left - kx;

        if (y >= 0 && x >= 0 && y % shape->stride == 0 && x % shape->stride == 0
            && y / shape->stride < dy->height && x / shape->stride < dy->width)
          sum += (double) gbox_tensor_pixel (dy, image, y / shape->stride, x / shape->stride)[c]
                 * weights[(ky * shape->kernel + kx) * shape->channels + c];
      }

  return sum;
}

void
gbox_depthwise_backward_reference (const GboxDepthwiseShape *shape,
                                   const float *weights,
                                   const GboxTensor *dy,
                                   GboxTensor *dx,
                                   gboolean accumulate)
{
  for (int image = 0; image < dx->batch; image++)
    for (int iy = 0; iy < dx->height; iy++)
      for (int ix = 0; ix < dx->width; ix++)
        for (int c = 0; c < dx->channels; c++)
          {
            float *d = gbox_tensor_pixel (dx, image, iy, ix) + c;

            *d = (float) ((accumulate ? *d : 0) + gradient_at (shape, weights, dy, image, iy, ix, c));
          }
}

/* Bytes that one row of a plane and its counterpart touch, taken twice: the taps cost as much as the memory
 * does. */
static gsize
row_cost (const GboxTensor *tensor)
{
  return 4 * sizeof (float) * (gsize) tensor->width * (gsize) tensor->channels;
}

void
gbox_depthwise_forward (GboxTeam *team,
                        const GboxDepthwiseShape *shape,
                        GboxActivation activation,
                        const float *weights,
                        const float *bias,
                        const GboxTensor *x,
                        GboxTensor *y)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxDepthwiseWork work = { .shape = *shape,
                             .weights = weights,
                             .weight_stride = (gsize) shape->channels,
                             .bias = bias,
                             .x = *x,
                             .y = *y,
                             .floor = gbox_activation_floor (activation),
                             .ceiling = gbox_activation_ceiling (activation) };

  if (kernels == NULL)
    {
      gbox_depthwise_forward_reference (shape, activation, weights, bias, x, y);
      return;
    }

  work.n_slices = gbox_slice_count ((gsize) y->batch * (gsize) y->height, row_cost (x));
  gbox_team_run (team, work.n_slices, kernels->depthwise_forward, &work);
}

void
gbox_depthwise_backward (GboxTeam *team,
                         const GboxDepthwiseShape *shape,
                         const float *weights,
                         const GboxTensor *dy,
                         GboxTensor *dx,
                         gboolean accumulate,
                         const GboxTensor *rectified,
                         GboxActivation activation)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxDepthwiseWork work = { .shape = *shape,
                             .weights = weights,
                             .weight_stride = (gsize) shape->channels,
                             .x = *dx,
                             .y = *dy,
                             .accumulate = accumulate,
                             .mask = gbox_mask (rectified, activation) };

  if (kernels == NULL)
    {
      gbox_depthwise_backward_reference (shape, weights, dy, dx, accumulate);
      if (rectified != NULL)
        gbox_activation_backward_reference (activation, rectified, dx, FALSE);
      return;
    }

  work.n_slices = gbox_slice_count ((gsize) dx->batch * (gsize) dx->height, row_cost (dx));
  gbox_team_run (team, work.n_slices, kernels->depthwise_backward, &work);
}
