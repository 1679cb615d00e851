/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of matrices whose numbers are rounded to 14 bits: faster than those of floats, and nearly as
 * exact. */
#include "kernels/short-product.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/short-product.h"
#include "kernels/slices.h"

#include <math.h>

gsize
gbox_short_rows_size (gsize m, gsize k)
{
  return gbox_short_scales_offset (m, k) + m * gbox_short_n_blocks (k) * sizeof (float);
}

gsize
gbox_short_columns_size (gsize k, gsize n)
{
  return gbox_short_n_tiles (n) * gbox_short_n_blocks (k) * sizeof (GboxShortBlock);
}

/* Rounds every @stride-th number of @x, @n of 32; returns their scale, which is no number if one of them is
 * none. */
static float
round_block (const float *x, gsize stride, gsize n, gint16 *to)
{
  float largest = 0, nothing = 0, inverse;

  for (gsize i = 0; i < n; i++)
    {
      largest = MAX (largest, fabsf (x[i * stride]));
      nothing += x[i * stride] * 0;
    }
  inverse = largest > 0 ? GBOX_SHORT_PEAK / largest : 0;
  for (gsize i = 0; i < GBOX_SHORT_BLOCK; i++)
    to[i] = i < n && isfinite (x[i * stride]) ? (gint16) rintf (x[i * stride] * inverse) : 0;
  return largest / GBOX_SHORT_PEAK + nothing;
}

static void
rows_reference (gpointer data, guint task, guint worker)
{
  const GboxShortWork *work = data;
  const gsize n_blocks = gbox_short_n_blocks (work->k), first = task * n_blocks;
  gint16 *quants = (gint16 *) (gpointer) work->rows;
  float *scales = (float *) (gpointer) (work->rows + gbox_short_scales_offset (work->m, work->k));

  for (gsize block = 0; block < n_blocks; block++)
    scales[first + block] = round_block (work->x + task * work->x_stride + block * GBOX_SHORT_BLOCK, 1,
                                         MIN (work->k - block * GBOX_SHORT_BLOCK, GBOX_SHORT_BLOCK),
                                         quants + (first + block) * GBOX_SHORT_BLOCK);
}

/* Where row @i of a block is: pairs lie together. */
static gsize
find_quant (gsize i, gsize column)
{
  return (i / 2 * GBOX_SHORT_COLUMNS + column) * 2 + i % 2;
}

static void
columns_reference (gpointer data, guint task, guint worker)
{
  const GboxShortWork *work = data;
  const gsize n_blocks = gbox_short_n_blocks (work->k);
  const gsize end = gbox_slice_first (gbox_short_n_tiles (work->n), work->n_slices, task + 1);

  for (gsize tile = gbox_slice_first (gbox_short_n_tiles (work->n), work->n_slices, task); tile < end; tile++)
    for (gsize i = 0; i < n_blocks * GBOX_SHORT_COLUMNS; i++)
      {
        const gsize block = i / GBOX_SHORT_COLUMNS, column = i % GBOX_SHORT_COLUMNS;
        const gsize at = tile * GBOX_SHORT_COLUMNS + column, row = block * GBOX_SHORT_BLOCK;
        GboxShortBlock *to = &work->columns[tile * n_blocks + block];
        gint16 quants[GBOX_SHORT_BLOCK];

        to->scales[column] = round_block (work->x + row * work->x_stride + at, work->x_stride,
                                          at < work->n ? MIN (work->k - row, GBOX_SHORT_BLOCK) : 0, quants);
        for (gsize j = 0; j < GBOX_SHORT_BLOCK; j++)
          to->quants[find_quant (j, column)] = quants[j];
      }
}

static float
add_up (const GboxShortWork *work, gsize row, gsize column)
{
  const gsize n_blocks = gbox_short_n_blocks (work->k), first = row * n_blocks;
  const gint16 *quants = (const gint16 *) (gconstpointer) work->rows;
  const float *scales
    = (const float *) (gconstpointer) (work->rows + gbox_short_scales_offset (work->m, work->k));
  double sum = 0;

  for (gsize block = 0; block < n_blocks; block++)
    {
      const GboxShortBlock *b = &work->columns[column / GBOX_SHORT_COLUMNS * n_blocks + block];
      gint32 dot = 0;

      for (gsize i = 0; i < GBOX_SHORT_BLOCK; i++)
        dot += quants[(first + block) * GBOX_SHORT_BLOCK + i]
               * b->quants[find_quant (i, column % GBOX_SHORT_COLUMNS)];
      sum += (double) dot * (double) b->scales[column % GBOX_SHORT_COLUMNS] * (double) scales[first + block];
    }
  return (float) sum;
}

static void
product_reference (gpointer data, guint task, guint worker)
{
  const GboxShortWork *work = data;
  const gsize n_tiles = gbox_short_n_tiles (work->n);
  const gsize first = gbox_slice_first (n_tiles, work->n_slices, task) * GBOX_SHORT_COLUMNS;
  const gsize end = gbox_slice_first (n_tiles, work->n_slices, task + 1) * GBOX_SHORT_COLUMNS;

  for (gsize row = 0; row < work->m; row++)
    for (gsize column = first; column < MIN (end, work->n); column++)
      work->c[row * work->c_stride + column] = add_up (work, row, column);
}

static void
run (GboxTeam *team, guint n_tasks, GboxTeamFunc func, GboxShortWork *work)
{
  if (team != NULL)
    gbox_team_run (team, n_tasks, func, work);
  else
    for (guint task = 0; task < n_tasks; task++)
      func (work, task, 0);
}

static guint
count_slices (GboxTeam *team, gsize k, gsize n)
{
  const gsize n_tiles = gbox_short_n_tiles (n);

  return team == NULL ? 1 : gbox_slice_count (n_tiles, gbox_short_n_blocks (k) * sizeof (GboxShortBlock));
}

void
gbox_short_rows_round (GboxTeam *team, const float *a, gsize a_stride, gsize m, gsize k, gpointer to)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxShortWork work = { .x = a, .x_stride = a_stride, .rows = to, .m = m, .k = k };

  run (team, (guint) m, kernels == NULL ? rows_reference : kernels->short_rows, &work);
}

void
gbox_short_columns_round (GboxTeam *team, const float *b, gsize b_stride, gsize k, gsize n, gpointer to)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxShortWork work
    = { .x = b, .x_stride = b_stride, .columns = to, .k = k, .n = n, .n_slices = count_slices (team, k, n) };

  run (team, work.n_slices, kernels == NULL ? columns_reference : kernels->short_columns, &work);
}

void
gbox_short_product (
  GboxTeam *team, gconstpointer a, gconstpointer b, gsize m, gsize k, gsize n, float *c, gsize c_stride)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxShortWork work = { .rows = (guint8 *) a,
                         .columns = (GboxShortBlock *) b,
                         .m = m,
                         .k = k,
                         .n = n,
                         .c = c,
                         .c_stride = c_stride,
                         .n_slices = count_slices (team, k, n) };

  run (team, work.n_slices, kernels == NULL ? product_reference : kernels->short_product, &work);
}
