/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adam (Kingma & Ba 2015), ascending. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/**
 * gbox_adam_step:
 * @parameters: (inout) (array length=n)
 * @gradient: (array length=n): of the objective, which is maximised
 * @m: (inout): first moments
 * @v: (inout): second moments
 * @step: 1 for the first step
 *
 * β₁ = 0.9, β₂ = 0.999, ε = 1e-8; both moments corrected for their start at zero.
 */
void gbox_adam_step (GboxTeam *team,
                     float *parameters,
                     const float *gradient,
                     float *m,
                     float *v,
                     gsize n,
                     guint step,
                     double learning_rate);

void gbox_adam_step_reference (
  float *parameters, const float *gradient, float *m, float *v, gsize n, guint step, double learning_rate);

G_END_DECLS
