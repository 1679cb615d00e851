/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution by its definition, on weights in any order. */
#pragma once

#include "kernels/conv.h"

G_BEGIN_DECLS

/**
 * GboxWeightView:
 *
 * Weight w[o][i][ky][kx] is `data[o * out_step + i * in_step + ky * row_step + kx * column_step]`.
 */
typedef struct
{
  const float *data;
  gsize out_step;
  gsize in_step;
  gsize row_step;
  gsize column_step;
} GboxWeightView;

void gbox_conv_forward_plain (const GboxConvShape *shape,
                              GboxActivation activation,
                              const GboxWeightView *weights,
                              const float *bias,
                              const GboxTensor *x,
                              GboxTensor *y);
void gbox_conv_backward_plain (const GboxConvShape *shape,
                               const GboxWeightView *weights,
                               const GboxTensor *dy,
                               GboxTensor *dx,
                               gboolean accumulate);

G_END_DECLS
