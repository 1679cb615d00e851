/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network planned for one target layer and one input size: forward, and backward to the input image. */
#include "models/plan.h"

#include "base/error.h"
#include "kernels/elementwise.h"
#include "models/plan-internal.h"

static gboolean
check_request (GboxNetwork *network, guint layer, int batch, int height, int width, GError **error)
{
  if (layer >= gbox_network_get_n_layers (network))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "%s has no layer number %u; it has %u layers.",
                   gbox_network_get_title (network), layer, gbox_network_get_n_layers (network));
      return FALSE;
    }
  if (MIN (height, width) < GBOX_NETWORK_MIN_SIZE || MAX (height, width) > GBOX_NETWORK_MAX_SIZE)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "An image of %d×%d pixels does not suit %s; choose a height and a width from %d to %d.",
                   width, height, gbox_network_get_title (network), GBOX_NETWORK_MIN_SIZE,
                   GBOX_NETWORK_MAX_SIZE);
      return FALSE;
    }
  if (batch < 1)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "A batch of %d images cannot be computed; choose 1 or more.", batch);
      return FALSE;
    }

  return TRUE;
}

static GboxPlan *
plan_new (GboxNetwork *network, guint layer)
{
  GboxPlan *plan = g_new0 (GboxPlan, 1);

  plan->network = gbox_network_ref (network);
  plan->target = g_array_index (gbox_network_get_data (network)->layer_slices, GboxSlice, layer);
  plan->observed = g_array_new (FALSE, TRUE, sizeof (GboxPlanObserved));

  return plan;
}

static gboolean
observe (GboxPlan *plan, const guint *layers, guint n_layers, GError **error)
{
  const GArray *slices = gbox_network_get_data (plan->network)->layer_slices;

  for (guint i = 0; i < n_layers; i++)
    {
      GboxPlanObserved observed = { 0 };

      if (layers[i] >= slices->len)
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                       "%s has no layer number %u; it has %u layers.", gbox_network_get_title (plan->network),
                       layers[i], slices->len);
          return FALSE;
        }
      observed.slice = g_array_index (slices, GboxSlice, layers[i]);
      g_array_append_val (plan->observed, observed);
    }

  return TRUE;
}

/* Narrows the target to the channels that are wanted. */
static gboolean
take_channels (GboxPlan *plan, const GboxPlanPart *part, GError **error)
{
  const int n = plan->target.n;

  if (part->n_channels == 0)
    return TRUE;
  if (part->first_channel < 0 || part->first_channel >= n || part->n_channels < 0
      || part->n_channels > n - part->first_channel)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "%d channels from channel %d on are not all in this layer: it has channels 0 to %d.",
                   part->n_channels, part->first_channel, n - 1);
      return FALSE;
    }
  plan->target = gbox_slice (plan->target, part->first_channel, part->n_channels);

  return TRUE;
}

GboxPlan *
gbox_plan_new (GboxNetwork *network,
               GboxTeam *team,
               guint layer,
               int batch,
               int height,
               int width,
               gboolean with_gradient,
               GError **error)
{
  static const GboxPlanPart all = { 0 };

  return gbox_plan_new_for_part (network, team, layer, batch, height, width, &all, with_gradient, error);
}

GboxPlan *
gbox_plan_new_for_part (GboxNetwork *network,
                        GboxTeam *team,
                        guint layer,
                        int batch,
                        int height,
                        int width,
                        const GboxPlanPart *part,
                        gboolean with_gradient,
                        GError **error)
{
  g_autoptr (GboxPlan) plan = NULL;

  if (!check_request (network, layer, batch, height, width, error))
    return NULL;

  plan = plan_new (network, layer);
  plan->team = team;
  plan->batch = batch;
  plan->with_gradient = with_gradient;
  if (!take_channels (plan, part, error) || !gbox_plan_lay_out (plan, height, width, &part->region, error))
    return NULL;

  return g_steal_pointer (&plan);
}

