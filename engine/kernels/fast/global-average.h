/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of the mean over positions read. */
#pragma once

#include "base/tensor.h"
#include "kernels/fast/mask.h"

G_BEGIN_DECLS

/**
 * GboxGlobalAverageWork:
 * @plane: (N, H, W, C): the input, or its gradient
 * @mean: (N, 1, 1, C): the output, or its gradient
 * @accumulate: whether to add to the gradient of the input
 * @mask: what the gradient of the input passes through
 * @n_slices: tasks an image; forward cuts the channels, backward the pixels
 */
typedef struct
{
  GboxTensor plane;
  GboxTensor mean;
  gboolean accumulate;
  GboxMask mask;
  guint n_slices;
} GboxGlobalAverageWork;

G_END_DECLS
