/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chooses the steps of a plan, packs their weights and gives everything its memory. */
#include "models/plan-internal.h"

#include "base/error.h"

/* While a plan is laid out. */
typedef struct
{
  GboxPlan *plan;
  const GboxNetworkData *data;
  GArray *clears;   /* of GboxSlice: gradients that no step writes before they are read */
  guint8 **covered; /* by value: which channels of its gradient are written by then */
} Layout;

static guint
forward_time (guint step)
{
  return 1 + step;
}

static guint
backward_time (const Layout *layout, guint step)
{
  return 2 * layout->plan->steps->len - step;
}

static GboxPlanStep *
get_step (const Layout *layout, guint i)
{
  return &g_array_index (layout->plan->steps, GboxPlanStep, i);
}

static gboolean
is_needed (const GboxOperation *operation, const GboxSlice *target, GArray *needed)
{
  if (gbox_slice_overlaps (&operation->output, target))
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

/* From the last operation to the first: what writes the target, and what writes what that reads. Then into
 * execution order. */
static void
choose_steps (Layout *layout)
{
  GArray *operations = layout->data->operations;
  GArray *steps = layout->plan->steps;

  for (guint i = operations->len; i-- > 0;)
    {
      const GboxPlanStep step = { .operation = &g_array_index (operations, GboxOperation, i), .index = i };

      if (is_needed (step.operation, &layout->plan->target, steps))
        g_array_append_val (steps, step);
    }
  for (guint i = 0; i < steps->len / 2; i++)
    {
      GboxPlanStep *low = get_step (layout, i);
      GboxPlanStep *high = get_step (layout, steps->len - 1 - i);
      const GboxPlanStep kept = *low;

      *low = *high;
      *high = kept;
    }
}

static gboolean
derive_geometry (Layout *layout, int height, int width, GError **error)
{
  GboxPlanValue *values = layout->plan->values;

  values[0].activation = gbox_tensor (NULL, layout->plan->batch, height, width, 3);
  for (guint i = 0; i < layout->plan->steps->len; i++)
    {
      GboxPlanStep *step = get_step (layout, i);
      const GboxTensor *x = &values[step->operation->input.value].activation;
      const guint to = step->operation->output.value;
      int out_height, out_width;

      if (!gbox_operation_get_extent (step->operation, x->height, &out_height, &step->pad_top)
          || !gbox_operation_get_extent (step->operation, x->width, &out_width, &step->pad_left))
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "An image of %d×%d pixels is too small for this layer; choose a larger size.", width,
                       height);
          return FALSE;
        }
      values[to].activation = gbox_tensor (NULL, layout->plan->batch, out_height, out_width,
                                           g_array_index (layout->data->values, int, to));
    }
  for (guint i = 0; i < layout->plan->n_values; i++)
    values[i].gradient = values[i].activation;

  return TRUE;
}

static void
extend (GboxPlanSpan *span, guint time)
{
  span->first = span->used ? MIN (span->first, time) : time;
  span->last = span->used ? MAX (span->last, time) : time;
  span->used = TRUE;
}

/*
 * A value lives until the last step that reads it. Backward, a rectifier reads its own output and a
 * normalisation its input; a convolution reads neither, as its weights are constant.
 */
static void
derive_lifetimes (Layout *layout)
{
  GboxPlan *plan = layout->plan;

  extend (&plan->values[0].span, 0);
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const GboxOperation *operation = get_step (layout, i)->operation;
      GboxPlanSpan *input = &plan->values[operation->input.value].span;
      GboxPlanSpan *output = &plan->values[operation->output.value].span;

      extend (input, forward_time (i));
      extend (output, forward_time (i));
      if (operation->kind == GBOX_OPERATION_ADD)
        extend (&plan->values[operation->addend.value].span, forward_time (i));
      if (plan->with_gradient && operation->activation != GBOX_ACTIVATION_NONE)
        extend (output, backward_time (layout, i));
      if (plan->with_gradient && operation->kind == GBOX_OPERATION_LRN)
        extend (input, backward_time (layout, i));
    }
  extend (&plan->values[plan->target.value].span, 0);
  extend (&plan->values[plan->target.value].span, GBOX_ARENA_FOREVER);
}

static void
add_clear (Layout *layout, GboxSlice slice)
{
  memset (layout->covered[slice.value] + slice.first, 1, (gsize) slice.n);
  g_array_append_val (layout->clears, slice);
  extend (&layout->plan->values[slice.value].gradient_span, layout->plan->steps->len);
}