GboxPlan *
gbox_plan_new_observed (GboxNetwork *network,
                        GboxTeam *team,
                        guint layer,
                        const guint *observed,
                        guint n_observed,
                        int batch,
                        int height,
                        int width,
                        gboolean with_gradient,
                        GError **error)
{
  static const GboxRegion all = { 0 };
  g_autoptr (GboxPlan) plan = NULL;

  if (!check_request (network, layer, batch, height, width, error))
    return NULL;

  plan = plan_new (network, layer);
  plan->team = team;
  plan->batch = batch;
  plan->with_gradient = with_gradient;
  if (!observe (plan, observed, n_observed, error) || !gbox_plan_lay_out (plan, height, width, &all, error))
    return NULL;

  return g_steal_pointer (&plan);
}

gboolean
gbox_plan_measure_layer (
  GboxNetwork *network, guint layer, int height, int width, int *out_height, int *out_width, GError **error)
{
  g_autoptr (GboxPlan) plan = NULL;

  if (!check_request (network, layer, 1, height, width, error))
    return FALSE;
  plan = plan_new (network, layer);
  gbox_plan_choose_steps (plan);
  if (!gbox_plan_measure (plan, height, width, error))
    return FALSE;
  *out_height = plan->values[plan->target.value].height;
  *out_width = plan->values[plan->target.value].width;

  return TRUE;
}

gboolean
gbox_plan_measure_region (GboxNetwork *network,
                          guint layer,
                          int height,
                          int width,
                          const GboxRegion *region,
                          GboxRegion *input_region,
                          GError **error)
{
  g_autoptr (GboxPlan) plan = NULL;

  if (!check_request (network, layer, 1, height, width, error))
    return FALSE;
  plan = plan_new (network, layer);
  gbox_plan_choose_steps (plan);
  if (!gbox_plan_measure (plan, height, width, error) || !gbox_plan_check_region (plan, region, error)
      || !gbox_plan_crop (plan, region, error))
    return FALSE;
  *input_region = plan->values[0].region;

  return TRUE;
}

void
gbox_plan_free (GboxPlan *plan)
{
  if (plan == NULL)
    return;

  g_clear_pointer (&plan->arena, gbox_arena_free);
  g_clear_pointer (&plan->own_convs, g_ptr_array_unref);
  g_clear_pointer (&plan->steps, g_array_unref);
  g_clear_pointer (&plan->clears, g_array_unref);
  g_array_unref (plan->observed);
  g_free (plan->values);
  gbox_network_unref (plan->network);
  g_free (plan);
}

GboxTensor *
gbox_plan_get_input (GboxPlan *plan)
{
  return &plan->input;
}

const GboxRegion *
gbox_plan_get_input_region (const GboxPlan *plan)
{
  return &plan->values[0].region;
}

const GboxTensor *
gbox_plan_get_output (GboxPlan *plan)
{
  return &plan->output;
}

GboxTensor *
gbox_plan_get_output_gradient (GboxPlan *plan)
{
  g_return_val_if_fail (plan->with_gradient, NULL);

  return &plan->output_gradient;
}

const GboxTensor *
gbox_plan_get_input_gradient (GboxPlan *plan)
{
  g_return_val_if_fail (plan->with_gradient, NULL);

  return &plan->input_gradient;
}

const GboxTensor *
gbox_plan_get_observed (const GboxPlan *plan, guint i)
{
  g_return_val_if_fail (i < plan->observed->len, NULL);

  return &gbox_plan_get_nth_observed (plan, i)->activation;
}

const GboxTensor *
gbox_plan_get_observed_gradient (const GboxPlan *plan, guint i)
{
  g_return_val_if_fail (plan->with_gradient && i < plan->observed->len, NULL);

  return &gbox_plan_get_nth_observed (plan, i)->gradient;
}

