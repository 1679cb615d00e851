/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An inverted residual block, band by band of rows or group by group of channels. */
#include "kernels/fast/inverted-residual.h"

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
  GboxTensor expanded; /* the rows @top … of the input's height */
  int top;
  float *filtered;
} Passage;

static int
n_channels (const Passage *passage)
{
  return passage->channels.end - passage->channels.first;
}

/* Rows of the input that rows @row … @row + @n_rows − 1 of the output look at. */
static GboxRange
get_input_rows (const GboxInvertedResidualWork *work, int row, int n_rows)
{
  const GboxDepthwiseShape *shape = &work->depthwise.shape;
  const int first = CLAMP (row * shape->stride - shape->pad_top, 0, work->x.height);
  const int end = (row + n_rows - 1) * shape->stride - shape->pad_top + shape->kernel;

  return (GboxRange){ first, CLAMP (end, first, work->x.height) };
}

static void
expand_rows (const GboxInvertedResidualWork *work, const Passage *passage, GboxRange rows, float *to)
{
  const gsize first = (gsize) passage->channels.first;
  GboxPointwiseWork expand = work->expand;

  expand.from = view_rows (&work->x, passage->image, rows.first, rows.end - rows.first);
  expand.to = gbox_tensor (to, 1, rows.end - rows.first, work->x.width, n_channels (passage));
  expand.n_out = n_channels (passage);
  expand.packed += first * expand.packed_rows;
  expand.finish.bias += first;
  expand.n_pixels = expand.run_length = gbox_tensor_n_pixels (&expand.to);
  FAST (pointwise) (&expand, 0, 0);
}

/* Those rows that the band before left are moved to the beginning, the others computed. */
static void
advance_expanded (const GboxInvertedResidualWork *work, Passage *passage, GboxRange rows)
{
  const gsize row_floats = (gsize) work->x.width * (gsize) n_channels (passage);
  const int n_kept = CLAMP (passage->top + passage->expanded.height - rows.first, 0, rows.end - rows.first);
  float *data = passage->expanded.data;

  if (n_kept > 0)
    memmove (data, data + (gsize) (rows.first - passage->top) * row_floats,
             (gsize) n_kept * row_floats * sizeof *data);
  passage->top = rows.first;
  passage->expanded.height = rows.end - rows.first;
  if (rows.first + n_kept < rows.end)
    expand_rows (work, passage, (GboxRange){ rows.first + n_kept, rows.end },
                 data + (gsize) n_kept * row_floats);
}

/* Without a convolution before the rows are the input's own. */
static void
find_input (const GboxInvertedResidualWork *work, Passage *passage, GboxRange rows)
{
  const GboxTensor view = view_rows (&work->x, passage->image, rows.first, rows.end - rows.first);

  passage->expanded = gbox_tensor_slice (&view, passage->channels.first, n_channels (passage));
  passage->top = rows.first;
}

static void
filter_rows (const GboxInvertedResidualWork *work, const Passage *passage, int row, int n_rows)
{
  const gsize first = (gsize) passage->channels.first;
  GboxDepthwiseWork depthwise = work->depthwise;

  depthwise.shape.channels = n_channels (passage);
  depthwise.shape.pad_top += passage->top - row * depthwise.shape.stride; /* which counts from the band */
  depthwise.weights += first;
  if (depthwise.bias != NULL)
    depthwise.bias += first;
  depthwise.x = passage->expanded;
  depthwise.y = gbox_tensor (passage->filtered, 1, n_rows, work->y.width, n_channels (passage));
  FAST (depthwise_forward) (&depthwise, 0, 0);
}

/* The sum over the group's channels is added to those over the groups before; the last one finishes it. */
static void
project_rows (const GboxInvertedResidualWork *work, const Passage *passage, int row, int n_rows)
{
  const gsize first = (gsize) passage->channels.first;
  const gboolean is_last = passage->channels.end == work->depthwise.shape.channels;
  GboxPointwiseWork project = work->project;
  GboxElementwiseWork sum = { .n_slices = 1 };

  project.n_in = n_channels (passage);
  project.packed += first * GBOX_PACKED_COLUMNS;
  project.from = gbox_tensor (passage->filtered, 1, n_rows, work->y.width, n_channels (passage));
  project.to = view_rows (&work->y, passage->image, row, n_rows);
  project.n_pixels = project.run_length = gbox_tensor_n_pixels (&project.to);
  project.finish.accumulate = first > 0;
  if (!is_last)
    project.finish.bias = NULL;
  FAST (pointwise) (&project, 0, 0);

  if (!is_last || work->addend.data == NULL)
    return;
  sum.a = sum.y = project.to;
  sum.b = view_rows (&work->addend, passage->image, row, n_rows);
  sum.n_pixels = project.n_pixels;
  FAST (elementwise_add) (&sum, 0, 0);
}

static void
pass_rows (const GboxInvertedResidualWork *work, Passage *passage, GboxRange rows)
{
  for (int row = rows.first; row < rows.end; row += work->n_band_rows)
    {
      const int n_rows = MIN (work->n_band_rows, rows.end - row);
      const GboxRange input_rows = get_input_rows (work, row, n_rows);

      if (work->expand.n_out > 0)
        advance_expanded (work, passage, input_rows);
      else
        find_input (work, passage, input_rows);
      filter_rows (work, passage, row, n_rows);
      project_rows (work, passage, row, n_rows);
    }
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
                          .expanded = gbox_tensor (scratch, 1, 0, work->x.width, group.end - group.first),
                          .filtered = scratch + work->expanded_floats };

      pass_rows (work, &passage, rows);
    }
}