/* Has the channels of @slice that nothing has written yet cleared before the backward pass begins. */
static void
clear_uncovered (Layout *layout, const GboxSlice *slice)
{
  const guint8 *covered = layout->covered[slice->value];

  for (int c = slice->first; c < slice->first + slice->n; c++)
    {
      GboxSlice run = { .value = slice->value, .first = c };

      while (c + run.n < slice->first + slice->n && !covered[c + run.n])
        run.n++;
      if (run.n > 0)
        add_clear (layout, run);
    }
}

/* The first to write a gradient overwrites, later ones add. Returns: whether a write to @slice, the next in
 * time, has to add. */
static gboolean
claim (Layout *layout, const GboxSlice *slice, guint time)
{
  guint8 *covered = layout->covered[slice->value] + slice->first;
  const gboolean accumulate = memchr (covered, 1, (gsize) slice->n) != NULL;

  if (accumulate)
    clear_uncovered (layout, slice);
  memset (covered, 1, (gsize) slice->n);
  extend (&layout->plan->values[slice->value].gradient_span, time);

  return accumulate;
}

static void
derive_gradients (Layout *layout)
{
  GboxPlan *plan = layout->plan;

  claim (layout, &plan->target, 0);
  for (guint i = plan->steps->len; i-- > 0;)
    {
      GboxPlanStep *step = get_step (layout, i);
      const GboxOperation *operation = step->operation;

      clear_uncovered (layout, &operation->output);
      extend (&plan->values[operation->output.value].gradient_span, backward_time (layout, i));
      step->accumulate_x = claim (layout, &operation->input, backward_time (layout, i));
      if (operation->kind == GBOX_OPERATION_ADD)
        step->accumulate_addend = claim (layout, &operation->addend, backward_time (layout, i));
    }
  extend (&plan->values[0].gradient_span, 2 * plan->steps->len + 1);
}

/* One task a step: packs its weights where the network does not have them yet, and prepares its shapes. */
static void
prepare_step (gpointer data, guint task, guint worker)
{
  const Layout *layout = data;
  GboxPlanStep *step = get_step (layout, task);
  const GboxWindowShape *window = &step->operation->window;

  if (step->operation->kind == GBOX_OPERATION_CONV)
    step->conv = gbox_network_get_conv (layout->plan->network, step->index, step->pad_top, step->pad_left);
  step->depthwise = (GboxDepthwiseShape){ .channels = step->operation->input.n,
                                          .kernel = window->kernel,
                                          .stride = window->stride,
                                          .pad_top = step->pad_top,
                                          .pad_left = step->pad_left };
  step->pool = (GboxPoolShape){ .kernel = window->kernel,
                                .stride = window->stride,
                                .pad_top = step->pad_top,
                                .pad_left = step->pad_left };
}

/* Also a shape alone, while there is no memory. */
static GboxTensor
get_view (const GboxTensor *value, const GboxSlice *slice)
{
  GboxTensor view = *value;

  view.channels = slice->n;
  if (view.data != NULL)
    view.data += slice->first;

  return view;
}

static void
make_views (Layout *layout)
{
  GboxPlan *plan = layout->plan;

  for (guint i = 0; i < plan->steps->len; i++)
    {
      GboxPlanStep *step = get_step (layout, i);
      const GboxOperation *operation = step->operation;
      const GboxPlanValue *from = &plan->values[operation->input.value];
      const GboxPlanValue *to = &plan->values[operation->output.value];

      step->x = get_view (&from->activation, &operation->input);
      step->dx = get_view (&from->gradient, &operation->input);
      step->y = get_view (&to->activation, &operation->output);
      step->dy = get_view (&to->gradient, &operation->output);
      if (operation->kind == GBOX_OPERATION_ADD)
        {
          step->addend = get_view (&plan->values[operation->addend.value].activation, &operation->addend);
          step->daddend = get_view (&plan->values[operation->addend.value].gradient, &operation->addend);
        }
    }
  plan->output = get_view (&plan->values[plan->target.value].activation, &plan->target);
  plan->output_gradient = get_view (&plan->values[plan->target.value].gradient, &plan->target);
}

static gsize
n_floats (const GboxTensor *tensor)
{
  return gbox_tensor_n_pixels (tensor) * tensor->stride;
}

static void
reserve (GboxPlan *plan, GboxPlanSpan *span, gsize n_bytes)
{
  if (span->used)
    span->block = gbox_arena_reserve (plan->arena, n_bytes, span->first, span->last);
}

