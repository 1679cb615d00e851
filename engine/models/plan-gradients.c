/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who writes the gradients of a plan, when they live, and where rectifiers are applied to them. */
#include "models/plan-internal.h"

/* By value and channel: whether something has written the gradient by then, and whether what arrives in the
 * end is the gradient before the rectifier. */
typedef struct
{
  GboxPlan *plan;
  GArray *clears; /* of GboxSlice */
  guint8 **covered;
  guint8 **masked;
} Derivation;

static void
add_clear (Derivation *d, GboxSlice slice)
{
  memset (d->covered[slice.value] + slice.first, 1, (gsize) slice.n);
  g_array_append_val (d->clears, slice);
  gbox_plan_span_extend (&d->plan->values[slice.value].gradient_span, d->plan->steps->len);
}

/* Has the channels of @slice that nothing has written yet cleared before the backward pass begins. */
static void
clear_uncovered (Derivation *d, const GboxSlice *slice)
{
  const guint8 *covered = d->covered[slice->value];

  for (int c = slice->first; c < slice->first + slice->n; c++)
    {
      GboxSlice run = { .value = slice->value, .first = c };

      while (c + run.n < slice->first + slice->n && !covered[c + run.n])
        run.n++;
      if (run.n > 0)
        add_clear (d, run);
    }
}

/* The first to write a gradient overwrites, later ones add. Returns: whether a write to @slice, the next in
 * time, has to add. */
static gboolean
claim (Derivation *d, const GboxSlice *slice, guint time)
{
  guint8 *covered = d->covered[slice->value] + slice->first;
  const gboolean accumulate = memchr (covered, 1, (gsize) slice->n) != NULL;

  if (accumulate)
    clear_uncovered (d, slice);
  memset (covered, 1, (gsize) slice->n);
  gbox_plan_span_extend (&d->plan->values[slice->value].gradient_span, time);

  return accumulate;
}

/* Whether no step but @i writes the gradient of a part of @slice, among the first @end steps. */
static gboolean
is_alone (const Derivation *d, const GboxSlice *slice, guint i, guint end)
{
  for (guint j = 0; j < end; j++)
    {
      const GboxOperation *operation = gbox_plan_get_step (d->plan, j)->operation;

      if (j != i
          && (gbox_slice_overlaps (&operation->input, slice)
              || (operation->kind == GBOX_OPERATION_ADD && gbox_slice_overlaps (&operation->addend, slice))))
        return FALSE;
    }

  return TRUE;
}

/* The rectifier of a step's results; a maximum of what is rectified is rectified. */
static GboxActivation get_rectifier (const Derivation *d, const GboxOperation *operation);

/* The rectifier that made all channels of @slice, if one did. */
static GboxActivation
find_rectifier (const Derivation *d, const GboxSlice *slice)
{
  GboxActivation found = GBOX_ACTIVATION_NONE;

  for (guint i = 0, n = 0; i < d->plan->steps->len; i++)
    {
      const GboxOperation *writer = gbox_plan_get_step (d->plan, i)->operation;
      GboxActivation activation;

      if (!gbox_slice_overlaps (&writer->output, slice))
        continue;
      activation = get_rectifier (d, writer);
      if (n++ > 0 && activation != found)
        return GBOX_ACTIVATION_NONE;
      found = activation;
    }

  return found;
}

static GboxActivation
get_rectifier (const Derivation *d, const GboxOperation *operation)
{
  return operation->kind == GBOX_OPERATION_MAX_POOL ? find_rectifier (d, &operation->input)
                                                    : operation->activation;
}

static gboolean
is_masked (const Derivation *d, const GboxSlice *slice)
{
  return memchr (d->masked[slice->value] + slice->first, 0, (gsize) slice->n) == NULL;
}

/* Whether the slice is what a maximum gives whose input others read too: they mask that input's gradient, so
 * masking here would be for nothing. */
