/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From decorrelated colour to RGB and back: the last stage of an image parameterization. */
#include "kernels/colour.h"

#include <math.h>

#include "kernels/fast/colour.h"
#include "kernels/fast/fast.h"

/* The square root of ImageNet's colour correlation divided by its largest column norm, 0.461952 (lucid
 * `color.py`). */
static const float correlation[3][3] = {
  { 0.26f / 0.461952f, 0.09f / 0.461952f, 0.02f / 0.461952f },
  { 0.27f / 0.461952f, 0.00f, -0.05f / 0.461952f },
  { 0.27f / 0.461952f, -0.09f / 0.461952f, 0.03f / 0.461952f },
};

float
gbox_colour_get_mixing (int row, int column)
{
  g_return_val_if_fail (row >= 0 && row < 3 && column >= 0 && column < 3, 0.0f);

  return correlation[row][column];
}

static guint
count_tasks (gsize n)
{
  return (guint) ((n + GBOX_COLOUR_SLICE - 1) / GBOX_COLOUR_SLICE);
}

gboolean
gbox_colour_forward (GboxTeam *team, gboolean decorrelate, const float *t, float *rgb, gsize n)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxColourWork work = { .mixing = decorrelate ? correlation : NULL, .in = t, .out = rgb, .n = n };

  if (kernels != NULL)
    gbox_team_run (team, count_tasks (n), kernels->colour_forward, &work);
  else
    return gbox_colour_forward_reference (decorrelate, t, rgb, n);

  return !work.has_nan;
}

/* Between 0 and 1 by so much, for a finite number to come of it. */
#define LEAST_DISTANCE (1.0 / 512.0)

static double
invert_sigmoid (double y)
{
  const double inside = CLAMP (y, LEAST_DISTANCE, 1.0 - LEAST_DISTANCE);

  return log (inside / (1.0 - inside));
}

/* Cramer's rule: component @i of M⁻¹·x. */
static double
solve (const double x[3], int i)
{
  double m[3][3], determinants[2];

  for (int k = 0; k < 2; k++)
    {
      for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++)
          m[row][column] = k == 1 && column == i ? x[row] : (double) correlation[row][column];
      determinants[k] = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
                        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    }
  return determinants[1] / determinants[0];
}

void
gbox_colour_inverse (gboolean decorrelate, const float *rgb, float *t, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      double x[3];

      for (gsize p = 0; p < 3; p++)
        x[p] = invert_sigmoid ((double) rgb[p * n + i]);
      for (gsize p = 0; p < 3; p++)
        t[p * n + i] = (float) (decorrelate ? solve (x, (int) p) : x[p]);
    }
}

void
gbox_colour_backward (
  GboxTeam *team, gboolean decorrelate, const float *rgb, const float *drgb, float *dt, gsize n)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxColourWork work
    = { .mixing = decorrelate ? correlation : NULL, .in = drgb, .rgb = rgb, .out = dt, .n = n };

  if (kernels != NULL)
    gbox_team_run (team, count_tasks (n), kernels->colour_backward, &work);
  else
    gbox_colour_backward_reference (decorrelate, rgb, drgb, dt, n);
}

void
gbox_colour_to_rgb8 (GboxTeam *team, const float *rgb, guint8 *out, gsize n)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxColourWork work = { .rgb = rgb, .bytes = out, .n = n };

  if (kernels != NULL)
    gbox_team_run (team, count_tasks (n), kernels->colour_bytes, &work);
  else
    gbox_colour_to_rgb8_reference (rgb, out, n);
}

gboolean
gbox_colour_forward_reference (gboolean decorrelate, const float *t, float *rgb, gsize n)
{
  gboolean has_nan = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      double mixed[3] = { (double) t[i], (double) t[n + i], (double) t[2 * n + i] };

      if (decorrelate)
        for (gsize c = 0; c < 3; c++)
          mixed[c] = (double) correlation[c][0] * (double) t[i]
                     + (double) correlation[c][1] * (double) t[n + i]
                     + (double) correlation[c][2] * (double) t[2 * n + i];
      for (gsize c = 0; c < 3; c++)
        {
          rgb[c * n + i] = (float) (1.0 / (1.0 + exp (-mixed[c])));
          has_nan = has_nan || isnan (rgb[c * n + i]);
        }
    }

  return !has_nan;
}

void
gbox_colour_backward_reference (gboolean decorrelate, const float *rgb, const float *drgb, float *dt, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      double d[3];

      for (gsize c = 0; c < 3; c++)
        d[c] = (double) drgb[c * n + i] * (double) rgb[c * n + i] * (1.0 - (double) rgb[c * n + i]);
      for (gsize k = 0; k < 3; k++)
        dt[k * n + i]
          = (float) (decorrelate ? (double) correlation[0][k] * d[0] + (double) correlation[1][k] * d[1]
                                     + (double) correlation[2][k] * d[2]
                                 : d[k]);
    }
}

void
gbox_colour_to_rgb8_reference (const float *rgb, guint8 *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      {
        const float scaled = rgb[c * n + i] * 255.0f;

        out[3 * i + c] = isnan (scaled) ? 0 : (guint8) lroundf (CLAMP (scaled, 0.0f, 255.0f));
      }
}
