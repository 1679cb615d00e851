/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest of many numbers, which the compiler would look for one by one. */
#pragma once

#include "kernels/fast/vector.h"

/* The largest of @n ≥ 1 numbers. */
static inline float
find_max (const float *x, gsize n)
{
  float max = x[0];
  gsize i = 0;

  if (n >= LANES)
    {
      Vec most = vec_load (x);

      for (; i + LANES <= n; i += LANES)
        most = vec_max (most, vec_load (x + i));
      for (int j = 0; j < LANES; j++)
        max = MAX (max, most[j]);
    }
  for (; i < n; i++)
    max = MAX (max, x[i]);
  return max;
}
