/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a product of vectors and a matrix in tiles read. */
#pragma once

#include "kernels/precision.h"
#include "kernels/tile-form.h"

G_BEGIN_DECLS

/* Columns that are expanded to floats at a time, and whose products are added up before they are added to the
 * rest. */
#define GBOX_TILE_SLAB GBOX_TILE_SUPERBLOCK

/**
 * GboxTileWork:
 * @tiles: the matrix
 * @bias: (nullable): padded to whole tiles
 * @precision: how exactly; %GBOX_PRECISION_FLOAT32 where the matrix is one of floats
 * @n: how many vectors
 * @n_slices: slices of the tiles: the tasks of a product; those of the quantization are the vectors
 * @quants: (n, n_in): the rounded vectors, in 8 or 16 bits
 * @n_scales: scales of a vector
 * @scales: (n, n_scales)
 * @sums: (n, n_scales): of the rounded vector, over the columns of each scale
 * @scratch: @worker_size bytes for each worker
 */
typedef struct
{
  const GboxTiles *tiles;
  const float *bias;
  GboxPrecision precision;
  const float *x;
  gsize x_stride;
  int n;
  float *y;
  gsize y_stride;
  gboolean accumulate;
  guint n_slices;
  gpointer quants;
  gsize n_scales;
  float *scales;
  float *sums;
  guint8 *scratch;
  gsize worker_size;
} GboxTileWork;

G_END_DECLS
