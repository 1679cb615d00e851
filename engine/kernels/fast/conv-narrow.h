/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of a convolution of few channels read. */
#pragma once

#include "kernels/conv.h"
#include "kernels/finish.h"

G_BEGIN_DECLS

/**
 * GboxNarrowWork:
 * @shape: the shape
 * @packed: the weights as the direction wants them
 * @from: what is read
 * @to: what is written
 * @finish: what becomes of a sum; its mask is left to the caller
 * @scratch: of all workers
 * @worker_scratch: floats of each
 * @n_slices: tasks
 *
 * Backward, pixels of the input count from the padding on: pixel q = y + pad is tap q mod stride of output
 * B = ⌊q / stride⌋, tap q mod stride + stride of the output before it, and so on. The stride × stride pixels
 * of one B are a block, and all blocks are sums over the same number of outputs.
 */
typedef struct
{
  const GboxConvShape *shape;
  const float *packed;
  GboxTensor from;
  GboxTensor to;
  GboxFinish finish;
  float *scratch;
  gsize worker_scratch;
  guint n_slices;
} GboxNarrowWork;

/* More floats than any vector has: what a row of scratch is longer than what is in it. */
#define GBOX_NARROW_SLACK 16

/* The integers B of the blocks that @n_inputs rows or columns lie in. */
typedef struct
{
  int first;
  int n;
} GboxNarrowBlocks;

static inline GboxNarrowBlocks
gbox_narrow_blocks (int stride, int pad, int n_inputs)
{
  const int first = pad >= 0 ? pad / stride : -((stride - 1 - pad) / stride);
  const int last = (n_inputs - 1 + pad + stride * MAX (-first, 0)) / stride - MAX (-first, 0);

  return (GboxNarrowBlocks){ first, last - first + 1 };
}

/* How many outputs a block is summed from along an axis. */
static inline int
gbox_narrow_n_givers (const GboxConvShape *shape)
{
  return (shape->kernel_height + shape->stride - 1) / shape->stride;
}

/* Floats of a row of the input that a row of outputs sees, padding included. */
static inline gsize
gbox_narrow_row_floats (const GboxConvShape *shape, const GboxTensor *y)
{
  return ((gsize) (y->width - 1) * (gsize) shape->stride + (gsize) shape->kernel_width)
         * (gsize) shape->in_channels;
}

/* Rounded up to a cache line, and slack. */
static inline gsize
gbox_narrow_line (gsize n_floats)
{
  return (n_floats + GBOX_NARROW_SLACK - 1) / GBOX_NARROW_SLACK * GBOX_NARROW_SLACK + GBOX_NARROW_SLACK;
}

G_END_DECLS
