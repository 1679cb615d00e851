/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an image is charged for by itself, whatever a network makes of it. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/**
 * GboxPenalty:
 * @l1: weight of Σ |x − ½|, the distance from grey
 * @total_variation: weight of Σ |x − neighbour| over all pairs of pixels beside or above each other
 * @blur: weight of Σ ½·b·(x − neighbour)² over all pairs of pixels that touch, also at a corner, with b =
 * 1/10
 *
 * The three terms of lucid's `objectives.py`, summed over pixels and channels of an RGB image in 0 … 1. Where
 * all neighbours are there, the gradient of the last is x − blur (x) for lucid's 3 × 3 blur of weights ½ and
 * 1 over 5: a step of size 1 against it is that blur.
 */
typedef struct
{
  double l1;
  double total_variation;
  double blur;
} GboxPenalty;

/**
 * gbox_penalty_subtract:
 * @self: the weights
 * @team: the workers
 * @rgb: planes (3, height, width)
 * @gradient: (nullable) (inout): planes (3, height, width), of which the penalty's gradient is subtracted
 *
 * Where |·| has no slope its gradient counts as 0. Nothing is done while all weights are 0.
 *
 * Returns: the penalty, summed in double precision in a fixed order
 */
double gbox_penalty_subtract (
  const GboxPenalty *self, GboxTeam *team, const float *rgb, int height, int width, float *gradient);

G_END_DECLS
