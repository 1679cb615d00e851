/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A matrix of weights in tiles of 16 rows, as few bits a weight as its file has, in the order products read.
 */
#include "kernels/tiles.h"

#include <string.h>

#include "base/half.h"
#include "kernels/tile-form.h"

#define ALIGNMENT  64
#define HALF_TILE  (GBOX_TILE_ROWS / 2) /* rows whose nibbles are the low ones */
#define NIBBLES    0x0f0f0f0fu
#define FIFTH_BITS 0x01010101u
#define UPPER_BITS 0x03030303u

/* Where the parts of one block of one row lie: the first of 16 d, of 16 m and of the block's bytes. */
typedef struct
{
  guint8 *d;
  guint8 *m;
  guint8 *scales;
  guint8 *quants;
  guint8 *upper;
  gsize row; /* in its tile */
} Place;

static gsize
get_float_size (GboxTileForm form)
{
  return form == GBOX_TILES_F32 ? sizeof (float) : sizeof (guint16);
}

static gsize
count_tile_bytes (GboxTileForm form, int n_in)
{
  if (gbox_tile_form_is_float (form))
    return (gsize) n_in * GBOX_TILE_ROWS * get_float_size (form);

  return (gsize) n_in / (gbox_tile_form_n_blocks (form) * GBOX_TILE_BLOCK)
         * gbox_tile_form_superblock_size (form);
}

GboxTiles *
gbox_tiles_new (GboxTileForm form, int n_out, int n_in, GboxPages *pages)
{
  GboxTiles *tiles = g_new (GboxTiles, 1);
  gsize size;

  *tiles = (GboxTiles){
    .form = form,
    .n_out = n_out,
    .n_in = n_in,
    .tile_size = count_tile_bytes (form, n_in),
    .pages = pages == NULL ? NULL : gbox_pages_ref (pages),
  };
  size = gbox_tiles_n_tiles (tiles) * tiles->tile_size;
  tiles->data
    = pages == NULL ? g_aligned_alloc0 (MAX (size, 1), 1, ALIGNMENT) : gbox_pages_allocate (pages, size);

  return tiles;
}

void
gbox_tiles_free (GboxTiles *tiles)
{
  if (tiles == NULL)
    return;

  if (tiles->pages == NULL)
    g_aligned_free (tiles->data);
  else
    gbox_pages_unref (tiles->pages);
  g_free (tiles);
}

static Place
find_place (const GboxTiles *tiles, int row, int block)
{
  const GboxTileForm form = tiles->form;
  const gsize n_blocks = gbox_tile_form_n_blocks (form);
  guint8 *superblock = tiles->data + (gsize) row / GBOX_TILE_ROWS * tiles->tile_size
                       + (gsize) block / n_blocks * gbox_tile_form_superblock_size (form);
  Place place = { .d = superblock, .m = superblock + GBOX_TILE_HALVES_SIZE };

  place.scales = superblock + gbox_tile_form_header_size (form)
                 + (gsize) block % n_blocks * gbox_tile_form_block_size (form);
  place.quants = place.scales + gbox_tile_form_scales_size (form);
  place.upper = place.quants + GBOX_TILE_NIBBLES_SIZE;
  place.row = (gsize) row % GBOX_TILE_ROWS;

  return place;
}

/* Bit @shift on of word @i of @words. */
static void
add_bits (guint8 *words, gsize i, guint32 bits, guint shift)
{
  guint32 word;

  memcpy (&word, words + i * sizeof word, sizeof word);
  word |= bits << shift;
  memcpy (words + i * sizeof word, &word, sizeof word);
}

static guint32
get_bits (const guint8 *words, gsize i, guint32 mask, guint shift)
{
  guint32 word;

  memcpy (&word, words + i * sizeof word, sizeof word);

  return word >> shift & mask;
}

static void
set_quants (const Place *place, int bits, const guint32 *quants)
{
  const gsize row = place->row;
  const guint shift = row < HALF_TILE ? 0 : 4;

  if (bits == 8)
    {
      for (guint g = 0; g < GBOX_TILE_GROUPS; g++)
        add_bits (place->quants, g * GBOX_TILE_ROWS + row, quants[g], 0);
      return;
    }

  for (guint g = 0; g < GBOX_TILE_GROUPS; g++)
    add_bits (place->quants, g * HALF_TILE + row % HALF_TILE, quants[g] & NIBBLES, shift);
  for (guint g = 0; bits == 5 && g < GBOX_TILE_GROUPS; g++)
    add_bits (place->upper, row, quants[g] >> 4 & FIFTH_BITS, g);
  for (guint g = 0; bits == 6 && g < GBOX_TILE_GROUPS; g++)
    add_bits (place->upper, g / 4 * GBOX_TILE_ROWS + row, quants[g] >> 4 & UPPER_BITS, g % 4 * 2);
}

static void
get_quants (const Place *place, int bits, guint32 *quants)
{
  const gsize row = place->row;

  for (guint g = 0; g < GBOX_TILE_GROUPS; g++)
    {
      if (bits == 8)
        {
          quants[g] = get_bits (place->quants, g * GBOX_TILE_ROWS + row, G_MAXUINT32, 0);
          continue;
        }
      quants[g] = get_bits (place->quants, g * HALF_TILE + row % HALF_TILE, NIBBLES, row < HALF_TILE ? 0 : 4);
      if (bits == 5)
        quants[g] |= get_bits (place->upper, row, FIFTH_BITS, g) << 4;
      else if (bits == 6)
        quants[g] |= get_bits (place->upper, g / 4 * GBOX_TILE_ROWS + row, UPPER_BITS, g % 4 * 2) << 4;
    }
}

