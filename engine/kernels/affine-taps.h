/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an affine map looks, and one sample by its definition: what the plain and the fast sampling share. */
#pragma once

#include <math.h>

#include "kernels/affine-sample.h"

G_BEGIN_DECLS

/**
 * GboxSampling:
 * @height: rows of the planes
 * @width: columns of the planes
 * @planes: (C, @height, @width), of the sampling
 * @dplanes: (C, @height, @width), of its adjoint
 * @out: (1, OH, OW, C)
 */
typedef struct
{
  const GboxAffine *map;
  float fill;
  float scale;
  int height;
  int width;
  const float *planes;
  float *dplanes;
  const GboxTensor *out;
} GboxSampling;

static inline float
gbox_affine_row (const GboxAffine *map, int oy, int ox)
{
  return (map->yy * (float) oy + map->y0) + map->yx * (float) ox;
}

static inline float
gbox_affine_column (const GboxAffine *map, int oy, int ox)
{
  return (map->xy * (float) oy + map->x0) + map->xx * (float) ox;
}

/**
 * GboxTaps:
 * @row_weight: of the lower row
 * @column_weight: of the right column
 *
 * The four taps of one output pixel.
 */
typedef struct
{
  int row;
  int column;
  float row_weight;
  float column_weight;
} GboxTaps;

/* Whether any tap falls into the source; also false where the position is no number. */
static inline gboolean
gbox_sampling_find_taps (const GboxSampling *s, int oy, int ox, GboxTaps *taps)
{
  const float y = gbox_affine_row (s->map, oy, ox);
  const float x = gbox_affine_column (s->map, oy, ox);

  if (!(y > -1.0f && y < (float) s->height && x > -1.0f && x < (float) s->width))
    return FALSE;

  const float row = floorf (y), column = floorf (x);

  *taps = (GboxTaps){ (int) row, (int) column, y - row, x - column };
  return TRUE;
}

static inline float
gbox_sampling_tap (const GboxSampling *s, int channel, int row, int column)
{
  if (row < 0 || row >= s->height || column < 0 || column >= s->width)
    return s->fill;
  return s->planes[((gsize) channel * (gsize) s->height + (gsize) row) * (gsize) s->width + (gsize) column];
}

static inline void
gbox_sampling_pixel (const GboxSampling *s, int oy, int ox)
{
  float *out = gbox_tensor_pixel (s->out, 0, oy, ox);
  GboxTaps t;

  if (!gbox_sampling_find_taps (s, oy, ox, &t))
    {
      for (int c = 0; c < s->out->channels; c++)
        out[c] = s->fill * s->scale;
      return;
    }
  for (int c = 0; c < s->out->channels; c++)
    {
      const float upper = gbox_sampling_tap (s, c, t.row, t.column) * (1.0f - t.column_weight)
                          + gbox_sampling_tap (s, c, t.row, t.column + 1) * t.column_weight;
      const float lower = gbox_sampling_tap (s, c, t.row + 1, t.column) * (1.0f - t.column_weight)
                          + gbox_sampling_tap (s, c, t.row + 1, t.column + 1) * t.column_weight;

      out[c] = (upper * (1.0f - t.row_weight) + lower * t.row_weight) * s->scale;
    }
}

G_END_DECLS
