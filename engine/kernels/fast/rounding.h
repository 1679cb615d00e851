/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of 32 numbers as integers of one scale. */
#pragma once

#include "kernels/fast/vector.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK_VECTORS (32 / LANES) /* of 32 numbers */

typedef gint16 VecShorts __attribute__ ((vector_size (2 * LANES)));

/* The nearest integers, ties to even. */
ALWAYS_INLINE VecInt
round_to_int (Vec v)
{
#if defined __AVX512F__
  return (VecInt) _mm512_cvtps_epi32 ((__m512) v);
#elif defined __AVX2__
  return (VecInt) _mm256_cvtps_epi32 ((__m256) v);
#elif defined __SSE2__
  return (VecInt) _mm_cvtps_epi32 ((__m128) v);
#else
  VecInt rounded;

  for (guint i = 0; i < LANES; i++)
    rounded[i] = (gint32) rintf (v[i]);

  return rounded;
#endif
}

/* The largest magnitude of a block. */
ALWAYS_INLINE float
find_largest (const Vec *x)
{
  Vec most = { 0 };

  for (guint i = 0; i < BLOCK_VECTORS; i++)
    most = vec_max (most, vec_max (x[i], -x[i]));

#if defined __AVX512F__
  return _mm512_reduce_max_ps ((__m512) most);
#elif defined __AVX2__
  __m128 four = _mm_max_ps (_mm256_castps256_ps128 ((__m256) most), _mm256_extractf128_ps ((__m256) most, 1));

  four = _mm_max_ps (four, _mm_movehl_ps (four, four));

  return _mm_cvtss_f32 (_mm_max_ss (four, _mm_movehdup_ps (four)));
#else
  float largest = 0;

  for (guint i = 0; i < LANES; i++)
    largest = MAX (largest, most[i]);

  return largest;
#endif
}

/* What fits in 16 bits. */
ALWAYS_INLINE VecShorts
narrow_to_shorts (VecInt quants)
{
#if defined __AVX2__ && !defined __AVX512F__
  return (VecShorts) _mm_packs_epi32 (_mm256_castsi256_si128 ((__m256i) quants),
                                      _mm256_extracti128_si256 ((__m256i) quants, 1));
#else
  return __builtin_convertvector(quants, VecShorts);
#endif
}
