/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of few channels, a row at a time: what a product reads and gives is small enough to be still in
 * the nearest cache. */
#include "kernels/fast/conv-narrow.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/product.h"
#include "kernels/slices.h"

/* A row of @n pixels, of which the first is pixel @first of the row given, zero where there is none. */
static void
copy_row (const GboxTensor *tensor, const float *row, int first, int n, float *to)
{
  const int channels = tensor->channels;
  const gsize pixel_bytes = (gsize) channels * sizeof *to;
  const int begin = CLAMP (-first, 0, n), end = CLAMP (tensor->width - first, begin, n);
  const float *from = row == NULL ? NULL : row + (gssize) (first + begin) * (gssize) tensor->stride;

  if (row == NULL || begin == end)
    {
      memset (to, 0, (gsize) n * pixel_bytes);
      return;
    }

  memset (to, 0, (gsize) begin * pixel_bytes);
  if (tensor->stride == (gsize) channels)
    memcpy (to + begin * channels, from, (gsize) (end - begin) * pixel_bytes);
  else
    for (int p = begin; p < end; p++, from += tensor->stride)
      memcpy (to + p * channels, from, pixel_bytes);
  memset (to + end * channels, 0, (gsize) (n - end) * pixel_bytes);
}

static const float *
find_row (const GboxTensor *tensor, int image, int row)
{
  return row >= 0 && row < tensor->height ? gbox_tensor_pixel (tensor, image, row, 0) : NULL;
}

/* Whole vectors: what is too much is overwritten by what comes next, or falls into the slack. */
ALWAYS_INLINE void
copy_vectors (float *to, const float *from, int n)
{
  for (int c = 0; c < n; c += LANES)
    vec_store (to + c, vec_load (from + c));
}

/* What each of a row's outputs sees, in the order of the weights. */
static void
write_windows (const GboxConvShape *shape, const float *rows, gsize row_floats, int n_outputs, float *windows)
{
  const int run = shape->kernel_width * shape->in_channels, step = shape->stride * shape->in_channels;

  for (int p = 0; p < n_outputs; p++, rows += step)
    for (int ky = 0; ky < shape->kernel_height; ky++, windows += run)
      copy_vectors (windows, rows + (gsize) ky * row_floats, run);
}

/* @n_rows rows of a product, 16 columns of them. */
static void
multiply (Product p, int n_rows)
{
  const ProductGroups groups = product_groups (n_rows);

  for (int group = 0; group < groups.n_groups; group++)
    {
      const int n = product_group_rows (&groups, group);

      product (&p, n);
      p.a += (gsize) n * p.a_stride;
      p.c += (gsize) n * p.c_stride;
    }
}

static void
forward_row (const GboxNarrowWork *work, int image, int oy, float *rows)
{
  const GboxConvShape *shape = work->shape;
  const GboxTensor *x = &work->from, *y = &work->to;
  const gsize row_floats = gbox_narrow_line (gbox_narrow_row_floats (shape, y));
  const int n_pixels = (y->width - 1) * shape->stride + shape->kernel_width;
  const gsize n_sums
    = (gsize) shape->kernel_height * (gsize) shape->kernel_width * (gsize) shape->in_channels;
  float *windows = rows + (gsize) shape->kernel_height * row_floats;
  Product p = { .k = n_sums,
                .a = windows,
                .a_stride = n_sums,
                .c_stride = y->stride,
                .floor = work->finish.floor,
                .ceiling = work->finish.ceiling };

  for (int ky = 0; ky < shape->kernel_height; ky++)
    copy_row (x, find_row (x, image, oy * shape->stride + ky - shape->pad_top), -shape->pad_left, n_pixels,
              rows + (gsize) ky * row_floats);
  write_windows (shape, rows, row_floats, y->width, windows);
  for (int column = 0; column < y->channels; column += GBOX_PACKED_COLUMNS)
    {
      p.b = work->packed + (gsize) column * n_sums;
      p.c = gbox_tensor_pixel (y, image, oy, 0) + column;
      p.bias = work->finish.bias + column;
      p.n_columns = MIN (y->channels - column, GBOX_PACKED_COLUMNS);
      multiply (p, y->width);
    }
}

void
FAST (conv_narrow_forward) (gpointer data, guint task, guint worker)
{
  const GboxNarrowWork *work = data;
  const gsize height = (gsize) work->to.height, n_rows = (gsize) work->to.batch * height;
  const gsize end = gbox_slice_first (n_rows, work->n_slices, task + 1);
  float *scratch = work->scratch + worker * work->worker_scratch;

  for (gsize row = gbox_slice_first (n_rows, work->n_slices, task); row < end; row++)
    forward_row (work, (int) (row / height), (int) (row % height), scratch);
}

