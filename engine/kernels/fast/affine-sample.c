/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bilinear sampling along an affine map, and its adjoint. */
#include "kernels/fast/affine-sample.h"

#include <math.h>
#include <string.h>

#include "kernels/fast/fast.h"
#include "kernels/window.h"

/* Pixels whose taps are worked out together, so that the compiler vectorises over them. */
#define CHUNK 32

/* The x in 0 … n − 1 for which low ≤ base + slope·x < high, give or take one at each end. */
static GboxRange
solve (double base, double slope, double low, double high, int n)
{
  const double inverse = 1.0 / slope;
  const double a = (low - base) * inverse, b = (high - base) * inverse;

  if (!isfinite (a) || !isfinite (b))
    return (GboxRange){ 0, n };
  return (GboxRange){ (int) CLAMP (floor (MIN (a, b)), 0.0, (double) n),
                      (int) CLAMP (ceil (MAX (a, b)) + 1.0, 0.0, (double) n) };
}

static GboxRange
intersect (GboxRange a, GboxRange b)
{
  return (GboxRange){ MAX (a.first, b.first), MIN (a.end, b.end) };
}

static gboolean
is_within (const GboxSampling *s, GboxRange rows, GboxRange columns, int oy, int ox)
{
  const float y = gbox_affine_row (s->map, oy, ox);
  const float x = gbox_affine_column (s->map, oy, ox);

  return y >= (float) rows.first && y < (float) rows.end && x >= (float) columns.first
         && x < (float) columns.end;
}

/* The part of an output row that looks between the given rows and columns. Positions are monotone along the
 * row, also as rounded, so what holds at both ends holds between them. */
static GboxRange
find_run (const GboxSampling *s, GboxRange rows, GboxRange columns, int oy)
{
  const GboxAffine *m = s->map;
  const int n = s->out->width;
  GboxRange r = intersect (solve (m->yy * (double) oy + m->y0, m->yx, rows.first, rows.end, n),
                           solve (m->xy * (double) oy + m->x0, m->xx, columns.first, columns.end, n));

  while (r.first < r.end && !is_within (s, rows, columns, oy, r.first))
    r.first++;
  while (r.first < r.end && !is_within (s, rows, columns, oy, r.end - 1))
    r.end--;
  return r.first < r.end ? r : (GboxRange){ n, n };
}

/* Where the taps of some pixels of an output row are, and what they weigh. */
typedef struct
{
  int offset[CHUNK]; /* of the upper left one */
  float weights[4][CHUNK];
} Chunk;

static inline int
floor_of (float x)
{
  const int truncated = (int) x;

  return truncated - (x < (float) truncated);
}

/* Offsets from the element at (first row, first column) of a buffer of rows of @stride elements. */
static void
fill_chunk (
  const GboxSampling *s, int oy, int first, int n, int first_row, int first_column, int stride, Chunk *chunk)
{
  for (int i = 0; i < n; i++)
    {
      const float y = gbox_affine_row (s->map, oy, first + i);
      const float x = gbox_affine_column (s->map, oy, first + i);
      const int row = floor_of (y), column = floor_of (x);
      const float fy = y - (float) row, fx = x - (float) column;

      chunk->offset[i] = (row - first_row) * stride + column - first_column;
      chunk->weights[0][i] = (1.0f - fy) * (1.0f - fx) * s->scale;
      chunk->weights[1][i] = (1.0f - fy) * fx * s->scale;
      chunk->weights[2][i] = fy * (1.0f - fx) * s->scale;
      chunk->weights[3][i] = fy * fx * s->scale;
    }
}

