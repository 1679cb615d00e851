/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An inverted residual block, forward: how it is cut. */
#include "kernels/inverted-residual.h"

#include "kernels/conv-internal.h"
#include "kernels/elementwise.h"
#include "kernels/fast/inverted-residual.h"
#include "kernels/packed.h"

/* What is between the convolutions may take so much of a core's second cache (measured). */
#define BETWEEN_BYTES (256 * 1024)
/* Whole planes are taken in groups of channels where at least so many fit; fewer make short sums. */
#define MIN_GROUP_CHANNELS 64
/* A block of so many weights of the last convolution is half of a core's first cache. */
#define MAX_GROUP_CHANNELS 256
/* Slices of all images, if possible: tasks for a few cores. Where an image is cut some rows are expanded
 * twice, so slices have at least so many rows. */
#define WANTED_SLICES  4
#define MIN_SLICE_ROWS 14
/* Smaller values between the convolutions stay in the caches as they are (measured). */
#define LARGE_BYTES (1024 * 1024)

static gsize
get_plane_bytes (const GboxTensor *tensor)
{
  return (gsize) tensor->height * (gsize) tensor->width * sizeof (float);
}

static gsize
get_row_floats (const GboxTensor *tensor, int channels)
{
  return (gsize) tensor->width * (gsize) channels;
}

/* Of the values between that are not the input. */
static gsize
get_channel_bytes (const GboxInvertedResidual *self)
{
  return (self->expand != NULL ? get_plane_bytes (&self->expanded) : 0) + get_plane_bytes (&self->filtered);
}

/* Of each image. */
static guint
count_slices (const GboxInvertedResidual *self)
{
  const int most = MAX (self->filtered.height / MIN_SLICE_ROWS, 1);

  return (guint) CLAMP (WANTED_SLICES / self->filtered.batch, 1, most);
}

gboolean
gbox_inverted_residual_is_faster (const GboxInvertedResidual *self)
{
  const guint n_slices = (guint) self->filtered.batch * count_slices (self);

  return n_slices >= WANTED_SLICES
         || (n_slices > 1 && get_channel_bytes (self) * (gsize) self->depthwise.channels > LARGE_BYTES);
}

/* Rows of the input that @n_rows rows of results look at. */
static gsize
count_input_rows (const GboxInvertedResidual *self, int n_rows)
{
  const int n = (n_rows - 1) * self->depthwise.stride + self->depthwise.kernel;

  return (gsize) MIN (n, self->expanded.height);
}

/* Floats of a band's expanded and filtered rows. */
static void
measure_band (const GboxInvertedResidual *self,
              int n_rows,
              int n_channels,
              gsize *expanded_floats,
              gsize *filtered_floats)
{
  *expanded_floats = self->expand == NULL
                       ? 0
                       : count_input_rows (self, n_rows) * get_row_floats (&self->expanded, n_channels);
  *filtered_floats = (gsize) n_rows * get_row_floats (&self->filtered, n_channels);
}

static gsize
align (gsize n_floats)
{
  const gsize unit = GBOX_CONV_ALIGNMENT / sizeof (float);

  return (n_floats + unit - 1) / unit * unit;
}

/* Groups of channels of nearly equal size, whole blocks of packed weights. */
static int
choose_group (const GboxInvertedResidual *self)
{
  const int n_channels = self->depthwise.channels;
  const int n_fitting = (int) (BETWEEN_BYTES / get_channel_bytes (self));
  const int most = MIN (n_fitting, MAX_GROUP_CHANNELS);

  if (n_fitting < MIN_GROUP_CHANNELS || n_channels <= most)
    return n_channels;

  const int n_groups = (n_channels + most - 1) / most;
  const int n_blocks = (int) gbox_packed_n_blocks ((gsize) ((n_channels + n_groups - 1) / n_groups));

  return n_blocks * GBOX_PACKED_COLUMNS;
}

