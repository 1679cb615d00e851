/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The product of one vector and a matrix in tiles: reads the matrix once, as fast as memory gives it. */
#include "kernels/fast/fast.h"
#include "kernels/fast/tile-unpack.h"
#include "kernels/slices.h"

/* How far ahead memory is asked for: what arrives while a request is on its way. */
#define AHEAD      1536
#define CACHE_LINE 64

ALWAYS_INLINE void
prefetch (const guint8 *p, gsize n_bytes)
{
#pragma GCC unroll 16
  for (gsize i = 0; i < n_bytes; i += CACHE_LINE)
    __builtin_prefetch (p + AHEAD + i);
}

/* The sum over @n_groups groups from @first on, of a vector in 16 bits. */
ALWAYS_INLINE VecInt
dot_short_groups (GboxTileForm form, const guint8 *quants, const guint8 *x, int first, int n_groups, int v)
{
  VecInt sum;

#pragma GCC unroll 8
  for (int g = first; g < first + n_groups; g++)
    {
      const VecInt words = quants_load (form, quants, g, v);

      for (int i = 0; i < 2; i++)
        sum = dot_shorts (sum, subtract_shorts (widen_pair (words, i), gbox_tile_form_zero (form)),
                          word_at (x + (2 * g + i) * 2 * (int) sizeof (gint16)), g == first && i == 0);
    }

  return sum;
}

#if HAVE_BYTE_DOTS

/* The same of a vector in bytes. */
ALWAYS_INLINE VecInt
dot_byte_groups (GboxTileForm form, const guint8 *quants, const guint8 *x, int first, int n_groups, int v)
{
  const int n_together = MIN (byte_groups (gbox_tile_form_bits (form)), n_groups);
  VecInt sum;

#pragma GCC unroll 8
  for (int g = first; g < first + n_groups; g += n_together)
    {
      VecInt part;

#pragma GCC unroll 8
      for (int i = 0; i < n_together; i++)
        {
          const VecInt numbers = word_at (x + (g + i) * GBOX_TILE_GROUP) - (VecInt){ 0 };

          if (form == GBOX_TILES_Q8_0)
            {
              const VecInt w = words_load (quants + (g + i) * GBOX_TILE_WORDS_SIZE + v * LANES * 4);

              part = dot_bytes (part, bytes_magnitude (w), bytes_with_sign (numbers, w), i == 0);
            }
          else
            part = dot_bytes (part, quants_load (form, quants, g + i, v), numbers, i == 0);
        }
      sum = add_part (sum, part, g == first);
    }

  return sum;
}

#endif

ALWAYS_INLINE VecInt
dot_groups (
  GboxTileForm form, gboolean bytes, const guint8 *quants, const guint8 *x, int first, int n_groups, int v)
{
#if HAVE_BYTE_DOTS
  if (bytes)
    return dot_byte_groups (form, quants, x, first, n_groups, v);
#endif
  return dot_short_groups (form, quants, x, first, n_groups, v);
}

ALWAYS_INLINE void
multiply_tile (GboxTileForm form, gboolean bytes, const GboxTileWork *work, gsize tile)
{
  const gsize n_blocks = gbox_tile_form_n_blocks (form), block_size = gbox_tile_form_block_size (form);
  const gsize header_size = gbox_tile_form_header_size (form);
  const int n_groups = gbox_tile_form_scale_columns (form) / GBOX_TILE_GROUP;
  const gsize x_size = GBOX_TILE_BLOCK * (bytes ? sizeof (gint8) : sizeof (gint16));
  /* What is not subtracted from the quants, nor the sign of theirs. */
  const gboolean has_m = gbox_tile_form_has_minima (form) || (bytes && form != GBOX_TILES_Q8_0);
  const guint8 *p = work->tiles->data + tile * work->tiles->tile_size, *end = p + work->tiles->tile_size;
  const guint8 *x = work->quants;
  const float *scale = work->scales, *sum = work->sums;
  const gsize row = tile * GBOX_TILE_ROWS;
  Vec sums[TILE_VECTORS] = { 0 };

  while (p < end)
    {
      const guint8 *header = p;

      prefetch (p, header_size);
      p += header_size;
      for (gsize block = 0; block < n_blocks; block++, p += block_size, x += x_size)
        {
          prefetch (p, block_size);
#pragma GCC unroll 2
          for (int half = 0; half * n_groups < GBOX_TILE_GROUPS; half++, scale++, sum++)
#pragma GCC unroll 2
            for (int v = 0; v < TILE_VECTORS; v++)
              {
                const VecInt dot = dot_groups (form, bytes, p + gbox_tile_form_scales_size (form), x,
                                               half * n_groups, n_groups, v);
                Vec d, m;

                factors_load (form, header, p, half, v, gbox_tile_form_zero (form), &d, &m);
                sums[v] += __builtin_convertvector(dot, Vec) * (d * *scale);
                if (has_m)
                  sums[v] += m * *sum;
              }
        }
    }

#pragma GCC unroll 2
  for (int v = 0; v < TILE_VECTORS; v++)
    sums_store (work->bias == NULL ? NULL : work->bias + row, work->accumulate, work->y + row,
                work->tiles->n_out - (int) row, v, sums[v]);
}

ALWAYS_INLINE void
multiply_tiles (gboolean bytes, const GboxTileWork *work, gsize first, gsize end)
{
#define MULTIPLY(form)                                                                                       \
  case form:                                                                                                 \
    for (gsize tile = first; tile < end; tile++)                                                             \
      multiply_tile (form, bytes, work, tile);                                                               \
    break

  switch (work->tiles->form)
    {
      MULTIPLY (GBOX_TILES_Q4_0);
      MULTIPLY (GBOX_TILES_Q4_1);
      MULTIPLY (GBOX_TILES_Q5_0);
      MULTIPLY (GBOX_TILES_Q5_1);
      MULTIPLY (GBOX_TILES_Q8_0);
      MULTIPLY (GBOX_TILES_Q4_K);
      MULTIPLY (GBOX_TILES_Q5_K);
      MULTIPLY (GBOX_TILES_Q6_K);
    default:
      g_assert_not_reached ();
    }
#undef MULTIPLY
}

#if HAVE_BYTE_DOTS
static __attribute__ ((noinline)) void
multiply_bytes (const GboxTileWork *work, gsize first, gsize end)
{
  multiply_tiles (TRUE, work, first, end);
}
#endif

static __attribute__ ((noinline)) void
multiply_shorts (const GboxTileWork *work, gsize first, gsize end)
{
  multiply_tiles (FALSE, work, first, end);
}

void
FAST (tile_vector) (gpointer data, guint task, guint worker)
{
  const GboxTileWork *work = data;
  const gsize n_tiles = gbox_tiles_n_tiles (work->tiles);
  const gsize first = gbox_slice_first (n_tiles, work->n_slices, task);
  const gsize end = gbox_slice_first (n_tiles, work->n_slices, task + 1);

  if (work->precision == GBOX_PRECISION_FLOAT32)
    FAST (tile_product) (data, task, worker);
#if HAVE_BYTE_DOTS
  else if (is_in_bytes (work))
    multiply_bytes (work, first, end);
#endif
  else
    multiply_shorts (work, first, end);
}
