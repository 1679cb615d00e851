/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution as a matrix product: windows written out, the product finished, and windows gathered back. */
#include "kernels/fast/conv-windows.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/vector.h"
#include "kernels/gemm.h"
#include "kernels/slices.h"
#include "kernels/window.h"

ALWAYS_INLINE float *
zero_run (float *to, gsize length)
{
  FOR_EACH_VECTOR (c, n, length, vec_store_n (to + c, vec_set (0), n));

  return to + length;
}

ALWAYS_INLINE float *
copy_run (float *to, const float *from, gsize length)
{
  FOR_EACH_VECTOR (c, n, length, vec_store_n (to + c, vec_load_n (from + c, n), n));

  return to + length;
}

/* What the output pixel (oy, ox) sees, in the order of the weights. */
static float *
write_window (const GboxConvForwardWork *work, int image, int oy, int ox, float *to)
{
  const GboxConvShape *shape = work->shape;
  const GboxTensor *x = &work->x;
  const GboxRange rows
    = gbox_window_taps ((GboxWindow){ shape->kernel_height, shape->stride, shape->pad_top }, oy, x->height);
  const GboxRange columns
    = gbox_window_taps ((GboxWindow){ shape->kernel_width, shape->stride, shape->pad_left }, ox, x->width);
  const gsize channels = (gsize) shape->in_channels;
  const gsize length = (gsize) shape->kernel_width * channels;

  for (int ky = 0; ky < shape->kernel_height; ky++)
    {
      const float *from;

      if (ky < rows.first || ky >= rows.end || columns.end <= columns.first)
        {
          to = zero_run (to, length);
          continue;
        }

      from = gbox_tensor_pixel (x, image, oy * shape->stride + ky - shape->pad_top,
                                ox * shape->stride + columns.first - shape->pad_left);
      to = zero_run (to, (gsize) columns.first * channels);
      if (x->stride == channels)
        to = copy_run (to, from, (gsize) (columns.end - columns.first) * channels);
      else
        for (int kx = columns.first; kx < columns.end; kx++, from += x->stride)
          to = copy_run (to, from, channels);
      to = zero_run (to, (gsize) (shape->kernel_width - columns.end) * channels);
    }

  return to;
}

static void
write_windows (const GboxConvForwardWork *work, gsize first, gsize end, float *to)
{
  const gsize width = (gsize) work->y.width, height = (gsize) work->y.height;

  for (gsize p = first; p < end; p++)
    to = write_window (work, (int) (p / width / height), (int) (p / width % height), (int) (p % width), to);
}

/* Some rows of the matrix that all workers share. */
void
FAST (conv_windows) (gpointer data, guint task, guint worker)
{
  const GboxConvForwardWork *work = data;
  const gsize n_pixels = gbox_tensor_n_pixels (&work->y);
  const gsize first = gbox_slice_first (n_pixels, work->n_window_slices, task);
  const gsize end = gbox_slice_first (n_pixels, work->n_window_slices, task + 1);

  write_windows (work, first, end, work->windows + first * (gsize) work->window_length);
}

ALWAYS_INLINE void
finish (float *y, const float *bias, float floor, float ceiling, int n)
{
  const Vec sum = vec_load_n (y, n) + vec_load_n (bias, n);

  vec_store_n (y, vec_min (vec_set (ceiling), vec_max (vec_set (floor), sum)), n);
}

/* One block of the product, with bias and rectifier while it is in the cache. */
void
FAST (conv_windows_multiply) (gpointer data, guint task, guint worker)
{
  const GboxConvForwardWork *work = data;
  const guint row_slice = task / work->cut.n_column_slices, column_slice = task % work->cut.n_column_slices;
  const gsize n_pixels = gbox_tensor_n_pixels (&work->y);
  const gsize first = gbox_slice_first (n_pixels, work->cut.n_row_slices, row_slice);
  const gsize end = gbox_slice_first (n_pixels, work->cut.n_row_slices, row_slice + 1);
  const int n_channels = work->y.channels;
  const int channel = gbox_conv_slice_column (n_channels, work->cut.n_column_slices, column_slice);
  const int n = gbox_conv_slice_column (n_channels, work->cut.n_column_slices, column_slice + 1) - channel;
  const gsize length = (gsize) work->window_length;
  float *y = work->y.data + first * work->y.stride + channel;
  const float *a = work->windows + first * length;

  if (work->worker_windows > 0)
    {
      a = work->windows + worker * work->worker_windows;
      write_windows (work, first, end, work->windows + worker * work->worker_windows);
    }

  gbox_gemm_transposed ((int) (end - first), n, work->window_length, a, length,
                        work->weights + (gsize) channel * length, length, 0, y, work->y.stride);
  for (gsize p = first; p < end; p++, y += work->y.stride)
    FOR_EACH_VECTOR (c, m, n, finish (y + c, work->bias + channel + c, work->floor, work->ceiling, m));
}

/* The windows that contain one input pixel: the first (top left), and how to get to the others. */
typedef struct
{
  const float *windows;
  gsize row_step;     /* from one row of pixels to the next */
  gssize column_step; /* from the tap of one pixel to that of its right neighbour, which is stride taps to the
                         left */
  gssize tap_row_step; /* from a tap to the one stride rows above */
  gssize first_tap;
  int first_slot;
  int ring;
  int n_rows;
} Givers;

ALWAYS_INLINE void
gather (const Givers *g, int n_columns, float *dx, gboolean accumulate, int n)
{
  Vec sum = accumulate ? vec_load_n (dx, n) : vec_set (0);
  int slot = g->first_slot;

  for (int j = 0; j < g->n_rows; j++)
    {
      const float *from = g->windows + (gsize) slot * g->row_step + (g->first_tap - j * g->tap_row_step);

      for (int i = 0; i < n_columns; i++)
        sum += vec_load_n (from + i * g->column_step, n);
      slot = slot + 1 == g->ring ? 0 : slot + 1;
    }
  vec_store_n (dx, sum, n);
}

