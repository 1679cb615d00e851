/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The widest vectors of the instruction set a fast kernel is compiled for, under one set of names. */
#pragma once

#include <glib.h>
#include <math.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

/*
 * Vec: LANES floats.  VecMask: a truth value a lane, combined with & and |.  VecBytes: a small code (0 … 255)
 * a lane. What ends in _n touches the first n lanes in memory only, and reads zero into the others; n = LANES
 * is a plain load or store.
 */
#if defined __AVX512F__
#define LANES 16
#elif defined __AVX2__
#define LANES 8
#else
#define LANES 4
#endif

typedef float Vec __attribute__ ((vector_size (4 * LANES)));
typedef float VecUnaligned __attribute__ ((vector_size (4 * LANES), aligned (4), may_alias));
typedef gint32 VecInt __attribute__ ((vector_size (4 * LANES)));

/* Runs the statement for every run of n ≤ LANES channels that begins at c; n is a constant in all but the
 * last. */
#define FOR_EACH_VECTOR(c, n, count, statement)                                                              \
  do                                                                                                         \
    {                                                                                                        \
      gsize c = 0;                                                                                           \
      for (; c + LANES <= (gsize) (count); c += LANES)                                                       \
        {                                                                                                    \
          const int n = LANES;                                                                               \
          statement;                                                                                         \
        }                                                                                                    \
      if (c < (gsize) (count))                                                                               \
        {                                                                                                    \
          const int n = (int) ((gsize) (count) -c);                                                          \
          statement;                                                                                         \
        }                                                                                                    \
    }                                                                                                        \
  while (0)

ALWAYS_INLINE Vec
vec_set (float value)
{
  return value - (Vec){ 0 };
}

ALWAYS_INLINE Vec
vec_load (const float *p)
{
  return *(const VecUnaligned *) p;
}

ALWAYS_INLINE void
vec_store (float *p, Vec v)
{
  *(VecUnaligned *) p = v;
}

#if defined __AVX512F__

typedef __mmask16 VecMask;
typedef __m128i VecBytes;

ALWAYS_INLINE VecMask
first_lanes (int n)
{
  return (VecMask) ((1u << n) - 1);
}

ALWAYS_INLINE Vec
vec_load_n (const float *p, int n)
{
  return n == LANES ? vec_load (p) : (Vec) _mm512_maskz_loadu_ps (first_lanes (n), p);
}

ALWAYS_INLINE void
vec_store_n (float *p, Vec v, int n)
{
  if (n == LANES)
    vec_store (p, v);
  else
    _mm512_mask_storeu_ps (p, first_lanes (n), (__m512) v);
}

/* The larger of each pair; b where one is not a number. */
ALWAYS_INLINE Vec
vec_max (Vec a, Vec b)
{
  return (Vec) _mm512_max_ps ((__m512) a, (__m512) b);
}

ALWAYS_INLINE Vec
vec_min (Vec a, Vec b)
{
  return (Vec) _mm512_min_ps ((__m512) a, (__m512) b);
}

ALWAYS_INLINE VecMask
vec_greater (Vec a, Vec b)
{
  return _mm512_cmp_ps_mask ((__m512) a, (__m512) b, _CMP_GT_OQ);
}

ALWAYS_INLINE VecMask
vec_not_equal (Vec a, Vec b)
{
  return _mm512_cmp_ps_mask ((__m512) a, (__m512) b, _CMP_NEQ_UQ);
}

ALWAYS_INLINE Vec
vec_select (VecMask mask, Vec a, Vec b)
{
  return (Vec) _mm512_mask_mov_ps ((__m512) b, mask, (__m512) a);
}

ALWAYS_INLINE Vec
vec_keep (VecMask mask, Vec v)
{
  return (Vec) _mm512_maskz_mov_ps (mask, (__m512) v);
}

ALWAYS_INLINE gboolean
vec_any (VecMask mask)
{
  return mask != 0;
}

/* An estimate of 1/√v, right to 2⁻¹⁴. */
ALWAYS_INLINE Vec
vec_estimate_rsqrt (Vec v)
{
  return (Vec) _mm512_rsqrt14_ps ((__m512) v);
}

ALWAYS_INLINE VecBytes
bytes_set (int code)
{
  return _mm_set1_epi8 ((char) code);
}

ALWAYS_INLINE VecBytes
bytes_select (VecMask mask, VecBytes a, VecBytes b)
{
  return _mm_mask_mov_epi8 (b, mask, a);
}

ALWAYS_INLINE VecBytes
bytes_load_n (const guint8 *p, int n)
{
  return n == LANES ? _mm_loadu_si128 ((const __m128i *) p) : _mm_maskz_loadu_epi8 (first_lanes (n), p);
}

ALWAYS_INLINE void
bytes_store_n (guint8 *p, VecBytes v, int n)
{
  if (n == LANES)
    _mm_storeu_si128 ((__m128i *) p, v);
  else
    _mm_mask_storeu_epi8 (p, first_lanes (n), v);
}

ALWAYS_INLINE VecMask
bytes_equal (VecBytes a, VecBytes b)
{
  return _mm_cmpeq_epi8_mask (a, b);
}

#else

typedef VecInt VecMask;
typedef VecInt VecBytes;

ALWAYS_INLINE VecMask
vec_greater (Vec a, Vec b)
{
  return a > b;
}

ALWAYS_INLINE VecMask
vec_not_equal (Vec a, Vec b)
{
  return a != b;
}

ALWAYS_INLINE Vec
vec_keep (VecMask mask, Vec v)
{
  return (Vec) ((VecInt) v & mask);
}

