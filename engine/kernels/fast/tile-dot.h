/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What products with tiles are made of: quants and their factors loaded, and sums of integer products. */
#pragma once

#include "base/half.h"
#include "kernels/fast/tile-product.h"
#include "kernels/fast/vector.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Vectors of a lane for each row of a tile. */
#define TILE_VECTORS (GBOX_TILE_ROWS / LANES)

typedef gint32 VecIntUnaligned __attribute__ ((vector_size (4 * LANES), aligned (4), may_alias));
typedef guint8 VecSmall __attribute__ ((vector_size (LANES)));
typedef gint8 VecSmallSigned __attribute__ ((vector_size (LANES)));

/* Whether bytes can be multiplied by bytes; elsewhere they are widened to 16 bits. */
#ifdef __AVX2__
#define HAVE_BYTE_DOTS 1
#else
#define HAVE_BYTE_DOTS 0
#endif

/* Whether the vectors are rounded to bytes, not to 16 bits. The products of bytes are of one with a sign and
 * one without: making a tile's 8 bits fit costs as much in a batch as widening them. */
ALWAYS_INLINE gboolean
is_in_bytes (const GboxTileWork *work)
{
  return HAVE_BYTE_DOTS && work->precision == GBOX_PRECISION_INT8
         && (work->n == 1 || work->tiles->form != GBOX_TILES_Q8_0);
}

ALWAYS_INLINE VecInt
words_load (const guint8 *p)
{
  return *(const VecIntUnaligned *) (gconstpointer) p;
}

ALWAYS_INLINE void
words_store (gpointer p, VecInt words)
{
  *(VecIntUnaligned *) p = words;
}

/* The lower four bits of group g in vector v, a byte each. */
ALWAYS_INLINE VecInt
nibbles_load (const guint8 *quants, int g, int v)
{
  const guint8 *p = quants + g * (GBOX_TILE_WORDS_SIZE / 2);

#if LANES == GBOX_TILE_ROWS
  const VecInt shifts = { 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4 };
  const VecInt both = (VecInt) _mm512_broadcast_i64x4 (_mm256_loadu_si256 ((const __m256i *) p));

  return both >> shifts & 0x0f0f0f0f;
#else
  const int row = v * LANES;
  const VecInt words = words_load (p + row % (GBOX_TILE_ROWS / 2) * 4);

  return (row < GBOX_TILE_ROWS / 2 ? words : words >> 4) & 0x0f0f0f0f;
#endif
}

/* The four quants of group g of each row in vector v, without a sign. */
ALWAYS_INLINE VecInt
quants_load (GboxTileForm form, const guint8 *quants, int g, int v)
{
  const int bits = gbox_tile_form_bits (form);
  const guint8 *upper = quants + GBOX_TILE_NIBBLES_SIZE + v * LANES * 4;

  if (bits == 8)
    return words_load (quants + g * GBOX_TILE_WORDS_SIZE + v * LANES * 4) ^ (gint32) 0x80808080;
  if (bits == 5)
    return nibbles_load (quants, g, v) | (words_load (upper) >> g & 0x01010101) << 4;
  if (bits == 6)
    return nibbles_load (quants, g, v)
           | (words_load (upper + g / 4 * GBOX_TILE_WORDS_SIZE) >> g % 4 * 2 & 0x03030303) << 4;

  return nibbles_load (quants, g, v);
}

/* LANES of binary16. */
ALWAYS_INLINE Vec
halves_load (const guint8 *p)
{
#if defined __AVX512F__
  return (Vec) _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) p));
#elif defined __AVX2__
  return (Vec) _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) p));
#else
  Vec v;

  for (guint i = 0; i < LANES; i++)
    {
      guint16 half;

      memcpy (&half, p + i * sizeof half, sizeof half);
      v[i] = gbox_half_to_float (half);
    }

  return v;
#endif
}

/* LANES of bytes. */
ALWAYS_INLINE Vec
small_load (const guint8 *p, gboolean has_sign)
{
  VecSmall small;

  memcpy (&small, p, sizeof small);

  return has_sign ? __builtin_convertvector(__builtin_convertvector((VecSmallSigned) small, VecInt), Vec)
                  : __builtin_convertvector(__builtin_convertvector(small, VecInt), Vec);
}

/* What a quant is multiplied by, and what is added then, in vector v of a block, or of half a one of Q6_K.
 * @zero: what is to be subtracted from the quants as they will be multiplied. */
ALWAYS_INLINE void
factors_load (
  GboxTileForm form, const guint8 *header, const guint8 *scales, int half, int v, int zero, Vec *d, Vec *m)
{
  *d = halves_load (header + v * LANES * 2);
  if (gbox_tile_form_is_k (form))
    *d *= small_load (scales + half * GBOX_TILE_ROWS + v * LANES, form == GBOX_TILES_Q6_K);

  if (!gbox_tile_form_has_minima (form))
    {
      *m = *d * (float) -zero;
      return;
    }

  *m = halves_load (header + GBOX_TILE_HALVES_SIZE + v * LANES * 2);
  if (gbox_tile_form_is_k (form))
    *m *= -small_load (scales + GBOX_TILE_ROWS + v * LANES, FALSE);
}

