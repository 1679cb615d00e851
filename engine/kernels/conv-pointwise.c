/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of 1×1: how its product is packed and cut. */
#include "kernels/conv-internal.h"
#include "kernels/fast/conv-pointwise.h"
#include "kernels/packed.h"

/* Arithmetic of one task: enough to pay for handing it out, and some tasks for each of a few cores. */
#define TASK_FLOPS 2e6
#define MAX_TASKS  64

static int
get_n_in (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  return packing->direction == GBOX_CONV_FORWARD ? shape->in_channels : shape->out_channels;
}

static int
get_n_out (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  return packing->direction == GBOX_CONV_FORWARD ? shape->out_channels : shape->in_channels;
}

static gsize
get_n_packed (const GboxConvShape *shape, const GboxConvPacking *packing)
{
  return gbox_packed_size ((gsize) get_n_in (shape, packing), (gsize) get_n_out (shape, packing));
}

static void
pack (const GboxConvShape *shape, const GboxConvPacking *packing, const float *weights, float *packed)
{
  const gsize n_in = (gsize) shape->in_channels, n_out = (gsize) shape->out_channels;
  const gboolean forward = packing->direction == GBOX_CONV_FORWARD;

  for (gsize o = 0; o < n_out; o++)
    for (gsize i = 0; i < n_in; i++)
      packed[forward ? gbox_packed_index (n_in, i, o) : gbox_packed_index (n_out, o, i)]
        = weights[o * n_in + i];
}

static gsize
get_scratch_size (const GboxConv *conv,
                  const GboxConvShape *shape,
                  const GboxTensor *from,
                  const GboxTensor *to,
                  guint n_workers)
{
  return 0;
}

/* By pixels, and by channels where there are few pixels; from the sizes alone. */
static void
cut (GboxPointwiseWork *work)
{
  const double flops = 2.0 * (double) work->n_pixels * work->n_in * work->n_out;
  const guint wanted = (guint) CLAMP (flops / TASK_FLOPS, 1, MAX_TASKS);
  const guint most_rows = (guint) MAX (work->n_pixels / (2 * GBOX_POINTWISE_ROW_UNIT), 1);
  const guint most_columns = (guint) gbox_packed_n_blocks ((gsize) work->n_out);

  work->n_row_slices = CLAMP (wanted, 1, most_rows);
  if (work->n_row_slices > 1 && work->n_row_slices < most_rows) /* even numbers suit most machines */
    work->n_row_slices += work->n_row_slices % 2;
  work->n_column_slices = CLAMP (wanted / MAX (work->n_row_slices, 1), 1, most_columns);
}

static void
run (const GboxConvCall *call)
{
  const GboxConv *conv = call->conv;
  const GboxConvShape *shape = call->shape;
  const gboolean forward = conv->packing.direction == GBOX_CONV_FORWARD;
  const GboxTensor *inner = forward ? call->to : call->from, *outer = forward ? call->from : call->to;
  const gboolean same = inner->height == outer->height && inner->width == outer->width;
  GboxPointwiseWork work = { .n_in = get_n_in (shape, &conv->packing),
                             .n_out = get_n_out (shape, &conv->packing),
                             .packed = conv->packed,
                             .packed_rows = (gsize) get_n_in (shape, &conv->packing),
                             .from = *call->from,
                             .to = *call->to,
                             .run_length = same ? gbox_tensor_n_pixels (inner) : (gsize) inner->width,
                             .run_rows = same ? 1 : (gsize) inner->height,
                             .n_pixels = gbox_tensor_n_pixels (inner),
                             .finish = call->finish };

  *(forward ? &work.from_top : &work.to_top) = -shape->pad_top;
  *(forward ? &work.from_left : &work.to_left) = -shape->pad_left;
  if (!same && !forward)
    {
      work.finish.mask.data = NULL;
      if (!work.finish.accumulate)
        gbox_tensor_clear (call->to); /* pixels that no output looks at */
      work.finish.accumulate = TRUE;
    }
  cut (&work);
  gbox_team_run (call->team, work.n_row_slices * work.n_column_slices, call->kernels->pointwise, &work);
  if (!same && !forward)
    gbox_conv_call_mask (call);
}

const GboxConvMethodClass gbox_conv_pointwise_class = {
  .get_n_packed = get_n_packed,
  .pack = pack,
  .get_scratch_size = get_scratch_size,
  .run = run,
};
