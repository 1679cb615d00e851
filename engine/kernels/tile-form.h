/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the parts of a quantized tile lie, of each form; constants wherever the form is one. */
#pragma once

#include "kernels/tiles.h"

G_BEGIN_DECLS

#define GBOX_TILE_HALVES_SIZE  (GBOX_TILE_ROWS * 2)                   /* 16 d or m */
#define GBOX_TILE_SCALES_SIZE  (GBOX_TILE_ROWS * 2)                   /* scales and minima of a block */
#define GBOX_TILE_NIBBLES_SIZE (GBOX_TILE_BLOCK * GBOX_TILE_ROWS / 2) /* lower four bits of a block */
#define GBOX_TILE_WORDS_SIZE   (GBOX_TILE_ROWS * 4)                   /* four bytes a row */

/* d, and with some forms m, times bytes that are per block. */
static inline gboolean
gbox_tile_form_is_k (GboxTileForm form)
{
  return form >= GBOX_TILES_Q4_K;
}

static inline gboolean
gbox_tile_form_is_float (GboxTileForm form)
{
  return form <= GBOX_TILES_BF16;
}

/* Bits of a quant. */
static inline int
gbox_tile_form_bits (GboxTileForm form)
{
  switch (form)
    {
    case GBOX_TILES_Q5_0:
    case GBOX_TILES_Q5_1:
    case GBOX_TILES_Q5_K:
      return 5;
    case GBOX_TILES_Q6_K:
      return 6;
    case GBOX_TILES_Q8_0:
      return 8;
    default:
      return 4;
    }
}

/* Whether m is stored. */
static inline gboolean
gbox_tile_form_has_minima (GboxTileForm form)
{
  return form == GBOX_TILES_Q4_1 || form == GBOX_TILES_Q5_1 || form == GBOX_TILES_Q4_K
         || form == GBOX_TILES_Q5_K;
}

/* What is subtracted from a quant, read without a sign. */
static inline int
gbox_tile_form_zero (GboxTileForm form)
{
  return gbox_tile_form_has_minima (form) ? 0 : 1 << (gbox_tile_form_bits (form) - 1);
}

/* Blocks of a superblock. */
static inline gsize
gbox_tile_form_n_blocks (GboxTileForm form)
{
  return gbox_tile_form_is_k (form) ? GBOX_TILE_SUPERBLOCK / GBOX_TILE_BLOCK : 1;
}

/* Columns that share a scale. */
static inline int
gbox_tile_form_scale_columns (GboxTileForm form)
{
  return form == GBOX_TILES_Q6_K ? GBOX_TILE_BLOCK / 2 : GBOX_TILE_BLOCK;
}

/* Bytes of d and m. */
static inline gsize
gbox_tile_form_header_size (GboxTileForm form)
{
  return gbox_tile_form_has_minima (form) ? 2 * GBOX_TILE_HALVES_SIZE : GBOX_TILE_HALVES_SIZE;
}

/* Bytes of a block before its quants. */
static inline gsize
gbox_tile_form_scales_size (GboxTileForm form)
{
  return gbox_tile_form_is_k (form) ? GBOX_TILE_SCALES_SIZE : 0;
}

static inline gsize
gbox_tile_form_quants_size (GboxTileForm form)
{
  switch (gbox_tile_form_bits (form))
    {
    case 5:
      return GBOX_TILE_NIBBLES_SIZE + GBOX_TILE_WORDS_SIZE;
    case 6:
      return GBOX_TILE_NIBBLES_SIZE + 2 * GBOX_TILE_WORDS_SIZE;
    case 8:
      return 2 * GBOX_TILE_NIBBLES_SIZE;
    default:
      return GBOX_TILE_NIBBLES_SIZE;
    }
}

static inline gsize
gbox_tile_form_block_size (GboxTileForm form)
{
  return gbox_tile_form_scales_size (form) + gbox_tile_form_quants_size (form);
}

static inline gsize
gbox_tile_form_superblock_size (GboxTileForm form)
{
  return gbox_tile_form_header_size (form)
         + gbox_tile_form_n_blocks (form) * gbox_tile_form_block_size (form);
}

G_END_DECLS