/* As many rows as fit. */
static int
choose_band (const GboxInvertedResidual *self, int n_group_channels)
{
  int n_rows = self->filtered.height;

  for (; n_rows > 1; n_rows--)
    {
      gsize expanded_floats, filtered_floats;

      measure_band (self, n_rows, n_group_channels, &expanded_floats, &filtered_floats);
      if ((expanded_floats + filtered_floats) * sizeof (float) <= BETWEEN_BYTES)
        break;
    }
  return n_rows;
}

static void
cut (const GboxInvertedResidual *self, GboxInvertedResidualWork *work)
{
  gsize expanded_floats, filtered_floats;

  work->n_group_channels = choose_group (self);
  work->n_band_rows = choose_band (self, work->n_group_channels);
  work->n_slices = count_slices (self);
  measure_band (self, work->n_band_rows, work->n_group_channels, &expanded_floats, &filtered_floats);
  work->expanded_floats = align (expanded_floats);
  work->worker_scratch = work->expanded_floats + align (filtered_floats);
}

gsize
gbox_inverted_residual_scratch_size (const GboxInvertedResidual *self, guint n_workers)
{
  GboxInvertedResidualWork work;

  cut (self, &work);
  return n_workers * work.worker_scratch * sizeof (float);
}

static GboxPointwiseWork
get_pointwise_work (const GboxConv *conv, const GboxConvShape *shape)
{
  return (GboxPointwiseWork){ .n_in = shape->in_channels,
                              .n_out = shape->out_channels,
                              .packed = conv->packed,
                              .packed_rows = (gsize) shape->in_channels,
                              .run_rows = 1,
                              .finish = { .bias = conv->bias,
                                          .floor = gbox_activation_floor (conv->activation),
                                          .ceiling = gbox_activation_ceiling (conv->activation) },
                              .n_row_slices = 1,
                              .n_column_slices = 1 };
}

/* One after the other. */
static void
forward_apart (const GboxInvertedResidual *self,
               GboxTeam *team,
               const GboxTensor *x,
               const GboxTensor *addend,
               GboxTensor *y,
               gpointer scratch)
{
  GboxTensor expanded = self->expanded, filtered = self->filtered;

  if (self->expand != NULL)
    gbox_conv_forward (self->expand, &self->expand_shape, team, x, &expanded, scratch);
  gbox_depthwise_forward (team, &self->depthwise, self->activation, self->weights, self->bias, &expanded,
                          &filtered);
  gbox_conv_forward (self->project, &self->project_shape, team, &filtered, y, scratch);
  if (addend != NULL)
    gbox_add (team, y, addend, y);
}

void
gbox_inverted_residual_forward (const GboxInvertedResidual *self,
                                GboxTeam *team,
                                const GboxTensor *x,
                                const GboxTensor *addend,
                                GboxTensor *y,
                                gpointer scratch)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxInvertedResidualWork work = { .depthwise = { .shape = self->depthwise,
                                                   .weights = self->weights,
                                                   .weight_stride = (gsize) self->depthwise.channels,
                                                   .bias = self->bias,
                                                   .floor = gbox_activation_floor (self->activation),
                                                   .ceiling = gbox_activation_ceiling (self->activation),
                                                   .mask = gbox_mask (NULL, GBOX_ACTIVATION_NONE),
                                                   .n_slices = 1 },
                                    .project = get_pointwise_work (self->project, &self->project_shape),
                                    .x = *x,
                                    .y = *y,
                                    .scratch = scratch };

  if (kernels == NULL)
    {
      forward_apart (self, team, x, addend, y, scratch);
      return;
    }

  if (self->expand != NULL)
    work.expand = get_pointwise_work (self->expand, &self->expand_shape);
  if (addend != NULL)
    work.addend = *addend;
  cut (self, &work);
  gbox_team_run (team, work.n_slices * (guint) y->batch, kernels->inverted_residual, &work);
}
