/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which steps a plan takes, and over which part of every value. */
#include "base/error.h"
#include "models/plan-internal.h"

static gboolean
is_needed (const GboxPlan *plan, const GboxOperation *operation, GArray *needed)
{
  if (gbox_slice_overlaps (&operation->output, &plan->target)
      || gbox_plan_is_observed (plan, &operation->output))
    return TRUE;

  for (guint i = 0; i < needed->len; i++)
    {
      const GboxOperation *reader = g_array_index (needed, GboxPlanStep, i).operation;

      if (gbox_slice_overlaps (&operation->output, &reader->input)
          || (reader->kind == GBOX_OPERATION_ADD
              && gbox_slice_overlaps (&operation->output, &reader->addend)))
        return TRUE;
    }

  return FALSE;
}

static void
extend_slice (GboxSlice *needed, const GboxSlice *output, const GboxSlice *wanted)
{
  const int first = MAX (output->first, wanted->first);
  const int end = MIN (output->first + output->n, wanted->first + wanted->n);
  const int old_end = needed->first + needed->n;

  if (!gbox_slice_overlaps (output, wanted))
    return;
  if (needed->n == 0)
    *needed = (GboxSlice){ output->value, first, end - first };
  else
    {
      needed->first = MIN (needed->first, first);
      needed->n = MAX (old_end, end) - needed->first;
    }
}

/* Of a convolution only the channels that the target and other steps look at are computed. */
static void
narrow_output (const GboxPlan *plan, GboxPlanStep *step)
{
  const GboxSlice *output = &step->operation->output;

  step->output = *output;
  if (step->operation->kind != GBOX_OPERATION_CONV)
    return;
  step->output.n = 0;
  extend_slice (&step->output, output, &plan->target);
  for (guint i = 0; i < plan->observed->len; i++)
    extend_slice (&step->output, output, &gbox_plan_get_nth_observed (plan, i)->slice);
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const GboxOperation *reader = gbox_plan_get_step (plan, i)->operation;

      extend_slice (&step->output, output, &reader->input);
      if (reader->kind == GBOX_OPERATION_ADD)
        extend_slice (&step->output, output, &reader->addend);
    }
}

/* From the last operation to the first: what writes the target, and what writes what that reads. Then into
 * execution order. */
void
gbox_plan_choose_steps (GboxPlan *plan)
{
  const GboxNetworkData *data = gbox_network_get_data (plan->network);
  GArray *operations = data->operations;
  GArray *steps = plan->steps = g_array_new (FALSE, FALSE, sizeof (GboxPlanStep));

  plan->n_values = data->values->len;
  plan->values = g_new0 (GboxPlanValue, plan->n_values);

  for (guint i = operations->len; i-- > 0;)
    {
      const GboxPlanStep step = { .operation = &g_array_index (operations, GboxOperation, i), .index = i };

      if (is_needed (plan, step.operation, steps))
        g_array_append_val (steps, step);
    }
  for (guint i = 0; i < steps->len / 2; i++)
    {
      GboxPlanStep *low = gbox_plan_get_step (plan, i);
      GboxPlanStep *high = gbox_plan_get_step (plan, steps->len - 1 - i);
      const GboxPlanStep kept = *low;

      *low = *high;
      *high = kept;
    }
  for (guint i = 0; i < steps->len; i++)
    narrow_output (plan, gbox_plan_get_step (plan, i));
}

gboolean
gbox_plan_measure (GboxPlan *plan, int height, int width, GError **error)
{
  GboxPlanValue *values = plan->values;

  values[0].height = height;
  values[0].width = width;
  for (guint i = 0; i < plan->steps->len; i++)
    {
      GboxPlanStep *step = gbox_plan_get_step (plan, i);
      const GboxPlanValue *from = &values[step->operation->input.value];
      GboxPlanValue *to = &values[step->operation->output.value];

      if (gbox_operation_get_extent (step->operation, from->height, &to->height, &step->pad_top)
          && gbox_operation_get_extent (step->operation, from->width, &to->width, &step->pad_left))
        continue;
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "An image of %d×%d pixels is too small for this layer; choose a larger size.", width,
                   height);
      return FALSE;
    }
  for (guint i = 0; i < plan->n_values; i++)
    values[i].region = (GboxRegion){ 0, 0, values[i].height, values[i].width };

  return TRUE;
}

