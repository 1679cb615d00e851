/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tile made ready for many vectors: quants as bytes or 16 bits, or weights as floats. */
#pragma once

#include "kernels/fast/tile-dot.h"

/* d and m of 16 rows, for each scale. */
#define TILE_FACTORS (2 * GBOX_TILE_ROWS)

/*
 * UNPACK_BYTES: (groups, 16 rows, 4 columns) without a sign, to be corrected by m.
 * UNPACK_SHORTS: (pairs, 16 rows, 2 columns), zero subtracted.
 * UNPACK_FLOATS: (columns, 16 rows) of weights; no factors.
 */
typedef enum
{
  UNPACK_BYTES,
  UNPACK_SHORTS,
  UNPACK_FLOATS,
} UnpackKind;

/* Bytes 2 i and 2 i + 1 of each lane, widened to 16 bits. */
ALWAYS_INLINE VecInt
widen_pair (VecInt words, int i)
{
#if defined __AVX512F__
  const __m128i order = i == 0 ? _mm_setr_epi8 (0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1)
                               : _mm_setr_epi8 (2, -1, 3, -1, 6, -1, 7, -1, 10, -1, 11, -1, 14, -1, 15, -1);

  return (VecInt) _mm512_shuffle_epi8 ((__m512i) words, _mm512_broadcast_i32x4 (order));
#elif defined __AVX2__
  const __m128i order = i == 0 ? _mm_setr_epi8 (0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1)
                               : _mm_setr_epi8 (2, -1, 3, -1, 6, -1, 7, -1, 10, -1, 11, -1, 14, -1, 15, -1);

  return (VecInt) _mm256_shuffle_epi8 ((__m256i) words, _mm256_broadcastsi128_si256 (order));
#else
  const VecInt pair = words >> (16 * i);

  return (pair & 0xff) | (pair << 8 & 0xff0000);
#endif
}

ALWAYS_INLINE VecInt
subtract_shorts (VecInt a, int zero)
{
  typedef gint16 Shorts __attribute__ ((vector_size (4 * LANES)));

  return (VecInt) ((Shorts) a - (gint16) zero);
}

ALWAYS_INLINE void
unpack_quants (GboxTileForm form, UnpackKind kind, const guint8 *quants, guint8 *to)
{
  const int zero = gbox_tile_form_zero (form);

#pragma GCC unroll 8
  for (int g = 0; g < GBOX_TILE_GROUPS; g++)
#pragma GCC unroll 4
    for (int v = 0; v < TILE_VECTORS; v++)
      {
        const VecInt words = quants_load (form, quants, g, v);

        if (kind == UNPACK_BYTES)
          words_store (to + g * GBOX_TILE_WORDS_SIZE + v * LANES * 4, words);
        else
          for (int i = 0; i < 2; i++)
            words_store (to + (2 * g + i) * GBOX_TILE_WORDS_SIZE + v * LANES * 4,
                         subtract_shorts (widen_pair (words, i), zero));
      }
}

ALWAYS_INLINE void
unpack_weights (GboxTileForm form,
                const guint8 *quants,
                const Vec d[2][TILE_VECTORS],
                const Vec m[2][TILE_VECTORS],
                float *to)
{
  const int zero = gbox_tile_form_zero (form);
  const int n_groups = gbox_tile_form_scale_columns (form) / GBOX_TILE_GROUP;

#pragma GCC unroll 8
  for (int g = 0; g < GBOX_TILE_GROUPS; g++)
#pragma GCC unroll 4
    for (int v = 0; v < TILE_VECTORS; v++)
      {
        const VecInt words = quants_load (form, quants, g, v);

#pragma GCC unroll 4
        for (int k = 0; k < GBOX_TILE_GROUP; k++)
          {
            const Vec q = __builtin_convertvector((words >> 8 * k & 0xff) - zero, Vec);
            const Vec product = q * d[g / n_groups][v];

            vec_store (to + (g * GBOX_TILE_GROUP + k) * GBOX_TILE_ROWS + v * LANES,
                       gbox_tile_form_has_minima (form) ? product + m[g / n_groups][v] : product);
          }
      }
}

/* Superblocks of a tile from @p on; @factors: (nullable): d and m of each scale. */
ALWAYS_INLINE void
unpack_superblocks (GboxTileForm form, UnpackKind kind, const guint8 *p, gsize n, guint8 *to, float *factors)
{
  const gsize n_blocks = gbox_tile_form_n_blocks (form);
  const int n_halves = GBOX_TILE_BLOCK / gbox_tile_form_scale_columns (form);
  const int zero = kind == UNPACK_BYTES ? gbox_tile_form_zero (form) : 0;
  const gsize element = kind == UNPACK_BYTES ? 1 : kind == UNPACK_SHORTS ? sizeof (gint16) : sizeof (float);

  for (; n > 0; n--)
    {
      const guint8 *header = p;

      p += gbox_tile_form_header_size (form);
      for (gsize block = 0; block < n_blocks; block++)
        {
          const guint8 *quants = p + gbox_tile_form_scales_size (form);
          Vec d[2][TILE_VECTORS], m[2][TILE_VECTORS];

#pragma GCC unroll 2
          for (int half = 0; half < n_halves; half++)
#pragma GCC unroll 4
            for (int v = 0; v < TILE_VECTORS; v++)
              {
                factors_load (form, header, p, half, v, zero, &d[half][v], &m[half][v]);
                if (kind == UNPACK_FLOATS)
                  continue;
                vec_store (factors + half * TILE_FACTORS + v * LANES, d[half][v]);
                vec_store (factors + half * TILE_FACTORS + GBOX_TILE_ROWS + v * LANES, m[half][v]);
              }
          if (kind == UNPACK_FLOATS)
            unpack_weights (form, quants, d, m, (float *) (gpointer) to);
          else
            {
              unpack_quants (form, kind, quants, to);
              factors += n_halves * TILE_FACTORS;
            }
          to += GBOX_TILE_BLOCK * GBOX_TILE_ROWS * element;
          p += gbox_tile_form_block_size (form);
        }
    }
}

/* One function a form and kind. */
ALWAYS_INLINE void
unpack (GboxTileForm form, UnpackKind kind, const guint8 *p, gsize n_superblocks, guint8 *to, float *factors)
{
#define UNPACK(constant)                                                                                     \
  case constant:                                                                                             \
    unpack_superblocks (constant, kind, p, n_superblocks, to, factors);                                      \
    break

  switch (form)
    {
      UNPACK (GBOX_TILES_Q4_0);
      UNPACK (GBOX_TILES_Q4_1);
      UNPACK (GBOX_TILES_Q5_0);
      UNPACK (GBOX_TILES_Q5_1);
      UNPACK (GBOX_TILES_Q8_0);
      UNPACK (GBOX_TILES_Q4_K);
      UNPACK (GBOX_TILES_Q5_K);
      UNPACK (GBOX_TILES_Q6_K);
    default:
      g_assert_not_reached ();
    }
#undef UNPACK
}
