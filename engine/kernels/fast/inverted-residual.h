/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of an inverted residual block read. */
#pragma once

#include "kernels/bits.h"
#include "kernels/fast/conv-pointwise.h"
#include "kernels/fast/depthwise.h"

G_BEGIN_DECLS

/**
 * GboxInvertedResidualWork:
 * @backward: the direction; backward the block is gone through from its end, from @x, the gradient of its
 * output, to @y, that of its input
 * @first: the 1×1 convolution that comes first, of the whole plane, without tensors; n_out is 0 where there
 * is none
 * @depthwise: likewise
 * @last: the 1×1 convolution that comes last, likewise; what finishes the gradient is there in any case
 * @x: what is read
 * @addend: what is added in the end; no data where nothing is
 * @y: what is written
 * @first_bits: of what @first makes: written forward, applied backward; no words where nothing is
 * @second_bits: of what @depthwise makes, likewise
 * @n_group_channels: channels between the convolutions that are taken together, a multiple of 16 or all
 * @n_band_rows: rows of @y that are taken together
 * @first_floats: of the rows that @first makes, at the beginning of a worker's scratch; those that @depthwise
 * makes follow
 * @scratch: of all workers
 * @worker_scratch: floats of each
 * @n_slices: slices of an image's rows; task = image · n_slices + slice
 */
typedef struct
{
  gboolean backward;
  GboxPointwiseWork first;
  GboxDepthwiseWork depthwise;
  GboxPointwiseWork last;
  GboxTensor x;
  GboxTensor addend;
  GboxTensor y;
  GboxBits first_bits;
  GboxBits second_bits;
  int n_group_channels;
  int n_band_rows;
  gsize first_floats;
  float *scratch;
  gsize worker_scratch;
  guint n_slices;
} GboxInvertedResidualWork;

G_END_DECLS
