/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of element-by-element arithmetic read. */
#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/**
 * GboxElementwiseWork:
 * @a: first operand; the only one of all but the sum
 * @b: second operand of the sum
 * @y: result; its channels decide
 * @order: of the affine maps, likewise @scale and @shift
 * @n_pixels: pixels of every operand
 * @n_slices: number of tasks
 */
typedef struct
{
  GboxTensor a;
  GboxTensor b;
  GboxTensor y;
  const int *order;
  const float *scale;
  const float *shift;
  gsize n_pixels;
  guint n_slices;
} GboxElementwiseWork;

G_END_DECLS
