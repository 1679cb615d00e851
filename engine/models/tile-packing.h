/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file's rows of weights into tiles. */
#pragma once

#include "formats/tensor-file.h"
#include "kernels/tiles.h"

G_BEGIN_DECLS

/**
 * gbox_tile_packing_pack:
 * @dtype: F32, F16, BF16 or a quantized type
 * @n_out: rows
 * @n_in: columns, whole blocks of the type
 * @rows: row-major values of that type, in any alignment
 * @pages: (nullable): where to keep them
 *
 * Loses nothing: gbox_tiles_get_row() gives what gbox_dtype_to_floats() does. F32, F16, BF16, Q4_0, Q4_1,
 * Q5_0, Q5_1, Q8_0 and Q6_K take as many bytes as in the file, up to rows that fill the last tile, Q4_K and
 * Q5_K 3 % more.
 *
 * Returns: (transfer full) (nullable): the tiles; %NULL for another type
 */
GboxTiles *
gbox_tile_packing_pack (GboxDtype dtype, int n_out, int n_in, gconstpointer rows, GboxPages *pages);

G_END_DECLS