/* The pixels begin … end − 1 of a block's run. */
static void
store_run (const GboxNarrowWork *work, int begin, int end, const float *run, float *to)
{
  const int channels = work->to.channels;

  for (int r = begin; r < end; r++)
    for (int c = 0; c < channels; c++)
      {
        float *value = to + (gssize) r * (gssize) work->to.stride + c;

        *value = (work->finish.accumulate ? *value : 0) + run[r * channels + c];
      }
}

/* One row of pixels of a row of blocks; each block has a run of them. Where nothing is added to, whole
 * vectors are stored as long as they end inside the row: what is too much the next block overwrites. */
static void
store_row (const GboxNarrowWork *work, GboxNarrowBlocks across, const float *blocks, float *to)
{
  const GboxConvShape *shape = work->shape;
  const GboxTensor *dx = &work->to;
  const int n = shape->stride * dx->channels;
  const int n_stored = (n + LANES - 1) / LANES * LANES;
  const gboolean dense = dx->stride == (gsize) dx->channels && !work->finish.accumulate;
  int first = across.first * shape->stride - shape->pad_left;

  for (int b = 0; b < across.n; b++, blocks += GBOX_PACKED_COLUMNS, first += shape->stride)
    if (dense && first >= 0 && first * dx->channels + n_stored <= dx->width * dx->channels)
      copy_vectors (to + first * dx->channels, blocks, n);
    else
      store_run (work, MAX (-first, 0), MIN (dx->width - first, shape->stride), blocks,
                 to + (gssize) first * (gssize) dx->stride);
}

/* The sums of a row of blocks; @outputs has the rows that it is summed from, row oy at oy modulo their
 * number. */
static void
sum_blocks (
  const GboxNarrowWork *work, int row, gsize row_floats, int n_blocks, const float *outputs, float *blocks)
{
  const int n_givers = gbox_narrow_n_givers (work->shape);
  const gsize channels = (gsize) work->from.channels;
  Product p = { .k = (gsize) n_givers * channels,
                .a_stride = channels,
                .b = work->packed,
                .c = blocks,
                .c_stride = GBOX_PACKED_COLUMNS,
                .n_columns = GBOX_PACKED_COLUMNS };

  memset (blocks, 0, (gsize) n_blocks * GBOX_PACKED_COLUMNS * sizeof *blocks);
  for (int j = 0; j < n_givers; j++, p.b += p.k * GBOX_PACKED_COLUMNS)
    {
      const int oy = row - j;

      if (oy < 0 || oy >= work->from.height)
        continue;
      p.a = outputs + (gsize) (oy % n_givers) * row_floats;
      multiply (p, n_blocks);
      p.accumulate = TRUE;
    }
}

static void
backward_rows (const GboxNarrowWork *work, int image, GboxNarrowBlocks down, float *scratch)
{
  const GboxConvShape *shape = work->shape;
  const GboxTensor *dy = &work->from, *dx = &work->to;
  const GboxNarrowBlocks across = gbox_narrow_blocks (shape->stride, shape->pad_left, dx->width);
  const int n_givers = gbox_narrow_n_givers (shape);
  const int n_outputs = across.n + n_givers - 1;
  const gsize row_floats = gbox_narrow_line ((gsize) n_outputs * (gsize) dy->channels);
  float *blocks = scratch + (gsize) n_givers * row_floats;

  for (int row = down.first - (n_givers - 1); row < down.first + down.n; row++)
    {
      const float *from = find_row (dy, image, row);

      if (from != NULL)
        copy_row (dy, from, across.first - (n_givers - 1), n_outputs,
                  scratch + (gsize) (row % n_givers) * row_floats);
      if (row < down.first)
        continue;
      sum_blocks (work, row, row_floats, across.n, scratch, blocks);
      for (int r = 0; r < shape->stride; r++)
        {
          const int iy = row * shape->stride + r - shape->pad_top;

          if (iy >= 0 && iy < dx->height)
            store_row (work, across, blocks + r * shape->stride * dx->channels,
                       gbox_tensor_pixel (dx, image, iy, 0));
        }
    }
}

/* Some rows of blocks of all images. */
void
FAST (conv_narrow_backward) (gpointer data, guint task, guint worker)
{
  const GboxNarrowWork *work = data;
  const GboxNarrowBlocks all
    = gbox_narrow_blocks (work->shape->stride, work->shape->pad_top, work->to.height);
  const gsize n = (gsize) all.n, n_rows = (gsize) work->to.batch * n;
  const gsize end = gbox_slice_first (n_rows, work->n_slices, task + 1);
  gsize row = gbox_slice_first (n_rows, work->n_slices, task);

  while (row < end)
    {
      const gsize n_here = MIN (end - row, n - row % n);
      const GboxNarrowBlocks down = { all.first + (int) (row % n), (int) n_here };

      backward_rows (work, (int) (row / n), down, work->scratch + worker * work->worker_scratch);
      row += n_here;
    }
}
