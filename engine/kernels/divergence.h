/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponentials of rows, and how far they are from other rows as distributions. */
#pragma once

#include "kernels/softmax.h"

G_BEGIN_DECLS

/**
 * GboxDivergence:
 * @sums: of the exponentials e of a row x, as gbox_softmax() has them
 * @y_max: the largest y of the other row
 * @y_sum: Σ exp (scale · (y − y_max))
 * @ratio: Σ e · scale · ((x − x_max) − (y − y_max))
 *
 * With p = softmax (scale · x) and q = softmax (scale · y), KL (p ‖ q) = ratio / sum − log sum + log y_sum,
 * in nats.
 */
typedef struct
{
  GboxSoftmax sums;
  float y_max;
  double y_sum;
  double ratio;
} GboxDivergence;

/**
 * gbox_divergence:
 * @team: (nullable): the workers; %NULL for the calling thread alone
 * @x: (inout): (n, width), rows @stride floats apart; the exponentials take their place
 * @stride: of @x
 * @y: (n, width): the other rows, @y_stride floats apart
 * @y_stride: of @y
 * @n: rows
 * @width: of a row
 * @scale: 1 / temperature
 * @sums: (out) (array length=n): of each row
 *
 * One pass over both after their maxima are found. A row that is not finite has sums that are no numbers.
 */
void gbox_divergence (GboxTeam *team,
                      float *x,
                      gsize stride,
                      const float *y,
                      gsize y_stride,
                      int n,
                      int width,
                      float scale,
                      GboxDivergence *sums);

G_END_DECLS
