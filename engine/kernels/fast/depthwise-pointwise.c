/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of a depthwise convolution and of the 1×1 before it, band by band. */
#include "kernels/fast/depthwise-pointwise.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/view-rows.h"
#include "kernels/slices.h"

static void
backward_band (const GboxDepthwisePointwiseWork *work, int image, int row, int n_rows, guint worker)
{
  GboxDepthwiseWork depthwise = work->depthwise;
  GboxPointwiseWork pointwise = work->pointwise;

  depthwise.shape.pad_top += row; /* which counts from the band's first row */
  depthwise.x = view_rows (&work->depthwise.x, image, row, n_rows);
  depthwise.x.data = work->scratch + worker * work->worker_scratch;
  depthwise.y = view_rows (&work->depthwise.y, image, 0, work->depthwise.y.height);
  depthwise.mask.y = view_rows (&work->depthwise.mask.y, image, row, n_rows);
  FAST (depthwise_backward) (&depthwise, 0, worker);

  pointwise.from = depthwise.x;
  pointwise.to = view_rows (&work->pointwise.to, image, row, n_rows);
  pointwise.finish.mask = view_rows (&work->pointwise.finish.mask, image, row, n_rows);
  pointwise.n_pixels = pointwise.run_length = gbox_tensor_n_pixels (&pointwise.to);
  FAST (pointwise) (&pointwise, 0, worker);
}

void
FAST (depthwise_pointwise_backward) (gpointer data, guint task, guint worker)
{
  const GboxDepthwisePointwiseWork *work = data;
  const GboxTensor *dx = &work->pointwise.to;
  const gsize height = (gsize) dx->height, n_rows = (gsize) dx->batch * height;
  const gsize end = gbox_slice_first (n_rows, work->n_slices, task + 1);
  gsize row = gbox_slice_first (n_rows, work->n_slices, task);

  while (row < end)
    {
      const gsize n_here = MIN (end - row, height - row % height);

      backward_band (work, (int) (row / height), (int) (row % height), (int) n_here, worker);
      row += n_here;
    }
}