static gboolean
is_masked_later (const Derivation *d, const GboxSlice *slice)
{
  for (guint i = 0; i < d->plan->steps->len; i++)
    {
      const GboxOperation *writer = gbox_plan_get_step (d->plan, i)->operation;

      if (writer->kind == GBOX_OPERATION_MAX_POOL && gbox_slice_overlaps (&writer->output, slice)
          && !is_alone (d, &writer->input, i, d->plan->steps->len))
        return TRUE;
    }

  return FALSE;
}

/* Whether the slice is kept with its gradient after the rectifier, or a maximum passes on to what is. */
static gboolean
is_kept (const Derivation *d, const GboxSlice *slice)
{
  if (gbox_plan_is_observed (d->plan, slice))
    return TRUE;

  for (guint i = 0; i < d->plan->steps->len; i++)
    {
      const GboxOperation *writer = gbox_plan_get_step (d->plan, i)->operation;

      if (writer->kind == GBOX_OPERATION_MAX_POOL && gbox_slice_overlaps (&writer->output, slice)
          && gbox_plan_is_observed (d->plan, &writer->input))
        return TRUE;
    }

  return FALSE;
}

/*
 * The last step to write a gradient can apply the rectifier that made the value, which saves a passage over
 * the memory. A maximum passes on what it gets where its largest input is, which is as large: if what it gets
 * is masked, so is what it gives.
 */
static void
derive_mask (Derivation *d, guint i)
{
  GboxPlanStep *step = gbox_plan_get_step (d->plan, i);
  const GboxOperation *operation = step->operation;
  const GboxSlice *input = &operation->input;
  const GboxActivation rectifier = find_rectifier (d, input);

  step->rectify = operation->activation != GBOX_ACTIVATION_NONE && !is_masked (d, &step->output);
  step->mask = GBOX_ACTIVATION_NONE;
  if (rectifier == GBOX_ACTIVATION_NONE || operation->kind == GBOX_OPERATION_ADD
      || !is_alone (d, input, i, i + 1) || is_masked_later (d, input) || is_kept (d, input))
    return;

  memset (d->masked[input->value] + input->first, 1, (gsize) input->n);
  if (operation->kind == GBOX_OPERATION_MAX_POOL && is_masked (d, &step->output)
      && is_alone (d, input, i, d->plan->steps->len) && !gbox_slice_overlaps (input, &d->plan->target))
    return;
  step->mask = rectifier;
  gbox_plan_span_extend (&d->plan->values[input->value].span, gbox_plan_backward_time (d->plan, i));
}

static void
derive_step (Derivation *d, guint i)
{
  GboxPlan *plan = d->plan;
  GboxPlanStep *step = gbox_plan_get_step (plan, i);
  const GboxOperation *operation = step->operation;
  const guint time = gbox_plan_backward_time (plan, i);

  clear_uncovered (d, &step->output);
  gbox_plan_span_extend (&plan->values[operation->output.value].gradient_span, time);
  step->accumulate_x = claim (d, &operation->input, time);
  if (operation->kind == GBOX_OPERATION_ADD)
    step->accumulate_addend = claim (d, &operation->addend, time);
  derive_mask (d, i);
}

void
gbox_plan_derive_gradients (GboxPlan *plan, GArray *clears)
{
  const GArray *values = gbox_network_get_data (plan->network)->values;
  Derivation d = { .plan = plan, .clears = clears };

  d.covered = g_new (guint8 *, plan->n_values);
  d.masked = g_new (guint8 *, plan->n_values);
  for (guint i = 0; i < plan->n_values; i++)
    {
      d.covered[i] = g_malloc0 ((gsize) g_array_index (values, int, i));
      d.masked[i] = g_malloc0 ((gsize) g_array_index (values, int, i));
    }

  claim (&d, &plan->target, 0);
  for (guint i = plan->steps->len; i-- > 0;)
    derive_step (&d, i);
  gbox_plan_span_extend (&plan->values[0].gradient_span, 2 * plan->steps->len + 1);

  for (guint i = 0; i < plan->n_values; i++)
    {
      g_free (d.covered[i]);
      g_free (d.masked[i]);
    }
  g_free (d.covered);
  g_free (d.masked);
}
