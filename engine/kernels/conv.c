/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution as a matrix product of windows and weights. */
#include "kernels/conv.h"

#include "kernels/conv-reference.h"
#include "kernels/fast/conv.h"
#include "kernels/fast/fast.h"
#include "kernels/gemm.h"
#include "kernels/slices.h"
#include "kernels/window.h"

#include <string.h>

#define ALIGNMENT 64

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

struct _GboxConv
{
  GboxConvShape shape;
  GboxActivation activation;
  int window_length; /* KH·KW·I */
  float *weights;    /* (O, KH, KW, I): transposed forward, as it is backward */
  float *bias;       /* (O) */
};

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
  const float *dy;
  gsize dy_stride;
  float *to;
  gsize to_stride;
  float beta;
  gsize n_pixels;
  GboxConvCut cut;
} ProductWork;

static gboolean
is_pointwise (const GboxConvShape *shape)
{
  return shape->kernel_height == 1 && shape->kernel_width == 1 && shape->stride == 1 && shape->pad_top == 0
         && shape->pad_left == 0;
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
band_of (const GboxConv *conv, const GboxTensor *y)
{
  const GboxConvShape *shape = &conv->shape;
  const gsize row_floats = (gsize) y->width * (gsize) conv->window_length;
  const int n_rows = y->batch * y->height;
  const int overlap = (shape->kernel_height - 1) / shape->stride + 1;
  const int wanted = (int) CLAMP (BAND_BYTES / sizeof (float) / row_floats, (gsize) overlap, (gsize) n_rows);
  const int n_bands = (n_rows + wanted - 1) / wanted;
  const int height = MAX ((n_rows + n_bands - 1) / n_bands, overlap);

  return (Band){ height, n_bands > 1 ? 2 * height : height, row_floats };
}

/* (O, I, KH, KW) → (O, KH, KW, I) */
static void
pack (const GboxConvShape *shape, const float *weights, float *packed)
{
  const gsize n_in = (gsize) shape->in_channels, n_out = (gsize) shape->out_channels;
  const gsize area = (gsize) shape->kernel_height * (gsize) shape->kernel_width;

  if (area == 1)
    {
      memcpy (packed, weights, n_out * n_in * sizeof (float));
      return;
    }

  for (gsize o = 0; o < n_out; o++, weights += n_in * area, packed += n_in * area)
    for (gsize tap = 0; tap < area; tap++)
      for (gsize i = 0; i < n_in; i++)
        packed[tap * n_in + i] = weights[i * area + tap];
}

GboxConv *
gbox_conv_new (const GboxConvShape *shape, GboxActivation activation, const float *weights, const float *bias)
{
  const gsize n_out = (gsize) shape->out_channels;
  GboxConv *conv = g_new0 (GboxConv, 1);

  conv->shape = *shape;
  conv->activation = activation;
  conv->window_length = shape->kernel_height * shape->kernel_width * shape->in_channels;
  conv->weights = g_aligned_alloc (n_out, (gsize) conv->window_length * sizeof (float), ALIGNMENT);
  conv->bias = g_aligned_alloc0 (n_out, sizeof (float), ALIGNMENT);
  pack (shape, weights, conv->weights);
  if (bias != NULL)
    memcpy (conv->bias, bias, n_out * sizeof (float));

  return conv;
}

void
gbox_conv_free (GboxConv *conv)
{
  if (conv == NULL)
    return;

  g_aligned_free (conv->weights);
  g_aligned_free (conv->bias);
  g_free (conv);
}

const GboxConvShape *
gbox_conv_get_shape (const GboxConv *conv)
{
  return &conv->shape;
}

static GboxWeightView
packed_weights (const GboxConv *conv)
{
  const gsize n_in = (gsize) conv->shape.in_channels;

  return (GboxWeightView){ .data = conv->weights,
                           .out_step = (gsize) conv->window_length,
                           .in_step = 1,
                           .row_step = (gsize) conv->shape.kernel_width * n_in,
                           .column_step = n_in };
}

/* Floats of one worker's windows, a multiple of the alignment; 0 where the product is cut by columns, so that
 * all share one matrix. */
static gsize
worker_windows (const GboxConv *conv, gsize n_pixels, GboxConvCut cut)
{
  const gsize rows = (n_pixels + cut.n_row_slices - 1) / cut.n_row_slices;
  const gsize unit = ALIGNMENT / sizeof (float);

  if (cut.n_column_slices > 1)
    return 0;

  return (rows * (gsize) conv->window_length + unit - 1) / unit * unit;
}

gsize
gbox_conv_scratch_size (const GboxConv *conv, const GboxTensor *x, const GboxTensor *y, guint n_workers)
{
  const gsize n_pixels = gbox_tensor_n_pixels (y);
  const GboxConvCut cut = cut_product (n_pixels, conv->shape.out_channels, conv->window_length);
  const gsize own = worker_windows (conv, n_pixels, cut);
  const gsize forward = own > 0 ? own * n_workers : n_pixels * (gsize) conv->window_length;
  const Band band = band_of (conv, y);

  if (is_pointwise (&conv->shape))
    return 0;

  return MAX (forward, (gsize) band.ring * band.row_floats) * sizeof (float);
}

void
gbox_conv_forward (const GboxConv *conv, GboxTeam *team, const GboxTensor *x, GboxTensor *y, gpointer scratch)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  const gsize n_pixels = gbox_tensor_n_pixels (y);
  const GboxConvCut cut = cut_product (n_pixels, conv->shape.out_channels, conv->window_length);
  GboxConvForwardWork work = { .shape = &conv->shape,
                               .window_length = conv->window_length,
                               .weights = conv->weights,
                               .bias = conv->bias,
                               .floor = gbox_activation_floor (conv->activation),
                               .ceiling = gbox_activation_ceiling (conv->activation),
                               .x = *x,
                               .y = *y,
                               .cut = cut };

  if (kernels == NULL)
    {
      const GboxWeightView weights = packed_weights (conv);

      gbox_conv_forward_plain (&conv->shape, conv->activation, &weights, conv->bias, x, y);
      return;
    }

  if (!is_pointwise (&conv->shape))
    {
      work.windows = scratch;
      work.worker_windows = worker_windows (conv, n_pixels, cut);
      work.n_window_slices = gbox_slice_count (n_pixels, (gsize) conv->window_length * sizeof (float));
      if (work.worker_windows == 0)
        gbox_team_run (team, work.n_window_slices, kernels->conv_windows, &work);
    }
  gbox_team_run (team, cut.n_row_slices * cut.n_column_slices, kernels->conv_forward, &work);
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
  const int length = conv->window_length;
  const int column = gbox_conv_slice_column (length, work->cut.n_column_slices, column_slice);
  const int n = gbox_conv_slice_column (length, work->cut.n_column_slices, column_slice + 1) - column;

  gbox_gemm ((int) (end - first), n, conv->shape.out_channels, work->dy + first * work->dy_stride,
             work->dy_stride, conv->weights + column, (gsize) length, work->beta,
             work->to + first * work->to_stride + column, work->to_stride);
}

