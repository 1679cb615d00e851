/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether both sides of a comparison compute the same. */
#pragma once

#include "base/team.h"
#include "bench-case.h"
#include "models/network.h"

G_BEGIN_DECLS

/**
 * bench_check_compute:
 * @work: a step or a classification
 * @values: (out) (array length=BENCH_MAX_VALUES)
 * @n_values: (out): how many there are
 * @error: return location for an error
 *
 * From parameters, or pixels, that tests/bench/vision-peer.py makes by the same formula: of a step the target
 * layer's mean square without transforms, the length of that number's gradient, and the mean square after a
 * step of Adam; of a classification the logits' mean square.
 */
gboolean bench_check_compute (GboxNetwork *network,
                              GboxTeam *team,
                              const BenchCase *work,
                              double *values,
                              guint *n_values,
                              GError **error);

/**
 * bench_check_compare:
 * @name: of the case
 * @ours: (array length=n)
 * @theirs: (array length=n_theirs)
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_NUMERIC and both numbers if they differ by more than rounding explains
 */
gboolean bench_check_compare (
  const char *name, const double *ours, guint n, const double *theirs, guint n_theirs, GError **error);

G_END_DECLS
