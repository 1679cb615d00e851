/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bilinear sampling of an image along an affine map, and its exact adjoint. */
#include "kernels/affine-sample.h"

#include <math.h>
#include <string.h>

/* Rows of a task; part of how work is cut, so the same for any number of threads. */
#define ROWS_PER_TASK 16
/* Pixels whose taps are worked out together, so that the compiler vectorises over them. */
#define CHUNK 32

typedef struct
{
  const GboxAffine *map;
  float fill;
  float scale;
  int height; /* of the planes */
  int width;
  const float *planes;   /* (C, height, width) */
  float *dplanes;        /* (C, height, width) */
  const GboxTensor *out; /* (1, OH, OW, C) */
} Sampling;

/* The four taps of one output pixel. */
typedef struct
{
  int row;
  int column;
  float row_weight;    /* of the lower row */
  float column_weight; /* of the right column */
} Taps;

typedef struct
{
  int first;
  int end;
} Range;

static inline float
row_of (const GboxAffine *map, int oy, int ox)
{
  return (map->yy * (float) oy + map->y0) + map->yx * (float) ox;
}

static inline float
column_of (const GboxAffine *map, int oy, int ox)
{
  return (map->xy * (float) oy + map->x0) + map->xx * (float) ox;
}

/* Whether any tap falls into the source; also false where the position is no number. */
static inline gboolean
find_taps (const Sampling *s, int oy, int ox, Taps *taps)
{
  const float y = row_of (s->map, oy, ox);
  const float x = column_of (s->map, oy, ox);

  if (!(y > -1.0f && y < (float) s->height && x > -1.0f && x < (float) s->width))
    return FALSE;

  const float row = floorf (y), column = floorf (x);

  *taps = (Taps){ (int) row, (int) column, y - row, x - column };
  return TRUE;
}

static inline float
tap (const Sampling *s, int channel, int row, int column)
{
  if (row < 0 || row >= s->height || column < 0 || column >= s->width)
    return s->fill;
  return s->planes[((gsize) channel * (gsize) s->height + (gsize) row) * (gsize) s->width + (gsize) column];
}

static void
sample_pixel (const Sampling *s, int oy, int ox)
{
  float *out = gbox_tensor_pixel (s->out, 0, oy, ox);
  Taps t;

  if (!find_taps (s, oy, ox, &t))
    {
      for (int c = 0; c < s->out->channels; c++)
        out[c] = s->fill * s->scale;
      return;
    }
  for (int c = 0; c < s->out->channels; c++)
    {
      const float upper = tap (s, c, t.row, t.column) * (1.0f - t.column_weight)
                          + tap (s, c, t.row, t.column + 1) * t.column_weight;
      const float lower = tap (s, c, t.row + 1, t.column) * (1.0f - t.column_weight)
                          + tap (s, c, t.row + 1, t.column + 1) * t.column_weight;

      out[c] = (upper * (1.0f - t.row_weight) + lower * t.row_weight) * s->scale;
    }
}

/* The x in 0 … n − 1 for which low ≤ base + slope·x < high, give or take one at each end. */
static Range
solve (double base, double slope, double low, double high, int n)
{
  double a = (low - base) / slope, b = (high - base) / slope;

  if (!isfinite (a) || !isfinite (b))
    return (Range){ 0, n };
  if (a > b)
    {
      const double swapped = a;

      a = b;
      b = swapped;
    }
  return (Range){ (int) CLAMP (floor (a), 0.0, (double) n), (int) CLAMP (ceil (b) + 1.0, 0.0, (double) n) };
}

/* Whether all four taps lie in the source, and in its rows first … end − 1. */
static inline gboolean
is_inside (const Sampling *s, Range rows, int oy, int ox)
{
  const float y = row_of (s->map, oy, ox);
  const float x = column_of (s->map, oy, ox);

  return y >= (float) rows.first && y < (float) (rows.end - 1) && x >= 0.0f && x < (float) (s->width - 1);
}

/* The part of an output row for which is_inside() holds. Positions are monotone along the row, also as
 * rounded, so what holds at both ends holds between them. */
