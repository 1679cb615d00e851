/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max pooling. */
#include "kernels/pool.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/pool.h"
#include "kernels/slices.h"

#include <math.h>

/* The largest value of one window, and where it is. */
static float
largest (const GboxPoolShape *shape, const GboxTensor *x, int image, int oy, int ox, int c, guint8 *position)
{
  float best = -INFINITY;

  *position = GBOX_POOL_NOWHERE;
  for (int ky = 0; ky < shape->kernel; ky++)
    for (int kx = 0; kx < shape->kernel; kx++)
      {
        const int iy = oy * shape->stride + ky - shape->pad_top;
        const int ix = ox * shape->stride + kx - shape->pad_left;

        if (iy < 0 || iy >= x->height || ix < 0 || ix >= x->width)
          continue;
        if (*position == GBOX_POOL_NOWHERE || gbox_tensor_pixel (x, image, iy, ix)[c] > best)
          {
            best = gbox_tensor_pixel (x, image, iy, ix)[c];
            *position = (guint8) (ky * shape->kernel + kx);
          }
      }

  return best;
}

void
gbox_max_pool_forward_reference (const GboxPoolShape *shape,
                                 const GboxTensor *x,
                                 GboxTensor *y,
                                 guint8 *argmax)
{
  for (int image = 0; image < y->batch; image++)
    for (int oy = 0; oy < y->height; oy++)
      for (int ox = 0; ox < y->width; ox++)
        for (int c = 0; c < y->channels; c++)
          gbox_tensor_pixel (y, image, oy, ox)[c] = largest (shape, x, image, oy, ox, c, argmax++);
}

void
gbox_max_pool_backward_reference (
  const GboxPoolShape *shape, const GboxTensor *dy, const guint8 *argmax, GboxTensor *dx, gboolean accumulate)
{
  for (gsize p = 0; p < gbox_tensor_n_pixels (dx) && !accumulate; p++)
    for (int c = 0; c < dx->channels; c++)
      dx->data[p * dx->stride + (gsize) c] = 0;

  for (int image = 0; image < dy->batch; image++)
    for (int oy = 0; oy < dy->height; oy++)
      for (int ox = 0; ox < dy->width; ox++)
        for (int c = 0; c < dy->channels; c++, argmax++)
          {
            const int iy = oy * shape->stride + *argmax / shape->kernel - shape->pad_top;
            const int ix = ox * shape->stride + *argmax % shape->kernel - shape->pad_left;

            if (*argmax != GBOX_POOL_NOWHERE)
              gbox_tensor_pixel (dx, image, iy, ix)[c] += gbox_tensor_pixel (dy, image, oy, ox)[c];
          }
}

void
gbox_max_pool_forward (
  GboxTeam *team, const GboxPoolShape *shape, const GboxTensor *x, GboxTensor *y, guint8 *argmax)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxPoolWork work = { .shape = *shape, .x = *x, .y = *y, .argmax = argmax };

  if (kernels == NULL)
    {
      gbox_max_pool_forward_reference (shape, x, y, argmax);
      return;
    }

  work.n_slices = gbox_slice_count ((gsize) y->batch * (gsize) y->height,
                                    2 * sizeof (float) * (gsize) x->width * (gsize) x->channels);
  gbox_team_run (team, work.n_slices, kernels->max_pool_forward, &work);
}

void
gbox_max_pool_backward (GboxTeam *team,
                        const GboxPoolShape *shape,
                        const GboxTensor *dy,
                        const guint8 *argmax,
                        GboxTensor *dx,
                        gboolean accumulate,
                        const GboxTensor *rectified,
                        GboxActivation activation)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxPoolWork work = { .shape = *shape,
                        .x = *dx,
                        .y = *dy,
                        .argmax = (guint8 *) argmax,
                        .accumulate = accumulate,
                        .mask = gbox_mask (rectified, activation) };

  if (kernels == NULL)
    {
      gbox_max_pool_backward_reference (shape, dy, argmax, dx, accumulate);
      if (rectified != NULL)
        gbox_activation_backward_reference (activation, rectified, dx, FALSE);
      return;
    }

  work.n_slices = gbox_slice_count ((gsize) dx->batch * (gsize) dx->height,
                                    2 * sizeof (float) * (gsize) dx->width * (gsize) dx->channels);
  gbox_team_run (team, work.n_slices, kernels->max_pool_backward, &work);
}
