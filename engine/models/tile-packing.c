/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file's rows of weights into tiles. The blocks are those that formats/quantized.h describes and
 * formats/quantized.c defines; four quants are one word here. */
#include "models/tile-packing.h"

#include <string.h>

#include "formats/dtype.h"
#include "formats/quantized.h"

#define NIBBLES    0x0f0f0f0fu
#define FIFTH_BITS 0x01010101u
#define UPPER_BITS 0x03030303u
/* Times four bits, leaves bit i in the lowest bit of byte i. */
#define SPREAD 0x00204081u

/* Unpacks a file's block into those of a tile, one or the eight of a superblock. */
typedef void (*UnpackFunc) (const guint8 *from, GboxTileBlock *to);

static guint32
read_word (const guint8 *bytes)
{
  guint32 word;

  memcpy (&word, bytes, sizeof word);

  return word;
}

static guint16
read_half (const guint8 *bytes)
{
  guint16 half;

  memcpy (&half, bytes, sizeof half);

  return half;
}

static void
unpack_nibbles (const guint8 *nibbles, GboxTileBlock *to)
{
  for (guint g = 0; g < GBOX_TILE_GROUPS / 2; g++)
    {
      const guint32 word = read_word (nibbles + 4 * g);

      to->quants[g] = word & NIBBLES;
      to->quants[g + GBOX_TILE_GROUPS / 2] = word >> 4 & NIBBLES;
    }
}

static void
add_fifth_bits (guint32 fifth, GboxTileBlock *to)
{
  for (guint g = 0; g < GBOX_TILE_GROUPS; g++)
    to->quants[g] |= ((fifth >> 4 * g & 15) * SPREAD & FIFTH_BITS) << 4;
}

static void
unpack_q4_0 (const guint8 *from, GboxTileBlock *to)
{
  to->d = read_half (from);
  unpack_nibbles (from + 2, to);
}

static void
unpack_q4_1 (const guint8 *from, GboxTileBlock *to)
{
  to->d = read_half (from);
  to->m = read_half (from + 2);
  unpack_nibbles (from + 4, to);
}

static void
unpack_q5_0 (const guint8 *from, GboxTileBlock *to)
{
  to->d = read_half (from);
  unpack_nibbles (from + 6, to);
  add_fifth_bits (read_word (from + 2), to);
}

static void
unpack_q5_1 (const guint8 *from, GboxTileBlock *to)
{
  to->d = read_half (from);
  to->m = read_half (from + 2);
  unpack_nibbles (from + 8, to);
  add_fifth_bits (read_word (from + 4), to);
}

static void
unpack_q8_0 (const guint8 *from, GboxTileBlock *to)
{
  to->d = read_half (from);
  memcpy (to->quants, from + 2, sizeof to->quants);
}

static void
unpack_k (const guint8 *from, const guint8 *fifth, const guint8 *nibbles, GboxTileBlock *to)
{
  guint8 scales[GBOX_QK_N_SCALES], minima[GBOX_QK_N_SCALES];

  gbox_quantized_unpack_scales (from + 4, scales, minima);
  for (guint b = 0; b < GBOX_QK_N_SCALES; b++, to++)
    {
      to->d = read_half (from);
      to->m = read_half (from + 2);
      to->scales[0] = scales[b];
      to->minimum = minima[b];
      for (guint g = 0; g < GBOX_TILE_GROUPS; g++)
        {
          to->quants[g] = read_word (nibbles + b / 2 * 32 + 4 * g) >> b % 2 * 4 & NIBBLES;
          if (fifth != NULL)
            to->quants[g] |= (read_word (fifth + 4 * g) >> b & FIFTH_BITS) << 4;
        }
    }
}

static void
unpack_q4_k (const guint8 *from, GboxTileBlock *to)
{
  unpack_k (from, NULL, from + 16, to);
}