ALWAYS_INLINE VecBytes
bytes_set (int code)
{
  return code - (VecBytes){ 0 };
}

ALWAYS_INLINE VecMask
bytes_equal (VecBytes a, VecBytes b)
{
  return a == b;
}

#if defined __AVX2__

ALWAYS_INLINE __m256i
first_lanes (int n)
{
  static const gint32 window[2 * LANES] = { -1, -1, -1, -1, -1, -1, -1, -1 };

  return _mm256_loadu_si256 ((const __m256i *) (window + LANES - n));
}

ALWAYS_INLINE Vec
vec_load_n (const float *p, int n)
{
  return n == LANES ? vec_load (p) : (Vec) _mm256_maskload_ps (p, first_lanes (n));
}

ALWAYS_INLINE void
vec_store_n (float *p, Vec v, int n)
{
  __m128 part = _mm256_castps256_ps128 ((__m256) v);

  if (n == LANES)
    {
      vec_store (p, v);
      return;
    }

  /* Masked stores take dozens of cycles on some processors that have no AVX-512. */
  if (n & 4)
    {
      _mm_storeu_ps (p, part);
      part = _mm256_extractf128_ps ((__m256) v, 1);
      p += 4;
    }
  if (n & 2)
    {
      _mm_storel_pi ((__m64 *) p, part);
      part = _mm_movehl_ps (part, part);
      p += 2;
    }
  if (n & 1)
    _mm_store_ss (p, part);
}

ALWAYS_INLINE Vec
vec_max (Vec a, Vec b)
{
  return (Vec) _mm256_max_ps ((__m256) a, (__m256) b);
}

ALWAYS_INLINE Vec
vec_min (Vec a, Vec b)
{
  return (Vec) _mm256_min_ps ((__m256) a, (__m256) b);
}

ALWAYS_INLINE Vec
vec_select (VecMask mask, Vec a, Vec b)
{
  return (Vec) _mm256_blendv_ps ((__m256) b, (__m256) a, (__m256) mask);
}

ALWAYS_INLINE gboolean
vec_any (VecMask mask)
{
  return _mm256_movemask_epi8 ((__m256i) mask) != 0;
}

/* An estimate of 1/√v, right to 2⁻¹¹. */
ALWAYS_INLINE Vec
vec_estimate_rsqrt (Vec v)
{
  return (Vec) _mm256_rsqrt_ps ((__m256) v);
}

ALWAYS_INLINE VecBytes
bytes_select (VecMask mask, VecBytes a, VecBytes b)
{
  return (VecBytes) _mm256_blendv_epi8 ((__m256i) b, (__m256i) a, (__m256i) mask);
}

ALWAYS_INLINE VecBytes
bytes_load_n (const guint8 *p, int n)
{
  guint64 bytes = 0;

  memcpy (&bytes, p, (gsize) n);

  return (VecBytes) _mm256_cvtepu8_epi32 (_mm_cvtsi64_si128 ((gint64) bytes));
}

ALWAYS_INLINE void
bytes_store_n (guint8 *p, VecBytes v, int n)
{
  const __m128i low = _mm256_castsi256_si128 ((__m256i) v);
  const __m128i high = _mm256_extracti128_si256 ((__m256i) v, 1);
  const __m128i words = _mm_packus_epi32 (low, high);
  const guint64 bytes = (guint64) _mm_cvtsi128_si64 (_mm_packus_epi16 (words, words));

  memcpy (p, &bytes, (gsize) n);
}

#else

ALWAYS_INLINE Vec
vec_load_n (const float *p, int n)
{
  Vec v = { 0 };

  if (n == LANES)
    return vec_load (p);
  for (int i = 0; i < n; i++)
    v[i] = p[i];

  return v;
}

ALWAYS_INLINE void
vec_store_n (float *p, Vec v, int n)
{
  if (n == LANES)
    vec_store (p, v);
  else
    for (int i = 0; i < n; i++)
      p[i] = v[i];
}

ALWAYS_INLINE Vec
vec_select (VecMask mask, Vec a, Vec b)
{
  return (Vec) (((VecInt) a & mask) | ((VecInt) b & ~mask));
}

ALWAYS_INLINE Vec
vec_max (Vec a, Vec b)
{
  return vec_select (a > b, a, b);
}

ALWAYS_INLINE Vec
vec_min (Vec a, Vec b)
{
  return vec_select (a < b, a, b);
}

ALWAYS_INLINE gboolean
vec_any (VecMask mask)
{
  gint32 any = 0;

  for (int i = 0; i < LANES; i++)
    any |= mask[i];

  return any != 0;
}

ALWAYS_INLINE Vec
vec_estimate_rsqrt (Vec v)
{
  Vec r;

  for (int i = 0; i < LANES; i++)
    r[i] = 1.0f / sqrtf (v[i]);

  return r;
}

ALWAYS_INLINE VecBytes
bytes_select (VecMask mask, VecBytes a, VecBytes b)
{
  return (a & mask) | (b & ~mask);
}

ALWAYS_INLINE VecBytes
bytes_load_n (const guint8 *p, int n)
{
  VecBytes v = { 0 };

  for (int i = 0; i < n; i++)
    v[i] = p[i];

  return v;
}

ALWAYS_INLINE void
bytes_store_n (guint8 *p, VecBytes v, int n)
{
  for (int i = 0; i < n; i++)
    p[i] = (guint8) v[i];
}

#endif
#endif

/* 1/√v: the estimate and one step of Newton's method. */
ALWAYS_INLINE Vec
vec_rsqrt (Vec v)
{
  const Vec estimate = vec_estimate_rsqrt (v);

  return estimate * (1.5f - 0.5f * v * estimate * estimate);
}
