/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A matrix of weights in tiles of 16 rows, as few bits a weight as its file has, in the order products read.
 */
#pragma once

#include "base/pages.h"

G_BEGIN_DECLS

/* Rows of a tile: lanes of one vector of AVX-512, of two of AVX2. */
#define GBOX_TILE_ROWS 16

/* Columns of a block; and, of the K forms, of a superblock, which is 8 blocks. */
#define GBOX_TILE_BLOCK      32
#define GBOX_TILE_SUPERBLOCK 256

/* Four neighbouring columns of a row are a group: the bytes of one 32-bit lane. */
#define GBOX_TILE_GROUP  4
#define GBOX_TILE_GROUPS (GBOX_TILE_BLOCK / GBOX_TILE_GROUP)

/**
 * GboxTileForm:
 * @GBOX_TILES_F32: floats
 * @GBOX_TILES_F16: IEEE binary16
 * @GBOX_TILES_BF16: the upper halves of floats
 * @GBOX_TILES_Q4_0: d (q − 8), 4 bits
 * @GBOX_TILES_Q4_1: d q + m, 4 bits
 * @GBOX_TILES_Q5_0: d (q − 16), 5 bits
 * @GBOX_TILES_Q5_1: d q + m, 5 bits
 * @GBOX_TILES_Q8_0: d q, 8 bits with a sign
 * @GBOX_TILES_Q4_K: d scale q − m minimum, 4 bits
 * @GBOX_TILES_Q5_K: d scale q − m minimum, 5 bits
 * @GBOX_TILES_Q6_K: d scale (q − 32), 6 bits, a scale each 16 columns
 *
 * What a weight is. d and m are binary16, one of each a row and block, or a row and superblock of the K
 * forms; scale and minimum are bytes, one a row and block. No form loses anything of what the file says.
 */
typedef enum
{
  GBOX_TILES_F32,
  GBOX_TILES_F16,
  GBOX_TILES_BF16,
  GBOX_TILES_Q4_0,
  GBOX_TILES_Q4_1,
  GBOX_TILES_Q5_0,
  GBOX_TILES_Q5_1,
  GBOX_TILES_Q8_0,
  GBOX_TILES_Q4_K,
  GBOX_TILES_Q5_K,
  GBOX_TILES_Q6_K,
  GBOX_N_TILE_FORMS,
} GboxTileForm;

/**
 * GboxTiles:
 * @form: how a weight is stored
 * @n_out: rows of the matrix
 * @n_in: its columns, whole blocks, or whole superblocks of a K form; any number of floats
 * @tile_size: bytes of a tile
 * @data: ⌈n_out / 16⌉ tiles, aligned to 64 bytes; rows that the matrix lacks are zero
 * @pages: (nullable): what @data is part of
 *
 * A tile of floats is (n_in, 16). A quantized tile is a sequence of superblocks: 16 d, 16 m if the form has
 * them, and 1 or 8 blocks. A block is, of a K form, 16 scales and 16 minima, or twice 16 scales of Q6_K; then
 * the quants:
 *
 * - 8 bits: (8 groups, 16 rows, 4 columns);
 * - else (8 groups, 8 rows, 4 columns): the low nibble is row r's, the high one row r + 8's lower four bits;
 * - then the fifth bits: (16 rows, 4 columns), group g's is bit g;
 * - or the upper two of six bits: (2, 16 rows, 4 columns), group g's are bits 2 (g mod 4) and the next of g
 * / 4.
 */
typedef struct
{
  GboxTileForm form;
  int n_out;
  int n_in;
  gsize tile_size;
  guint8 *data;
  GboxPages *pages;
} GboxTiles;

/**
 * GboxTileBlock:
 * @quants: 32 of them, a byte each; with a sign only where the form has 8 bits
 * @d: binary16, as is @m; of a K form the same in all blocks of a superblock
 * @scales: the scales of a K form, the second only of Q6_K, where they have a sign
 * @minimum: the minimum of a K form
 *
 * One block of one row. Members that the form lacks are ignored, and read as zero.
 */
typedef struct
{
  guint32 quants[GBOX_TILE_GROUPS];
  guint16 d;
  guint16 m;
  guint8 scales[2];
  guint8 minimum;
} GboxTileBlock;

static inline gsize
gbox_tiles_n_tiles (const GboxTiles *tiles)
{
  return ((gsize) tiles->n_out + GBOX_TILE_ROWS - 1) / GBOX_TILE_ROWS;
}

/**
 * gbox_tiles_new:
 * @form: how weights are stored
 * @n_out: rows
 * @n_in: columns, see #GboxTiles
 * @pages: (nullable): where to keep it; %NULL for memory of its own
 *
 * Returns: (transfer full): a matrix of zeros, to be filled row by row, by one thread or several that share
 * no tile; free with gbox_tiles_free()
 */
GboxTiles *gbox_tiles_new (GboxTileForm form, int n_out, int n_in, GboxPages *pages);
void gbox_tiles_free (GboxTiles *tiles);

/**
 * gbox_tiles_set_block:
 * @tiles: a quantized matrix
 * @row: 0 … n_out − 1
 * @block: 0 … n_in / 32 − 1
 * @values: what the block shall be
 *
 * Once for each block.
 */
void gbox_tiles_set_block (GboxTiles *tiles, int row, int block, const GboxTileBlock *values);

/**
 * gbox_tiles_set_floats:
 * @tiles: a matrix of floats
 * @row: 0 … n_out − 1
 * @values: n_in elements of the form's type, in any alignment
 */
void gbox_tiles_set_floats (GboxTiles *tiles, int row, gconstpointer values);

/**
 * gbox_tiles_get_row:
 * @tiles: a matrix
 * @row: 0 … n_out − 1
 * @to: (out) (array length=n_in): the row, rounded to float32 where a product is none. Any thread
 */
void gbox_tiles_get_row (const GboxTiles *tiles, int row, float *to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTiles, gbox_tiles_free)

G_END_DECLS
