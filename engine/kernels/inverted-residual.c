/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An inverted residual block: how it is cut. */
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

/* The values between the convolutions in the order of a direction, and what is written in the end. */
typedef struct
{
  const GboxTensor *first;  /* or NULL where it is what is read */
  const GboxTensor *second; /* or NULL where it is what is written */
  const GboxTensor *to;     /* of its height and width */
} Order;

static Order
get_order (const GboxInvertedResidual *self, GboxConvDirection direction)
{
  const GboxTensor *expanded = self->expand != NULL ? &self->expanded : NULL;

  if (direction == GBOX_CONV_BACKWARD)
    return (Order){ &self->filtered, expanded, &self->expanded };

  return (Order){ expanded, &self->filtered, &self->filtered };
}

static gsize
get_plane_bytes (const GboxTensor *tensor)
{
  return tensor == NULL ? 0 : (gsize) tensor->height * (gsize) tensor->width * sizeof (float);
}

static gsize
get_channel_bytes (const Order *order)
{
  return get_plane_bytes (order->first) + get_plane_bytes (order->second);
}

/* Of each image. */
static guint
count_slices (const GboxTensor *to)
{
  const int most = MAX (to->height / MIN_SLICE_ROWS, 1);

  return (guint) CLAMP (WANTED_SLICES / to->batch, 1, most);
}

gboolean
gbox_inverted_residual_is_faster (const GboxInvertedResidual *self)
{
  const Order order = get_order (self, GBOX_CONV_FORWARD);
  const guint n_slices = (guint) order.to->batch * count_slices (order.to);

  return n_slices >= WANTED_SLICES
         || (n_slices > 1 && get_channel_bytes (&order) * (gsize) self->depthwise.channels > LARGE_BYTES);
}

/* Rows of the first value that @n_rows rows of the second are made from, at most. */
static int
count_rows_seen (const GboxInvertedResidual *self, GboxConvDirection direction, int n_rows)
{
  const GboxDepthwiseShape *shape = &self->depthwise;

  return direction == GBOX_CONV_BACKWARD ? (n_rows + shape->kernel - 2) / shape->stride + 1
                                         : (n_rows - 1) * shape->stride + shape->kernel;
}

static gsize
align (gsize n_floats)
{
  const gsize unit = GBOX_CONV_ALIGNMENT / sizeof (float);

  return (n_floats + unit - 1) / unit * unit;
}

static gsize
count_row_floats (const GboxTensor *value, int n_channels)
{
  return value == NULL ? 0 : (gsize) value->width * (gsize) n_channels;
}

/* The floats between the convolutions for a band of rows. */
static void
measure_band (const GboxInvertedResidual *self, GboxConvDirection direction, GboxInvertedResidualWork *work)
{
  const Order order = get_order (self, direction);
  const int n_seen = count_rows_seen (self, direction, work->n_band_rows);
  const int height = direction == GBOX_CONV_BACKWARD ? self->filtered.height : self->expanded.height;

  work->first_floats
    = align ((gsize) MIN (n_seen, height) * count_row_floats (order.first, work->n_group_channels));
  work->worker_scratch
    = work->first_floats
      + align ((gsize) work->n_band_rows * count_row_floats (order.second, work->n_group_channels));
}

/* Groups of channels of nearly equal size, whole blocks of packed weights. */
static int
choose_group (int n_channels, gsize channel_bytes)
{
  const int n_fitting = (int) (BETWEEN_BYTES / channel_bytes);
  const int most = MIN (n_fitting, MAX_GROUP_CHANNELS);

  if (n_fitting < MIN_GROUP_CHANNELS || n_channels <= most)
    return n_channels;

  const int n_groups = (n_channels + most - 1) / most;
  const int n_blocks = (int) gbox_packed_n_blocks ((gsize) ((n_channels + n_groups - 1) / n_groups));

  return n_blocks * GBOX_PACKED_COLUMNS;
}

/* As many rows as fit. */
static void
cut (const GboxInvertedResidual *self, GboxConvDirection direction, GboxInvertedResidualWork *work)
{
  const Order order = get_order (self, direction);

  work->n_group_channels = choose_group (self->depthwise.channels, get_channel_bytes (&order));
  work->n_slices = count_slices (order.to);
  work->n_band_rows = order.to->height;
  measure_band (self, direction, work);
  while (work->n_band_rows > 1 && work->worker_scratch * sizeof (float) > BETWEEN_BYTES)
    {
      work->n_band_rows--;
      measure_band (self, direction, work);
    }
}

gsize
gbox_inverted_residual_scratch_size (const GboxInvertedResidual *self,
                                     GboxConvDirection direction,
                                     guint n_workers)
{
  GboxInvertedResidualWork work = { 0 };

  cut (self, direction, &work);
  return n_workers * work.worker_scratch * sizeof (float);
}