static inline __attribute__ ((always_inline)) void
sample_run (const GboxSampling *s, const Chunk *chunk, int n, int channels, float *out)
{
  const gsize width = (gsize) s->width, plane = (gsize) s->height * width;

  for (int i = 0; i < n; i++, out += s->out->stride)
    {
      const float *p = s->planes + chunk->offset[i];
      const float weights[4]
        = { chunk->weights[0][i], chunk->weights[1][i], chunk->weights[2][i], chunk->weights[3][i] };

      for (int c = 0; c < channels; c++, p += plane)
        out[c] = p[0] * weights[0] + p[1] * weights[1] + p[width] * weights[2] + p[width + 1] * weights[3];
    }
}

void
FAST (affine_sample) (gpointer data, guint task, guint worker)
{
  const GboxSampling *s = data;
  const int first = (int) task * GBOX_SAMPLE_ROWS;
  const int end = MIN (first + GBOX_SAMPLE_ROWS, s->out->height);

  for (int oy = first; oy < end; oy++)
    {
      const GboxRange inside
        = find_run (s, (GboxRange){ 0, s->height - 1 }, (GboxRange){ 0, s->width - 1 }, oy);

      for (int ox = 0; ox < inside.first; ox++)
        gbox_sampling_pixel (s, oy, ox);
      for (int ox = inside.first; ox < inside.end; ox += CHUNK)
        {
          const int n = MIN (CHUNK, inside.end - ox);
          Chunk chunk;

          fill_chunk (s, oy, ox, n, 0, 0, s->width, &chunk);
          if (s->out->channels == 3)
            sample_run (s, &chunk, n, 3, gbox_tensor_pixel (s->out, 0, oy, ox));
          else
            sample_run (s, &chunk, n, s->out->channels, gbox_tensor_pixel (s->out, 0, oy, ox));
        }
      for (int ox = inside.end; ox < s->out->width; ox++)
        gbox_sampling_pixel (s, oy, ox);
    }
}

/* Up to four channels of a pixel. */
typedef float Pixel __attribute__ ((vector_size (16)));

/* With room for the margins, and not near 4 kB: rows would get in each other's way in the cache. */
#define TILE_STRIDE (GBOX_SPREAD_COLUMNS + 8)

/* The part of the source that a task owns, with a margin of one pixel around it: what falls there belongs to
 * another task or to nobody, and needs no case of its own. */
typedef struct
{
  GboxRange rows;
  GboxRange columns;
  Pixel pixels[(GBOX_SPREAD_ROWS + 2) * TILE_STRIDE];
} Tile;

/* Neighbouring pixels add to the same elements, one after the other; the channels, side by side, do not wait
 * for each other. */
static inline __attribute__ ((always_inline)) void
spread_run (const GboxSampling *s, const Chunk *chunk, int n, int channels, const float *g, Tile *tile)
{
  for (int i = 0; i < n; i++, g += s->out->stride)
    {
      const float weights[4]
        = { chunk->weights[0][i], chunk->weights[1][i], chunk->weights[2][i], chunk->weights[3][i] };
      Pixel *d = tile->pixels + chunk->offset[i];
      Pixel gradient = { 0 };

      for (int c = 0; c < channels; c++)
        gradient[c] = g[c];
      d[0] += gradient * weights[0];
      d[1] += gradient * weights[1];
      d[TILE_STRIDE] += gradient * weights[2];
      d[TILE_STRIDE + 1] += gradient * weights[3];
    }
}

/* The output rows that can look at the tile: base and slope of a position along the output's column, and how
 * far it changes along its row. */
static GboxRange
find_rows (double base, double slope, double along_row, int first, int end, int n)
{
  return solve (base, slope, first - MAX (along_row, 0.0), end - MIN (along_row, 0.0), n);
}

