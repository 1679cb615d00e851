/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a 1×1 convolution read. */
#pragma once

#include "kernels/finish.h"

G_BEGIN_DECLS

/**
 * GboxPointwiseWork:
 * @n_in: channels that are summed over
 * @n_out: channels of the result
 * @packed: the weights, (n_in, n_out) packed
 * @packed_rows: rows of the whole packed matrix, of which @n_in are read
 * @from: what is read
 * @to: what is written
 * @from_top: rows of @from above the first that is read
 * @from_left: columns of @from likewise
 * @to_top: rows of @to above the first that is written
 * @to_left: columns of @to likewise
 * @run_length: pixels that lie side by side in both
 * @run_rows: runs of an image
 * @n_pixels: of all runs
 * @finish: what becomes of a sum
 * @n_row_slices: slices of the pixels
 * @n_column_slices: slices of the channels; task = row slice · n_column_slices + column slice
 */
typedef struct
{
  int n_in;
  int n_out;
  const float *packed;
  gsize packed_rows;
  GboxTensor from;
  GboxTensor to;
  int from_top, from_left;
  int to_top, to_left;
  gsize run_length;
  gsize run_rows;
  gsize n_pixels;
  GboxFinish finish;
  guint n_row_slices;
  guint n_column_slices;
} GboxPointwiseWork;

/* Rows are cut at multiples of this, which every number of rows of the inner loop divides. */
#define GBOX_POINTWISE_ROW_UNIT 24

G_END_DECLS
