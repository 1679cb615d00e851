/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of vectors and a matrix in tiles: what a language model spends its time on. */
#include "kernels/tile-product.h"

#include <math.h>

#include "kernels/fast/fast.h"
#include "kernels/fast/tile-product.h"
#include "kernels/slices.h"

/* Vectors of one pass over the matrix: they and a tile stay in the cache. */
#define PASS_VECTORS 256
/* Fewer numbers than this are rounded before the others could have been woken. */
#define ALONE_NUMBERS 8192
#define ALIGNMENT     64

static gsize
align (gsize n_bytes)
{
  return (n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Lays the scratch memory out; returns its size. */
static gsize
place_scratch (GboxTileWork *work, guint8 *scratch, guint n_workers)
{
  const GboxTileForm form = work->tiles->form;
  const gsize n = (gsize) MIN (work->n, PASS_VECTORS), n_in = (gsize) work->tiles->n_in;
  gsize n_quants = 0, n_floats = 0;

  work->worker_size = GBOX_TILE_SLAB * GBOX_TILE_ROWS * sizeof (float);
  if (work->precision != GBOX_PRECISION_FLOAT32)
    {
      work->n_scales = n_in / (gsize) gbox_tile_form_scale_columns (form);
      n_quants = align (n * n_in * sizeof (gint16));
      n_floats = align (n * work->n_scales * sizeof (float));
      work->worker_size = align (GBOX_TILE_ROWS * n_in * sizeof (gint16))
                          + align (2 * GBOX_TILE_ROWS * work->n_scales * sizeof (float));
    }
  if (scratch != NULL)
    {
      work->quants = scratch;
      work->scales = (float *) (gpointer) (scratch + n_quants);
      work->sums = (float *) (gpointer) (scratch + n_quants + n_floats);
      work->scratch = scratch + n_quants + 2 * n_floats;
    }

  return n_quants + 2 * n_floats + n_workers * work->worker_size;
}

/* Weights that are floats have no integers to be multiplied. */
static GboxPrecision
find_precision (const GboxTiles *tiles, GboxPrecision precision)
{
  return gbox_tile_form_is_float (tiles->form) ? GBOX_PRECISION_FLOAT32 : precision;
}

gsize
gbox_tile_product_scratch_size (const GboxTiles *tiles, int n, GboxPrecision precision, guint n_workers)
{
  GboxTileWork work = { .tiles = tiles, .precision = find_precision (tiles, precision), .n = n };

  return place_scratch (&work, NULL, n_workers);
}

static void
quantize (const GboxFastKernels *kernels, GboxTeam *team, GboxTileWork *work)
{
  const guint n = (guint) work->n;

  if (n * (gsize) work->tiles->n_in >= ALONE_NUMBERS)
    gbox_team_run (team, n, kernels->tile_quantize, work);
  else
    for (guint i = 0; i < n; i++)
      kernels->tile_quantize (work, i, 0);
}

void
gbox_tile_product (const GboxTiles *tiles,
                   const float *bias,
                   GboxTeam *team,
                   GboxPrecision precision,
                   const float *x,
                   gsize x_stride,
                   int n,
                   float *y,
                   gsize y_stride,
                   gboolean accumulate,
                   gpointer scratch)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxTileWork work = { .tiles = tiles,
                        .bias = bias,
                        .precision = find_precision (tiles, precision),
                        .x_stride = x_stride,
                        .n = n,
                        .y_stride = y_stride,
                        .accumulate = accumulate };

  if (kernels == NULL)
    {
      gbox_tile_product_reference (tiles, bias, precision, x, x_stride, n, y, y_stride, accumulate);
      return;
    }

  place_scratch (&work, scratch, gbox_team_get_n_threads (team));
  for (int first = 0; first < n; first += PASS_VECTORS)
    {
      const gsize n_tiles = gbox_tiles_n_tiles (tiles);

      work.n = MIN (n - first, PASS_VECTORS);
      work.n_slices = gbox_slice_count (n_tiles, tiles->tile_size * (gsize) work.n);
      work.x = x + (gsize) first * x_stride;
      work.y = y + (gsize) first * y_stride;
      if (work.precision != GBOX_PRECISION_FLOAT32)
        quantize (kernels, team, &work);
      gbox_team_run (team, work.n_slices, work.n == 1 ? kernels->tile_vector : kernels->tile_product, &work);
    }
}

/* What x is rounded to. */
static void
round_block (GboxPrecision precision, const float *x, float *to)
{
  const float peak = precision == GBOX_PRECISION_INT8 ? G_MAXINT8 : G_MAXINT16;
  float largest = 0;

  for (gsize i = 0; i < GBOX_TILE_BLOCK; i++)
    largest = MAX (largest, fabsf (x[i]));
  for (gsize i = 0; i < GBOX_TILE_BLOCK; i++)
    to[i] = largest > 0 ? largest / peak * rintf (x[i] * (peak / largest)) : 0;
}

void
gbox_tile_product_reference (const GboxTiles *tiles,
                             const float *bias,
                             GboxPrecision precision,
                             const float *x,
                             gsize x_stride,
                             int n,
                             float *y,
                             gsize y_stride,
                             gboolean accumulate)
{
  const gsize n_in = (gsize) tiles->n_in;
  const gboolean rounded = find_precision (tiles, precision) != GBOX_PRECISION_FLOAT32;
  g_autofree float *weights = g_new (float, n_in);
  g_autofree float *vectors = g_new (float, (gsize) n *n_in);

  for (gsize i = 0; i < (gsize) n; i++)
    if (rounded)
      for (gsize k = 0; k < n_in; k += GBOX_TILE_BLOCK)
        round_block (precision, x + i * x_stride + k, vectors + i * n_in + k);
    else
      memcpy (vectors + i * n_in, x + i * x_stride, n_in * sizeof (float));

  for (int row = 0; row < tiles->n_out; row++)
    {
      gbox_tiles_get_row (tiles, row, weights);
      for (gsize i = 0; i < (gsize) n; i++)
        {
          float *to = y + i * y_stride + row;
          double sum = bias == NULL ? 0 : (double) bias[row];

          for (gsize k = 0; k < n_in; k++)
            sum += (double) weights[k] * (double) vectors[i * n_in + k];
          *to = (float) (accumulate ? (double) *to + sum : sum);
        }
    }
}
