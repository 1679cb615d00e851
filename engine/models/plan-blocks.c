/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inverted residual blocks of a plan: steps that are taken together, forward and backward. */
#include "models/plan-internal.h"

/* The steps of a block; no @expand or @sum where it has none. */
typedef struct
{
  const GboxPlanStep *expand;
  const GboxPlanStep *depthwise;
  const GboxPlanStep *project;
  const GboxPlanStep *sum;
} Block;

static gboolean
is_read_by (const GboxPlanStep *step, const GboxSlice *slice)
{
  const GboxOperation *operation = step->operation;

  return gbox_slice_overlaps (&operation->input, slice)
         || (operation->kind == GBOX_OPERATION_ADD && gbox_slice_overlaps (&operation->addend, slice));
}

/* Whether step @i exists only for the next one, which reads just what it writes. */
static gboolean
hands_on (const GboxPlan *plan, guint i)
{
  const GboxSlice *output = &gbox_plan_get_step (plan, i)->output;

  if (i + 1 >= plan->steps->len || gbox_slice_overlaps (output, &plan->target)
      || gbox_plan_is_observed (plan, output))
    return FALSE;

  for (guint j = 0; j < plan->steps->len; j++)
    if (j != i + 1 && is_read_by (gbox_plan_get_step (plan, j), output))
      return FALSE;

  const GboxOperation *next = gbox_plan_get_step (plan, i + 1)->operation;

  return next->input.value == output->value && next->input.first == output->first
         && next->input.n == output->n;
}

static gboolean
has_size_of (const GboxPlan *plan, const GboxSlice *a, const GboxSlice *b)
{
  const GboxRegion *one = &plan->values[a->value].region, *other = &plan->values[b->value].region;

  return one->height == other->height && one->width == other->width;
}

/* Whether step @i is a whole 1×1 convolution. */
static gboolean
is_pointwise (const GboxPlan *plan, guint i)
{
  const GboxPlanStep *step = gbox_plan_get_step (plan, i);
  const GboxOperation *operation = step->operation;

  return operation->kind == GBOX_OPERATION_CONV && operation->window.kernel == 1
         && operation->window.stride == 1 && has_size_of (plan, &operation->input, &operation->output)
         && step->output.n == operation->output.n;
}

static gboolean
is_sum (const GboxPlan *plan, guint i)
{
  const GboxOperation *operation = gbox_plan_get_step (plan, i)->operation;

  return operation->kind == GBOX_OPERATION_ADD && !gbox_slice_overlaps (&operation->input, &operation->addend)
         && has_size_of (plan, &operation->input, &operation->output)
         && has_size_of (plan, &operation->addend, &operation->output);
}

/* The number of steps of the block that begins with step @i; 1 where none does. With gradient it ends before
 * the sum, whose gradient has two ways. */
static guint
count_steps (const GboxPlan *plan, guint i)
{
  guint last = i;

  if (is_pointwise (plan, last) && hands_on (plan, last))
    last++;
  if (gbox_plan_get_step (plan, last)->operation->kind != GBOX_OPERATION_DEPTHWISE || !hands_on (plan, last)
      || !is_pointwise (plan, last + 1))
    return 1;
  last++;
  if (!plan->with_gradient && hands_on (plan, last) && is_sum (plan, last + 1))
    last++;
  return last - i + 1;
}

void
gbox_plan_find_blocks (GboxPlan *plan)
{
  for (guint i = 0, n = 1; i < plan->steps->len; i += n)
    {
      GboxPlanStep *step = gbox_plan_get_step (plan, i);

      n = step->n_together = count_steps (plan, i);
      for (guint j = i + 1; j < i + n; j++)
        gbox_plan_get_step (plan, j)->n_together = 1;
      if (n > 1) /* what it reads is read until the end */
        gbox_plan_span_extend (&plan->values[step->operation->input.value].span,
                               gbox_plan_forward_time (plan, i + n - 1));
    }
}

gboolean
gbox_plan_is_inside_block (const GboxPlan *plan, guint value)
{
  for (guint i = 0, n = 1; i < plan->steps->len; i += n)
    {
      n = gbox_plan_get_step (plan, i)->n_together;
      for (guint j = i; j + 1 < i + n; j++)
        if (gbox_plan_get_step (plan, j)->output.value == value)
          return TRUE;
    }

  return FALSE;
}

static Block
get_block (const GboxPlan *plan, guint i)
{
  const GboxPlanStep *first = gbox_plan_get_step (plan, i);
  const gboolean expands = first->operation->kind == GBOX_OPERATION_CONV;
  const guint depthwise = expands ? i + 1 : i, sum = depthwise + 2;

  return (Block){ .expand = expands ? first : NULL,
                  .depthwise = gbox_plan_get_step (plan, depthwise),
                  .project = gbox_plan_get_step (plan, depthwise + 1),
                  .sum = sum < i + first->n_together ? gbox_plan_get_step (plan, sum) : NULL };
}

