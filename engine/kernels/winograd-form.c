/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Winograd's minimal filtering: which tiles there are, and the weights for them. */
#include "kernels/winograd-form.h"

#include "kernels/packed.h"

#include <math.h>

#define MAX_KERNEL 5

typedef double Kernel[MAX_KERNEL][MAX_KERNEL];
typedef double Transform[GBOX_WINOGRAD_MAX_TILE][MAX_KERNEL]; /* G */

const GboxWinogradForm *
gbox_winograd_form (GboxConvMethod method)
{
  static const GboxWinogradForm forms[GBOX_N_CONV_METHODS] = {
    [GBOX_CONV_WINOGRAD_2_3] = { 4, 2, 3, 1 },
    [GBOX_CONV_WINOGRAD_4_3] = { 6, 4, 3, 1 },
    [GBOX_CONV_WINOGRAD_4_5] = { 8, 4, 5, 1 },
    [GBOX_CONV_WINOGRAD_5_4] = { 8, 5, 4, 2 },
  };

  return forms[method].tile > 0 ? &forms[method] : NULL;
}

static int
n_phases (const GboxConvPacking *packing)
{
  return gbox_winograd_form (packing->method)->stride == 2 ? GBOX_WINOGRAD_N_PHASES : 1;
}

int
gbox_winograd_n_in (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  return packing->direction == GBOX_CONV_FORWARD ? shape->in_channels * n_phases (packing)
                                                 : shape->out_channels;
}

int
gbox_winograd_n_out (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  return packing->direction == GBOX_CONV_FORWARD ? shape->out_channels
                                                 : shape->in_channels * n_phases (packing);
}

/* Row i evaluates the kernel's polynomial at point i, over Π_{j≠i} (point[i] − point[j]), as Lagrange's
 * interpolation wants it; the last row is the point at infinity. */
static void
fill_transform (const GboxWinogradForm *form, Transform g)
{
  static const double points[] = { 0, 1, -1, 2, -2, 0.5, -0.5 };
  const int n = form->tile - 1;

  for (int i = 0; i < n; i++)
    {
      double value = 1;

      for (int j = 0; j < n; j++)
        if (j != i)
          value /= points[i] - points[j];
      if (i == 0) /* where the product is negative the input's transform has the other sign too */
        value = fabs (value);
      for (int k = 0; k < form->kernel; k++, value *= points[i])
        g[i][k] = value;
    }
  for (int k = 0; k < form->kernel; k++)
    g[n][k] = k == form->kernel - 1;
}

/* The kernel from channel @in to channel @out of the direction, at stride 1; zero where a phase has no tap.
 */
static void
get_kernel (const GboxConvShape *shape,
            const GboxConvPacking *packing,
            const float *weights,
            int in,
            int out,
            Kernel kernel)
{
  const GboxWinogradForm *form = gbox_winograd_form (packing->method);
  const gboolean forward = packing->direction == GBOX_CONV_FORWARD;
  const int i = forward ? in : out, o = forward ? out : in;
  const int channel = i % shape->in_channels, phase = i / shape->in_channels;
  const float *w = weights
                   + ((gsize) o * (gsize) shape->in_channels + (gsize) channel) * (gsize) shape->kernel_height
                       * (gsize) shape->kernel_width;

  for (int ky = 0; ky < form->kernel; ky++)
    for (int kx = 0; kx < form->kernel; kx++)
      {
        const int y = form->stride * ky - packing->phase_y + phase / 2;
        const int x = form->stride * kx - packing->phase_x + phase % 2;
        const gboolean inside = y >= 0 && y < shape->kernel_height && x >= 0 && x < shape->kernel_width;
        const double value = inside ? (double) w[y * shape->kernel_width + x] : 0;

        if (forward)
          kernel[ky][kx] = value;
        else
          kernel[form->kernel - 1 - ky][form->kernel - 1 - kx] = value;
      }
}

/* Point column·tile + row ← Σ G[row][ky] · G[column][kx] · kernel[ky][kx] */
static void
transform_kernel (const GboxWinogradForm *form, Transform g, Kernel kernel, float *to, gsize point_step)
{
  double half[GBOX_WINOGRAD_MAX_TILE][MAX_KERNEL];

  for (int row = 0; row < form->tile; row++)
    for (int kx = 0; kx < form->kernel; kx++)
      {
        half[row][kx] = 0;
        for (int ky = 0; ky < form->kernel; ky++)
          half[row][kx] += g[row][ky] * kernel[ky][kx];
      }
  for (int column = 0; column < form->tile; column++)
    for (int row = 0; row < form->tile; row++, to += point_step)
      {
        double sum = 0;

        for (int kx = 0; kx < form->kernel; kx++)
          sum += g[column][kx] * half[row][kx];
        *to = (float) sum;
      }
}

void
gbox_winograd_pack (const GboxConvShape *shape,
                    const GboxConvPacking *packing,
                    const float *weights,
                    float *packed)
{
  const GboxWinogradForm *form = gbox_winograd_form (packing->method);
  const int n_in = gbox_winograd_n_in (shape, packing), n_out = gbox_winograd_n_out (shape, packing);
  const gsize point_step = (gsize) n_in * GBOX_PACKED_COLUMNS;
  const gsize block_step = (gsize) form->tile * (gsize) form->tile * point_step;
  Transform g;

  fill_transform (form, g);
  for (gsize out = 0; out < gbox_packed_n_blocks ((gsize) n_out) * GBOX_PACKED_COLUMNS; out++)
    for (gsize in = 0; in < (gsize) n_in; in++)
      {
        float *to = packed + out / GBOX_PACKED_COLUMNS * block_step + in * GBOX_PACKED_COLUMNS
                    + out % GBOX_PACKED_COLUMNS;
        Kernel kernel = { { 0 } };

        if (out < (gsize) n_out)
          get_kernel (shape, packing, weights, (int) in, (int) out, kernel);
        transform_kernel (form, g, kernel, to, point_step);
      }
}
