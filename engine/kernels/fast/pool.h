/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of max pooling read. */
#pragma once

#include "kernels/pool.h"
#include "kernels/fast/mask.h"

G_BEGIN_DECLS

/* The position of a window that lies wholly outside the input. */
#define GBOX_POOL_NOWHERE 255

/**
 * GboxPoolWork:
 * @x: the input, or its gradient
 * @y: the output, or its gradient
 * @accumulate: whether to add to the gradient of the input
 * @mask: what the gradient of the input passes through
 * @n_slices: number of tasks: slices of the rows of y forward, of x backward
 */
typedef struct
{
  GboxPoolShape shape;
  GboxTensor x;
  GboxTensor y;
  guint8 *argmax;
  gboolean accumulate;
  GboxMask mask;
  guint n_slices;
} GboxPoolWork;

G_END_DECLS
