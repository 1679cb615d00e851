/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of an inverted residual block read. */
#pragma once

#include "kernels/fast/conv-pointwise.h"
#include "kernels/fast/depthwise.h"

G_BEGIN_DECLS

/**
 * GboxInvertedResidualWork:
 * @expand: of the whole plane, without tensors; n_out is 0 where there is none
 * @depthwise: likewise
 * @project: likewise
 * @x: what is read
 * @addend: what is added in the end; no data where nothing is
 * @y: what is written
 * @n_group_channels: channels between the convolutions that are taken together, a multiple of 16 or all
 * @n_band_rows: rows of @y that are taken together
 * @expanded_floats: of the expanded rows at the beginning of a worker's scratch; the filtered ones follow
 * @scratch: of all workers
 * @worker_scratch: floats of each
 * @n_slices: slices of an image's rows; task = image · n_slices + slice
 */
typedef struct
{
  GboxPointwiseWork expand;
  GboxDepthwiseWork depthwise;
  GboxPointwiseWork project;
  GboxTensor x;
  GboxTensor addend;
  GboxTensor y;
  int n_group_channels;
  int n_band_rows;
  gsize expanded_floats;
  float *scratch;
  gsize worker_scratch;
  guint n_slices;
} GboxInvertedResidualWork;

G_END_DECLS