void
gbox_tiles_set_block (GboxTiles *tiles, int row, int block, const GboxTileBlock *values)
{
  const GboxTileForm form = tiles->form;
  const Place place = find_place (tiles, row, block);

  g_return_if_fail (!gbox_tile_form_is_float (form));

  memcpy (place.d + place.row * sizeof values->d, &values->d, sizeof values->d);
  if (gbox_tile_form_has_minima (form))
    memcpy (place.m + place.row * sizeof values->m, &values->m, sizeof values->m);
  if (gbox_tile_form_is_k (form))
    {
      place.scales[place.row] = values->scales[0];
      place.scales[GBOX_TILE_ROWS + place.row]
        = gbox_tile_form_has_minima (form) ? values->minimum : values->scales[1];
    }
  set_quants (&place, gbox_tile_form_bits (form), values->quants);
}

static void
get_block (const GboxTiles *tiles, int row, int block, GboxTileBlock *values)
{
  const GboxTileForm form = tiles->form;
  const Place place = find_place (tiles, row, block);

  *values = (GboxTileBlock){ 0 };
  memcpy (&values->d, place.d + place.row * sizeof values->d, sizeof values->d);
  if (gbox_tile_form_has_minima (form))
    memcpy (&values->m, place.m + place.row * sizeof values->m, sizeof values->m);
  if (gbox_tile_form_is_k (form))
    {
      values->scales[0] = place.scales[place.row];
      values->scales[1] = values->minimum = place.scales[GBOX_TILE_ROWS + place.row];
    }
  get_quants (&place, gbox_tile_form_bits (form), values->quants);
}

void
gbox_tiles_set_floats (GboxTiles *tiles, int row, gconstpointer values)
{
  const gsize size = get_float_size (tiles->form);
  const guint8 *from = values;
  guint8 *to
    = tiles->data + (gsize) row / GBOX_TILE_ROWS * tiles->tile_size + (gsize) row % GBOX_TILE_ROWS * size;

  g_return_if_fail (gbox_tile_form_is_float (tiles->form));

  if (size == sizeof (float))
    for (gsize i = 0; i < (gsize) tiles->n_in; i++)
      memcpy (to + i * GBOX_TILE_ROWS * sizeof (float), from + i * sizeof (float), sizeof (float));
  else
    for (gsize i = 0; i < (gsize) tiles->n_in; i++)
      memcpy (to + i * GBOX_TILE_ROWS * sizeof (guint16), from + i * sizeof (guint16), sizeof (guint16));
}

static void
get_floats (const GboxTiles *tiles, int row, float *to)
{
  const guint8 *tile = tiles->data + (gsize) row / GBOX_TILE_ROWS * tiles->tile_size;
  const gsize first = (gsize) row % GBOX_TILE_ROWS;

  for (gsize i = 0; i < (gsize) tiles->n_in; i++)
    {
      const gsize element = i * GBOX_TILE_ROWS + first;

      if (tiles->form == GBOX_TILES_F32)
        to[i] = ((const float *) tile)[element];
      else if (tiles->form == GBOX_TILES_F16)
        to[i] = gbox_half_to_float (((const guint16 *) tile)[element]);
      else
        to[i] = gbox_bfloat_to_float (((const guint16 *) tile)[element]);
    }
}

/* The 32 weights of a block; the same operations as their definition in formats/quantized.c. */
static void
dequantize (GboxTileForm form, const GboxTileBlock *block, float *to)
{
  const float d = gbox_half_to_float (block->d), m = gbox_half_to_float (block->m);
  const int zero = gbox_tile_form_zero (form);
  float scales[2] = { d, d }, minimum = m;
  guint8 quants[GBOX_TILE_BLOCK];

  if (gbox_tile_form_is_k (form))
    {
      minimum = -m * (float) block->minimum;
      for (guint i = 0; i < 2; i++)
        scales[i]
          = d * (form == GBOX_TILES_Q6_K ? (float) (gint8) block->scales[i] : (float) block->scales[0]);
    }

  memcpy (quants, block->quants, sizeof quants);
  for (guint j = 0; j < GBOX_TILE_BLOCK; j++)
    {
      const int q = form == GBOX_TILES_Q8_0 ? (gint8) quants[j] : quants[j] - zero;

      to[j] = scales[j / (GBOX_TILE_BLOCK / 2)] * (float) q + minimum;
    }
}

void
gbox_tiles_get_row (const GboxTiles *tiles, int row, float *to)
{
  if (gbox_tile_form_is_float (tiles->form))
    {
      get_floats (tiles, row, to);
      return;
    }

  for (int block = 0; block < tiles->n_in / GBOX_TILE_BLOCK; block++)
    {
      GboxTileBlock values;

      get_block (tiles, row, block, &values);
      dequantize (tiles->form, &values, to + block * GBOX_TILE_BLOCK);
    }
}
