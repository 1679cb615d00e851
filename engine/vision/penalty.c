/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an image is charged for by itself, whatever a network makes of it. */
#include "vision/penalty.h"

#include <math.h>

/* The work is always cut into at most this many slices of rows, whose sums are added in order. */
#define MAX_SLICES 64

#define GREY 0.5f
/* Of a neighbour in lucid's blur: ½ of the kernel's sum, 5. */
#define BLUR_SHARE 0.1f

typedef struct
{
  const GboxPenalty *penalty;
  const float *rgb; /* (3, height, width) */
  float *gradient;  /* the same shape, or NULL */
  int height, width;
  int rows_per_slice;
  double sums[MAX_SLICES];
} Charge;

static float
sign (float x)
{
  return (float) ((x > 0.0f) - (x < 0.0f));
}

/* What a pixel differs from a neighbour by, if that is in the image. */
static gboolean
get_difference (const Charge *c, const float *pixel, int y, int x, int dy, int dx, float *difference)
{
  if (y + dy < 0 || y + dy >= c->height || x + dx < 0 || x + dx >= c->width)
    return FALSE;
  *difference = pixel[0] - pixel[dy * c->width + dx];
  return TRUE;
}

/* Each pair is met from both ends, and its charge halved; each end gets its own slope. */
static double
charge_pixel (const Charge *c, const float *pixel, int y, int x, float *slope)
{
  const float l1 = (float) c->penalty->l1, variation = (float) c->penalty->total_variation;
  const float blur = (float) c->penalty->blur * BLUR_SHARE;
  double sum = (double) (l1 * fabsf (pixel[0] - GREY));
  float d;

  *slope = l1 * sign (pixel[0] - GREY);
  for (int dy = -1; dy <= 1; dy++)
    for (int dx = -1; dx <= 1; dx++)
      {
        if ((dy == 0 && dx == 0) || !get_difference (c, pixel, y, x, dy, dx, &d))
          continue;
        sum += 0.25 * (double) (blur * d * d);
        *slope += blur * d;
        if (dy != 0 && dx != 0)
          continue;
        sum += 0.5 * (double) (variation * fabsf (d));
        *slope += variation * sign (d);
      }
  return sum;
}

static void
charge_slice (gpointer data, guint task, guint worker)
{
  Charge *c = data;
  const int first = (int) task * c->rows_per_slice, end = MIN (first + c->rows_per_slice, 3 * c->height);
  double sum = 0.0;

  for (int row = first; row < end; row++)
    for (int x = 0; x < c->width; x++)
      {
        const gsize i = (gsize) row * (gsize) c->width + (gsize) x;
        float slope;

        sum += charge_pixel (c, c->rgb + i, row % c->height, x, &slope);
        if (c->gradient != NULL)
          c->gradient[i] -= slope;
      }
  c->sums[task] = sum;
}

double
gbox_penalty_subtract (
  const GboxPenalty *self, GboxTeam *team, const float *rgb, int height, int width, float *gradient)
{
  Charge c = { .penalty = self, .rgb = rgb, .gradient = gradient, .height = height, .width = width };
  double sum = 0.0;
  guint n_slices;

  if (self->l1 == 0.0 && self->total_variation == 0.0 && self->blur == 0.0)
    return 0.0;
  c.rows_per_slice = (3 * height + MAX_SLICES - 1) / MAX_SLICES;
  n_slices = (guint) ((3 * height + c.rows_per_slice - 1) / c.rows_per_slice);
  gbox_team_run (team, n_slices, charge_slice, &c);
  for (guint i = 0; i < n_slices; i++)
    sum += c.sums[i];
  return sum;
}
