/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives everything of a plan its memory, and its steps their weights. */
#include "base/error.h"
#include "models/plan-internal.h"

/* How large a value of a chunk of images may be: what the next operation reads is then still in a cache
 * (measured; smaller chunks bring the weights more often). */
#define CHUNK_BYTES (13 * 1024 * 1024)

/* Chunks of one size. With gradient all is kept for the way back anyway. */
static void
choose_chunks (GboxPlan *plan)
{
  const GArray *channels = gbox_network_get_data (plan->network)->values;
  gsize largest = 1;
  int chunk;

  for (guint i = 0; i < plan->n_values; i++)
    {
      const GboxRegion *region = &plan->values[i].region;

      if (gbox_plan_is_inside_block (plan, i))
        continue;
      largest = MAX (largest, (gsize) region->height * (gsize) region->width
                                * (gsize) g_array_index (channels, int, i) * sizeof (float));
    }
  chunk = plan->with_gradient ? plan->batch : (int) CLAMP (CHUNK_BYTES / largest, 1, (gsize) plan->batch);
  while (plan->batch % chunk != 0)
    chunk--;
  plan->n_chunks = plan->batch / chunk;
}

static void
shape_values (GboxPlan *plan)
{
  const GArray *channels = gbox_network_get_data (plan->network)->values;

  for (guint i = 0; i < plan->n_values; i++)
    {
      GboxPlanValue *value = &plan->values[i];

      value->activation = gbox_tensor (NULL, plan->batch / plan->n_chunks, value->region.height,
                                       value->region.width, g_array_index (channels, int, i));
      value->gradient = value->activation;
    }
}

void
gbox_plan_span_extend (GboxPlanSpan *span, guint time)
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
derive_lifetimes (GboxPlan *plan)
{
  gbox_plan_span_extend (&plan->values[0].span, 0);
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const GboxOperation *operation = gbox_plan_get_step (plan, i)->operation;
      GboxPlanSpan *input = &plan->values[operation->input.value].span;
      GboxPlanSpan *output = &plan->values[operation->output.value].span;

      gbox_plan_span_extend (input, gbox_plan_forward_time (plan, i));
      gbox_plan_span_extend (output, gbox_plan_forward_time (plan, i));
      if (operation->kind == GBOX_OPERATION_ADD)
        gbox_plan_span_extend (&plan->values[operation->addend.value].span, gbox_plan_forward_time (plan, i));
      if (plan->with_gradient && operation->activation != GBOX_ACTIVATION_NONE)
        gbox_plan_span_extend (output, gbox_plan_backward_time (plan, i));
      if (plan->with_gradient && operation->kind == GBOX_OPERATION_LRN)
        gbox_plan_span_extend (input, gbox_plan_backward_time (plan, i));
    }
  gbox_plan_span_extend (&plan->values[plan->target.value].span, 0);
  gbox_plan_span_extend (&plan->values[plan->target.value].span, GBOX_ARENA_FOREVER);
  for (guint i = 0; i < plan->observed->len; i++)
    {
      GboxPlanSpan *span = &plan->values[gbox_plan_get_nth_observed (plan, i)->slice.value].span;

      gbox_plan_span_extend (span, 0);
      gbox_plan_span_extend (span, GBOX_ARENA_FOREVER);
    }
}

/* Whose gradient is whole when the step that wrote it last is about to read it. */
static gboolean
find_last_writers (GboxPlan *plan, GError **error)
{
  for (guint i = 0; i < plan->observed->len; i++)
    {
      GboxPlanObserved *observed = gbox_plan_get_nth_observed (plan, i);
      guint first_reader = plan->steps->len;

      for (guint j = plan->steps->len; j-- > 0;)
        {
          const GboxOperation *operation = gbox_plan_get_step (plan, j)->operation;

          if (gbox_slice_overlaps (&operation->input, &observed->slice)
              || (operation->kind == GBOX_OPERATION_ADD
                  && gbox_slice_overlaps (&operation->addend, &observed->slice)))
            first_reader = j;
        }
      for (guint j = 0; j < plan->steps->len; j++)
        if (gbox_slice_overlaps (&gbox_plan_get_step (plan, j)->operation->output, &observed->slice))
          observed->last_writer = j;
      if (plan->with_gradient && first_reader < observed->last_writer)
        {
          g_set_error_literal (
            error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
            "A part of this layer is read before the rest is there, so its gradient cannot be kept.");
          return FALSE;
        }
    }

  return TRUE;
}