ALWAYS_INLINE void
gather_at (Givers g, gsize c, int n_columns, float *dx, gboolean accumulate, int n)
{
  g.first_tap += (gssize) c;
  gather (&g, n_columns, dx + c, accumulate, n);
}

#define GATHER(n_columns)                                                                                    \
  FOR_EACH_VECTOR (c, n, channels, gather_at (givers, c, n_columns, dx, accumulate, n))

/* The widths of common kernels are compiled apart, so that their loops unroll. */
static void
gather_pixel (const Givers *g, int n_columns, float *dx, gboolean accumulate, int channels)
{
  const Givers givers = *g;

  switch (n_columns)
    {
    case 3:
      GATHER (3);
      break;
    case 4:
      GATHER (4);
      break;
    case 5:
      GATHER (5);
      break;
    default:
      GATHER (n_columns);
    }
}

static void
gather_row (const GboxConvGatherWork *work, int row)
{
  const GboxConvShape *shape = work->shape;
  const GboxTensor *dx = &work->dx, *y = &work->y;
  const GboxWindow horizontal = { shape->kernel_width, shape->stride, shape->pad_left };
  const GboxWindow vertical = { shape->kernel_height, shape->stride, shape->pad_top };
  const gssize channels = shape->in_channels;
  const gssize length = (gssize) shape->kernel_height * shape->kernel_width * channels;
  const int image = row / dx->height, iy = row % dx->height;
  const GboxRange rows = gbox_window_outputs (vertical, iy, y->height);
  const int ky = iy + shape->pad_top - rows.first * shape->stride;
  float *to = gbox_tensor_pixel (dx, image, iy, 0);
  Givers givers = { .windows = work->windows,
                    .row_step = (gsize) y->width * (gsize) length,
                    .column_step = length - shape->stride * channels,
                    .tap_row_step = (gssize) shape->stride * shape->kernel_width * channels,
                    .first_slot = (image * y->height + rows.first) % work->ring,
                    .ring = work->ring,
                    .n_rows = rows.end - rows.first };

  for (int ix = 0; ix < dx->width; ix++, to += dx->stride)
    {
      const GboxRange columns = gbox_window_outputs (horizontal, ix, y->width);
      const int kx = ix + shape->pad_left - columns.first * shape->stride;

      givers.first_tap = columns.first * length + (ky * shape->kernel_width + kx) * channels;
      gather_pixel (&givers, columns.end - columns.first, to, work->accumulate, shape->in_channels);
    }
}

/* to += from, of any length. */
ALWAYS_INLINE void
add_run (float *to, const float *from, gsize length)
{
  FOR_EACH_VECTOR (c, n, length, vec_store_n (to + c, vec_load_n (to + c, n) + vec_load_n (from + c, n), n));
}

/*
 * A row of an input with so few channels that a vector holds several pixels: whole rows of windows are added
 * to it. Neighbouring windows overlap, and adding to what has just been written stalls, so each pass takes
 * every window that does not meet the last.
 */
static void
scatter_row (const GboxConvGatherWork *work, int row)
{
  const GboxConvShape *shape = work->shape;
  const GboxTensor *dx = &work->dx, *y = &work->y;
  const GboxWindow vertical = { shape->kernel_height, shape->stride, shape->pad_top };
  const GboxWindow horizontal = { shape->kernel_width, shape->stride, shape->pad_left };
  const gsize channels = (gsize) shape->in_channels;
  const gsize tap_row = (gsize) shape->kernel_width * channels;
  const gsize length = (gsize) shape->kernel_height * tap_row;
  const int image = row / dx->height, iy = row % dx->height;
  const GboxRange rows = gbox_window_outputs (vertical, iy, y->height);
  const int n_passes = (shape->kernel_width - 1) / shape->stride + 1;
  float *to = gbox_tensor_pixel (dx, image, iy, 0);

  if (!work->accumulate)
    zero_run (to, (gsize) dx->width * channels);

  for (int oy = rows.first; oy < rows.end; oy++)
    {
      const gsize slot = (gsize) ((image * y->height + oy) % work->ring);
      const gsize ky = (gsize) (iy + shape->pad_top - oy * shape->stride);
      const float *from = work->windows + slot * (gsize) y->width * length + ky * tap_row;

      for (int pass = 0; pass < n_passes; pass++)
        for (int ox = pass; ox < y->width; ox += n_passes)
          {
            const GboxRange columns = gbox_window_taps (horizontal, ox, dx->width);
            const gssize start = (gssize) ox * shape->stride - shape->pad_left + columns.first;

            if (columns.end > columns.first)
              add_run (to + start * (gssize) channels,
                       from + (gsize) ox * length + (gsize) columns.first * channels,
                       (gsize) (columns.end - columns.first) * channels);
          }
    }
}

/* Some rows of the gradient with respect to the input. */
void
FAST (conv_windows_gather) (gpointer data, guint task, guint worker)
{
  const GboxConvGatherWork *work = data;
  const gsize n_rows = (gsize) work->n_rows;
  const gboolean is_narrow = work->dx.channels <= LANES / 2 && work->dx.stride == (gsize) work->dx.channels;
  const int end = work->first_row + (int) gbox_slice_first (n_rows, work->n_slices, task + 1);

  for (int row = work->first_row + (int) gbox_slice_first (n_rows, work->n_slices, task); row < end; row++)
    if (is_narrow)
      scatter_row (work, row);
    else
      gather_row (work, row);
}
