/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean over all positions. */
#include "kernels/fast/global-average.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/rectify.h"
#include "kernels/slices.h"

ALWAYS_INLINE void
mean_of (const float *x, gsize stride, gsize n_pixels, float *y, int n)
{
  Vec sum = { 0 };

  for (gsize p = 0; p < n_pixels; p++)
    sum += vec_load_n (x + p * stride, n);
  vec_store_n (y, sum * (1.0f / (float) n_pixels), n);
}

void
FAST (global_average_forward) (gpointer data, guint task, guint worker)
{
  const GboxGlobalAverageWork *work = data;
  const guint slice = task % work->n_slices;
  const int image = (int) (task / work->n_slices);
  const gsize n_pixels = (gsize) work->plane.height * (gsize) work->plane.width;
  const gsize channels = (gsize) work->plane.channels;
  const gsize first = gbox_slice_first (channels, work->n_slices, slice);
  const gsize end = gbox_slice_first (channels, work->n_slices, slice + 1);
  const float *x = gbox_tensor_pixel (&work->plane, image, 0, 0) + first;
  float *y = gbox_tensor_pixel (&work->mean, image, 0, 0) + first;

  FOR_EACH_VECTOR (c, n, end - first, mean_of (x + c, work->plane.stride, n_pixels, y + c, n));
}

ALWAYS_INLINE void
spread (const float *dy,
        float factor,
        float *dx,
        gboolean accumulate,
        const float *mask,
        float ceiling,
        gsize c,
        int n)
{
  const Vec part = vec_load_n (dy + c, n) * factor;
  const Vec gradient = accumulate ? vec_load_n (dx + c, n) + part : part;

  vec_store_n (dx + c, rectify_gradient (gradient, mask, ceiling, c, n), n);
}

void
FAST (global_average_backward) (gpointer data, guint task, guint worker)
{
  const GboxGlobalAverageWork *work = data;
  const guint slice = task % work->n_slices;
  const int image = (int) (task / work->n_slices);
  const gsize n_pixels = (gsize) work->plane.height * (gsize) work->plane.width;
  const gsize end = gbox_slice_first (n_pixels, work->n_slices, slice + 1);
  const float *dy = gbox_tensor_pixel (&work->mean, image, 0, 0);
  const float factor = 1.0f / (float) n_pixels;

  for (gsize p = gbox_slice_first (n_pixels, work->n_slices, slice); p < end; p++)
    {
      float *dx = gbox_tensor_pixel (&work->plane, image, 0, 0) + p * work->plane.stride;

      const float *mask = gbox_mask_pixel (&work->mask, (gsize) image * n_pixels + p);

      FOR_EACH_VECTOR (c, n, work->plane.channels,
                       spread (dy, factor, dx, work->accumulate, mask, work->mask.ceiling, c, n));
    }
}
