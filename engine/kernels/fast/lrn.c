/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local response normalisation. */
#include "kernels/fast/lrn.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/vector.h"
#include "kernels/slices.h"

#include <stdalign.h>

/* Zeros on both sides of a pixel's channels, so that no window needs clipping. */
#define MARGIN (GBOX_LRN_MAX_SIZE / 2 + LANES)

typedef struct
{
  alignas (64) float values[MARGIN + GBOX_LRN_MAX_CHANNELS + MARGIN];
} Line;

ALWAYS_INLINE Vec
window_sum (const float *centre, int half)
{
  Vec sum = vec_load (centre);

  if (half == 2)
    return vec_load (centre - 2) + vec_load (centre - 1) + sum + vec_load (centre + 1)
           + vec_load (centre + 2);
  for (int j = 1; j <= half; j++)
    sum += vec_load (centre - j) + vec_load (centre + j);

  return sum;
}

ALWAYS_INLINE void
square (const float *x, float *squares, int n)
{
  const Vec value = vec_load_n (x, n);

  vec_store (squares, value * value);
}

/* s^exponent, a lane at a time. */
static Vec
power (Vec s, float exponent)
{
  Vec r;

  for (int i = 0; i < LANES; i++)
    r[i] = powf (s[i], exponent);

  return r;
}

/* s^−¾ = s^−½ · s^−¼. */
ALWAYS_INLINE Vec
power_three_quarters (Vec s, Vec *inverse_root)
{
  const Vec r = vec_rsqrt (s);

  *inverse_root = r;

  return r * vec_rsqrt (s * r);
}

ALWAYS_INLINE void
normalise (const GboxLrnShape *shape, const float *x, const float *squares, float *y, int n)
{
  const Vec s = shape->k + shape->alpha / (float) shape->size * window_sum (squares, shape->size / 2);
  Vec inverse_root;
  const Vec factor = shape->beta == 0.75f ? power_three_quarters (s, &inverse_root) : power (s, -shape->beta);

  vec_store_n (y, vec_load_n (x, n) * factor, n);
}

void
FAST (lrn_forward) (gpointer data, guint task, guint worker)
{
  const GboxLrnWork *work = data;
  const gsize n_pixels = gbox_tensor_n_pixels (&work->x);
  const gsize end = gbox_slice_first (n_pixels, work->n_slices, task + 1);
  const GboxLrnShape shape = work->shape;
  Line line = { 0 };
  float *squares = line.values + MARGIN;

  for (gsize p = gbox_slice_first (n_pixels, work->n_slices, task); p < end; p++)
    {
      const float *x = work->x.data + p * work->x.stride;
      float *y = work->y.data + p * work->y.stride;

      FOR_EACH_VECTOR (c, n, work->x.channels, square (x + c, squares + c, n));
      FOR_EACH_VECTOR (c, n, work->x.channels, normalise (&shape, x + c, squares + c, y + c, n));
    }
}

/* direct = dy·s^−β, product = dy·x·s^(−β−1). */
ALWAYS_INLINE void
differentiate (const GboxLrnShape *shape,
               const float *x,
               const float *dy,
               const float *squares,
               float *direct,
               float *product,
               int n)
{
  const Vec s = shape->k + shape->alpha / (float) shape->size * window_sum (squares, shape->size / 2);
  Vec factor, inverse;

  if (shape->beta == 0.75f)
    {
      Vec inverse_root;

      factor = power_three_quarters (s, &inverse_root);
      inverse = inverse_root * inverse_root;
    }
  else
    {
      factor = power (s, -shape->beta);
      inverse = 1.0f / s;
    }

  const Vec gradient = vec_load_n (dy, n) * factor;

  vec_store (direct, gradient);
  vec_store_n (product, gradient * vec_load_n (x, n) * inverse, n);
}

ALWAYS_INLINE void
combine (const GboxLrnShape *shape,
         const float *x,
         const float *direct,
         const float *products,
         float *dx,
         gboolean accumulate,
         int n)
{
  const float factor = 2.0f * shape->alpha * shape->beta / (float) shape->size;
  const Vec gradient
    = vec_load (direct) - factor * vec_load_n (x, n) * window_sum (products, shape->size / 2);

  vec_store_n (dx, accumulate ? vec_load_n (dx, n) + gradient : gradient, n);
}

void
FAST (lrn_backward) (gpointer data, guint task, guint worker)
{
  const GboxLrnWork *work = data;
  const gsize n_pixels = gbox_tensor_n_pixels (&work->x);
  const gsize end = gbox_slice_first (n_pixels, work->n_slices, task + 1);
  const GboxLrnShape shape = work->shape;
  Line lines[3] = { 0 };
  float *squares = lines[0].values + MARGIN;
  float *products = lines[1].values + MARGIN;
  float *direct = lines[2].values + MARGIN;

  for (gsize p = gbox_slice_first (n_pixels, work->n_slices, task); p < end; p++)
    {
      const float *x = work->x.data + p * work->x.stride;
      const float *dy = work->dy.data + p * work->dy.stride;
      float *dx = work->y.data + p * work->y.stride;

      FOR_EACH_VECTOR (c, n, work->x.channels, square (x + c, squares + c, n));
      FOR_EACH_VECTOR (c, n, work->x.channels,
                       differentiate (&shape, x + c, dy + c, squares + c, direct + c, products + c, n));
      FOR_EACH_VECTOR (c, n, work->x.channels,
                       combine (&shape, x + c, direct + c, products + c, dx + c, work->accumulate, n));
    }
}