GboxTensor *
gbox_plan_drive_observed (GboxPlan *plan, guint i)
{
  GboxPlanObserved *observed;

  g_return_val_if_fail (plan->with_gradient && i < plan->observed->len, NULL);

  observed = gbox_plan_get_nth_observed (plan, i);
  observed->is_driven = TRUE;

  return &observed->gradient;
}

gsize
gbox_plan_get_size (const GboxPlan *plan)
{
  return gbox_arena_get_size (plan->arena);
}

/* Part @chunk of the images of @tensor. */
static GboxTensor
view_chunk (const GboxPlan *plan, const GboxTensor *tensor, int chunk)
{
  GboxTensor view = *tensor;

  view.batch = tensor->batch / plan->n_chunks;
  view.data = gbox_tensor_pixel (tensor, chunk * view.batch, 0, 0);

  return view;
}

static void
map_pixels (GboxPlan *plan, int chunk)
{
  const GboxPixelMap *map = &gbox_network_get_data (plan->network)->pixel_map;
  const GboxTensor input = view_chunk (plan, &plan->input, chunk);

  gbox_affine_channels (plan->team, &input, map->order, map->scale, map->shift, &plan->values[0].activation);
}

static void
forward_chunk (GboxPlan *plan, int chunk, gboolean together)
{
  map_pixels (plan, chunk);
  gbox_lap_clock_note (plan->clock, 0);
  for (guint i = 0, n = 1; i < plan->steps->len; i += n)
    {
      const GboxPlanStep *step = gbox_plan_get_step (plan, i);

      n = together ? step->n_together : 1;
      if (n > 1)
        gbox_plan_block_forward (plan, i);
      else
        gbox_plan_step_forward (step, plan->team, plan->scratch);
      gbox_lap_clock_note (plan->clock, 1 + i);
    }
  if (plan->n_chunks > 1)
    {
      GboxTensor output = view_chunk (plan, &plan->output, chunk);

      gbox_copy (plan->team, &plan->chunk_output, &output);
    }
  for (guint i = 0; i < plan->observed->len && plan->n_chunks > 1; i++)
    {
      const GboxPlanObserved *observed = gbox_plan_get_nth_observed (plan, i);
      GboxTensor activation = view_chunk (plan, &observed->activation, chunk);

      gbox_copy (plan->team, &observed->chunk_activation, &activation);
    }
}

void
gbox_plan_forward (GboxPlan *plan)
{
  /* Timed, each step is taken by itself. */
  plan->is_together = plan->has_blocks && plan->clock == NULL;
  gbox_lap_clock_start (plan->clock);
  for (int chunk = 0; chunk < plan->n_chunks; chunk++)
    forward_chunk (plan, chunk, plan->is_together);
}

gboolean
gbox_plan_forward_for (GboxPlan *plan, gint64 microseconds)
{
  const gint64 end = g_get_monotonic_time () + microseconds;

  g_return_val_if_fail (plan->batch == 1, FALSE);

  if (plan->n_forwarded == 0)
    map_pixels (plan, 0);
  plan->is_together = FALSE;
  do
    gbox_plan_step_forward (gbox_plan_get_step (plan, plan->n_forwarded++), plan->team, plan->scratch);
  while (plan->n_forwarded < plan->steps->len && g_get_monotonic_time () < end);
  if (plan->n_forwarded < plan->steps->len)
    return TRUE;
  plan->n_forwarded = 0;
  return FALSE;
}

/* Before the step that wrote a layer makes its gradient that before the rectifier: keeps it, or adds what is
 * given. */
static void
exchange_gradients (GboxPlan *plan, guint step)
{
  for (guint i = 0; i < plan->observed->len; i++)
    {
      GboxPlanObserved *observed = gbox_plan_get_nth_observed (plan, i);

      if (observed->last_writer != step)
        continue;
      if (observed->is_driven)
        gbox_add (plan->team, &observed->value_gradient, &observed->gradient, &observed->value_gradient);
      else
        gbox_copy (plan->team, &observed->value_gradient, &observed->gradient);
    }
}