/* Of a whole plane. */
static GboxPointwiseWork
get_pointwise_work (const GboxConv *conv, const GboxConvShape *shape)
{
  const gboolean forward = conv->packing.direction == GBOX_CONV_FORWARD;
  GboxPointwiseWork work = { .n_in = forward ? shape->in_channels : shape->out_channels,
                             .n_out = forward ? shape->out_channels : shape->in_channels,
                             .packed = conv->packed,
                             .run_rows = 1,
                             .n_row_slices = 1,
                             .n_column_slices = 1 };

  work.packed_rows = (gsize) work.n_in;
  if (forward)
    work.finish = (GboxFinish){ .bias = conv->bias,
                                .floor = gbox_activation_floor (conv->activation),
                                .ceiling = gbox_activation_ceiling (conv->activation) };
  return work;
}

static GboxBits
get_bits (guint16 *words, GboxActivation activation, int n_channels)
{
  return (GboxBits){ activation != GBOX_ACTIVATION_NONE ? words : NULL, gbox_bits_stride (n_channels) };
}

/* All but what the two directions have apart. */
static GboxInvertedResidualWork
get_work (const GboxInvertedResidual *self,
          GboxConvDirection direction,
          const GboxTensor *x,
          const GboxTensor *y)
{
  GboxInvertedResidualWork work = { .depthwise = { .shape = self->depthwise,
                                                   .weights = self->weights,
                                                   .weight_stride = (gsize) self->depthwise.channels,
                                                   .mask = gbox_mask (NULL, GBOX_ACTIVATION_NONE),
                                                   .n_slices = 1 },
                                    .x = *x,
                                    .y = *y };

  cut (self, direction, &work);
  return work;
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
  GboxInvertedResidualWork work = get_work (self, GBOX_CONV_FORWARD, x, y);

  if (kernels == NULL)
    {
      forward_apart (self, team, x, addend, y, scratch);
      return;
    }

  if (self->expand != NULL)
    {
      work.first = get_pointwise_work (self->expand, &self->expand_shape);
      work.first_bits = get_bits (self->expanded_bits, self->expand->activation, self->depthwise.channels);
    }
  work.depthwise.bias = self->bias;
  work.depthwise.floor = gbox_activation_floor (self->activation);
  work.depthwise.ceiling = gbox_activation_ceiling (self->activation);
  work.last = get_pointwise_work (self->project, &self->project_shape);
  work.second_bits = get_bits (self->filtered_bits, self->activation, self->depthwise.channels);
  if (addend != NULL)
    work.addend = *addend;
  work.scratch = scratch;
  gbox_team_run (team, work.n_slices * (guint) y->batch, kernels->inverted_residual, &work);
}

/* One after the other. */
static void
backward_apart (const GboxInvertedResidual *self,
                GboxTeam *team,
                const GboxTensor *dy,
                GboxTensor *dx,
                gboolean accumulate,
                const GboxTensor *mask,
                GboxActivation mask_activation,
                gpointer scratch)
{
  GboxTensor dexpanded = self->dexpanded, dfiltered = self->dfiltered;

  gbox_conv_backward (self->project_backward, &self->project_shape, team, dy, &dfiltered, FALSE,
                      &self->filtered, self->activation, scratch);
  if (self->expand == NULL)
    {
      gbox_depthwise_backward (team, &self->depthwise, self->weights, &dfiltered, dx, accumulate, mask,
                               mask_activation);
      return;
    }
  gbox_depthwise_backward (team, &self->depthwise, self->weights, &dfiltered, &dexpanded, FALSE,
                           &self->expanded, self->expand->activation);
  gbox_conv_backward (self->expand_backward, &self->expand_shape, team, &dexpanded, dx, accumulate, mask,
                      mask_activation, scratch);
}

void
gbox_inverted_residual_backward (const GboxInvertedResidual *self,
                                 GboxTeam *team,
                                 const GboxTensor *dy,
                                 GboxTensor *dx,
                                 gboolean accumulate,
                                 const GboxTensor *mask,
                                 GboxActivation mask_activation,
                                 gpointer scratch)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  const GboxMask last = gbox_mask (mask, mask_activation);
  GboxInvertedResidualWork work = get_work (self, GBOX_CONV_BACKWARD, dy, dx);

  if (kernels == NULL)
    {
      backward_apart (self, team, dy, dx, accumulate, mask, mask_activation, scratch);
      return;
    }

  work.backward = TRUE;
  work.first = get_pointwise_work (self->project_backward, &self->project_shape);
  work.first_bits = get_bits (self->filtered_bits, self->activation, self->depthwise.channels);
  if (self->expand != NULL)
    {
      work.last = get_pointwise_work (self->expand_backward, &self->expand_shape);
      work.second_bits = get_bits (self->expanded_bits, self->expand->activation, self->depthwise.channels);
    }
  work.last.finish = (GboxFinish){ .accumulate = accumulate, .mask = last.y, .mask_ceiling = last.ceiling };
  work.scratch = scratch;
  gbox_team_run (team, work.n_slices * (guint) dx->batch, kernels->inverted_residual, &work);
}
