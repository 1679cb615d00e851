/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operations of a plan are, what they cost by count, and how long they take. */
#include "models/plan-profile.h"

#include "models/plan-internal.h"

void
gbox_plan_operation_clear (GboxPlanOperation *operation)
{
  g_clear_pointer (&operation->name, g_free);
}

guint
gbox_plan_get_n_operations (const GboxPlan *plan)
{
  return 1 + plan->steps->len;
}

void
gbox_plan_set_clock (GboxPlan *plan, GboxLapClock *clock)
{
  plan->clock = clock;
}

/* The last operation that writes @slice, or −1. */
static int
find_writer (const GboxNetworkData *data, const GboxSlice *slice)
{
  int writer = -1;

  for (guint i = 0; i < data->operations->len; i++)
    if (gbox_slice_overlaps (&g_array_index (data->operations, GboxOperation, i).output, slice))
      writer = (int) i;
  return writer;
}

/* An operation belongs to the first layer that is not complete without it. */
static const char *
find_layer_name (const GboxNetworkData *data, guint operation)
{
  for (guint i = 0; i < data->layers->len; i++)
    if (find_writer (data, &g_array_index (data->layer_slices, GboxSlice, i)) >= (int) operation)
      return g_array_index (data->layers, GboxLayer, i).name;
  return data->title;
}

static char *
describe_window (const GboxWindowShape *window)
{
  return window->stride > 1 ? g_strdup_printf ("%d×%d/%d", window->kernel, window->kernel, window->stride)
                            : g_strdup_printf ("%d×%d", window->kernel, window->kernel);
}

static char *
make_name (const GboxNetworkData *data, const GboxPlanStep *step)
{
  const GboxOperation *operation = step->operation;
  const char *layer = find_layer_name (data, step->index);
  g_autofree char *window = describe_window (&operation->window);

  switch (operation->kind)
    {
    case GBOX_OPERATION_CONV:
      return g_strdup_printf ("%s %s %d→%d", layer, window, operation->input.n, step->output.n);
    case GBOX_OPERATION_DEPTHWISE:
      return g_strdup_printf ("%s depthwise %s %d", layer, window, operation->input.n);
    case GBOX_OPERATION_MAX_POOL:
      return g_strdup_printf ("%s max pool %s %d", layer, window, operation->input.n);
    case GBOX_OPERATION_LRN:
      return g_strdup_printf ("%s LRN %d", layer, operation->input.n);
    case GBOX_OPERATION_ADD:
      return g_strdup_printf ("%s add %d", layer, operation->input.n);
    case GBOX_OPERATION_GLOBAL_AVERAGE:
    default:
      return g_strdup_printf ("%s average %d", layer, operation->input.n);
    }
}

static double
count_elements (const GboxTensor *tensor)
{
  return (double) gbox_tensor_n_pixels (tensor) * tensor->channels;
}

/* Of every output element. */
static double
count_weights_per_output (const GboxOperation *operation)
{
  const double area = (double) operation->window.kernel * operation->window.kernel;

  switch (operation->kind)
    {
    case GBOX_OPERATION_CONV:
      return area * operation->input.n;
    case GBOX_OPERATION_DEPTHWISE:
      return area;
    case GBOX_OPERATION_MAX_POOL:
    case GBOX_OPERATION_LRN:
    case GBOX_OPERATION_ADD:
    case GBOX_OPERATION_GLOBAL_AVERAGE:
    default:
      return 0;
    }
}

static void
count_forward (const GboxPlanStep *step, GboxPlanOperation *out)
{
  const double per_output = count_weights_per_output (step->operation);
  const gboolean reads_twice = step->operation->kind == GBOX_OPERATION_ADD;
  const double floats = count_elements (&step->x) * (reads_twice ? 2 : 1) + per_output * step->output.n
                        + count_elements (&step->y);

  out->forward_flops = 2 * per_output * count_elements (&step->y);
  out->forward_bytes = floats * sizeof (float) + (step->argmax != NULL ? count_elements (&step->y) : 0);
}

static void
count_backward (const GboxPlanStep *step, GboxPlanOperation *out)
{
  const GboxOperation *operation = step->operation;
  const double per_output = count_weights_per_output (operation);
  double floats = count_elements (&step->dy) + per_output * step->output.n
                  + count_elements (&step->dx) * (step->accumulate_x ? 2 : 1);

  if (step->rectify)
    floats += count_elements (&step->y);
  if (step->mask != GBOX_ACTIVATION_NONE)
    floats += count_elements (&step->x);
  if (operation->kind == GBOX_OPERATION_LRN)
    floats += count_elements (&step->x);
  if (operation->kind == GBOX_OPERATION_ADD)
    floats += count_elements (&step->daddend) * (step->accumulate_addend ? 2 : 1);
  out->backward_flops = 2 * per_output * count_elements (&step->dy);
  out->backward_bytes = floats * sizeof (float) + (step->argmax != NULL ? count_elements (&step->dy) : 0);
}

/* Of all images. */
static GboxTensor
get_shape (const GboxPlan *plan, const GboxTensor *tensor)
{
  return gbox_tensor (NULL, plan->batch, tensor->height, tensor->width, tensor->channels);
}

static void
describe_pixel_map (const GboxPlan *plan, GboxPlanOperation *out)
{
  *out = (GboxPlanOperation){ .name = g_strdup ("pixel map"),
                              .x = get_shape (plan, &plan->input),
                              .y = get_shape (plan, &plan->input) };
  out->forward_bytes = 2 * count_elements (&plan->input) * sizeof (float);
  out->backward_bytes = plan->with_gradient ? out->forward_bytes : 0;
}

void
gbox_plan_describe_operation (const GboxPlan *plan, guint i, GboxPlanOperation *operation)
{
  const GboxPlanStep *step;

  g_return_if_fail (i < gbox_plan_get_n_operations (plan));

  if (i == 0)
    {
      describe_pixel_map (plan, operation);
      return;
    }
  step = gbox_plan_get_step (plan, i - 1);
  *operation = (GboxPlanOperation){ .name = make_name (gbox_network_get_data (plan->network), step),
                                    .is_conv = step->operation->kind == GBOX_OPERATION_CONV,
                                    .conv = step->conv_shape,
                                    .x = get_shape (plan, &step->x),
                                    .y = get_shape (plan, &step->y) };
  count_forward (step, operation);
  operation->forward_flops *= plan->n_chunks;
  operation->forward_bytes *= plan->n_chunks;
  if (plan->with_gradient)
    count_backward (step, operation);
}