static void
gather_tile (const GboxSampling *s, int channel, int channels, Tile *tile)
{
  const GboxAffine *m = s->map;
  const GboxRange rows = { tile->rows.first - 1, tile->rows.end };
  const GboxRange columns = { tile->columns.first - 1, tile->columns.end };
  const int n = s->out->height, last = s->out->width - 1;
  const GboxRange lines
    = intersect (find_rows (m->y0, m->yy, m->yx * (double) last, rows.first, rows.end, n),
                 find_rows (m->x0, m->xy, m->xx * (double) last, columns.first, columns.end, n));

  memset (tile->pixels, 0, (gsize) (tile->rows.end - rows.first + 1) * TILE_STRIDE * sizeof (Pixel));
  for (int oy = lines.first; oy < lines.end; oy++)
    {
      const GboxRange run = find_run (s, rows, columns, oy);

      for (int ox = run.first; ox < run.end; ox += CHUNK)
        {
          const float *g = gbox_tensor_pixel (s->out, 0, oy, ox) + channel;
          const int n_pixels = MIN (CHUNK, run.end - ox);
          Chunk chunk;

          fill_chunk (s, oy, ox, n_pixels, rows.first, columns.first, TILE_STRIDE, &chunk);
          if (channels == 3)
            spread_run (s, &chunk, n_pixels, 3, g, tile);
          else
            spread_run (s, &chunk, n_pixels, channels, g, tile);
        }
    }
}

/* Four pixels' channels to four channels' pixels. */
static inline void
transpose (const Pixel *from, Pixel to[4])
{
  const Pixel a = __builtin_shufflevector (from[0], from[1], 0, 4, 1, 5);
  const Pixel b = __builtin_shufflevector (from[2], from[3], 0, 4, 1, 5);
  const Pixel c = __builtin_shufflevector (from[0], from[1], 2, 6, 3, 7);
  const Pixel d = __builtin_shufflevector (from[2], from[3], 2, 6, 3, 7);

  to[0] = __builtin_shufflevector (a, b, 0, 1, 4, 5);
  to[1] = __builtin_shufflevector (a, b, 2, 3, 6, 7);
  to[2] = __builtin_shufflevector (c, d, 0, 1, 4, 5);
  to[3] = __builtin_shufflevector (c, d, 2, 3, 6, 7);
}

static void
store_tile (const GboxSampling *s, int channel, int channels, const Tile *tile)
{
  const gsize plane = (gsize) s->height * (gsize) s->width;
  const int n = tile->columns.end - tile->columns.first;

  for (int row = tile->rows.first; row < tile->rows.end; row++)
    {
      const Pixel *from = tile->pixels + (row - tile->rows.first + 1) * TILE_STRIDE + 1;
      float *to
        = s->dplanes + (gsize) channel * plane + (gsize) row * (gsize) s->width + (gsize) tile->columns.first;
      int i = 0;

      for (; i + 4 <= n; i += 4)
        {
          Pixel by_channel[4];

          transpose (from + i, by_channel);
          for (int c = 0; c < channels; c++)
            memcpy (to + (gsize) c * plane + i, &by_channel[c], sizeof (Pixel));
        }
      for (; i < n; i++)
        for (int c = 0; c < channels; c++)
          to[(gsize) c * plane + (gsize) i] = from[i][c];
    }
}

/* A task looks at every output pixel that touches its tile, always in the same order. */
void
FAST (affine_sample_adjoint) (gpointer data, guint task, guint worker)
{
  const GboxSampling *s = data;
  const int n_columns = (s->width + GBOX_SPREAD_COLUMNS - 1) / GBOX_SPREAD_COLUMNS;
  const int row = (int) task / n_columns * GBOX_SPREAD_ROWS;
  const int column = (int) task % n_columns * GBOX_SPREAD_COLUMNS;
  Tile tile;

  tile.rows = (GboxRange){ row, MIN (row + GBOX_SPREAD_ROWS, s->height) };
  tile.columns = (GboxRange){ column, MIN (column + GBOX_SPREAD_COLUMNS, s->width) };
  for (int c = 0; c < s->out->channels; c += 4)
    {
      const int channels = MIN (4, s->out->channels - c);

      gather_tile (s, c, channels, &tile);
      store_tile (s, c, channels, &tile);
    }
}
