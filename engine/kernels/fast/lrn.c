/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local response normalisation. */
#include "kernels/fast/lrn.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/rectify.h"
#include "kernels/slices.h"

#include <stdalign.h>

/* Zeros on both sides of a pixel's channels, so that no window needs clipping. */
#define MARGIN (GBOX_LRN_MAX_SIZE / 2 + LANES)
/* Pixels of few channels are taken together until they have this many: a window read too soon after its parts
 * were written waits for them. */
#define GROUP_CHANNELS 256
#define GROUP_PIXELS   8

#define LINES_SIZE (MARGIN + GBOX_LRN_MAX_CHANNELS + LANES + MARGIN)

G_STATIC_ASSERT (MARGIN + GROUP_CHANNELS + GROUP_PIXELS * (LANES + MARGIN) <= LINES_SIZE);

/* A group's channels, each pixel's behind a margin. */
typedef struct
{
  alignas (64) float values[LINES_SIZE];
} Lines;

/* The constants of one normalisation: s = k + scale·Σ x². */
typedef struct
{
  float k;
  float scale;
  float beta;
  float slope; /* 2αβ/size */
  int half;
} Constants;

/* The pixels that a task takes together, and how far apart their lines are. */
typedef struct
{
  gsize n;
  gsize stride;
} Group;

static Constants
constants_of (const GboxLrnShape *shape)
{
  const float scale = shape->alpha / (float) shape->size;

  return (Constants){ shape->k, scale, shape->beta, 2.0f * scale * shape->beta, shape->size / 2 };
}

static Group
group_of (gsize channels)
{
  const gsize stride = MARGIN + (channels + LANES - 1) / LANES * LANES;

  return (Group){ CLAMP (GROUP_CHANNELS / channels, 1, GROUP_PIXELS), stride };
}

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

/* s^−¾ = s^−½ · s^−¼, estimated, and one step of Newton's method for y⁻⁴ = s³. */
ALWAYS_INLINE Vec
power_three_quarters (Vec s)
{
  const Vec r = vec_estimate_rsqrt (s);
  const Vec y = r * vec_estimate_rsqrt (s * r);
  const Vec half_power = s * (y * y);

  return y + 0.25f * y * (1.0f - half_power * half_power * s);
}

/* Written for one window and exponent, known when compiling, and for all others. */
ALWAYS_INLINE void
normalise (const Constants *k,
           int half,
           gboolean three_quarters,
           const float *x,
           const float *squares,
           float *y,
           int n)
{
  const Vec s = k->k + k->scale * window_sum (squares, half);

  vec_store_n (y, vec_load_n (x, n) * (three_quarters ? power_three_quarters (s) : power (s, -k->beta)), n);
}

void
FAST (lrn_forward) (gpointer data, guint task, guint worker)
{
  const GboxLrnWork *work = data;
  const gsize channels = (gsize) work->x.channels;
  const gsize n_pixels = gbox_tensor_n_pixels (&work->x);
  const gsize end = gbox_slice_first (n_pixels, work->n_slices, task + 1);
  const Constants constants = constants_of (&work->shape);
  const Group group = group_of (channels);
  Lines lines = { 0 };

  for (gsize first = gbox_slice_first (n_pixels, work->n_slices, task); first < end; first += group.n)
    {
      const float *x = work->x.data + first * work->x.stride;
      float *y = work->y.data + first * work->y.stride, *squares = lines.values + MARGIN;
      const gsize n_group = MIN (group.n, end - first);

      for (gsize p = 0; p < n_group; p++)
        FOR_EACH_VECTOR (c, n, channels,
                         square (x + p * work->x.stride + c, squares + p * group.stride + c, n));
      for (gsize p = 0; p < n_group; p++, x += work->x.stride, y += work->y.stride, squares += group.stride)
        if (constants.half == 2 && constants.beta == 0.75f)
          FOR_EACH_VECTOR (c, n, channels, normalise (&constants, 2, TRUE, x + c, squares + c, y + c, n));
        else
          FOR_EACH_VECTOR (c, n, channels,
                           normalise (&constants, constants.half, FALSE, x + c, squares + c, y + c, n));
    }
}

