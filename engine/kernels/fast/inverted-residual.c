/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An inverted residual block, forward or backward: band by band of rows or group by group of channels. */
#include "kernels/fast/inverted-residual.h"

#include "kernels/fast/bits.h"
#include "kernels/fast/elementwise.h"
#include "kernels/fast/fast.h"
#include "kernels/fast/view-rows.h"
#include "kernels/packed.h"
#include "kernels/slices.h"
#include "kernels/window.h"

#include <string.h>

/* A group of channels of some rows of an image, on the way through a worker's scratch. */
typedef struct
{
  int image;
  GboxRange channels;
  GboxRange owned;  /* rows of x whose bits this task writes */
  GboxTensor first; /* what the first convolution makes of the rows @top … of x */
  int top;
  float *second; /* what the depthwise one makes of that */
} Passage;

static int
n_channels (const Passage *passage)
{
  return passage->channels.end - passage->channels.first;
}

/* Rows of x that rows @row … @row + @n_rows − 1 of y are made from. */
static GboxRange
get_rows_seen (const GboxInvertedResidualWork *work, int row, int n_rows)
{
  const GboxDepthwiseShape *shape = &work->depthwise.shape;
  const GboxWindow window = { shape->kernel, shape->stride, shape->pad_top };
  const int height = work->x.height, last = row + n_rows - 1;
  GboxRange rows
    = { row * shape->stride - shape->pad_top, last * shape->stride - shape->pad_top + shape->kernel };

  if (work->backward)
    rows = (GboxRange){ gbox_window_outputs (window, row, height).first,
                        gbox_window_outputs (window, last, height).end };
  rows.first = CLAMP (rows.first, 0, height);
  rows.end = CLAMP (rows.end, rows.first, height);
  return rows;
}

static guint16 *
find_bits (const GboxBits *bits, const Passage *passage, const GboxTensor *plane, int row)
{
  const gsize pixel = ((gsize) passage->image * (gsize) plane->height + (gsize) row) * (gsize) plane->width;

  return bits->words + pixel * bits->stride + passage->channels.first / GBOX_BITS_CHANNELS;
}

/* Rows @row … of what a rectifier made, which are kept as bits, or of the gradient that it made, which pass
 * through it. */
static void
exchange_bits (const GboxInvertedResidualWork *work,
               const Passage *passage,
               const GboxBits *bits,
               float ceiling,
               const GboxTensor *plane,
               GboxRange rows,
               float *values)
{
  const int n = n_channels (passage);
  const gsize n_pixels = (gsize) MAX (rows.end - rows.first, 0) * (gsize) plane->width;
  guint16 *words;

  if (bits->words == NULL || n_pixels == 0)
    return;

  words = find_bits (bits, passage, plane, rows.first);
  for (gsize p = 0; p < n_pixels; p++, words += bits->stride, values += n)
    if (work->backward)
      apply_bits (words, values, n);
    else
      write_bits (words, values, n, ceiling);
}

static void
make_first (const GboxInvertedResidualWork *work, const Passage *passage, GboxRange rows, float *to)
{
  const gsize first = (gsize) passage->channels.first;
  const gsize row_floats = (gsize) work->x.width * (gsize) n_channels (passage);
  GboxPointwiseWork pointwise = work->first;
  GboxRange kept = rows;

  pointwise.from = view_rows (&work->x, passage->image, rows.first, rows.end - rows.first);
  pointwise.to = gbox_tensor (to, 1, rows.end - rows.first, work->x.width, n_channels (passage));
  pointwise.n_out = n_channels (passage);
  pointwise.packed += first * pointwise.packed_rows;
  if (pointwise.finish.bias != NULL)
    pointwise.finish.bias += first;
  pointwise.n_pixels = pointwise.run_length = gbox_tensor_n_pixels (&pointwise.to);
  FAST (pointwise) (&pointwise, 0, 0);

  if (!work->backward)
    kept
      = (GboxRange){ CLAMP (rows.first, passage->owned.first, rows.end), MIN (rows.end, passage->owned.end) };
  exchange_bits (work, passage, &work->first_bits, work->first.finish.ceiling, &work->x, kept,
                 to + (gsize) (kept.first - rows.first) * row_floats);
}

/* Those rows that the band before left are moved to the beginning, the others computed. */
static void
advance_first (const GboxInvertedResidualWork *work, Passage *passage, GboxRange rows)
{
  const gsize row_floats = (gsize) work->x.width * (gsize) n_channels (passage);
  const int n_kept = CLAMP (passage->top + passage->first.height - rows.first, 0, rows.end - rows.first);
  float *data = passage->first.data;

  if (n_kept > 0)
    memmove (data, data + (gsize) (rows.first - passage->top) * row_floats,
             (gsize) n_kept * row_floats * sizeof *data);
  passage->top = rows.first;
  passage->first.height = rows.end - rows.first;
  if (rows.first + n_kept < rows.end)
    make_first (work, passage, (GboxRange){ rows.first + n_kept, rows.end },
                data + (gsize) n_kept * row_floats);
}

/* Without a convolution that comes first the rows are those of x. */
static void
find_first (const GboxInvertedResidualWork *work, Passage *passage, GboxRange rows)
{
  const GboxTensor view = view_rows (&work->x, passage->image, rows.first, rows.end - rows.first);

  passage->first = gbox_tensor_slice (&view, passage->channels.first, n_channels (passage));
  passage->top = rows.first;
}

