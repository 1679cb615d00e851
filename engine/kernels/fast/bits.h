/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Truth values of channels as bits: 16 channels of a pixel are a word, the first its lowest bit. */
#pragma once

#include "kernels/bits.h"
#include "kernels/fast/rectify.h"

/* The bits of a vector's lanes. */
ALWAYS_INLINE guint
bits_of_mask (VecMask mask)
{
#if defined __AVX512F__
  return mask;
#elif defined __AVX2__
  return (guint) _mm256_movemask_ps ((__m256) mask);
#else
  guint bits = 0;

  for (int i = 0; i < LANES; i++)
    bits |= ((guint) mask[i] & 1) << i;

  return bits;
#endif
}

/* The lanes of the lowest bits. */
ALWAYS_INLINE VecMask
mask_of_bits (guint bits)
{
#if defined __AVX512F__
  return (VecMask) bits;
#else
  VecInt lanes;

  for (int i = 0; i < LANES; i++)
    lanes[i] = 1 << i;

  return (((gint32) bits - (VecInt){ 0 }) & lanes) != 0;
#endif
}

/* Whether each channel of a pixel is where the gradient of its rectifier is one. */
ALWAYS_INLINE void
write_bits (guint16 *bits, const float *y, int n_channels, float ceiling)
{
  for (int c = 0; c < n_channels; c += GBOX_BITS_CHANNELS)
    {
      guint word = 0;

      for (int part = 0; part < GBOX_BITS_CHANNELS && c + part < n_channels; part += LANES)
        word |= bits_of_mask (
                  open_lanes (vec_load_n (y + c + part, MIN (n_channels - c - part, LANES)), ceiling))
                << part;
      *bits++ = (guint16) word;
    }
}

/* The gradient of a pixel's channels before the rectifier. */
ALWAYS_INLINE void
apply_bits (const guint16 *bits, float *gradient, int n_channels)
{
  for (int c = 0; c < n_channels; c += GBOX_BITS_CHANNELS, bits++)
    for (int part = 0; part < GBOX_BITS_CHANNELS && c + part < n_channels; part += LANES)
      {
        const int n = MIN (n_channels - c - part, LANES);
        float *g = gradient + c + part;

        vec_store_n (g, vec_keep (mask_of_bits ((guint) *bits >> part), vec_load_n (g, n)), n);
      }
}
