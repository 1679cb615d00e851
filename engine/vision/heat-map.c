/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map of values drawn over a photograph. */
#include "vision/heat-map.h"

#include <math.h>

/* What of the photograph the largest value covers. */
#define MOST_OPAQUE 0.8f
/* How far the photograph's colours are faded: its own orange and blue would be taken for the map's. */
#define FADED 0.75f

static const float positive[3] = { 230.0f, 97.0f, 0.0f };
static const float negative[3] = { 28.0f, 113.0f, 216.0f };

/* Along one axis: @n values @stride apart, by a running sum. */
static void
smooth_line (float *values, gsize stride, int n, int radius, double *sums)
{
  sums[0] = 0.0;
  for (int i = 0; i < n; i++)
    sums[i + 1] = sums[i] + (double) values[(gsize) i * stride];
  for (int i = 0; i < n; i++)
    {
      const int first = MAX (i - radius, 0), end = MIN (i + radius + 1, n);

      values[(gsize) i * stride] = (float) ((sums[end] - sums[first]) / (end - first));
    }
}

void
gbox_heat_map_smooth (float *values, int height, int width, int radius)
{
  g_autofree double *sums = g_new0 (double, MAX (height, width) + 1);

  for (int y = 0; y < height; y++)
    smooth_line (values + (gsize) y * (gsize) width, 1, width, radius, sums);
  for (int x = 0; x < width; x++)
    smooth_line (values + x, (gsize) width, height, radius, sums);
}

/* Between the middles of the parts in a straight line, beyond the outermost as there. */
static float
sample (const float *values, int height, int width, float y, float x)
{
  const float row = CLAMP (y * (float) height - 0.5f, 0.0f, (float) (height - 1));
  const float column = CLAMP (x * (float) width - 0.5f, 0.0f, (float) (width - 1));
  const int top = (int) row, left = (int) column;
  const int bottom = MIN (top + 1, height - 1), right = MIN (left + 1, width - 1);
  const float v = row - (float) top, u = column - (float) left;
  const float *a = values + (gsize) top * (gsize) width, *b = values + (gsize) bottom * (gsize) width;

  return (1.0f - v) * ((1.0f - u) * a[left] + u * a[right]) + v * ((1.0f - u) * b[left] + u * b[right]);
}

/* What is drawn on: Rec. 601's grey with some of the colour left. */
static void
fade (const guint8 pixel[3], float faded[3])
{
  const float grey = 0.299f * (float) pixel[0] + 0.587f * (float) pixel[1] + 0.114f * (float) pixel[2];

  for (int c = 0; c < 3; c++)
    faded[c] = FADED * grey + (1.0f - FADED) * (float) pixel[c];
}

void
gbox_heat_map_draw (GboxImage *image, const float *values, int height, int width)
{
  float largest = 0.0f;

  for (gsize i = 0; i < (gsize) height * (gsize) width; i++)
    largest = MAX (largest, fabsf (values[i]));
  if (!(largest > 0.0f))
    return;
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      {
        guint8 *pixel = image->pixels + 3 * ((gsize) y * (gsize) image->width + (gsize) x);
        const float value = sample (values, height, width, ((float) y + 0.5f) / (float) image->height,
                                    ((float) x + 0.5f) / (float) image->width);
        const float alpha = MOST_OPAQUE * MIN (fabsf (value) / largest, 1.0f);
        const float *colour = value > 0.0f ? positive : negative;
        float faded[3];

        fade (pixel, faded);
        for (int c = 0; c < 3; c++)
          pixel[c] = (guint8) ((1.0f - alpha) * faded[c] + alpha * colour[c] + 0.5f);
      }
}