static void
run_product (GboxTeam *team, ProductWork *work)
{
  work->cut = cut_product (work->n_pixels, work->conv->window_length, work->conv->shape.out_channels);
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
backward_by_bands (const GboxConv *conv,
                   GboxTeam *team,
                   GboxTeamFunc gather,
                   const GboxTensor *dy,
                   GboxTensor *dx,
                   gboolean accumulate,
                   gpointer scratch)
{
  float *windows = scratch;
  const Band band = band_of (conv, dy);
  const int n_rows = dy->batch * dy->height;
  GboxConvGatherWork work = { .shape = &conv->shape,
                              .y = *dy,
                              .dx = *dx,
                              .accumulate = accumulate,
                              .windows = windows,
                              .ring = band.ring };

  for (int first = 0; first < n_rows; first += band.n_rows)
    {
      const int end = MIN (first + band.n_rows, n_rows);
      const gsize width = (gsize) dy->width;
      ProductWork product = { .conv = conv,
                              .dy = dy->data + (gsize) first * width * dy->stride,
                              .dy_stride = dy->stride,
                              .to = windows + (gsize) (first % band.ring) * band.row_floats,
                              .to_stride = (gsize) conv->window_length,
                              .n_pixels = (gsize) (end - first) * width };

      run_product (team, &product);
      work.n_rows = n_complete_rows (&conv->shape, dx, dy, end) - work.first_row;
      work.n_slices = gbox_slice_count ((gsize) work.n_rows, band.row_floats * sizeof (float));
      gbox_team_run (team, work.n_slices, gather, &work);
      work.first_row += work.n_rows;
    }
}

void
gbox_conv_backward (const GboxConv *conv,
                    GboxTeam *team,
                    const GboxTensor *dy,
                    GboxTensor *dx,
                    gboolean accumulate,
                    gpointer scratch)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();

  if (kernels == NULL)
    {
      const GboxWeightView weights = packed_weights (conv);

      gbox_conv_backward_plain (&conv->shape, &weights, dy, dx, accumulate);
    }
  else if (is_pointwise (&conv->shape))
    {
      ProductWork product = { .conv = conv,
                              .dy = dy->data,
                              .dy_stride = dy->stride,
                              .to = dx->data,
                              .to_stride = dx->stride,
                              .beta = accumulate ? 1 : 0,
                              .n_pixels = gbox_tensor_n_pixels (dy) };

      run_product (team, &product);
    }
  else
    backward_by_bands (conv, team, kernels->conv_gather, dy, dx, accumulate, scratch);
}