/* Where a run of pixels begins and how long it is. */
static void
extend_run (int *first, int *n, int wanted_first, int wanted_end)
{
  const int end = *n == 0 ? wanted_end : MAX (*first + *n, wanted_end);

  *first = *n == 0 ? wanted_first : MIN (*first, wanted_first);
  *n = end - *first;
}

/* What outputs first … first + n − 1 look at, of n_in inputs. */
static void
extend_by_windows (
  const GboxWindowShape *window, int pad, int first, int n, int n_in, int *in_first, int *in_n)
{
  const int begin = first * window->stride - pad;
  const int end = (first + n - 1) * window->stride - pad + window->kernel;
  const int inside = CLAMP (begin, 0, n_in - 1);

  extend_run (in_first, in_n, inside, CLAMP (end, inside + 1, n_in));
}

static void
extend_input (const GboxPlanStep *step, const GboxRegion *out, GboxPlanValue *in)
{
  const GboxWindowShape *window = &step->operation->window;

  if (step->operation->kind == GBOX_OPERATION_GLOBAL_AVERAGE)
    {
      in->region = (GboxRegion){ 0, 0, in->height, in->width };
      return;
    }
  extend_by_windows (window, step->pad_top, out->top, out->height, in->height, &in->region.top,
                     &in->region.height);
  extend_by_windows (window, step->pad_left, out->left, out->width, in->width, &in->region.left,
                     &in->region.width);
}

static void
shift_padding (GboxPlan *plan, GboxPlanStep *step)
{
  const GboxOperation *operation = step->operation;
  const GboxRegion *in = &plan->values[operation->input.value].region;
  const GboxRegion *out = &plan->values[operation->output.value].region;

  step->pad_top += in->top - out->top * operation->window.stride;
  step->pad_left += in->left - out->left * operation->window.stride;
  if (operation->kind == GBOX_OPERATION_ADD)
    {
      const GboxRegion *addend = &plan->values[operation->addend.value].region;

      step->addend_pad_top = addend->top - out->top;
      step->addend_pad_left = addend->left - out->left;
    }
}

gboolean
gbox_plan_check_region (const GboxPlan *plan, const GboxRegion *region, GError **error)
{
  const GboxPlanValue *target = &plan->values[plan->target.value];

  if (region->top >= 0 && region->left >= 0 && region->height > 0 && region->width > 0
      && region->height <= target->height - region->top && region->width <= target->width - region->left)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "%d rows from row %d and %d columns from column %d are not all in this layer: it has %d rows "
               "and %d columns.",
               region->height, region->top, region->width, region->left, target->height, target->width);
  return FALSE;
}

gboolean
gbox_plan_crop (GboxPlan *plan, const GboxRegion *region, GError **error)
{
  const GboxRegion *target = &plan->values[plan->target.value].region;

  for (guint i = 0; i < plan->n_values; i++)
    plan->values[i].region = (GboxRegion){ 0 };
  plan->values[plan->target.value].region = *region;
  for (guint i = plan->steps->len; i-- > 0;)
    {
      const GboxPlanStep *step = gbox_plan_get_step (plan, i);
      const GboxOperation *operation = step->operation;
      const GboxRegion *out = &plan->values[operation->output.value].region;

      extend_input (step, out, &plan->values[operation->input.value]);
      if (operation->kind == GBOX_OPERATION_ADD)
        extend_input (step, out, &plan->values[operation->addend.value]);
    }
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const GboxOperation *operation = gbox_plan_get_step (plan, i)->operation;

      if (operation->kind == GBOX_OPERATION_LRN) /* pixel by pixel, so for all of its input */
        plan->values[operation->output.value].region = plan->values[operation->input.value].region;
    }
  if (target->height != region->height || target->width != region->width)
    {
      g_set_error_literal (
        error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
        "This layer is also read on the way to itself, so a part of it cannot be computed alone.");
      return FALSE;
    }
  for (guint i = 0; i < plan->steps->len; i++)
    shift_padding (plan, gbox_plan_get_step (plan, i));

  return TRUE;
}
