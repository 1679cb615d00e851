/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of vectors and a matrix in tiles: what a language model spends its time on. */
#pragma once

#include "base/team.h"
#include "kernels/precision.h"
#include "kernels/tiles.h"

G_BEGIN_DECLS

/**
 * gbox_tile_product_scratch_size:
 * @tiles: the matrix
 * @n: how many vectors at most
 * @precision: how exactly
 * @n_workers: gbox_team_get_n_threads() of the team
 *
 * Returns: bytes that gbox_tile_product() needs; no more for any smaller number of vectors
 */
gsize
gbox_tile_product_scratch_size (const GboxTiles *tiles, int n, GboxPrecision precision, guint n_workers);

/**
 * gbox_tile_product:
 * @tiles: the matrix W (n_out, n_in)
 * @bias: (nullable): n_out floats, and zeros up to whole tiles
 * @team: who works
 * @precision: how exactly
 * @x: (n, n_in), finite
 * @x_stride: floats from one vector to the next
 * @n: how many vectors
 * @y: (out): (n, n_out)
 * @y_stride: floats from one vector to the next
 * @accumulate: add to what @y holds
 * @scratch: gbox_tile_product_scratch_size() bytes, aligned to 64
 *
 * y = W x + bias for every vector. With %GBOX_PRECISION_INT8 and %GBOX_PRECISION_INT16, x is rounded to
 * s q with |q| ≤ 127 or 32767 and one s = max |x| / 127 or 32767 each 32 columns; sums of a block are those
 * of integers, exact, and are scaled and added up in float32. What a vector's result is, bit for bit, depends
 * on that vector, the precision and the instruction set, neither on the other vectors nor on the number of
 * threads. Allocates nothing.
 */
void gbox_tile_product (const GboxTiles *tiles,
                        const float *bias,
                        GboxTeam *team,
                        GboxPrecision precision,
                        const float *x,
                        gsize x_stride,
                        int n,
                        float *y,
                        gsize y_stride,
                        gboolean accumulate,
                        gpointer scratch);

/* The same on rows as gbox_tiles_get_row() gives them, in double precision but for the rounding of x. */
void gbox_tile_product_reference (const GboxTiles *tiles,
                                  const float *bias,
                                  GboxPrecision precision,
                                  const float *x,
                                  gsize x_stride,
                                  int n,
                                  float *y,
                                  gsize y_stride,
                                  gboolean accumulate);

G_END_DECLS
