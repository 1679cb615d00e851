/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rounding of vectors to integers, with a scale each 32 columns. */
#include "kernels/fast/fast.h"
#include "kernels/fast/rounding.h"
#include "kernels/fast/tile-dot.h"

typedef gint8 VecChars __attribute__ ((vector_size (LANES)));

ALWAYS_INLINE gint32
add_lanes (VecInt v)
{
#if defined __AVX512F__
  return _mm512_reduce_add_epi32 ((__m512i) v);
#elif defined __AVX2__
  __m128i four
    = _mm_add_epi32 (_mm256_castsi256_si128 ((__m256i) v), _mm256_extracti128_si256 ((__m256i) v, 1));

  four = _mm_add_epi32 (four, _mm_unpackhi_epi64 (four, four));

  return _mm_cvtsi128_si32 (four) + _mm_extract_epi32 (four, 1);
#else
  gint32 sum = 0;

  for (guint i = 0; i < LANES; i++)
    sum += v[i];

  return sum;
#endif
}

ALWAYS_INLINE VecChars
narrow_to_bytes (VecInt quants)
{
#if defined __AVX2__ && !defined __AVX512F__
  /* GCC takes a dozen instructions for this. */
  const __m256i lowest = _mm256_set1_epi32 (0x0c080400);
  const __m256i words = _mm256_shuffle_epi8 ((__m256i) quants, lowest);

  return (VecChars) _mm_cvtsi128_si64 (
    _mm_unpacklo_epi32 (_mm256_castsi256_si128 (words), _mm256_extracti128_si256 (words, 1)));
#else
  return __builtin_convertvector(quants, VecChars);
#endif
}

ALWAYS_INLINE void
store_quants (gpointer to, gsize at, VecInt quants, gboolean bytes)
{
  if (bytes)
    {
      const VecChars chars = narrow_to_bytes (quants);

      memcpy ((gint8 *) to + at, &chars, sizeof chars);
    }
  else
    {
      const VecShorts shorts = narrow_to_shorts (quants);

      memcpy ((gint16 *) to + at, &shorts, sizeof shorts);
    }
}

/* @n_parts: scales of a block, which all are the same: 1 or 2. */
ALWAYS_INLINE void
quantize_row (const GboxTileWork *work, gsize row, gboolean bytes, int n_parts)
{
  const float peak = work->precision == GBOX_PRECISION_INT8 ? G_MAXINT8 : G_MAXINT16;
  const float *x = work->x + row * work->x_stride;
  const gsize n_in = (gsize) work->tiles->n_in;
  float *scale = work->scales + row * work->n_scales, *sum = work->sums + row * work->n_scales;

  for (gsize k = 0; k < n_in; k += GBOX_TILE_BLOCK)
    {
      Vec values[BLOCK_VECTORS];
      float largest, inverse;

      for (guint i = 0; i < BLOCK_VECTORS; i++)
        values[i] = vec_load (x + k + i * LANES);
      largest = find_largest (values);
      inverse = largest > 0 ? peak / largest : 0;

      for (int part = 0; part < n_parts; part++)
        {
          VecInt total = { 0 };

          for (int i = part * (BLOCK_VECTORS / n_parts); i < (part + 1) * (BLOCK_VECTORS / n_parts); i++)
            {
              const VecInt quants = round_to_int (values[i] * inverse);

              total += quants;
              store_quants (work->quants, row * n_in + k + (gsize) i * LANES, quants, bytes);
            }
          *scale = largest / peak;
          *sum++ = *scale++ * (float) add_lanes (total);
        }
    }
}

void
FAST (tile_quantize) (gpointer data, guint task, guint worker)
{
  const GboxTileWork *work = data;
  const gboolean bytes = is_in_bytes (work);

  if (gbox_tile_form_scale_columns (work->tiles->form) < GBOX_TILE_BLOCK)
    quantize_row (work, task, bytes, 2);
  else
    quantize_row (work, task, bytes, 1);
}
