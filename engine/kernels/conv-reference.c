/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution by its definition, in plain loops. */
#include "kernels/conv.h"

/* Weight w[o][i][ky][kx] is data[o·out_step + i·in_step + ky·row_step + kx]. */
typedef struct
{
  const float *data;
  gsize out_step;
  gsize in_step;
  gsize row_step;
} WeightView;

static WeightView
view_weights (const GboxConvShape *shape, const float *weights)
{
  const gsize area = (gsize) shape->kernel_height * (gsize) shape->kernel_width;

  return (WeightView){ .data = weights,
                       .out_step = (gsize) shape->in_channels * area,
                       .in_step = area,
                       .row_step = (gsize) shape->kernel_width };
}

/* Σ_i a[i] · w[i·step] */
static double
dot (const float *a, const float *w, gsize step, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += (double) a[i] * w[(gsize) i * step];

  return sum;
}

static double
output_at (const GboxConvShape *shape,
           const WeightView *weights,
           const GboxTensor *x,
           int image,
           int oy,
           int ox,
           int o)
{
  double sum = 0;

  for (int ky = 0; ky < shape->kernel_height; ky++)
    for (int kx = 0; kx < shape->kernel_width; kx++)
      {
        const int iy = oy * shape->stride + ky - shape->pad_top;
        const int ix = ox * shape->stride + kx - shape->pad_left;
        const float *w
          = weights->data + (gsize) o * weights->out_step + (gsize) ky * weights->row_step + (gsize) kx;

        if (iy >= 0 && iy < x->height && ix >= 0 && ix < x->width)
          sum += dot (gbox_tensor_pixel (x, image, iy, ix), w, weights->in_step, shape->in_channels);
      }

  return sum;
}

void
gbox_conv_forward_reference (const GboxConvShape *shape,
                             GboxActivation activation,
                             const float *weights,
                             const float *bias,
                             const GboxTensor *x,
                             GboxTensor *y)
{
  const WeightView view = view_weights (shape, weights);

  for (int image = 0; image < y->batch; image++)
    for (int oy = 0; oy < y->height; oy++)
      for (int ox = 0; ox < y->width; ox++)
        for (int o = 0; o < y->channels; o++)
          {
            const double sum = (bias != NULL ? bias[o] : 0) + output_at (shape, &view, x, image, oy, ox, o);

            gbox_tensor_pixel (y, image, oy, ox)[o]
              = CLAMP ((float) sum, gbox_activation_floor (activation), gbox_activation_ceiling (activation));
          }
}

static double
gradient_at (const GboxConvShape *shape,
             const WeightView *weights,
             const GboxTensor *dy,
             int image,
             int iy,
             int ix,
             int i)
{
  double sum = 0;

  for (int ky = 0; ky < shape->kernel_height; ky++)
    for (int kx = 0; kx < shape->kernel_width; kx++)
      {
        const int y = iy + shape->pad_top - ky, x = ix + shape->pad_left - kx;
        const float *w
          = weights->data + (gsize) i * weights->in_step + (gsize) ky * weights->row_step + (gsize) kx;

        if (y >= 0 && x >= 0 && y % shape->stride == 0 && x % shape->stride == 0
            && y / shape->stride < dy->height && x / shape->stride < dy->width)
          sum += dot (gbox_tensor_pixel (dy, image, y / shape->stride, x / shape->stride), w,
                      weights->out_step, shape->out_channels);
      }

  return sum;
}

void
gbox_conv_backward_reference (
  const GboxConvShape *shape, const float *weights, const GboxTensor *dy, GboxTensor *dx, gboolean accumulate)
{
  const WeightView view = view_weights (shape, weights);

  for (int image = 0; image < dx->batch; image++)
    for (int iy = 0; iy < dx->height; iy++)
      for (int ix = 0; ix < dx->width; ix++)
        for (int i = 0; i < dx->channels; i++)
          {
            float *d = gbox_tensor_pixel (dx, image, iy, ix) + i;

            *d = (float) ((accumulate ? *d : 0) + gradient_at (shape, &view, dy, image, iy, ix, i));
          }
}
