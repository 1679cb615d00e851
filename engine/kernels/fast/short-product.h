/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the parts of matrices rounded to 14 bits lie, and what the tasks of their products read. */
#pragma once

#include "kernels/short-product.h"

G_BEGIN_DECLS

/* Columns of a tile: lanes of one vector of AVX-512, of two of AVX2. */
#define GBOX_SHORT_COLUMNS 16

/**
 * GboxShortBlock:
 * @scales: of the columns
 * @quants: (16 pairs of rows, 16 columns, 2 rows)
 *
 * 32 rows of a tile of 16 columns. A right matrix is (tiles, blocks) of these; what it lacks is zero. A left
 * one is (m, blocks, 32) quants, and then (m, blocks) scales.
 */
typedef struct
{
  float scales[GBOX_SHORT_COLUMNS];
  gint16 quants[GBOX_SHORT_BLOCK * GBOX_SHORT_COLUMNS];
} GboxShortBlock;

static inline gsize
gbox_short_n_blocks (gsize k)
{
  return (k + GBOX_SHORT_BLOCK - 1) / GBOX_SHORT_BLOCK;
}

static inline gsize
gbox_short_n_tiles (gsize n)
{
  return (n + GBOX_SHORT_COLUMNS - 1) / GBOX_SHORT_COLUMNS;
}

/* The scales of a left matrix, which follow its quants. */
static inline gsize
gbox_short_scales_offset (gsize m, gsize k)
{
  return m * gbox_short_n_blocks (k) * GBOX_SHORT_BLOCK * sizeof (gint16);
}

/**
 * GboxShortWork:
 * @x: the matrix that is being rounded, rows @x_stride floats apart
 * @rows: the left matrix
 * @columns: the right one
 * @n_slices: slices of the tiles: the tasks, but of the rounding of rows, of which each is one
 */
typedef struct
{
  const float *x;
  gsize x_stride;
  guint8 *rows;
  GboxShortBlock *columns;
  gsize m;
  gsize k;
  gsize n;
  float *c;
  gsize c_stride;
  guint n_slices;
} GboxShortWork;

G_END_DECLS
