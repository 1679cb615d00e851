/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rounding of matrices to 14 bits, with a scale each 32 numbers that are summed. */
#include "kernels/fast/fast.h"
#include "kernels/fast/rounding.h"
#include "kernels/fast/short-product.h"
#include "kernels/slices.h"

/* Columns that are asked for before they are read: so many rows are too many for the processor to follow. */
#define AHEAD (4 * GBOX_SHORT_COLUMNS)

#define COLUMN_VECTORS (GBOX_SHORT_COLUMNS / LANES)

/* @n: of the block's 32 numbers, how many there are. Nothing is added to the scale, unless one is not finite.
 */
ALWAYS_INLINE float
round_row (const float *x, int n, gint16 *to)
{
  Vec values[BLOCK_VECTORS], nothing = { 0 };
  float largest, inverse, sum = 0;

  for (int i = 0; i < BLOCK_VECTORS; i++)
    values[i] = vec_load_n (x + i * LANES, CLAMP (n - i * LANES, 0, LANES));
  largest = find_largest (values);
  inverse = largest > 0 ? GBOX_SHORT_PEAK / largest : 0;
  for (int i = 0; i < BLOCK_VECTORS; i++)
    {
      const VecShorts quants = narrow_to_shorts (round_to_int (values[i] * inverse));

      memcpy (to + i * LANES, &quants, sizeof quants);
      nothing += values[i] * 0;
    }
  for (int i = 0; i < LANES; i++)
    sum += nothing[i];
  return largest / GBOX_SHORT_PEAK + sum;
}

void
FAST (short_rows) (gpointer data, guint task, guint worker)
{
  const GboxShortWork *work = data;
  const gsize n_blocks = gbox_short_n_blocks (work->k);
  const float *x = work->x + task * work->x_stride;
  gint16 *to = (gint16 *) (gpointer) work->rows + task * n_blocks * GBOX_SHORT_BLOCK;
  float *scales
    = (float *) (gpointer) (work->rows + gbox_short_scales_offset (work->m, work->k)) + task * n_blocks;

  for (gsize k = 0; k < work->k; k += GBOX_SHORT_BLOCK, to += GBOX_SHORT_BLOCK)
    *scales++ = work->k - k < GBOX_SHORT_BLOCK ? round_row (x + k, (int) (work->k - k), to)
                                               : round_row (x + k, GBOX_SHORT_BLOCK, to);
}

/* Two rows of columns as pairs of 16 bits. */
ALWAYS_INLINE VecInt
round_pair (const float *x, gsize stride, gsize row, gsize n_rows, int n_columns, Vec inverse)
{
  const Vec low = row < n_rows ? vec_load_n (x + row * stride, n_columns) : (Vec){ 0 };
  const Vec high = row + 1 < n_rows ? vec_load_n (x + (row + 1) * stride, n_columns) : (Vec){ 0 };

  return (round_to_int (low * inverse) & 0xffff) | round_to_int (high * inverse) << 16;
}

/* LANES columns of a block, of which there are @n_columns, and @n_rows of its rows; a scale is to be @scales
 * and the pairs of quants 16 words apart. */
ALWAYS_INLINE void
round_columns (const float *x, gsize stride, gsize n_rows, int n_columns, float *scales, gint16 *quants)
{
  Vec largest = { 0 }, nothing = { 0 }, inverse;

  for (gsize row = 0; row < n_rows; row++)
    {
      const Vec values = vec_load_n (x + row * stride, n_columns);

      __builtin_prefetch (x + row * stride + AHEAD);
      largest = vec_max (largest, vec_max (values, -values));
      nothing += values * 0;
    }
  inverse = vec_keep (vec_greater (largest, (Vec){ 0 }), (float) GBOX_SHORT_PEAK / largest);
  vec_store (scales, largest / (float) GBOX_SHORT_PEAK + nothing);
  for (gsize row = 0; row < GBOX_SHORT_BLOCK; row += 2)
    {
      const VecInt pair = round_pair (x, stride, row, n_rows, n_columns, inverse);

      memcpy (quants + row * GBOX_SHORT_COLUMNS, &pair, sizeof pair);
    }
}

static void
round_tile (const GboxShortWork *work, gsize tile, gsize block)
{
  const gsize row = block * GBOX_SHORT_BLOCK, column = tile * GBOX_SHORT_COLUMNS;
  const gsize n_rows = MIN (work->k - row, GBOX_SHORT_BLOCK);
  const float *x = work->x + row * work->x_stride + column;
  GboxShortBlock *to = &work->columns[tile * gbox_short_n_blocks (work->k) + block];

  for (int v = 0; v < COLUMN_VECTORS; v++)
    {
      const int left = (int) MIN (work->n - column, GBOX_SHORT_COLUMNS) - v * LANES;
      float *scales = to->scales + v * LANES;
      gint16 *quants = to->quants + v * LANES * 2;

      if (left >= LANES && n_rows == GBOX_SHORT_BLOCK)
        round_columns (x + v * LANES, work->x_stride, GBOX_SHORT_BLOCK, LANES, scales, quants);
      else
        round_columns (x + v * LANES, work->x_stride, n_rows, CLAMP (left, 0, LANES), scales, quants);
    }
}

/* Block after block, so that neighbouring columns are read while their lines are near. */
void
FAST (short_columns) (gpointer data, guint task, guint worker)
{
  const GboxShortWork *work = data;
  const gsize n_tiles = gbox_short_n_tiles (work->n), n_blocks = gbox_short_n_blocks (work->k);
  const gsize first = gbox_slice_first (n_tiles, work->n_slices, task);
  const gsize end = gbox_slice_first (n_tiles, work->n_slices, task + 1);

  for (gsize block = 0; block < n_blocks; block++)
    for (gsize tile = first; tile < end; tile++)
      round_tile (work, tile, block);
}
