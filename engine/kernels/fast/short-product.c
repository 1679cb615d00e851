/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The product of matrices rounded to 14 bits. */
#include "kernels/fast/short-product.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/tile-dot.h"
#include "kernels/slices.h"

/* Rows at a time, as many as leave registers for their integer sums. */
#if defined __AVX512F__
#define ROWS 8
#elif defined __AVX2__
#define ROWS 4
#else
#define ROWS 2
#endif

#define COLUMN_VECTORS (GBOX_SHORT_COLUMNS / LANES)
#define CACHE_LINE     64

/* A tile, and the first of some rows. */
typedef struct
{
  const GboxShortBlock *tile;
  gsize n_blocks;
  const gint16 *quants;
  const float *scales;
  float *c;
  gsize c_stride;
  int n_columns;
} Dot;

ALWAYS_INLINE void
multiply (const Dot *dot, int n)
{
  const gsize stride = dot->n_blocks * GBOX_SHORT_BLOCK;
  Vec sums[ROWS][COLUMN_VECTORS] = { 0 };

  for (gsize block = 0; block < dot->n_blocks; block++)
    {
      const GboxShortBlock *b = &dot->tile[block];
      const guint8 *words = (const guint8 *) b->quants;
      const gint16 *a = dot->quants + block * GBOX_SHORT_BLOCK;
      VecInt dots[ROWS][COLUMN_VECTORS];

#pragma GCC unroll 16
      for (int i = 0; i < GBOX_SHORT_BLOCK / 2; i++)
#pragma GCC unroll 8
        for (int r = 0; r < n; r++)
#pragma GCC unroll 4
          for (int v = 0; v < COLUMN_VECTORS; v++)
            dots[r][v] = dot_shorts (dots[r][v], words_load (words + (i * COLUMN_VECTORS + v) * LANES * 4),
                                     word_at ((const guint8 *) (a + (gsize) r * stride + 2 * i)), i == 0);
#pragma GCC unroll 8
      for (int r = 0; r < n; r++)
#pragma GCC unroll 4
        for (int v = 0; v < COLUMN_VECTORS; v++)
          sums[r][v] += __builtin_convertvector(dots[r][v], Vec)
                        * (vec_load (b->scales + v * LANES) * dot->scales[(gsize) r * dot->n_blocks + block]);
    }

#pragma GCC unroll 8
  for (int r = 0; r < n; r++)
#pragma GCC unroll 4
    for (int v = 0; v < COLUMN_VECTORS; v++)
      sums_store (NULL, FALSE, dot->c + (gsize) r * dot->c_stride, dot->n_columns, v, sums[r][v]);
}

static __attribute__ ((noinline)) void
multiply_rows (const Dot *dot)
{
  multiply (dot, ROWS);
}

static __attribute__ ((noinline)) void
multiply_row (const Dot *dot)
{
  multiply (dot, 1);
}

/* Asks for part @i of @n of the next tile, and for where the next results go. */
static inline void
prefetch (const Dot *dot, gsize i, gsize n, gsize n_rows)
{
  const guint8 *next = (const guint8 *) (dot->tile + dot->n_blocks);
  const gsize lines = dot->n_blocks * sizeof (GboxShortBlock) / CACHE_LINE;

  for (gsize line = lines * i / n; line < lines * (i + 1) / n; line++)
    __builtin_prefetch (next + line * CACHE_LINE);
  for (gsize r = 0; r < n_rows; r++)
    __builtin_prefetch (dot->c + (ROWS + r) * dot->c_stride, 1);
}

static void
multiply_tile (const GboxShortWork *work, gsize tile)
{
  const gsize n_blocks = gbox_short_n_blocks (work->k), column = tile * GBOX_SHORT_COLUMNS;
  Dot dot = {
    .tile = work->columns + tile * n_blocks,
    .n_blocks = n_blocks,
    .quants = (const gint16 *) (gconstpointer) work->rows,
    .scales = (const float *) (gconstpointer) (work->rows + gbox_short_scales_offset (work->m, work->k)),
    .c = work->c + column,
    .c_stride = work->c_stride,
    .n_columns = (int) MIN (work->n - column, GBOX_SHORT_COLUMNS),
  };

  for (gsize row = 0, n; row < work->m; row += n)
    {
      n = work->m - row < ROWS ? 1 : ROWS;
      prefetch (&dot, row / ROWS, (work->m + ROWS - 1) / ROWS, MIN (work->m - row - n, ROWS));
      (n == 1 ? multiply_row : multiply_rows) (&dot);
      dot.quants += n * n_blocks * GBOX_SHORT_BLOCK;
      dot.scales += n * n_blocks;
      dot.c += n * work->c_stride;
    }
}

void
FAST (short_product) (gpointer data, guint task, guint worker)
{
  const GboxShortWork *work = data;
  const gsize n_tiles = gbox_short_n_tiles (work->n);
  const gsize end = gbox_slice_first (n_tiles, work->n_slices, task + 1);

  for (gsize tile = gbox_slice_first (n_tiles, work->n_slices, task); tile < end; tile++)
    multiply_tile (work, tile);
}