/* Steps of the block that ends with step @i; 1 where none does. */
static guint
count_steps_before (const GboxPlan *plan, guint i)
{
  for (guint n = 2; n <= i + 1 && n <= GBOX_PLAN_MAX_TOGETHER; n++)
    if (gbox_plan_get_step (plan, i + 1 - n)->n_together == n)
      return n;

  return 1;
}

/* Whoever looks at each rectifier by itself, or at the clock, needs what a pass by blocks did not write. */
static void
forward_again (GboxPlan *plan)
{
  plan->is_together = FALSE;
  for (int chunk = 0; chunk < plan->n_chunks; chunk++)
    forward_chunk (plan, chunk, FALSE);
}

/* Step @i with the block that it ends, or with the one before where it goes through it; a clock wants each by
 * itself. Returns: the step that was done last. */
static guint
take_backward (GboxPlan *plan, guint i, gboolean redirect, gboolean *redirected)
{
  GboxPlanStep *step = gbox_plan_get_step (plan, i);
  const guint n = plan->is_together ? count_steps_before (plan, i) : 1;

  exchange_gradients (plan, i);
  if (n > 1)
    {
      gbox_plan_block_backward (plan, i + 1 - n);
      return i + 1 - n;
    }
  if (step->goes_through && !redirect && plan->clock == NULL)
    {
      gbox_plan_step_backward_through (step, gbox_plan_get_step (plan, i - 1), plan->team, plan->scratch);
      return i - 1;
    }
  *redirected |= gbox_plan_step_backward (step, plan->team, plan->scratch, redirect);
  return i;
}

static void
clear_gradients (GboxPlan *plan)
{
  for (guint i = 0; i < plan->clears->len; i++)
    gbox_tensor_clear (&g_array_index (plan->clears, GboxTensor, i));
}

static void
map_pixels_backward (GboxPlan *plan)
{
  const GboxPixelMap *map = &gbox_network_get_data (plan->network)->pixel_map;

  gbox_affine_channels_backward (plan->team, &plan->values[0].gradient, map->order, map->scale,
                                 &plan->input_gradient);
}

gboolean
gbox_plan_backward (GboxPlan *plan, gboolean redirect)
{
  const guint last_lap = 2 * plan->steps->len + 1;
  gboolean redirected = FALSE;

  g_return_val_if_fail (plan->with_gradient, FALSE);

  if (plan->is_together && (redirect || plan->clock != NULL))
    forward_again (plan);
  gbox_lap_clock_start (plan->clock);
  clear_gradients (plan);
  gbox_lap_clock_note (plan->clock, last_lap);
  for (guint i = plan->steps->len; i-- > 0;)
    {
      i = take_backward (plan, i, redirect, &redirected);
      gbox_lap_clock_note (plan->clock, last_lap - 1 - i);
    }
  map_pixels_backward (plan);
  gbox_lap_clock_note (plan->clock, last_lap);

  return redirected;
}

gboolean
gbox_plan_backward_for (GboxPlan *plan, gint64 microseconds)
{
  const gint64 end = g_get_monotonic_time () + microseconds;
  const guint n = plan->steps->len;
  gboolean redirected = FALSE;

  g_return_val_if_fail (plan->with_gradient && plan->batch == 1, FALSE);

  if (plan->n_backwarded == 0)
    clear_gradients (plan);
  do
    plan->n_backwarded = n - take_backward (plan, n - 1 - plan->n_backwarded, FALSE, &redirected);
  while (plan->n_backwarded < n && g_get_monotonic_time () < end);
  if (plan->n_backwarded < n)
    return TRUE;
  map_pixels_backward (plan);
  plan->n_backwarded = 0;
  return FALSE;
}