static Range
find_inside (const Sampling *s, Range rows, int oy)
{
  const GboxAffine *m = s->map;
  const int n = s->out->width;
  const Range by_row = solve (m->yy * (double) oy + m->y0, m->yx, rows.first, rows.end - 1, n);
  const Range by_column = solve (m->xy * (double) oy + m->x0, m->xx, 0, s->width - 1, n);
  Range r = { MAX (by_row.first, by_column.first), MIN (by_row.end, by_column.end) };

  while (r.first < r.end && !is_inside (s, rows, oy, r.first))
    r.first++;
  while (r.first < r.end && !is_inside (s, rows, oy, r.end - 1))
    r.end--;
  return r.first < r.end ? r : (Range){ n, n };
}

/* Where the taps of some pixels of an output row are, all of them in the source, and what they weigh. */
typedef struct
{
  int offset[CHUNK]; /* of the upper left one, in a plane */
  float weights[4][CHUNK];
} Chunk;

static void
fill_chunk (const Sampling *s, int oy, int first, int n, Chunk *chunk)
{
  for (int i = 0; i < n; i++)
    {
      const float y = row_of (s->map, oy, first + i);
      const float x = column_of (s->map, oy, first + i);
      const int row = (int) y, column = (int) x; /* not negative: truncation is the floor */
      const float fy = y - (float) row, fx = x - (float) column;

      chunk->offset[i] = row * s->width + column;
      chunk->weights[0][i] = (1.0f - fy) * (1.0f - fx) * s->scale;
      chunk->weights[1][i] = (1.0f - fy) * fx * s->scale;
      chunk->weights[2][i] = fy * (1.0f - fx) * s->scale;
      chunk->weights[3][i] = fy * fx * s->scale;
    }
}

static void
sample_chunk (const Sampling *s, int oy, int first, int n)
{
  const gsize width = (gsize) s->width, plane = (gsize) s->height * width;
  Chunk chunk;

  fill_chunk (s, oy, first, n, &chunk);
  for (int c = 0; c < s->out->channels; c++)
    {
      const float *source = s->planes + (gsize) c * plane;
      float *out = gbox_tensor_pixel (s->out, 0, oy, first) + c;

      for (int i = 0; i < n; i++)
        {
          const float *p = source + chunk.offset[i];

          out[(gsize) i * s->out->stride] = p[0] * chunk.weights[0][i] + p[1] * chunk.weights[1][i]
                                            + p[width] * chunk.weights[2][i]
                                            + p[width + 1] * chunk.weights[3][i];
        }
    }
}

static void
sample_rows (gpointer data, guint task, guint worker)
{
  const Sampling *s = data;
  const int first = (int) task * ROWS_PER_TASK;
  const int end = MIN (first + ROWS_PER_TASK, s->out->height);

  for (int oy = first; oy < end; oy++)
    {
      const Range inside = find_inside (s, (Range){ 0, s->height }, oy);

      for (int ox = 0; ox < inside.first; ox++)
        sample_pixel (s, oy, ox);
      for (int ox = inside.first; ox < inside.end; ox += CHUNK)
        sample_chunk (s, oy, ox, MIN (CHUNK, inside.end - ox));
      for (int ox = inside.end; ox < s->out->width; ox++)
        sample_pixel (s, oy, ox);
    }
}

/* Adds one output pixel's gradient to those of its taps that lie in the rows first … end − 1 of the source.
 */
static void
spread_pixel (const Sampling *s, Range rows, int oy, int ox)
{
  const float *g = gbox_tensor_pixel (s->out, 0, oy, ox);
  Taps t;

  if (!find_taps (s, oy, ox, &t))
    return;

  const gboolean left = t.column >= 0, right = t.column + 1 < s->width;

  for (int row = MAX (t.row, rows.first); row < MIN (t.row + 2, rows.end); row++)
    {
      const float row_weight = (row == t.row ? 1.0f - t.row_weight : t.row_weight) * s->scale;

      for (int c = 0; c < s->out->channels; c++)
        {
          float *d = s->dplanes + ((gsize) c * (gsize) s->height + (gsize) row) * (gsize) s->width;

          if (left)
            d[t.column] += g[c] * row_weight * (1.0f - t.column_weight);
          if (right)
            d[t.column + 1] += g[c] * row_weight * t.column_weight;
        }
    }
}

/* Neighbouring pixels add to the same elements, one after the other; the channels, inside, do not wait for
 * each other. */