/* direct = dy·s^−β, product = dy·x·s^(−β−1). */
ALWAYS_INLINE void
differentiate (const Constants *k,
               int half,
               gboolean three_quarters,
               const float *x,
               const float *dy,
               const float *squares,
               float *direct,
               float *product,
               int n)
{
  const Vec s = k->k + k->scale * window_sum (squares, half);
  const Vec inverse_root = vec_rsqrt (s);
  const Vec factor = three_quarters ? inverse_root * vec_rsqrt (s * inverse_root) : power (s, -k->beta);
  const Vec gradient = vec_load_n (dy, n) * factor;

  vec_store (direct, gradient);
  vec_store_n (product, gradient * vec_load_n (x, n) * (inverse_root * inverse_root), n);
}

ALWAYS_INLINE void
combine (const Constants *k,
         int half,
         const float *x,
         const float *direct,
         const float *products,
         float *dx,
         gboolean accumulate,
         const float *mask,
         float ceiling,
         gsize c,
         int n)
{
  const Vec own = vec_load (direct + c) - k->slope * vec_load_n (x + c, n) * window_sum (products + c, half);
  const Vec gradient = accumulate ? vec_load_n (dx + c, n) + own : own;

  vec_store_n (dx + c, rectify_gradient (gradient, mask, ceiling, c, n), n);
}

/* One pixel after the other, each of the three steps for the whole group before the next. */
ALWAYS_INLINE void
differentiate_group (const GboxLrnWork *work,
                     const Constants *constants,
                     int half,
                     gboolean three_quarters,
                     gsize first,
                     gsize n_pixels,
                     gsize line,
                     Lines lines[3])
{
  const Constants k = *constants;
  const gsize channels = (gsize) work->x.channels;
  float *squares = lines[0].values + MARGIN, *products = lines[1].values + MARGIN;
  float *direct = lines[2].values + MARGIN;

  for (gsize p = 0; p < n_pixels; p++)
    {
      const float *x = work->x.data + (first + p) * work->x.stride;

      FOR_EACH_VECTOR (c, n, channels, square (x + c, squares + p * line + c, n));
    }
  for (gsize p = 0; p < n_pixels; p++)
    {
      const float *x = work->x.data + (first + p) * work->x.stride;
      const float *dy = work->dy.data + (first + p) * work->dy.stride;
      const gsize at = p * line;

      FOR_EACH_VECTOR (c, n, channels,
                       differentiate (&k, half, three_quarters, x + c, dy + c, squares + at + c,
                                      direct + at + c, products + at + c, n));
    }
  for (gsize p = 0; p < n_pixels; p++)
    {
      const float *x = work->x.data + (first + p) * work->x.stride;
      float *dx = work->y.data + (first + p) * work->y.stride;
      const float *mask = gbox_mask_pixel (&work->mask, first + p);
      const gsize at = p * line;

      if (mask == NULL)
        FOR_EACH_VECTOR (c, n, channels,
                         combine (&k, half, x, direct + at, products + at, dx, work->accumulate, NULL, 0, c,
                                  n));
      else
        FOR_EACH_VECTOR (c, n, channels,
                         combine (&k, half, x, direct + at, products + at, dx, work->accumulate, mask,
                                  work->mask.ceiling, c, n));
    }
}

void
FAST (lrn_backward) (gpointer data, guint task, guint worker)
{
  const GboxLrnWork *work = data;
  const gsize n_pixels = gbox_tensor_n_pixels (&work->x);
  const gsize end = gbox_slice_first (n_pixels, work->n_slices, task + 1);
  const Constants k = constants_of (&work->shape);
  const Group group = group_of ((gsize) work->x.channels);
  Lines lines[3] = { 0 };

  for (gsize first = gbox_slice_first (n_pixels, work->n_slices, task); first < end; first += group.n)
    {
      const gsize n = MIN (group.n, end - first);

      if (k.half == 2 && k.beta == 0.75f)
        differentiate_group (work, &k, 2, TRUE, first, n, group.stride, lines);
      else
        differentiate_group (work, &k, k.half, FALSE, first, n, group.stride, lines);
    }
}
