/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resizing an image with an antialiasing filter. */
#include "kernels/resample.h"

#include <math.h>
#include <string.h>

#define N_CHANNELS 3

/* Weights are integers of this many fractional bits: 8 are left for the value and 2 for sums beyond its
 * range. */
#define PRECISION_BITS (32 - 8 - 2)
#define HALF           (1 << (PRECISION_BITS - 1))

/* For every output pixel along an axis: the first input pixel it looks at, how many, and their weights. */
typedef struct
{
  gsize n_most; /* weights a pixel has room for */
  int *first;
  int *n;
  gint32 *weights; /* [pixel · n_most + tap] */
} Taps;

static void
taps_clear (Taps *taps)
{
  g_free (taps->first);
  g_free (taps->n);
  g_free (taps->weights);
}

static double
filter_support (GboxFilter filter)
{
  return filter == GBOX_FILTER_BICUBIC ? 2 : 1;
}

static double
filter_value (GboxFilter filter, double x)
{
  const double a = -0.5;

  x = fabs (x);
  if (filter == GBOX_FILTER_BILINEAR)
    return MAX (1 - x, 0);
  if (x < 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2)
    return (((x - 5) * x + 8) * x - 4) * a;

  return 0;
}

static gint32
to_fixed (double weight)
{
  const double scaled = weight * (1 << PRECISION_BITS);

  return (gint32) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

static void
taps_init (Taps *taps, GboxFilter filter, int n_in, int n_out)
{
  const double scale = (double) n_in / n_out;
  const double widening = MAX (scale, 1);
  const double support = filter_support (filter) * widening;

  taps->n_most = 2 * (gsize) ceil (support) + 1;
  taps->first = g_new (int, (gsize) n_out);
  taps->n = g_new (int, (gsize) n_out);
  taps->weights = g_new (gint32, (gsize) n_out * taps->n_most);

  for (int i = 0; i < n_out; i++)
    {
      const double centre = (i + 0.5) * scale;
      const int first = MAX ((int) (centre - support + 0.5), 0);
      const int n = MIN ((int) (centre + support + 0.5), n_in) - first;
      gint32 *weights = taps->weights + (gsize) i * taps->n_most;
      double sum = 0;

      for (int t = 0; t < n; t++)
        sum += filter_value (filter, (t + first - centre + 0.5) * (1 / widening));
      for (int t = 0; t < n; t++)
        weights[t] = to_fixed (filter_value (filter, (t + first - centre + 0.5) * (1 / widening)) / sum);
      taps->first[i] = first;
      taps->n[i] = n;
    }
}

static guint8
to_byte (gint32 sum)
{
  return (guint8) CLAMP (sum >> PRECISION_BITS, 0, 255);
}

static void
resample_row (const Taps *taps, const guint8 *src, guint8 *dst, int dst_width)
{
  for (int x = 0; x < dst_width; x++, dst += N_CHANNELS)
    {
      const gint32 *weights = taps->weights + (gsize) x * taps->n_most;
      const guint8 *from = src + (gsize) taps->first[x] * N_CHANNELS;
      gint32 red = HALF, green = HALF, blue = HALF;

      for (int t = 0; t < taps->n[x]; t++, from += N_CHANNELS)
        {
          red += weights[t] * from[0];
          green += weights[t] * from[1];
          blue += weights[t] * from[2];
        }
      dst[0] = to_byte (red);
      dst[1] = to_byte (green);
      dst[2] = to_byte (blue);
    }
}

/* Row y of the vertical pass over rows of n bytes; sums is room for n numbers. */
static void
blend_rows (const Taps *taps, int y, const guint8 *src, gsize src_stride, guint8 *dst, gsize n, gint32 *sums)
{
  const gint32 *weights = taps->weights + (gsize) y * taps->n_most;

  for (gsize i = 0; i < n; i++)
    sums[i] = HALF;
  for (int t = 0; t < taps->n[y]; t++)
    {
      const guint8 *from = src + (gsize) (taps->first[y] + t) * src_stride;

      for (gsize i = 0; i < n; i++)
        sums[i] += weights[t] * from[i];
    }
  for (gsize i = 0; i < n; i++)
    dst[i] = to_byte (sums[i]);
}

void
gbox_resample_rgb8 (GboxFilter filter,
                    const guint8 *src,
                    int src_width,
                    int src_height,
                    gsize src_stride,
                    guint8 *dst,
                    int dst_width,
                    int dst_height)
{
  const gsize row = (gsize) dst_width * N_CHANNELS;
  Taps horizontal, vertical;
  guint8 *narrowed = g_malloc ((gsize) src_height * row);
  gint32 *sums = g_new (gint32, row);

  /* A pass that keeps the size keeps every byte: its weights are 1 at the pixel and 0 elsewhere. */
  taps_init (&horizontal, filter, src_width, dst_width);
  taps_init (&vertical, filter, src_height, dst_height);
  for (gsize y = 0; y < (gsize) src_height; y++)
    resample_row (&horizontal, src + y * src_stride, narrowed + y * row, dst_width);
  for (int y = 0; y < dst_height; y++)
    blend_rows (&vertical, y, narrowed, row, dst + (gsize) y * row, row, sums);

  taps_clear (&horizontal);
  taps_clear (&vertical);
  g_free (narrowed);
  g_free (sums);
}
