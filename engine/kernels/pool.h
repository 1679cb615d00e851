/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max pooling; what lies outside the input counts as −∞. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"
#include "kernels/activation.h"

G_BEGIN_DECLS

typedef struct
{
  int kernel; /* square, at most 15 */
  int stride;
  int pad_top;
  int pad_left;
} GboxPoolShape;

/**
 * gbox_max_pool_forward:
 * @team: the workers
 * @shape: window
 * @x: input (N, H, W, C)
 * @y: (out): output (N, OH, OW, C); its height and width decide what is padded below and to the right (ceil
 * mode)
 * @argmax: (out): dense (N, OH, OW, C), the position ky·kernel + kx of the first largest value in row order
 */
void gbox_max_pool_forward (
  GboxTeam *team, const GboxPoolShape *shape, const GboxTensor *x, GboxTensor *y, guint8 *argmax);

/**
 * gbox_max_pool_backward:
 * @dy: gradient (N, OH, OW, C)
 * @argmax: as written by the forward pass
 * @dx: (inout): gradient (N, H, W, C), gathered, so every element is written once
 * @accumulate: whether to add to @dx or to overwrite it
 * @rectified: (nullable): output of the rectifier that @dx, sum included, passes through, see
 * gbox_activation_backward()
 * @activation: that rectifier
 */
void gbox_max_pool_backward (GboxTeam *team,
                             const GboxPoolShape *shape,
                             const GboxTensor *dy,
                             const guint8 *argmax,
                             GboxTensor *dx,
                             gboolean accumulate,
                             const GboxTensor *rectified,
                             GboxActivation activation);

void gbox_max_pool_forward_reference (const GboxPoolShape *shape,
                                      const GboxTensor *x,
                                      GboxTensor *y,
                                      guint8 *argmax);
void gbox_max_pool_backward_reference (const GboxPoolShape *shape,
                                       const GboxTensor *dy,
                                       const guint8 *argmax,
                                       GboxTensor *dx,
                                       gboolean accumulate);

G_END_DECLS
