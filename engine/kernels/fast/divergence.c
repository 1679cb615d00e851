/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponentials of rows, and how far they are from other rows as distributions. */
#include "kernels/fast/divergence.h"

#include "kernels/fast/exponential.h"
#include "kernels/fast/fast.h"
#include "kernels/fast/maximum.h"

/* Numbers that are summed in single precision before the sum goes into a double. */
#define PART 512

typedef struct
{
  Vec sums;
  Vec moments;
  Vec y_sums;
  Vec ratios;
} Totals;

ALWAYS_INLINE void
add_vector (Totals *totals, float *x, float x_max, const float *y, float y_max, float scale, int n)
{
  const Vec power = vec_bound_power (scale * (vec_load_n (x, n) - x_max));
  const Vec y_power = scale * (vec_load_n (y, n) - y_max);
  Vec e = vec_exponential (power), f = vec_exponential (vec_bound_power (y_power));

  if (n < LANES) /* the other lanes are nobody's */
    for (int i = n; i < LANES; i++)
      e[i] = f[i] = 0;
  totals->sums += e;
  totals->moments += e * power;
  totals->y_sums += f;
  totals->ratios += e * (power - y_power);
  vec_store_n (x, e, n);
}

static void
add_totals (const Totals *totals, GboxDivergence *to)
{
  for (int i = 0; i < LANES; i++)
    {
      to->sums.sum += (double) totals->sums[i];
      to->sums.moment += (double) totals->moments[i];
      to->y_sum += (double) totals->y_sums[i];
      to->ratio += (double) totals->ratios[i];
    }
}

void
FAST (divergence) (gpointer data, guint task, guint worker)
{
  const GboxDivergenceWork *work = data;
  float *x = work->x + task * work->stride;
  const float *y = work->y + task * work->y_stride;
  GboxDivergence sums = { .sums = { .max = find_max (x, work->width) }, .y_max = find_max (y, work->width) };

  for (gsize i = 0; i < work->width; i += PART)
    {
      Totals totals = { 0 };

      FOR_EACH_VECTOR (c, n, MIN (PART, work->width - i),
                       add_vector (&totals, x + i + c, sums.sums.max, y + i + c, sums.y_max, work->scale, n));
      add_totals (&totals, &sums);
    }
  work->sums[task] = sums;
}
