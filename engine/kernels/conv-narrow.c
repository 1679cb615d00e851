/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of few channels: how its weights are packed and its rows are cut. */
#include "kernels/conv-internal.h"
#include "kernels/fast/conv-narrow.h"
#include "kernels/packed.h"
#include "kernels/slices.h"

static gsize
get_window_length (const GboxConvShape *shape)
{
  return (gsize) shape->kernel_height * (gsize) shape->kernel_width * (gsize) shape->in_channels;
}

/* Rows of the packed matrix. */
static gsize
get_n_sums (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  const gsize n_givers = (gsize) gbox_narrow_n_givers (shape);

  return packing->direction == GBOX_CONV_FORWARD ? get_window_length (shape)
                                                 : n_givers * n_givers * (gsize) shape->out_channels;
}

static gsize
get_n_packed (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  const gboolean forward = packing->direction == GBOX_CONV_FORWARD;

  return gbox_packed_size (get_n_sums (shape, packing),
                           forward ? (gsize) shape->out_channels : GBOX_PACKED_COLUMNS);
}

/* Where the weight of one tap and channels goes. */
static gsize
find_forward (const GboxConvShape *shape, int ky, int kx, int i, int o)
{
  const int row = (ky * shape->kernel_width + kx) * shape->in_channels + i;

  return gbox_packed_index (get_window_length (shape), (gsize) row, (gsize) o);
}

/* Rows: outputs from the block's own upwards, in each from left to right, their channels. Columns: the
 * block's pixels, their channels. */
static gsize
find_backward (const GboxConvShape *shape, int ky, int kx, int i, int o)
{
  const int stride = shape->stride, n_givers = gbox_narrow_n_givers (shape);
  const int giver = ky / stride * n_givers + n_givers - 1 - kx / stride;
  const int pixel = ky % stride * stride + kx % stride;
  const int row = giver * shape->out_channels + o, column = pixel * shape->in_channels + i;
  const gsize n_sums = (gsize) n_givers * (gsize) n_givers * (gsize) shape->out_channels;

  return gbox_packed_index (n_sums, (gsize) row, (gsize) column);
}

static void
pack (const GboxConvShape *shape, const GboxConvPacking *packing, const float *weights, float *packed)
{
  const gboolean forward = packing->direction == GBOX_CONV_FORWARD;

  for (int o = 0; o < shape->out_channels; o++)
    for (int i = 0; i < shape->in_channels; i++)
      for (int ky = 0; ky < shape->kernel_height; ky++)
        for (int kx = 0; kx < shape->kernel_width; kx++)
          packed[forward ? find_forward (shape, ky, kx, i, o) : find_backward (shape, ky, kx, i, o)]
            = *weights++;
}

/* Forward the input rows and the windows of a row of outputs; backward the output rows that a row of blocks
 * is summed from, with zeros around, and the blocks. */
static gsize
get_worker_scratch (const GboxConv *conv,
                    const GboxConvShape *shape,
                    const GboxTensor *from,
                    const GboxTensor *to)
{
  const gsize n_givers = (gsize) gbox_narrow_n_givers (shape);

  if (conv->packing.direction == GBOX_CONV_FORWARD)
    return (gsize) shape->kernel_height * gbox_narrow_line (gbox_narrow_row_floats (shape, to))
           + gbox_narrow_line ((gsize) to->width * get_window_length (shape));

  const gsize n_blocks = (gsize) gbox_narrow_blocks (shape->stride, shape->pad_left, to->width).n;

  return n_givers * gbox_narrow_line ((n_blocks + n_givers - 1) * (gsize) shape->out_channels)
         + gbox_narrow_line (n_blocks * GBOX_PACKED_COLUMNS);
}

static gsize
get_scratch_size (const GboxConv *conv,
                  const GboxConvShape *shape,
                  const GboxTensor *from,
                  const GboxTensor *to,
                  guint n_workers)
{
  return n_workers * get_worker_scratch (conv, shape, from, to) * sizeof (float);
}

static void
run (const GboxConvCall *call)
{
  const GboxConvShape *shape = call->shape;
  const gboolean forward = call->conv->packing.direction == GBOX_CONV_FORWARD;
  const GboxTensor *outer = forward ? call->to : call->from;
  const gsize n_rows = forward
                         ? (gsize) call->to->height
                         : (gsize) gbox_narrow_blocks (shape->stride, shape->pad_top, call->to->height).n;
  GboxNarrowWork work = { .shape = shape,
                          .packed = call->conv->packed,
                          .from = *call->from,
                          .to = *call->to,
                          .finish = call->finish,
                          .scratch = call->scratch,
                          .worker_scratch = get_worker_scratch (call->conv, shape, call->from, call->to) };

  work.n_slices = gbox_slice_count ((gsize) outer->batch * n_rows,
                                    (gsize) outer->width * (gsize) outer->channels * sizeof (float));
  gbox_team_run (call->team, work.n_slices,
                 forward ? call->kernels->conv_narrow_forward : call->kernels->conv_narrow_backward, &work);
  gbox_conv_call_mask (call);
}

const GboxConvMethodClass gbox_conv_narrow_class = {
  .get_n_packed = get_n_packed,
  .pack = pack,
  .get_scratch_size = get_scratch_size,
  .run = run,
};
