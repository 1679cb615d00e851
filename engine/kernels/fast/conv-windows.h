/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a convolution read. */
#pragma once

#include "kernels/conv.h"

G_BEGIN_DECLS

/**
 * GboxConvCut:
 * @n_row_slices: slices of the rows of a matrix product: pixels
 * @n_column_slices: slices of its columns; task = row slice · n_column_slices + column slice
 */
typedef struct
{
  guint n_row_slices;
  guint n_column_slices;
} GboxConvCut;

/**
 * GboxConvForwardWork:
 * @shape: the shape
 * @window_length: KH·KW·I: numbers that one output pixel is computed from
 * @weights: (O, KH, KW, I)
 * @bias: (O)
 * @floor: what the rectifier raises the output to: 0 or −∞
 * @ceiling: what it lowers it to: 6 or ∞
 * @x: the input
 * @y: the output
 * @windows: scratch: a matrix of what each output pixel sees, one row a pixel
 * @worker_windows: floats of it that belong to each worker, or 0 where all share one
 * @n_window_slices: tasks that write @windows where all share one
 * @cut: how the product is cut
 */
typedef struct
{
  const GboxConvShape *shape;
  int window_length;
  const float *weights;
  const float *bias;
  float floor;
  float ceiling;
  GboxTensor x;
  GboxTensor y;
  float *windows;
  gsize worker_windows;
  guint n_window_slices;
  GboxConvCut cut;
} GboxConvForwardWork;

/**
 * GboxConvGatherWork:
 * @shape: the shape
 * @y: shape of the output
 * @dx: gradient with respect to the input
 * @accumulate: whether to add to it
 * @windows: scratch: a matrix of what each output pixel gives back to its window, one row a pixel
 * @ring: how many rows of pixels @windows holds: row r of all images is its row r modulo @ring
 * @first_row: rows of @dx, of all images, to gather: from here
 * @n_rows: this many
 * @n_slices: number of tasks
 */
typedef struct
{
  const GboxConvShape *shape;
  GboxTensor y;
  GboxTensor dx;
  gboolean accumulate;
  const float *windows;
  int ring;
  int first_row;
  int n_rows;
  guint n_slices;
} GboxConvGatherWork;

/* Where column slice @i of @n begins: at a multiple of 16, which is a multiple of every vector. */
static inline int
gbox_conv_slice_column (int n_columns, guint n_slices, guint i)
{
  const int n_units = (n_columns + 15) / 16;

  return MIN (n_columns, n_units * (int) i / (int) n_slices * 16);
}

G_END_DECLS