static void
spread_chunk (const Sampling *s, int oy, int first, int n)
{
  const gsize width = (gsize) s->width, plane = (gsize) s->height * width;
  const int channels = s->out->channels;
  Chunk chunk;

  fill_chunk (s, oy, first, n, &chunk);
  for (int i = 0; i < n; i++)
    {
      const float *g = gbox_tensor_pixel (s->out, 0, oy, first + i);
      float *d = s->dplanes + chunk.offset[i];

      for (int c = 0; c < channels; c++, d += plane)
        {
          d[0] += g[c] * chunk.weights[0][i];
          d[1] += g[c] * chunk.weights[1][i];
          d[width] += g[c] * chunk.weights[2][i];
          d[width + 1] += g[c] * chunk.weights[3][i];
        }
    }
}

/* A task owns rows of the source: it looks at every output row for the pixels that touch them, always in the
 * same order. */
static void
spread_rows (gpointer data, guint task, guint worker)
{
  const Sampling *s = data;
  const int first = (int) task * ROWS_PER_TASK;
  const Range rows = { first, MIN (first + ROWS_PER_TASK, s->height) };
  const gsize width = (gsize) s->width, plane = (gsize) s->height * width;

  for (int c = 0; c < s->out->channels; c++)
    memset (s->dplanes + (gsize) c * plane + (gsize) first * width, 0,
            (gsize) (rows.end - first) * width * sizeof (float));
  for (int oy = 0; oy < s->out->height; oy++)
    {
      const Range touched
        = solve (s->map->yy * (double) oy + s->map->y0, s->map->yx, rows.first - 1, rows.end, s->out->width);
      const Range inside = find_inside (s, rows, oy);

      for (int ox = touched.first; ox < MIN (inside.first, touched.end); ox++)
        spread_pixel (s, rows, oy, ox);
      for (int ox = inside.first; ox < inside.end; ox += CHUNK)
        spread_chunk (s, oy, ox, MIN (CHUNK, inside.end - ox));
      for (int ox = MAX (inside.end, touched.first); ox < touched.end; ox++)
        spread_pixel (s, rows, oy, ox);
    }
}

static guint
count_tasks (int rows)
{
  return (guint) ((rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK);
}

void
gbox_affine_sample (GboxTeam *team,
                    const GboxAffine *map,
                    float fill,
                    float scale,
                    const float *src,
                    int src_height,
                    int src_width,
                    GboxTensor *dst)
{
  Sampling s = { .map = map,
                 .fill = fill,
                 .scale = scale,
                 .height = src_height,
                 .width = src_width,
                 .planes = src,
                 .out = dst };

  gbox_team_run (team, count_tasks (dst->height), sample_rows, &s);
}

void
gbox_affine_sample_adjoint (GboxTeam *team,
                            const GboxAffine *map,
                            float scale,
                            const GboxTensor *ddst,
                            float *dsrc,
                            int src_height,
                            int src_width)
{
  Sampling s
    = { .map = map, .scale = scale, .height = src_height, .width = src_width, .dplanes = dsrc, .out = ddst };

  gbox_team_run (team, count_tasks (src_height), spread_rows, &s);
}

void
gbox_affine_sample_reference (const GboxAffine *map,
                              float fill,
                              float scale,
                              const float *src,
                              int src_height,
                              int src_width,
                              GboxTensor *dst)
{
  const Sampling s = { .map = map,
                       .fill = fill,
                       .scale = scale,
                       .height = src_height,
                       .width = src_width,
                       .planes = src,
                       .out = dst };

  for (int oy = 0; oy < dst->height; oy++)
    for (int ox = 0; ox < dst->width; ox++)
      sample_pixel (&s, oy, ox);
}

void
gbox_affine_sample_adjoint_reference (
  const GboxAffine *map, float scale, const GboxTensor *ddst, float *dsrc, int src_height, int src_width)
{
  const Sampling s
    = { .map = map, .scale = scale, .height = src_height, .width = src_width, .dplanes = dsrc, .out = ddst };

  memset (dsrc, 0, (gsize) ddst->channels * (gsize) src_height * (gsize) src_width * sizeof (float));
  for (int oy = 0; oy < ddst->height; oy++)
    for (int ox = 0; ox < ddst->width; ox++)
      spread_pixel (&s, (Range){ 0, src_height }, oy, ox);
}
