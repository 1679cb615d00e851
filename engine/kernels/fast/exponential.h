/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exponential function without branches, so that the compiler vectorises loops over it. */
#pragma once

#include "kernels/fast/vector.h"

/* Beyond these the result is no normal number. */
#define EXPONENTIAL_MAX 87.0f

/* e^x for |x| ≤ EXPONENTIAL_MAX to 1.2e-7 relative: x = n·ln 2 + r with ln 2 in two parts, Cephes' polynomial
 * for e^r, 2^n through the exponent's bits. A NaN stays one. */
static inline float
exponential (float x)
{
  const float magic = 12582912.0f; /* 1.5·2²³: adding it rounds to an integer in the low bits */
  const float shifted = x * 1.44269504f + magic;
  const float n = shifted - magic;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  guint32 bits;
  float power;

  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  memcpy (&bits, &shifted, sizeof bits);
  bits = (bits + 127u) << 23;
  memcpy (&power, &bits, sizeof power);
  return p * power;
}

/* The same of a vector. */
ALWAYS_INLINE Vec
vec_exponential (Vec x)
{
  typedef guint32 Bits __attribute__ ((vector_size (4 * LANES)));
  const Vec magic = vec_set (12582912.0f);
  const Vec shifted = x * 1.44269504f + magic;
  const Vec n = shifted - magic;
  const Vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;

  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * (Vec) (((Bits) shifted + 127u) << 23);
}

/* Makes a power ≤ EXPONENTIAL_MAX fit for it. A NaN stays one. */
ALWAYS_INLINE Vec
vec_bound_power (Vec x)
{
  return vec_max (vec_set (-EXPONENTIAL_MAX), x);
}

/* 1 / (1 + e^−x) for any x. */
static inline float
sigmoid (float x)
{
  const float below = x > EXPONENTIAL_MAX ? EXPONENTIAL_MAX : x;
  const float bounded = below < -EXPONENTIAL_MAX ? -EXPONENTIAL_MAX : below;

  return 1.0f / (1.0f + exponential (-bounded));
}
