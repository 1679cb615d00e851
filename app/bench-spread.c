/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What many timings of the same thing say. */
#include "bench-spread.h"

#include <stdlib.h>

static int
compare_doubles (const void *a, const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_quantile (const double *sorted, guint n, double quantile)
{
  const double at = quantile * (n - 1);
  const guint i = MIN ((guint) at, n - 1);
  const double rest = at - i;

  return i + 1 < n ? (1 - rest) * sorted[i] + rest * sorted[i + 1] : sorted[i];
}

BenchSpread
bench_spread (const double *samples, guint n)
{
  g_autofree double *sorted = NULL;

  g_return_val_if_fail (n > 0, (BenchSpread){ 0 });

  sorted = g_memdup2 (samples, n * sizeof *samples);
  qsort (sorted, n, sizeof *sorted, compare_doubles);
  return (BenchSpread){ .least = sorted[0],
                        .lower = get_quantile (sorted, n, 0.25),
                        .median = get_quantile (sorted, n, 0.5),
                        .upper = get_quantile (sorted, n, 0.75),
                        .most = sorted[n - 1],
                        .n = n };
}

BenchSpread
bench_spread_of_ratios (const double *numerators, const double *denominators, guint n)
{
  g_autofree double *ratios = g_new (double, n);

  for (guint i = 0; i < n; i++)
    ratios[i] = numerators[i] / denominators[i];
  return bench_spread (ratios, n);
}