/* Where the depthwise convolution writes to: the scratch, or y itself where no convolution comes last. */
static GboxTensor
find_second (const GboxInvertedResidualWork *work, const Passage *passage, int row, int n_rows)
{
  const GboxTensor view = view_rows (&work->y, passage->image, row, n_rows);

  if (work->last.n_out > 0)
    return gbox_tensor (passage->second, 1, n_rows, work->y.width, n_channels (passage));

  return gbox_tensor_slice (&view, passage->channels.first, n_channels (passage));
}

/* What finishes the gradient where no convolution comes last. */
static void
finish_second (const GboxInvertedResidualWork *work,
               const Passage *passage,
               int row,
               int n_rows,
               GboxDepthwiseWork *depthwise)
{
  const GboxFinish *finish = &work->last.finish;

  if (work->last.n_out > 0)
    return;

  depthwise->accumulate = finish->accumulate;
  depthwise->mask.ceiling = finish->mask_ceiling;
  if (finish->mask.data != NULL)
    {
      const GboxTensor mask = view_rows (&finish->mask, passage->image, row, n_rows);

      depthwise->mask.y = gbox_tensor_slice (&mask, passage->channels.first, n_channels (passage));
    }
}

/* The padding counts from the band. */
static void
make_second (const GboxInvertedResidualWork *work, const Passage *passage, int row, int n_rows)
{
  const gsize first = (gsize) passage->channels.first;
  const GboxTensor second = find_second (work, passage, row, n_rows);
  GboxDepthwiseWork depthwise = work->depthwise;
  GboxDepthwiseShape *shape = &depthwise.shape;

  shape->channels = n_channels (passage);
  depthwise.weights += first;
  if (depthwise.bias != NULL)
    depthwise.bias += first;
  if (work->backward)
    {
      shape->pad_top += row - passage->top * shape->stride;
      depthwise.x = second;
      depthwise.y = passage->first;
      finish_second (work, passage, row, n_rows, &depthwise);
      FAST (depthwise_backward) (&depthwise, 0, 0);
    }
  else
    {
      shape->pad_top += passage->top - row * shape->stride;
      depthwise.x = passage->first;
      depthwise.y = second;
      FAST (depthwise_forward) (&depthwise, 0, 0);
    }
  exchange_bits (work, passage, &work->second_bits, depthwise.ceiling, &work->y,
                 (GboxRange){ row, row + n_rows }, passage->second);
}

/* The sum over the group's channels is added to those over the groups before; the last one finishes it. */
static void
make_last (const GboxInvertedResidualWork *work, const Passage *passage, int row, int n_rows)
{
  const gsize first = (gsize) passage->channels.first;
  const gboolean is_last = passage->channels.end == work->depthwise.shape.channels;
  GboxPointwiseWork pointwise = work->last;
  GboxFinish *finish = &pointwise.finish;
  GboxElementwiseWork sum = { .n_slices = 1 };

  pointwise.n_in = n_channels (passage);
  pointwise.packed += first * GBOX_PACKED_COLUMNS;
  pointwise.from = gbox_tensor (passage->second, 1, n_rows, work->y.width, n_channels (passage));
  pointwise.to = view_rows (&work->y, passage->image, row, n_rows);
  pointwise.n_pixels = pointwise.run_length = gbox_tensor_n_pixels (&pointwise.to);
  finish->accumulate = finish->accumulate || first > 0;
  finish->bias = is_last ? finish->bias : NULL;
  finish->mask = is_last ? view_rows (&finish->mask, passage->image, row, n_rows) : (GboxTensor){ 0 };
  FAST (pointwise) (&pointwise, 0, 0);

  if (!is_last || work->addend.data == NULL)
    return;
  sum.a = sum.y = pointwise.to;
  sum.b = view_rows (&work->addend, passage->image, row, n_rows);
  sum.n_pixels = pointwise.n_pixels;
  FAST (elementwise_add) (&sum, 0, 0);
}

static void
pass_rows (const GboxInvertedResidualWork *work, Passage *passage, GboxRange rows)
{
  for (int row = rows.first; row < rows.end; row += work->n_band_rows)
    {
      const int n_rows = MIN (work->n_band_rows, rows.end - row);
      const GboxRange seen = get_rows_seen (work, row, n_rows);

      if (work->first.n_out > 0)
        advance_first (work, passage, seen);
      else
        find_first (work, passage, seen);
      make_second (work, passage, row, n_rows);
      if (work->last.n_out > 0)
        make_last (work, passage, row, n_rows);
    }
}

/* From the first row that the slice sees to the first that the next one does. */
static GboxRange
get_owned_rows (const GboxInvertedResidualWork *work, guint slice, GboxRange rows)
{
  return (GboxRange){ slice == 0 ? 0 : get_rows_seen (work, rows.first, 1).first,
                      slice == work->n_slices - 1 ? work->x.height
                                                  : get_rows_seen (work, rows.end, 1).first };
}

void
FAST (inverted_residual) (gpointer data, guint task, guint worker)
{
  const GboxInvertedResidualWork *work = data;
  const guint slice = task % work->n_slices;
  const gsize height = (gsize) work->y.height;
  const GboxRange rows = { (int) gbox_slice_first (height, work->n_slices, slice),
                           (int) gbox_slice_first (height, work->n_slices, slice + 1) };
  const int channels = work->depthwise.shape.channels;
  float *scratch = work->scratch + worker * work->worker_scratch;

  for (int first = 0; first < channels; first += work->n_group_channels)
    {
      const GboxRange group = { first, MIN (first + work->n_group_channels, channels) };
      Passage passage = { .image = (int) (task / work->n_slices),
                          .channels = group,
                          .owned = get_owned_rows (work, slice, rows),
                          .first = gbox_tensor (scratch, 1, 0, work->x.width, group.end - group.first),
                          .second = scratch + work->first_floats };

      pass_rows (work, &passage, rows);
    }
}