static GboxInvertedResidual
describe (const Block *block)
{
  const GboxPlanStep *depthwise = block->depthwise;
  GboxInvertedResidual all = { .depthwise = depthwise->depthwise,
                               .weights = depthwise->operation->weights,
                               .bias = depthwise->operation->bias,
                               .activation = depthwise->operation->activation,
                               .project = block->project->conv,
                               .project_shape = block->project->conv_shape,
                               .expanded = depthwise->x,
                               .filtered = depthwise->y,
                               .project_backward = block->project->backward_conv,
                               .filtered_bits = depthwise->bits,
                               .dexpanded = depthwise->dx,
                               .dfiltered = depthwise->dy };

  if (block->expand != NULL)
    {
      all.expand = block->expand->conv;
      all.expand_shape = block->expand->conv_shape;
      all.expand_backward = block->expand->backward_conv;
      all.expanded_bits = block->expand->bits;
    }

  return all;
}

/* Whether what @writer writes is masked by the rectifier that @reader finishes the gradient with, and by
 * nothing else, and only @reader writes that gradient. */
static gboolean
goes_back_alone (const GboxPlanStep *writer, const GboxPlanStep *reader)
{
  return !writer->rectify && !reader->accumulate_x && reader->mask == writer->operation->activation;
}

static gboolean
goes_back_together (const Block *block)
{
  return !block->project->rectify && goes_back_alone (block->depthwise, block->project)
         && (block->expand == NULL || goes_back_alone (block->expand, block->depthwise));
}

static gboolean
is_chosen (const GboxPlan *plan, guint i)
{
  const Block block = get_block (plan, i);
  const GboxInvertedResidual all = describe (&block);

  return (!plan->with_gradient || goes_back_together (&block)) && gbox_inverted_residual_is_faster (&all);
}

/* What the block's way back reads lives until its end, what it writes from its beginning. */
static void
extend_gradients (GboxPlan *plan, guint i, guint n)
{
  const GboxPlanStep *first = gbox_plan_get_step (plan, i), *last = gbox_plan_get_step (plan, i + n - 1);

  gbox_plan_span_extend (&plan->values[first->operation->input.value].gradient_span,
                         gbox_plan_backward_time (plan, i + n - 1));
  gbox_plan_span_extend (&plan->values[last->operation->output.value].gradient_span,
                         gbox_plan_backward_time (plan, i));
  for (guint j = i; j + 1 < i + n; j++)
    {
      GboxPlanSpan *span = &gbox_plan_get_step (plan, j)->bits_span;

      gbox_plan_span_extend (span, gbox_plan_forward_time (plan, i));
      gbox_plan_span_extend (span, gbox_plan_backward_time (plan, i));
    }
}

void
gbox_plan_choose_blocks (GboxPlan *plan)
{
  for (guint i = 0, n = 1; i < plan->steps->len; i += n)
    {
      GboxPlanStep *step = gbox_plan_get_step (plan, i);

      n = step->n_together;
      if (n == 1)
        continue;
      if (!is_chosen (plan, i))
        {
          step->n_together = 1;
          continue;
        }
      plan->has_blocks = TRUE;
      if (plan->with_gradient)
        extend_gradients (plan, i, n);
    }
}

gsize
gbox_plan_block_scratch_size (const GboxPlan *plan, guint i)
{
  const guint n_workers = gbox_team_get_n_threads (plan->team);
  const Block block = get_block (plan, i);
  const GboxInvertedResidual all = describe (&block);
  const gsize forward = gbox_inverted_residual_scratch_size (&all, GBOX_CONV_FORWARD, n_workers);

  return !plan->with_gradient
           ? forward
           : MAX (forward, gbox_inverted_residual_scratch_size (&all, GBOX_CONV_BACKWARD, n_workers));
}

void
gbox_plan_block_forward (const GboxPlan *plan, guint i)
{
  const Block block = get_block (plan, i);
  const GboxInvertedResidual all = describe (&block);
  const GboxTensor *x = &gbox_plan_get_step (plan, i)->x;
  GboxTensor y = block.sum != NULL ? block.sum->y : block.project->y;

  gbox_inverted_residual_forward (&all, plan->team, x, block.sum != NULL ? &block.sum->addend : NULL, &y,
                                  plan->scratch);
}

void
gbox_plan_block_backward (const GboxPlan *plan, guint i)
{
  const Block block = get_block (plan, i);
  const GboxInvertedResidual all = describe (&block);
  const GboxPlanStep *first = gbox_plan_get_step (plan, i);
  GboxTensor dx = first->dx;

  gbox_inverted_residual_backward (&all, plan->team, &block.project->dy, &dx, first->accumulate_x,
                                   first->mask != GBOX_ACTIVATION_NONE ? &first->x : NULL, first->mask,
                                   plan->scratch);
}
