/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a depthwise and a 1×1 convolution taken together read. */
#pragma once

#include "kernels/fast/conv-pointwise.h"
#include "kernels/fast/depthwise.h"

G_BEGIN_DECLS

/**
 * GboxDepthwisePointwiseWork:
 * @depthwise: of the whole plane; its result has no data
 * @pointwise: likewise; what it reads has no data
 * @scratch: of all workers
 * @worker_scratch: floats of each: a band
 * @n_slices: bands
 */
typedef struct
{
  GboxDepthwiseWork depthwise;
  GboxPointwiseWork pointwise;
  float *scratch;
  gsize worker_scratch;
  guint n_slices;
} GboxDepthwisePointwiseWork;

G_END_DECLS
