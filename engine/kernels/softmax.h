/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponentials of the rows of a matrix, their sums, and draws with them as weights. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/**
 * GboxSoftmax:
 * @max: the largest x of the row
 * @sum: Σ e, with e = exp (scale · (x − max))
 * @moment: Σ e · scale · (x − max)
 *
 * The probability of x is e / sum, its logarithm scale · (x − max) − log sum, and the entropy of the row
 * log sum − moment / sum, in nats.
 */
typedef struct
{
  float max;
  double sum;
  double moment;
} GboxSoftmax;

/**
 * gbox_softmax:
 * @team: (nullable): the workers; %NULL for the calling thread alone, which may be one of them
 * @x: (n, width), rows @stride floats apart
 * @stride: of @x and @e
 * @n: rows
 * @width: of a row
 * @scale: 1 / temperature
 * @e: (nullable) (out): where to put the exponentials; may be @x
 * @sums: (out) (array length=n): of each row
 *
 * A row that is not finite has a sum that is no number.
 */
void gbox_softmax (
  GboxTeam *team, const float *x, gsize stride, int n, int width, float scale, float *e, GboxSoftmax *sums);

/**
 * gbox_softmax_draw:
 * @team: (nullable): as gbox_softmax() takes it
 * @e: (n, width): weights, none negative, rows @stride floats apart
 * @stride: of @e
 * @n: rows
 * @width: of a row
 * @sums: (array length=n): the sum of each row's weights
 * @uniforms: (array length=n): numbers in [0, 1)
 * @chosen: (out) (array length=n): where the running sum of the row becomes more than uniform · sum
 *
 * If rounding leaves no such place it is the last whose weight is not 0. What is drawn from a row depends on
 * that row and the instruction set alone.
 */
void gbox_softmax_draw (GboxTeam *team,
                        const float *e,
                        gsize stride,
                        int n,
                        int width,
                        const GboxSoftmax *sums,
                        const double *uniforms,
                        int *chosen);

G_END_DECLS
