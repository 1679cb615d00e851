/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What many timings of the same thing say. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Quartiles are interpolated between the two samples next to them. */
typedef struct
{
  double least;
  double lower; /* quartile */
  double median;
  double upper; /* quartile */
  double most;
  guint n;
} BenchSpread;

/* @samples: (array length=n): in any order, @n ≥ 1; they are left as they are. */
BenchSpread bench_spread (const double *samples, guint n);

/* Of @numerators[i] / @denominators[i]: what two things that took turns took, pair by pair. */
BenchSpread bench_spread_of_ratios (const double *numerators, const double *denominators, guint n);

G_END_DECLS
