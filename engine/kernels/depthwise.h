/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution: every channel by itself. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"
#include "kernels/activation.h"

G_BEGIN_DECLS

/**
 * GboxDepthwiseShape:
 *
 * y[oy][ox][c] = Σ_{ky,kx} x[oy·stride + ky − pad_top][ox·stride + kx − pad_left][c] · w[ky][kx][c], x zero
 * outside.
 */
typedef struct
{
  int channels;
  int kernel; /* square */
  int stride;
  int pad_top;
  int pad_left;
} GboxDepthwiseShape;

/* weights (K, K, C); bias (C) or NULL. No allocation, the same bits for any number of threads. */
void gbox_depthwise_forward (GboxTeam *team,
                             const GboxDepthwiseShape *shape,
                             GboxActivation activation,
                             const float *weights,
                             const float *bias,
                             const GboxTensor *x,
                             GboxTensor *y);
/* dy is the gradient before the rectifier; dx is overwritten, or added to with accumulate. Then dx passes
 * through the rectifier that made @rectified (nullable), the input, see gbox_activation_backward(). */
void gbox_depthwise_backward (GboxTeam *team,
                              const GboxDepthwiseShape *shape,
                              const float *weights,
                              const GboxTensor *dy,
                              GboxTensor *dx,
                              gboolean accumulate,
                              const GboxTensor *rectified,
                              GboxActivation activation);

void gbox_depthwise_forward_reference (const GboxDepthwiseShape *shape,
                                       GboxActivation activation,
                                       const float *weights,
                                       const float *bias,
                                       const GboxTensor *x,
                                       GboxTensor *y);
void gbox_depthwise_backward_reference (const GboxDepthwiseShape *shape,
                                        const float *weights,
                                        const GboxTensor *dy,
                                        GboxTensor *dx,
                                        gboolean accumulate);

G_END_DECLS