static void
reserve_step (Layout *layout, guint i)
{
  GboxPlan *plan = layout->plan;
  GboxPlanStep *step = get_step (layout, i);
  gsize n_bytes;

  if (step->operation->kind == GBOX_OPERATION_MAX_POOL)
    {
      extend (&step->argmax_span, forward_time (i));
      if (plan->with_gradient)
        extend (&step->argmax_span, backward_time (layout, i));
      reserve (plan, &step->argmax_span, gbox_tensor_n_pixels (&step->y) * (gsize) step->y.channels);
    }
  if (step->conv == NULL)
    return;

  n_bytes = gbox_conv_scratch_size (step->conv, &step->x, &step->y, gbox_team_get_n_threads (plan->team));
  extend (&step->scratch_span, forward_time (i));
  reserve (plan, &step->scratch_span, n_bytes);
  if (!plan->with_gradient)
    return;
  extend (&step->backward_scratch_span, backward_time (layout, i));
  reserve (plan, &step->backward_scratch_span, n_bytes);
}

static gboolean
allocate (Layout *layout, GError **error)
{
  GboxPlan *plan = layout->plan;
  const gsize input_bytes = n_floats (&plan->values[0].activation) * sizeof (float);

  plan->arena = gbox_arena_new ();
  plan->input_block = gbox_arena_reserve (plan->arena, input_bytes, 0, GBOX_ARENA_FOREVER);
  if (plan->with_gradient)
    plan->input_gradient_block = gbox_arena_reserve (plan->arena, input_bytes, 0, GBOX_ARENA_FOREVER);
  for (guint i = 0; i < plan->n_values; i++)
    {
      reserve (plan, &plan->values[i].span, n_floats (&plan->values[i].activation) * sizeof (float));
      reserve (plan, &plan->values[i].gradient_span, n_floats (&plan->values[i].gradient) * sizeof (float));
    }
  for (guint i = 0; i < plan->steps->len; i++)
    reserve_step (layout, i);

  return gbox_arena_commit (plan->arena, error);
}

static gpointer
locate (const GboxPlan *plan, const GboxPlanSpan *span)
{
  return span->used ? gbox_arena_get (plan->arena, span->block) : NULL;
}

static void
place (Layout *layout)
{
  GboxPlan *plan = layout->plan;

  plan->input = plan->input_gradient = plan->values[0].activation;
  plan->input.data = gbox_arena_get (plan->arena, plan->input_block);
  if (plan->with_gradient)
    plan->input_gradient.data = gbox_arena_get (plan->arena, plan->input_gradient_block);
  for (guint i = 0; i < plan->n_values; i++)
    {
      plan->values[i].activation.data = locate (plan, &plan->values[i].span);
      plan->values[i].gradient.data = locate (plan, &plan->values[i].gradient_span);
    }
  for (guint i = 0; i < plan->steps->len; i++)
    {
      GboxPlanStep *step = get_step (layout, i);

      step->argmax = locate (plan, &step->argmax_span);
      step->scratch = locate (plan, &step->scratch_span);
      step->backward_scratch = locate (plan, &step->backward_scratch_span);
    }
  make_views (layout);
  for (guint i = 0; i < layout->clears->len; i++)
    {
      const GboxSlice *slice = &g_array_index (layout->clears, GboxSlice, i);
      const GboxTensor view = get_view (&plan->values[slice->value].gradient, slice);

      g_array_append_val (plan->clears, view);
    }
}

static void
layout_init (Layout *layout, GboxPlan *plan)
{
  layout->plan = plan;
  layout->data = gbox_network_get_data (plan->network);
  layout->clears = g_array_new (FALSE, FALSE, sizeof (GboxSlice));
  plan->n_values = layout->data->values->len;
  plan->values = g_new0 (GboxPlanValue, plan->n_values);
  plan->steps = g_array_new (FALSE, FALSE, sizeof (GboxPlanStep));
  plan->clears = g_array_new (FALSE, FALSE, sizeof (GboxTensor));
  layout->covered = g_new (guint8 *, plan->n_values);
  for (guint i = 0; i < plan->n_values; i++)
    layout->covered[i] = g_malloc0 ((gsize) g_array_index (layout->data->values, int, i));
}

static void
layout_clear (Layout *layout)
{
  for (guint i = 0; i < layout->plan->n_values; i++)
    g_free (layout->covered[i]);
  g_free (layout->covered);
  g_array_unref (layout->clears);
}

gboolean
gbox_plan_lay_out (GboxPlan *plan, int height, int width, GError **error)
{
  Layout layout = { 0 };
  gboolean done = FALSE;

  layout_init (&layout, plan);
  choose_steps (&layout);
  if (derive_geometry (&layout, height, width, error))
    {
      derive_lifetimes (&layout);
      if (plan->with_gradient)
        derive_gradients (&layout);
      gbox_team_run (plan->team, plan->steps->len, prepare_step, &layout);
      make_views (&layout); /* the sizes to reserve follow from the shapes */
      done = allocate (&layout, error);
    }
  if (done)
    place (&layout);
  layout_clear (&layout);

  return done;
}
