/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of a convolution of 1×1 and the depthwise one after it, taken together. */
#include "kernels/depthwise-pointwise.h"

#include "kernels/conv-internal.h"
#include "kernels/fast/depthwise-pointwise.h"

/* What a band of the gradient between the two may take: it shares a core's second cache with what is read. */
#define BAND_BYTES (192 * 1024)

static gsize
get_row_floats (const GboxTensor *between)
{
  return (gsize) between->width * (gsize) between->channels;
}

/* An even number suits most machines. */
static guint
count_bands (const GboxTensor *between)
{
  const gsize n_rows = (gsize) between->batch * (gsize) between->height;
  const gsize band_rows = MAX (BAND_BYTES / (get_row_floats (between) * sizeof (float)), 1);
  const gsize n_bands = (n_rows + band_rows - 1) / band_rows;

  return (guint) MIN (n_bands + n_bands % 2, n_rows);
}

/* Floats of the longest band. */
static gsize
get_band_floats (const GboxTensor *between)
{
  const gsize n_rows = (gsize) between->batch * (gsize) between->height;
  const guint n_bands = count_bands (between);
  const gsize unit = GBOX_CONV_ALIGNMENT / sizeof (float);
  const gsize n_floats = (n_rows + n_bands - 1) / n_bands * get_row_floats (between);

  return (n_floats + unit - 1) / unit * unit;
}

gsize
gbox_depthwise_pointwise_scratch_size (const GboxTensor *between, guint n_workers)
{
  return n_workers * get_band_floats (between) * sizeof (float);
}

static void
backward_apart (const GboxDepthwisePointwise *self,
                GboxTeam *team,
                const GboxTensor *dy,
                GboxTensor *dbetween,
                GboxTensor *dx,
                gboolean accumulate,
                const GboxTensor *mask,
                GboxActivation mask_activation,
                gpointer scratch)
{
  gbox_depthwise_backward (team, &self->depthwise, self->weights, dy, dbetween, FALSE, &self->between,
                           self->activation);
  gbox_conv_backward (self->pointwise, &self->pointwise_shape, team, dbetween, dx, accumulate, mask,
                      mask_activation, scratch);
}

void
gbox_depthwise_pointwise_backward (const GboxDepthwisePointwise *self,
                                   GboxTeam *team,
                                   const GboxTensor *dy,
                                   GboxTensor *dbetween,
                                   GboxTensor *dx,
                                   gboolean accumulate,
                                   const GboxTensor *mask,
                                   GboxActivation mask_activation,
                                   gpointer scratch)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  const GboxMask last = gbox_mask (mask, mask_activation);
  const GboxTensor shape = gbox_tensor (NULL, self->between.batch, self->between.height, self->between.width,
                                        self->between.channels);
  GboxDepthwisePointwiseWork work
    = { .depthwise = { .shape = self->depthwise,
                       .weights = self->weights,
                       .weight_stride = (gsize) self->depthwise.channels,
                       .x = shape,
                       .y = *dy,
                       .mask = gbox_mask (&self->between, self->activation),
                       .n_slices = 1 },
        .pointwise = { .n_in = self->pointwise_shape.out_channels,
                       .n_out = self->pointwise_shape.in_channels,
                       .packed = self->pointwise->packed,
                       .packed_rows = (gsize) self->pointwise_shape.out_channels,
                       .to = *dx,
                       .run_rows = 1,
                       .finish = { .accumulate = accumulate, .mask = last.y, .mask_ceiling = last.ceiling },
                       .n_row_slices = 1,
                       .n_column_slices = 1 },
        .scratch = scratch,
        .worker_scratch = get_band_floats (&self->between),
        .n_slices = count_bands (&self->between) };

  if (kernels == NULL)
    backward_apart (self, team, dy, dbetween, dx, accumulate, mask, mask_activation, scratch);
  else
    gbox_team_run (team, work.n_slices, kernels->depthwise_pointwise_backward, &work);
}
