/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network planned for one target layer and one input size: forward, and backward to the input image. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"
#include "models/network.h"

G_BEGIN_DECLS

typedef struct _GboxPlan GboxPlan;

/**
 * GboxRegion:
 *
 * The rows @top … @top + @height − 1 and the columns @left … @left + @width − 1 of a plane.
 */
typedef struct
{
  int top;
  int left;
  int height;
  int width;
} GboxRegion;

/**
 * gbox_plan_new:
 * @network: a network; the plan keeps a reference
 * @team: the workers; must outlive the plan
 * @layer: index of the target layer; nothing after it is computed
 * @batch: images at a time
 * @height: input rows
 * @width: input columns
 * @with_gradient: whether gbox_plan_backward() will be called
 * @error: return location for an error
 *
 * Packs what weights the target needs and lays out all memory: later calls allocate nothing. Without gradient
 * the images of a batch are computed some at a time, so that what is between the operations stays in the
 * caches.
 *
 * Returns: (transfer full) (nullable): a plan; free with gbox_plan_free()
 */
GboxPlan *gbox_plan_new (GboxNetwork *network,
                         GboxTeam *team,
                         guint layer,
                         int batch,
                         int height,
                         int width,
                         gboolean with_gradient,
                         GError **error);
/**
 * GboxPlanPart:
 * @region: rows and columns; where its height is 0 all of them
 * @first_channel: the first channel
 * @n_channels: how many from there; 0 for all, whatever @first_channel is
 *
 * The part of a layer that is wanted.
 */
typedef struct
{
  GboxRegion region;
  int first_channel;
  int n_channels;
} GboxPlanPart;

/**
 * gbox_plan_new_for_part:
 * @part: the part of the target layer that is wanted
 *
 * As gbox_plan_new(), but only what @part depends on is computed, forward and backward: the branches that
 * lead to its channels, and the pixels that its region sees. The output and its gradient are those of the
 * part, the input and its gradient those of gbox_plan_get_input_region(). What the plan computes is what the
 * whole plan has there.
 *
 * Returns: (transfer full) (nullable): a plan; %NULL with %GBOX_ERROR_INVALID_ARGUMENT also where @part is
 * not inside the layer
 */
GboxPlan *gbox_plan_new_for_part (GboxNetwork *network,
                                  GboxTeam *team,
                                  guint layer,
                                  int batch,
                                  int height,
                                  int width,
                                  const GboxPlanPart *part,
                                  gboolean with_gradient,
                                  GError **error);

/**
 * gbox_plan_new_observed:
 * @layer: index of the target layer
 * @observed: (array length=n_observed): indices of the layers that are kept too, wherever they lie
 * @n_observed: how many
 *
 * As gbox_plan_new(), but the activations of several layers are there after one forward pass, and their
 * gradients after one backward pass.
 *
 * Returns: (transfer full) (nullable): a plan; %NULL with %GBOX_ERROR_UNSUPPORTED also where @with_gradient
 * is set and an observed layer is read before all of it is written
 */
GboxPlan *gbox_plan_new_observed (GboxNetwork *network,
                                  GboxTeam *team,
                                  guint layer,
                                  const guint *observed,
                                  guint n_observed,
                                  int batch,
                                  int height,
                                  int width,
                                  gboolean with_gradient,
                                  GError **error);
void gbox_plan_free (GboxPlan *plan);

/**
 * gbox_plan_measure_layer:
 * @network: a network
 * @layer: index of a layer
 * @height: input rows
 * @width: input columns
 * @out_height: (out): rows of the layer for an input of that size
 * @out_width: (out): columns
 * @error: return location for an error
 *
 * Returns: %FALSE with the errors of gbox_plan_new()
 */
gboolean gbox_plan_measure_layer (
  GboxNetwork *network, guint layer, int height, int width, int *out_height, int *out_width, GError **error);

