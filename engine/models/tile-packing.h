/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file's rows of weights into tiles. */
#pragma once

#include "formats/tensor-file.h"
#include "kernels/tiles.h"

G_BEGIN_DECLS

/**
 * gbox_tile_packing_new:
 * @dtype: F32, F16, BF16 or a quantized type
 * @n_out: rows
 * @n_in: columns, whole blocks of the type
 * @pages: (nullable): where to keep them
 *
 * What the rows are filled with later loses nothing: gbox_tiles_get_row() gives what gbox_dtype_to_floats()
 * does. F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 and Q6_K take as many bytes as in the file, up to rows
 * that fill the last tile, Q4_K and Q5_K 3 % more.
 *
 * Returns: (transfer full) (nullable): tiles of zeros; %NULL for another type
 */
GboxTiles *gbox_tile_packing_new (GboxDtype dtype, int n_out, int n_in, GboxPages *pages);

/**
 * gbox_tile_packing_fill:
 * @tiles: what gbox_tile_packing_new() returned
 * @dtype: for this type
 * @first: a row
 * @n: how many from there on, each only once
 * @rows: row-major values of that type, in any alignment
 */
void gbox_tile_packing_fill (GboxTiles *tiles, GboxDtype dtype, int first, int n, gconstpointer rows);

G_END_DECLS