/* Both are of all images, what is between them of a chunk. */
static void
shape_ends (GboxPlan *plan)
{
  plan->input = plan->values[0].activation;
  plan->input.batch = plan->batch;
  plan->input_gradient = plan->input;
  plan->output = plan->chunk_output;
  if (plan->n_chunks > 1)
    plan->output
      = gbox_tensor (NULL, plan->batch, plan->output.height, plan->output.width, plan->output.channels);
  for (guint i = 0; i < plan->observed->len; i++)
    {
      GboxPlanObserved *observed = gbox_plan_get_nth_observed (plan, i);
      const GboxTensor *value = &plan->values[observed->slice.value].activation;

      observed->activation = gbox_tensor (NULL, plan->batch, value->height, value->width, observed->slice.n);
      observed->gradient = observed->activation;
    }
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
make_views (GboxPlan *plan)
{
  for (guint i = 0; i < plan->steps->len; i++)
    {
      GboxPlanStep *step = gbox_plan_get_step (plan, i);
      const GboxOperation *operation = step->operation;
      const GboxPlanValue *from = &plan->values[operation->input.value];
      const GboxPlanValue *to = &plan->values[operation->output.value];

      step->x = get_view (&from->activation, &operation->input);
      step->dx = get_view (&from->gradient, &operation->input);
      step->y = get_view (&to->activation, &step->output);
      step->dy = get_view (&to->gradient, &step->output);
      if (operation->kind == GBOX_OPERATION_ADD)
        {
          step->addend = get_view (&plan->values[operation->addend.value].activation, &operation->addend);
          step->daddend = get_view (&plan->values[operation->addend.value].gradient, &operation->addend);
        }
    }
  plan->chunk_output = get_view (&plan->values[plan->target.value].activation, &plan->target);
  plan->output_gradient = get_view (&plan->values[plan->target.value].gradient, &plan->target);
}

/* The network keeps whole convolutions for other plans; of a part another unit would want another. */
static const GboxConv *
get_conv (const GboxPlan *plan, const GboxPlanStep *step, const GboxConvPacking *packing)
{
  const GboxOperation *operation = step->operation;
  const gsize first = (gsize) (step->output.first - operation->output.first);
  const gsize window
    = (gsize) operation->input.n * (gsize) operation->window.kernel * (gsize) operation->window.kernel;

  if (step->output.n == operation->output.n)
    return gbox_network_get_conv (plan->network, step->index, packing);
  return gbox_conv_new (&step->conv_shape, packing, operation->activation,
                        operation->weights + first * window,
                        operation->bias == NULL ? NULL : operation->bias + first);
}

static void
prepare_conv (const GboxPlan *plan, GboxPlanStep *step)
{
  GboxConvPacking packing;

  step->conv_shape = gbox_operation_get_conv_shape (step->operation, step->pad_top, step->pad_left);
  step->conv_shape.out_channels = step->output.n;
  packing = gbox_conv_choose (&step->conv_shape, GBOX_CONV_FORWARD, &step->x, &step->y);
  step->conv = get_conv (plan, step, &packing);
  if (!plan->with_gradient)
    return;
  packing = gbox_conv_choose (&step->conv_shape, GBOX_CONV_BACKWARD, &step->dy, &step->dx);
  step->backward_conv = get_conv (plan, step, &packing);
}

/* After the tasks that packed them. */
static void
keep_own_convs (GboxPlan *plan)
{
  plan->own_convs = g_ptr_array_new_with_free_func ((GDestroyNotify) gbox_conv_free);
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const GboxPlanStep *step = gbox_plan_get_step (plan, i);

      if (step->conv == NULL || step->output.n == step->operation->output.n)
        continue;
      g_ptr_array_add (plan->own_convs, (gpointer) step->conv);
      if (step->backward_conv != NULL)
        g_ptr_array_add (plan->own_convs, (gpointer) step->backward_conv);
    }
}