/**
 * gbox_plan_measure_region:
 * @network: a network
 * @layer: index of a layer
 * @height: input rows
 * @width: input columns
 * @region: a part of the layer
 * @input_region: (out): what of the input it depends on
 * @error: return location for an error
 *
 * Returns: %FALSE with the errors of gbox_plan_new_for_part()
 */
gboolean gbox_plan_measure_region (GboxNetwork *network,
                                   guint layer,
                                   int height,
                                   int width,
                                   const GboxRegion *region,
                                   GboxRegion *input_region,
                                   GError **error);

/**
 * gbox_plan_get_input:
 *
 * Returns: (transfer none): the input to fill before forward: RGB, 0 … 255, (N, H, W, 3); the network's own
 * preprocessing is in the plan
 */
GboxTensor *gbox_plan_get_input (GboxPlan *plan);

/* (transfer none): which part of the image the input is: all of it, or what the region sees. */
const GboxRegion *gbox_plan_get_input_region (const GboxPlan *plan);

/**
 * gbox_plan_get_output:
 *
 * Returns: (transfer none): the target layer after forward, after its rectifier (N, h, w, C); logits (N, 1,
 * 1, 1000) for "class"
 */
const GboxTensor *gbox_plan_get_output (GboxPlan *plan);

/**
 * gbox_plan_get_output_gradient:
 *
 * Returns: (transfer none): to fill before backward: gradient of the objective with respect to the output, of
 * its shape
 */
GboxTensor *gbox_plan_get_output_gradient (GboxPlan *plan);

/**
 * gbox_plan_get_input_gradient:
 *
 * Returns: (transfer none): after backward, the gradient with respect to the 0 … 255 RGB input (N, H, W, 3)
 */
const GboxTensor *gbox_plan_get_input_gradient (GboxPlan *plan);

/* (transfer none): after forward, observed layer @i after its rectifier, (N, h, w, C). */
const GboxTensor *gbox_plan_get_observed (const GboxPlan *plan, guint i);
/* (transfer none): after backward, the gradient with respect to that. */
const GboxTensor *gbox_plan_get_observed_gradient (const GboxPlan *plan, guint i);

/**
 * gbox_plan_drive_observed:
 * @plan: a plan with gradient
 * @i: which of the observed layers
 *
 * From now on the objective depends on this layer not only through the target: its own part of the gradient
 * is given, and added to what arrives there. gbox_plan_get_observed_gradient() then tells what was given.
 *
 * Returns: (transfer none): to fill before each backward pass, of the observed layer's shape
 */
GboxTensor *gbox_plan_drive_observed (GboxPlan *plan, guint i);

void gbox_plan_forward (GboxPlan *plan);

/**
 * gbox_plan_forward_for:
 * @plan: a plan of one image
 * @microseconds: how long
 *
 * As gbox_plan_forward(), but returns after the operation in which the time is over. The input stays as it is
 * until all is done, and nothing else is computed with the plan.
 *
 * Returns: whether there is more to do: call it again
 */
gboolean gbox_plan_forward_for (GboxPlan *plan, gint64 microseconds);

/**
 * gbox_plan_backward:
 * @plan: a plan after forward; the output gradient is consumed
 * @redirect: whether rectifiers that block the whole gradient let it through (see gbox_activation_backward())
 *
 * Returns: whether any rectifier was redirected
 */
gboolean gbox_plan_backward (GboxPlan *plan, gboolean redirect);

/**
 * gbox_plan_backward_for:
 * @plan: a plan of one image, after forward
 * @microseconds: how long
 *
 * As gbox_plan_backward() without redirection, but returns after the operation in which the time is over.
 * Nothing else is computed with the plan until all is done.
 *
 * Returns: whether there is more to do: call it again
 */
gboolean gbox_plan_backward_for (GboxPlan *plan, gint64 microseconds);

/* Bytes of the plan's arena, packed weights not counted. */
gsize gbox_plan_get_size (const GboxPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPlan, gbox_plan_free)

G_END_DECLS
