/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean over all positions, so that a classifier takes any input size. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"
#include "kernels/activation.h"

G_BEGIN_DECLS

/* x (N, H, W, C) → y (N, 1, 1, C); summed in a fixed order. */
void gbox_global_average_forward (GboxTeam *team, const GboxTensor *x, GboxTensor *y);
/* dy (N, 1, 1, C) → dx (N, H, W, C): dx = dy / (H·W). Then dx passes through the rectifier that made
 * @rectified (nullable), see gbox_activation_backward(). */
void gbox_global_average_backward (GboxTeam *team,
                                   const GboxTensor *dy,
                                   GboxTensor *dx,
                                   gboolean accumulate,
                                   const GboxTensor *rectified,
                                   GboxActivation activation);

G_END_DECLS
