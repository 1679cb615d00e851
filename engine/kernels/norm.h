/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalization of the rows of a matrix. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/**
 * gbox_rms_norm:
 * @team: the workers
 * @x: (n, width), rows @x_stride floats apart
 * @x_stride: see there
 * @n: rows
 * @width: of a row
 * @weight: (array length=width): what the normalized numbers are multiplied by
 * @eps: added to the mean square
 * @y: (out): (n, width), rows @y_stride floats apart; may be @x
 * @y_stride: see there
 *
 * y = weight · x / √(mean of x² + ε), each row by itself (Zhang and Sennrich 2019).
 */
void gbox_rms_norm (GboxTeam *team,
                    const float *x,
                    gsize x_stride,
                    int n,
                    int width,
                    const float *weight,
                    float eps,
                    float *y,
                    gsize y_stride);

/**
 * gbox_layer_norm:
 * @bias: (array length=width): what is added in the end
 *
 * y = weight · (x − mean) / √(variance + ε) + bias (Ba, Kiros and Hinton 2016); otherwise as gbox_rms_norm().
 */
void gbox_layer_norm (GboxTeam *team,
                      const float *x,
                      gsize x_stride,
                      int n,
                      int width,
                      const float *weight,
                      const float *bias,
                      float eps,
                      float *y,
                      gsize y_stride);

/**
 * gbox_rms_norm_backward:
 * @x: (n, width): what was normalized
 * @n: rows
 * @width: of a row
 * @weight: (array length=width): see gbox_rms_norm()
 * @eps: see there
 * @dy: (n, width): the gradient with respect to what came out
 * @dx: (nullable) (inout): (n, width): that with respect to @x is added
 * @d_weight: (inout) (array length=width): that with respect to the weights is added
 *
 * With r = 1 / √(mean of x² + ε): dx = r (w dy − x r² · mean of w dy x), dw = Σ dy x r. On the calling
 * thread.
 */
void gbox_rms_norm_backward (const float *x,
                             int n,
                             int width,
                             const float *weight,
                             float eps,
                             const float *dy,
                             float *dx,
                             float *d_weight);

G_END_DECLS
