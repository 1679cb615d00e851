/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of local response normalisation read. */
#pragma once

#include "kernels/lrn.h"
#include "kernels/fast/mask.h"

G_BEGIN_DECLS

/* What a fast kernel has room for on its stack. */
#define GBOX_LRN_MAX_CHANNELS 2048
#define GBOX_LRN_MAX_SIZE     33

/**
 * GboxLrnWork:
 * @y: the output, or dx
 * @dy: of the backward pass
 * @mask: what dx passes through
 * @n_slices: number of tasks
 */
typedef struct
{
  GboxLrnShape shape;
  GboxTensor x;
  GboxTensor dy;
  GboxTensor y;
  gboolean accumulate;
  GboxMask mask;
  guint n_slices;
} GboxLrnWork;

G_END_DECLS
