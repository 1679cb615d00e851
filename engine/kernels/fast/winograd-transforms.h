/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Winograd's transforms along one axis, of vectors. */
#pragma once

#include "kernels/fast/vector.h"

/*
 * The points at which the polynomials are evaluated (Lavin and Gray 2016, Barabasz et al. 2020): 0, 1, −1, ∞
 * for four, and ±2 for six, and ±½ for eight. The matching transform of the weights is in winograd-form.c.
 */

/* The input of four: d → B'd */
ALWAYS_INLINE void
winograd_input_4 (const Vec d[4], Vec to[4])
{
  to[0] = d[0] - d[2];
  to[1] = d[1] + d[2];
  to[2] = d[2] - d[1];
  to[3] = d[3] - d[1];
}

ALWAYS_INLINE void
winograd_input_6 (const Vec d[6], Vec to[6])
{
  const Vec even_1 = d[4] - 4.0f * d[2], odd_1 = d[3] - 4.0f * d[1];
  const Vec even_2 = d[4] - d[2], odd_2 = d[3] - d[1];

  to[0] = 4.0f * d[0] + (d[4] - 5.0f * d[2]);
  to[1] = even_1 + odd_1;
  to[2] = even_1 - odd_1;
  to[3] = even_2 + 2.0f * odd_2;
  to[4] = even_2 - 2.0f * odd_2;
  to[5] = 4.0f * d[1] + (d[5] - 5.0f * d[3]);
}

ALWAYS_INLINE void
winograd_input_8 (const Vec d[8], Vec to[8])
{
  const Vec even_1 = (d[2] + d[6]) - 4.25f * d[4], odd_1 = (d[1] + d[5]) - 4.25f * d[3];
  const Vec even_2 = (d[6] + 0.25f * d[2]) - 1.25f * d[4], odd_2 = (0.5f * d[1] + 2.0f * d[5]) - 2.5f * d[3];
  const Vec even_h = (d[6] + 4.0f * d[2]) - 5.0f * d[4], odd_h = (2.0f * d[1] + 0.5f * d[5]) - 2.5f * d[3];

  to[0] = (d[0] - d[6]) + 5.25f * (d[4] - d[2]);
  to[1] = even_1 + odd_1;
  to[2] = even_1 - odd_1;
  to[3] = even_2 + odd_2;
  to[4] = even_2 - odd_2;
  to[5] = even_h + odd_h;
  to[6] = even_h - odd_h;
  to[7] = (d[7] - d[1]) + 5.25f * (d[3] - d[5]);
}

ALWAYS_INLINE void
winograd_input (int tile, const Vec *d, Vec *to)
{
  if (tile == 4)
    winograd_input_4 (d, to);
  else if (tile == 6)
    winograd_input_6 (d, to);
  else
    winograd_input_8 (d, to);
}

/* The sums of a tile back to @n_out ≤ 5 results: A's. Result j is Σ s[i]·point[i]^j, the last with s[∞]. */
ALWAYS_INLINE void
winograd_output (int tile, int n_out, const Vec *s, Vec *to)
{
  const Vec even_1 = s[1] + s[2], odd_1 = s[1] - s[2];

  to[0] = s[0] + even_1;
  to[1] = odd_1;
  if (tile >= 6)
    {
      const Vec even_2 = s[3] + s[4], odd_2 = s[3] - s[4];

      to[0] += even_2;
      to[1] += 2.0f * odd_2;
      if (n_out > 2)
        to[2] = even_1 + 4.0f * even_2;
      if (n_out > 3)
        to[3] = odd_1 + 8.0f * odd_2;
      if (n_out > 4)
        to[4] = even_1 + 16.0f * even_2;
    }
  if (tile == 8)
    {
      const Vec even_h = s[5] + s[6], odd_h = s[5] - s[6];

      to[0] += even_h;
      to[1] += 0.5f * odd_h;
      if (n_out > 2)
        to[2] += 0.25f * even_h;
      if (n_out > 3)
        to[3] += 0.125f * odd_h;
      if (n_out > 4)
        to[4] += 0.0625f * even_h;
    }
  to[n_out - 1] += s[tile - 1];
}
