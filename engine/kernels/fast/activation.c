/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of rectifiers. */
#include "kernels/fast/activation.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/rectify.h"
#include "kernels/slices.h"

ALWAYS_INLINE void
detect (const float *y, const float *dy, int n, float ceiling, VecMask *alive, VecMask *wanted)
{
  const VecMask gradient = vec_not_equal (vec_load_n (dy, n), vec_set (0));

  *alive |= open_lanes (vec_load_n (y, n), ceiling) & gradient;
  *wanted |= gradient;
}

void
FAST (activation_detect) (gpointer data, guint task, guint worker)
{
  GboxActivationWork *work = data;
  const guint slice = task % work->n_slices;
  const int image = (int) (task / work->n_slices);
  const gsize n_pixels = (gsize) work->y.height * (gsize) work->y.width;
  const gsize end = gbox_slice_first (n_pixels, work->n_slices, slice + 1);
  const float *y = gbox_tensor_pixel (&work->y, image, 0, 0);
  const float *dy = gbox_tensor_pixel (&work->dy, image, 0, 0);
  GboxActivationVerdict *verdict = &work->verdicts[image];

  for (gsize p = gbox_slice_first (n_pixels, work->n_slices, slice); p < end; p++)
    {
      VecMask alive = { 0 }, wanted = { 0 };

      if (g_atomic_int_get (&verdict->alive))
        return;
      FOR_EACH_VECTOR (c, n, work->y.channels,
                       detect (y + p * work->y.stride + c, dy + p * work->dy.stride + c, n, work->ceiling,
                               &alive, &wanted));
      if (vec_any (wanted))
        g_atomic_int_set (&verdict->wanted, TRUE);
      if (vec_any (alive))
        g_atomic_int_set (&verdict->alive, TRUE);
    }
}

ALWAYS_INLINE void
mask (const float *y, float *dy, int n, float ceiling)
{
  vec_store_n (dy, vec_keep (open_lanes (vec_load_n (y, n), ceiling), vec_load_n (dy, n)), n);
}

ALWAYS_INLINE void
mask_redirected (const float *y, float *dy, int n, float ceiling)
{
  const Vec value = vec_load_n (y, n), gradient = vec_load_n (dy, n), zero = vec_set (0);
  const VecMask upwards = vec_greater (gradient, zero) & (VecMask) ~vec_greater (value, zero);
  const VecMask downwards = vec_greater (zero, gradient) & (VecMask) ~vec_greater (vec_set (ceiling), value);

  vec_store_n (dy, vec_keep (open_lanes (value, ceiling) | upwards | downwards, gradient), n);
}

void
FAST (activation_mask) (gpointer data, guint task, guint worker)
{
  const GboxActivationWork *work = data;
  const guint slice = task % work->n_slices;
  const int image = (int) (task / work->n_slices);
  const gsize n_pixels = (gsize) work->y.height * (gsize) work->y.width;
  const gsize end = gbox_slice_first (n_pixels, work->n_slices, slice + 1);
  const gboolean redirected = work->redirect && work->verdicts[image].wanted && !work->verdicts[image].alive;

  for (gsize p = gbox_slice_first (n_pixels, work->n_slices, slice); p < end; p++)
    {
      const float *y = gbox_tensor_pixel (&work->y, image, 0, 0) + p * work->y.stride;
      float *dy = gbox_tensor_pixel (&work->dy, image, 0, 0) + p * work->dy.stride;

      if (redirected)
        FOR_EACH_VECTOR (c, n, work->y.channels, mask_redirected (y + c, dy + c, n, work->ceiling));
      else
        FOR_EACH_VECTOR (c, n, work->y.channels, mask (y + c, dy + c, n, work->ceiling));
    }
}