ALWAYS_INLINE gint32
word_at (const guint8 *p)
{
  gint32 word;

  memcpy (&word, p, sizeof word);

  return word;
}

/* sum + products. Written as a sum, GCC would put it elsewhere than the old, copy it back, and spill others
 * to make room. */
#if defined __AVX2__ && !defined __AVX512F__
#define ADD_IN_PLACE(instruction, sum, products)                                                             \
  __asm__(instruction " %1, %0, %0" : "+x"(sum) : "x"(products))
#endif

/* sum + w₀ x₀ + w₁ x₁ in each lane, all 16 bits with a sign; what @sum is does not matter where this is the
 * @first. */
ALWAYS_INLINE VecInt
dot_shorts (VecInt sum, VecInt w, gint32 x, gboolean first)
{
#if defined __AVX512VNNI__
  return (VecInt) _mm512_dpwssd_epi32 (first ? _mm512_setzero_si512 () : (__m512i) sum, (__m512i) w,
                                       _mm512_set1_epi32 (x));
#else
#if defined __AVX512F__
  const VecInt products = (VecInt) _mm512_madd_epi16 ((__m512i) w, _mm512_set1_epi32 (x));
#elif defined __AVX2__
  const VecInt products = (VecInt) _mm256_madd_epi16 ((__m256i) w, _mm256_set1_epi32 (x));
#elif defined __SSE2__
  const VecInt products = (VecInt) _mm_madd_epi16 ((__m128i) w, _mm_set1_epi32 (x));
#else
  const VecInt products = (w << 16 >> 16) * (gint32) (gint16) x + (w >> 16) * (x >> 16);
#endif

  if (first)
    return products;
#ifdef ADD_IN_PLACE
  ADD_IN_PLACE ("vpaddd", sum, products);

  return sum;
#else
  return sum + products;
#endif
#endif
}

#if HAVE_BYTE_DOTS

/* How many groups of quants so wide fit in a lane of #dot_bytes before it is widened. */
ALWAYS_INLINE int
byte_groups (int bits)
{
#ifdef __AVX512VNNI__
  return GBOX_TILE_GROUPS;
#else
  return bits == 4 ? GBOX_TILE_GROUPS : bits == 5 ? 4 : bits == 6 ? 2 : 1;
#endif
}

/* part + w x: of each four products of w without and x with a sign, the sum, or, in 16 bits, two sums; what
 * @part is does not matter where this is the @first. */
ALWAYS_INLINE VecInt
dot_bytes (VecInt part, VecInt w, VecInt x, gboolean first)
{
#if defined __AVX512VNNI__
  return (VecInt) _mm512_dpbusd_epi32 (first ? _mm512_setzero_si512 () : (__m512i) part, (__m512i) w,
                                       (__m512i) x);
#elif defined __AVX512F__
  const __m512i products = _mm512_maddubs_epi16 ((__m512i) w, (__m512i) x);

  return (VecInt) (first ? products : _mm512_add_epi16 ((__m512i) part, products));
#else
  const VecInt products = (VecInt) _mm256_maddubs_epi16 ((__m256i) w, (__m256i) x);

  if (first)
    return products;
  ADD_IN_PLACE ("vpaddw", part, products);

  return part;
#endif
}

/* sum + part in 32 bits; what @sum is does not matter where this is the @first. */
ALWAYS_INLINE VecInt
add_part (VecInt sum, VecInt part, gboolean first)
{
#if defined __AVX512VNNI__
  const VecInt wide = part;
#elif defined __AVX512F__
  const VecInt wide = (VecInt) _mm512_madd_epi16 ((__m512i) part, _mm512_set1_epi16 (1));
#else
  const VecInt wide = (VecInt) _mm256_madd_epi16 ((__m256i) part, _mm256_set1_epi16 (1));
#endif

  return first ? wide : sum + wide;
}

/* |w|, with w = 0x80 being 128. */
ALWAYS_INLINE VecInt
bytes_magnitude (VecInt w)
{
#ifdef __AVX512F__
  return (VecInt) _mm512_abs_epi8 ((__m512i) w);
#else
  return (VecInt) _mm256_abs_epi8 ((__m256i) w);
#endif
}

/* −x where w < 0, else x, wherever w ≠ 0. */
ALWAYS_INLINE VecInt
bytes_with_sign (VecInt x, VecInt w)
{
#ifdef __AVX512F__
  return (VecInt) _mm512_mask_sub_epi8 ((__m512i) x, _mm512_movepi8_mask ((__m512i) w),
                                        _mm512_setzero_si512 (), (__m512i) x);
#else
  return (VecInt) _mm256_sign_epi8 ((__m256i) x, (__m256i) w);
#endif
}

#endif

/* A vector of sums to where it belongs: @y and @bias are those of row 0 of the tile. */
ALWAYS_INLINE void
sums_store (const float *bias, gboolean accumulate, float *y, int n_rows, int v, Vec sums)
{
  const int n = MIN (n_rows - v * LANES, LANES);

  if (n <= 0)
    return;
  y += v * LANES;
  if (bias != NULL)
    sums += vec_load (bias + v * LANES);
  if (accumulate)
    sums += vec_load_n (y, n);
  vec_store_n (y, sums, n);
}