/* One task a step: packs its weights where the network does not have them yet, and prepares its shapes. */
static void
prepare_step (gpointer data, guint task, guint worker)
{
  GboxPlan *plan = data;
  GboxPlanStep *step = gbox_plan_get_step (plan, task);
  const GboxWindowShape *window = &step->operation->window;

  if (step->operation->kind == GBOX_OPERATION_CONV)
    prepare_conv (plan, step);
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

/* A smaller gradient stays in the caches as it is (measured). */
#define THROUGH_BYTES (1024 * 1024)

/* Where nothing but a depthwise convolution writes the gradient that the 1×1 convolution before it reads, and
 * has applied the rectifier to it, the two are one on the way back. */
static gboolean
can_go_through (const GboxPlan *plan, const GboxPlanStep *before, const GboxPlanStep *step)
{
  const GboxSlice *output = &before->operation->output, *input = &step->operation->input;

  return step->operation->kind == GBOX_OPERATION_DEPTHWISE && !step->accumulate_x
         && before->backward_conv != NULL && !before->rectify && !gbox_plan_is_observed (plan, output)
         && gbox_conv_get_packing (before->backward_conv)->method == GBOX_CONV_POINTWISE
         && before->x.height == before->y.height && before->x.width == before->y.width
         && before->output.n == output->n && input->value == output->value && input->first == output->first
         && input->n == output->n
         && gbox_tensor_n_pixels (&step->x) * (gsize) step->x.channels * sizeof (float) > THROUGH_BYTES;
}

/* What the step before writes is then written while the step's own gradient is still read. */
static void
choose_ways_through (GboxPlan *plan)
{
  for (guint i = 1; i < plan->steps->len; i++)
    {
      GboxPlanStep *step = gbox_plan_get_step (plan, i);
      const GboxPlanStep *before = gbox_plan_get_step (plan, i - 1);

      step->goes_through = can_go_through (plan, before, step);
      if (step->goes_through)
        gbox_plan_span_extend (&plan->values[before->operation->input.value].gradient_span,
                               gbox_plan_backward_time (plan, i));
    }
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
reserve_argmax (GboxPlan *plan, guint i)
{
  GboxPlanStep *step = gbox_plan_get_step (plan, i);

  if (step->operation->kind != GBOX_OPERATION_MAX_POOL)
    return;
  gbox_plan_span_extend (&step->argmax_span, gbox_plan_forward_time (plan, i));
  if (plan->with_gradient)
    gbox_plan_span_extend (&step->argmax_span, gbox_plan_backward_time (plan, i));
  reserve (plan, &step->argmax_span, gbox_tensor_n_pixels (&step->y) * (gsize) step->y.channels);
}

/* What the operation made, a bit each. */
static void
reserve_bits (GboxPlan *plan, guint i)
{
  GboxPlanStep *step = gbox_plan_get_step (plan, i);

  reserve (plan, &step->bits_span, gbox_bits_size (&step->y));
}

/* One block for all: it stays in the caches. */
static void
reserve_scratch (GboxPlan *plan)
{
  const guint n_workers = gbox_team_get_n_threads (plan->team);
  gsize most = 0;

  for (guint i = 0; i < plan->steps->len; i++)
    {
      const GboxPlanStep *step = gbox_plan_get_step (plan, i);

      if (step->conv != NULL)
        most
          = MAX (most, gbox_conv_scratch_size (step->conv, &step->conv_shape, &step->x, &step->y, n_workers));
      if (step->backward_conv != NULL)
        most = MAX (most, gbox_conv_scratch_size (step->backward_conv, &step->conv_shape, &step->dy,
                                                  &step->dx, n_workers));
      if (step->n_together > 1)
        most = MAX (most, gbox_plan_block_scratch_size (plan, i));
      if (step->goes_through)
        most = MAX (most, gbox_depthwise_pointwise_scratch_size (&step->x, n_workers));
    }
  plan->scratch_block = gbox_arena_reserve (plan->arena, most, 0, GBOX_ARENA_FOREVER);
}

static void
reserve_observed (GboxPlan *plan, GboxPlanObserved *observed)
{
  const gsize n_bytes = n_floats (&observed->activation) * sizeof (float);

  if (plan->n_chunks > 1)
    observed->activation_block = gbox_arena_reserve (plan->arena, n_bytes, 0, GBOX_ARENA_FOREVER);
  if (plan->with_gradient)
    observed->gradient_block = gbox_arena_reserve (plan->arena, n_bytes, 0, GBOX_ARENA_FOREVER);
}

static gboolean
allocate (GboxPlan *plan, GError **error)
{
  const gsize input_bytes = n_floats (&plan->input) * sizeof (float);

  plan->arena = gbox_arena_new ();
  plan->input_block = gbox_arena_reserve (plan->arena, input_bytes, 0, GBOX_ARENA_FOREVER);
  if (plan->with_gradient)
    plan->input_gradient_block = gbox_arena_reserve (plan->arena, input_bytes, 0, GBOX_ARENA_FOREVER);
  if (plan->n_chunks > 1)
    plan->output_block
      = gbox_arena_reserve (plan->arena, n_floats (&plan->output) * sizeof (float), 0, GBOX_ARENA_FOREVER);
  for (guint i = 0; i < plan->n_values; i++)
    {
      reserve (plan, &plan->values[i].span, n_floats (&plan->values[i].activation) * sizeof (float));
      reserve (plan, &plan->values[i].gradient_span, n_floats (&plan->values[i].gradient) * sizeof (float));
    }
  for (guint i = 0; i < plan->steps->len; i++)
    {
      reserve_argmax (plan, i);
      reserve_bits (plan, i);
    }
  for (guint i = 0; i < plan->observed->len; i++)
    reserve_observed (plan, gbox_plan_get_nth_observed (plan, i));
  reserve_scratch (plan);

  return gbox_arena_commit (plan->arena, error);
}

static gpointer
locate (const GboxPlan *plan, const GboxPlanSpan *span)
{
  return span->used ? gbox_arena_get (plan->arena, span->block) : NULL;
}

static void
place_observed (GboxPlan *plan, GboxPlanObserved *observed)
{
  const GboxPlanValue *value = &plan->values[observed->slice.value];

  observed->chunk_activation = get_view (&value->activation, &observed->slice);
  if (plan->n_chunks > 1)
    observed->activation.data = gbox_arena_get (plan->arena, observed->activation_block);
  else
    observed->activation = observed->chunk_activation;
  if (plan->with_gradient)
    {
      observed->value_gradient = get_view (&value->gradient, &observed->slice);
      observed->gradient.data = gbox_arena_get (plan->arena, observed->gradient_block);
    }
}

static void
place (GboxPlan *plan, const GArray *clears)
{
  plan->scratch = gbox_arena_get (plan->arena, plan->scratch_block);
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
      GboxPlanStep *step = gbox_plan_get_step (plan, i);

      step->argmax = locate (plan, &step->argmax_span);
      step->bits = locate (plan, &step->bits_span);
    }
  make_views (plan);
  plan->output.data = plan->chunk_output.data;
  if (plan->n_chunks > 1)
    plan->output.data = gbox_arena_get (plan->arena, plan->output_block);
  for (guint i = 0; i < plan->observed->len; i++)
    place_observed (plan, gbox_plan_get_nth_observed (plan, i));
  for (guint i = 0; i < clears->len; i++)
    {
      const GboxSlice *slice = &g_array_index (clears, GboxSlice, i);
      const GboxTensor view = get_view (&plan->values[slice->value].gradient, slice);

      g_array_append_val (plan->clears, view);
    }
}

gboolean
gbox_plan_lay_out (GboxPlan *plan, int height, int width, const GboxRegion *region, GError **error)
{
  g_autoptr (GArray) clears = g_array_new (FALSE, FALSE, sizeof (GboxSlice));

  plan->clears = g_array_new (FALSE, FALSE, sizeof (GboxTensor));
  gbox_plan_choose_steps (plan);
  if (!find_last_writers (plan, error) || !gbox_plan_measure (plan, height, width, error))
    return FALSE;
  if (region->height != 0
      && (!gbox_plan_check_region (plan, region, error) || !gbox_plan_crop (plan, region, error)))
    return FALSE;
  gbox_plan_find_blocks (plan);
  choose_chunks (plan);
  shape_values (plan);
  derive_lifetimes (plan);
  if (plan->with_gradient)
    gbox_plan_derive_gradients (plan, clears);
  make_views (plan); /* the sizes to reserve follow from the shapes */
  shape_ends (plan);
  gbox_team_run (plan->team, plan->steps->len, prepare_step, plan);
  keep_own_convs (plan);
  choose_ways_through (plan);
  gbox_plan_choose_blocks (plan);
  if (!allocate (plan, error))
    return FALSE;
  place (plan, clears);

  return TRUE;
}
