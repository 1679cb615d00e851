/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution as a matrix product of windows and weights. */
#include "kernels/conv-internal.h"
#include "kernels/fast/conv-windows.h"
#include "kernels/gemm.h"
#include "kernels/slices.h"
#include "kernels/window.h"

/* Rows of a block of a product: more gain nothing, fewer spend the time on packing the weights again. */
#define BLOCK_ROWS     224
#define BLOCK_MIN_ROWS 32
/* A product of few rows is cut by columns, until each worker of a small machine has some blocks. */
#define WANTED_BLOCKS     6
#define BLOCK_MIN_COLUMNS 32
/* Less arithmetic than this is not worth handing out. */
#define BLOCK_MIN_FLOPS 5e5

/* What the windows of one backward band should take: they stay in the caches between the product and the
 * gathering. */
#define BAND_BYTES (8 * 1024 * 1024)

/**
 * Band:
 *
 * How the backward pass walks down the output, so that its scratch does not grow with the image: the windows
 * of @n_rows rows of pixels are computed, then all rows of dx that these complete are gathered. Two bands fit
 * into the scratch, a row of pixels r (of all images) lies at r modulo 2·@n_rows, so that a band's last
 * windows are still there when the next completes their neighbours.
 */
typedef struct
{
  int n_rows;
  int ring;
  gsize row_floats;
} Band;

typedef struct
{
  const GboxConv *conv;
  int window_length;
  const float *dy;
  gsize dy_stride;
  float *to;
  gsize to_stride;
  gsize n_pixels;
  GboxConvCut cut;
} ProductWork;

/* KH·KW·I: numbers that one output pixel is computed from. */
static int
get_window_length (const GboxConvShape *shape)
{
  return shape->kernel_height * shape->kernel_width * shape->in_channels;
}

/* From the size of the product alone: (m, k) · (k, n). */
static GboxConvCut
cut_product (gsize m, int n, int k)
{
  const double worth = 2.0 * (double) m * n * k / BLOCK_MIN_FLOPS;
  const guint wanted = (guint) CLAMP (worth, 1, WANTED_BLOCKS);
  const guint most_columns = MAX ((guint) n / BLOCK_MIN_COLUMNS, 1);
  const guint most_rows = (guint) MAX (m / BLOCK_MIN_ROWS, 1);
  const guint full_rows = (guint) ((m + BLOCK_ROWS - 1) / BLOCK_ROWS);
  const guint needed_rows = wanted > most_columns ? (wanted + most_columns - 1) / most_columns : 1;
  guint n_rows = MAX (full_rows, MIN (needed_rows, most_rows));

  if (n_rows > 1 && n_rows < most_rows) /* an even number suits the common numbers of workers */
    n_rows += n_rows % 2;

  return (GboxConvCut){ n_rows, CLAMP (wanted / MAX (n_rows, 1), 1, most_columns) };
}

static Band
band_of (const GboxConvShape *shape, const GboxTensor *y)
{
  const gsize row_floats = (gsize) y->width * (gsize) get_window_length (shape);
  const int n_rows = y->batch * y->height;
  const int overlap = (shape->kernel_height - 1) / shape->stride + 1;
  const int wanted = (int) CLAMP (BAND_BYTES / sizeof (float) / row_floats, (gsize) overlap, (gsize) n_rows);
  const int n_bands = (n_rows + wanted - 1) / wanted;
  const int height = MAX ((n_rows + n_bands - 1) / n_bands, overlap);

  return (Band){ height, n_bands > 1 ? 2 * height : height, row_floats };
}

static gsize
get_n_packed (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  return (gsize) shape->out_channels * (gsize) get_window_length (shape);
}

/* (O, I, KH, KW) → (O, KH, KW, I): transposed forward, as it is backward. */
static void
pack (const GboxConvShape *shape, const GboxConvPacking *packing, const float *weights, float *packed)
{
  const gsize n_in = (gsize) shape->in_channels, n_out = (gsize) shape->out_channels;
  const gsize area = (gsize) shape->kernel_height * (gsize) shape->kernel_width;

  for (gsize o = 0; o < n_out; o++, weights += n_in * area, packed += n_in * area)
    for (gsize tap = 0; tap < area; tap++)
      for (gsize i = 0; i < n_in; i++)
        packed[tap * n_in + i] = weights[i * area + tap];
}

/* Floats of one worker's windows, a multiple of the alignment; 0 where the product is cut by columns, so that
 * all share one matrix. */
static gsize
worker_windows (const GboxConvShape *shape, gsize n_pixels, GboxConvCut cut)
{
  const guint n_slices = MAX (cut.n_row_slices, 1);
  const gsize rows = (n_pixels + n_slices - 1) / n_slices;
  const gsize unit = GBOX_CONV_ALIGNMENT / sizeof (float);

  if (cut.n_column_slices > 1)
    return 0;

  return (rows * (gsize) get_window_length (shape) + unit - 1) / unit * unit;
}

