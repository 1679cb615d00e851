/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of 1×1: a product of pixels and weights. */
#include "kernels/fast/conv-pointwise.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/product.h"
#include "kernels/slices.h"

/* Pixels that stay in the cache while all weights pass by. */
#define CHUNK_ROWS 72

static gsize
first_row (const GboxPointwiseWork *work, guint slice)
{
  const gsize n_units = MAX (work->n_pixels / GBOX_POINTWISE_ROW_UNIT, 1);

  return slice == work->n_row_slices
           ? work->n_pixels
           : gbox_slice_first (n_units, work->n_row_slices, slice) * GBOX_POINTWISE_ROW_UNIT;
}

/* Pixel @p of the runs in a tensor of which @top rows and @left columns are passed over. */
static gsize
find_pixel (const GboxPointwiseWork *work, const GboxTensor *tensor, int top, int left, gsize p)
{
  const gsize run = p / work->run_length;
  const gsize image = run / work->run_rows, row = run % work->run_rows;

  return ((image * (gsize) tensor->height + row + (gsize) top) * (gsize) tensor->width + (gsize) left
          + p % work->run_length)
         * tensor->stride;
}

/* Rows p … p + n − 1 of the product, in the columns of the blocks given. */
static void
multiply_chunk (const GboxPointwiseWork *work, gsize p, int n_rows, gsize first_block, gsize end_block)
{
  const GboxFinish *finish = &work->finish;
  const ProductGroups groups = product_groups (n_rows);
  const float *from = work->from.data + find_pixel (work, &work->from, work->from_top, work->from_left, p);
  float *to = work->to.data + find_pixel (work, &work->to, work->to_top, work->to_left, p);
  const float *mask = finish->mask.data == NULL ? NULL : finish->mask.data + p * finish->mask.stride;
  Product product_ = { .k = (gsize) work->n_in,
                       .a_stride = work->from.stride,
                       .c_stride = work->to.stride,
                       .accumulate = finish->accumulate,
                       .floor = finish->floor,
                       .ceiling = finish->ceiling,
                       .mask_stride = finish->mask.stride,
                       .mask_ceiling = finish->mask_ceiling };

  for (gsize block = first_block; block < end_block; block++)
    {
      const gsize column = block * GBOX_PACKED_COLUMNS;

      product_.b = work->packed + block * work->packed_rows * GBOX_PACKED_COLUMNS;
      product_.n_columns = MIN (work->n_out - (int) column, GBOX_PACKED_COLUMNS);
      product_.bias = finish->bias == NULL ? NULL : finish->bias + column;
      product_.a = from;
      product_.c = to + column;
      product_.mask = mask == NULL ? NULL : mask + column;
      for (int group = 0; group < groups.n_groups; group++)
        {
          const gsize n = (gsize) product_group_rows (&groups, group);

          product_.ahead = product_ahead (product_.b, product_.k, group);
          product (&product_, (int) n);
          product_.a += n * product_.a_stride;
          product_.c += n * product_.c_stride;
          if (product_.mask != NULL)
            product_.mask += n * product_.mask_stride;
        }
    }
}

void
FAST (pointwise) (gpointer data, guint task, guint worker)
{
  const GboxPointwiseWork *work = data;
  const guint row_slice = task / work->n_column_slices, column_slice = task % work->n_column_slices;
  const gsize n_blocks = gbox_packed_n_blocks ((gsize) work->n_out);
  const gsize first_block = gbox_slice_first (n_blocks, work->n_column_slices, column_slice);
  const gsize end_block = gbox_slice_first (n_blocks, work->n_column_slices, column_slice + 1);
  const gsize end = first_row (work, row_slice + 1);
  gsize p = first_row (work, row_slice);

  while (p < end)
    {
      const gsize run_end = (p / work->run_length + 1) * work->run_length;
      const gsize n = MIN (MIN (end, run_end) - p, CHUNK_ROWS);

      multiply_chunk (work, p, (int) n, first_block, end_block);
      p += n;
    }
}