static void
unpack_q5_k (const guint8 *from, GboxTileBlock *to)
{
  unpack_k (from, from + 16, from + 48, to);
}

static void
unpack_q6_k (const guint8 *from, GboxTileBlock *to)
{
  const guint8 *scales = from + 192;

  for (guint b = 0; b < GBOX_QK_BLOCK / GBOX_Q_BLOCK; b++, to++)
    {
      const guint half = b / 4, quarter = b % 4;
      const guint8 *lower = from + half * 64 + quarter % 2 * 32, *upper = from + 128 + half * 32;

      to->d = read_half (from + 208);
      to->scales[0] = scales[2 * b];
      to->scales[1] = scales[2 * b + 1];
      for (guint g = 0; g < GBOX_TILE_GROUPS; g++)
        to->quants[g] = (read_word (lower + 4 * g) >> quarter / 2 * 4 & NIBBLES)
                        | (read_word (upper + 4 * g) >> 2 * quarter & UPPER_BITS) << 4;
    }
}

typedef struct
{
  GboxDtype dtype;
  GboxTileForm form;
  UnpackFunc unpack; /* (nullable) */
} Packing;

static const Packing *
find_packing (GboxDtype dtype)
{
  static const Packing packings[] = {
    { GBOX_DTYPE_F32, GBOX_TILES_F32, NULL },          { GBOX_DTYPE_F16, GBOX_TILES_F16, NULL },
    { GBOX_DTYPE_BF16, GBOX_TILES_BF16, NULL },        { GBOX_DTYPE_Q4_0, GBOX_TILES_Q4_0, unpack_q4_0 },
    { GBOX_DTYPE_Q4_1, GBOX_TILES_Q4_1, unpack_q4_1 }, { GBOX_DTYPE_Q5_0, GBOX_TILES_Q5_0, unpack_q5_0 },
    { GBOX_DTYPE_Q5_1, GBOX_TILES_Q5_1, unpack_q5_1 }, { GBOX_DTYPE_Q8_0, GBOX_TILES_Q8_0, unpack_q8_0 },
    { GBOX_DTYPE_Q4_K, GBOX_TILES_Q4_K, unpack_q4_k }, { GBOX_DTYPE_Q5_K, GBOX_TILES_Q5_K, unpack_q5_k },
    { GBOX_DTYPE_Q6_K, GBOX_TILES_Q6_K, unpack_q6_k },
  };

  for (guint i = 0; i < G_N_ELEMENTS (packings); i++)
    if (packings[i].dtype == dtype)
      return &packings[i];

  return NULL;
}

GboxTiles *
gbox_tile_packing_new (GboxDtype dtype, int n_out, int n_in, GboxPages *pages)
{
  const Packing *packing = find_packing (dtype);

  g_return_val_if_fail (packing != NULL && n_in % (int) gbox_dtype_get_block (dtype) == 0, NULL);

  return gbox_tiles_new (packing->form, n_out, n_in, pages);
}

void
gbox_tile_packing_fill (GboxTiles *tiles, GboxDtype dtype, int first, int n, gconstpointer rows)
{
  const Packing *packing = find_packing (dtype);
  const gsize block_size = gbox_dtype_get_size (dtype);
  const int block = (int) gbox_dtype_get_block (dtype), n_parts = MAX (block / GBOX_TILE_BLOCK, 1);
  const guint8 *from = rows;

  for (int row = first; row < first + n; row++)
    if (packing->unpack == NULL)
      {
        gbox_tiles_set_floats (tiles, row, from);
        from += (gsize) tiles->n_in * block_size;
      }
    else
      for (int i = 0; i < tiles->n_in / block; i++, from += block_size)
        {
          GboxTileBlock blocks[GBOX_QK_BLOCK / GBOX_Q_BLOCK];

          packing->unpack (from, blocks);
          for (int part = 0; part < n_parts; part++)
            gbox_tiles_set_block (tiles, row, i * n_parts + part, &blocks[part]);
        }
}