static gsize
get_scratch_size (const GboxConv *conv,
                  const GboxConvShape *shape,
                  const GboxTensor *from,
                  const GboxTensor *to,
                  guint n_workers)
{
  const gsize length = (gsize) get_window_length (shape), n_pixels = gbox_tensor_n_pixels (to);
  const GboxConvCut cut = cut_product (n_pixels, shape->out_channels, (int) length);
  const gsize own = worker_windows (shape, n_pixels, cut);
  const Band band = band_of (shape, from);

  if (conv->packing.direction == GBOX_CONV_BACKWARD)
    return (gsize) band.ring * band.row_floats * sizeof (float);

  return (own > 0 ? own * n_workers : n_pixels * length) * sizeof (float);
}

static void
run_forward (const GboxConvCall *call)
{
  const GboxConvShape *shape = call->shape;
  const int length = get_window_length (shape);
  const gsize n_pixels = gbox_tensor_n_pixels (call->to);
  const GboxConvCut cut = cut_product (n_pixels, shape->out_channels, length);
  GboxConvForwardWork work
    = { .shape = shape,
        .window_length = length,
        .weights = call->conv->packed,
        .bias = call->conv->bias,
        .floor = call->finish.floor,
        .ceiling = call->finish.ceiling,
        .x = *call->from,
        .y = *call->to,
        .windows = call->scratch,
        .worker_windows = worker_windows (shape, n_pixels, cut),
        .n_window_slices = gbox_slice_count (n_pixels, (gsize) length * sizeof (float)),
        .cut = cut };

  if (work.worker_windows == 0)
    gbox_team_run (call->team, work.n_window_slices, call->kernels->conv_windows, &work);
  gbox_team_run (call->team, cut.n_row_slices * cut.n_column_slices, call->kernels->conv_windows_multiply,
                 &work);
}

/* One block of dy · weights: what output pixels give back to their windows. */
static void
product_task (gpointer data, guint task, guint worker)
{
  const ProductWork *work = data;
  const GboxConv *conv = work->conv;
  const guint row_slice = task / work->cut.n_column_slices, column_slice = task % work->cut.n_column_slices;
  const gsize first = gbox_slice_first (work->n_pixels, work->cut.n_row_slices, row_slice);
  const gsize end = gbox_slice_first (work->n_pixels, work->cut.n_row_slices, row_slice + 1);
  const int length = work->window_length;
  const int column = gbox_conv_slice_column (length, work->cut.n_column_slices, column_slice);
  const int n = gbox_conv_slice_column (length, work->cut.n_column_slices, column_slice + 1) - column;

  gbox_gemm ((int) (end - first), n, conv->shape.out_channels, work->dy + first * work->dy_stride,
             work->dy_stride, conv->packed + column, (gsize) length, 0,
             work->to + first * work->to_stride + column, work->to_stride);
}

static void
run_product (GboxTeam *team, ProductWork *work)
{
  work->cut = cut_product (work->n_pixels, work->window_length, work->conv->shape.out_channels);
  gbox_team_run (team, work->cut.n_row_slices * work->cut.n_column_slices, product_task, work);
}

/* How many rows of dx (of all images) from the top need no row of y (of all images) at or below @end. */
static int
n_complete_rows (const GboxConvShape *shape, const GboxTensor *dx, const GboxTensor *y, int end)
{
  const int image = end / y->height, row = end % y->height;
  const int complete = row * shape->stride - shape->pad_top;

  return image == dx->batch ? dx->batch * dx->height : image * dx->height + CLAMP (complete, 0, dx->height);
}

static void
run_backward (const GboxConvCall *call)
{
  const GboxTensor *dy = call->from;
  float *windows = call->scratch;
  const Band band = band_of (call->shape, dy);
  const int n_rows = dy->batch * dy->height;
  GboxConvGatherWork work = { .shape = call->shape,
                              .y = *dy,
                              .dx = *call->to,
                              .accumulate = call->finish.accumulate,
                              .windows = windows,
                              .ring = band.ring };

  for (int first = 0; first < n_rows; first += band.n_rows)
    {
      const int end = MIN (first + band.n_rows, n_rows);
      const gsize width = (gsize) dy->width;
      ProductWork product = { .conv = call->conv,
                              .window_length = get_window_length (call->shape),
                              .dy = dy->data + (gsize) first * width * dy->stride,
                              .dy_stride = dy->stride,
                              .to = windows + (gsize) (first % band.ring) * band.row_floats,
                              .to_stride = (gsize) get_window_length (call->shape),
                              .n_pixels = (gsize) (end - first) * width };

      run_product (call->team, &product);
      work.n_rows = n_complete_rows (call->shape, call->to, dy, end) - work.first_row;
      work.n_slices = gbox_slice_count ((gsize) work.n_rows, band.row_floats * sizeof (float));
      gbox_team_run (call->team, work.n_slices, call->kernels->conv_windows_gather, &work);
      work.first_row += work.n_rows;
    }
  gbox_conv_call_mask (call);
}

static void
run (const GboxConvCall *call)
{
  if (call->conv->packing.direction == GBOX_CONV_FORWARD)
    run_forward (call);
  else
    run_backward (call);
}

const GboxConvMethodClass gbox_conv_windows_class = {
  .get_n_packed = get_n_packed,
  .pack = pack,
  .get_scratch_size = get_scratch_size,
  .run = run,
};
