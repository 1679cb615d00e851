/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation of a plan, forward and backward. */
#include "kernels/elementwise.h"
#include "kernels/global-average.h"
#include "models/plan-internal.h"

/* @width pixels of a row, side by side. */
static GboxTensor
view_row (const GboxTensor *tensor, int image, int row, int column, int width)
{
  GboxTensor view = *tensor;

  view.data = gbox_tensor_pixel (tensor, image, row, column);
  view.batch = view.height = 1;
  view.width = width;

  return view;
}

/* Either term may begin above or to the left of the sum. */
static void
add_forward (const GboxPlanStep *step, GboxTeam *team, GboxTensor *y)
{
  if (step->x.height == y->height && step->x.width == y->width && step->addend.height == y->height
      && step->addend.width == y->width)
    {
      gbox_add (team, &step->x, &step->addend, y);
      return;
    }

  for (int image = 0; image < y->batch; image++)
    for (int row = 0; row < y->height; row++)
      {
        const GboxTensor x = view_row (&step->x, image, row - step->pad_top, -step->pad_left, y->width);
        const GboxTensor addend
          = view_row (&step->addend, image, row - step->addend_pad_top, -step->addend_pad_left, y->width);
        GboxTensor to = view_row (y, image, row, 0, y->width);

        gbox_add (team, &x, &addend, &to);
      }
}

void
gbox_plan_step_forward (const GboxPlanStep *step, GboxTeam *team, gpointer scratch)
{
  const GboxOperation *operation = step->operation;
  GboxTensor y = step->y;

  switch (operation->kind)
    {
    case GBOX_OPERATION_CONV:
      gbox_conv_forward (step->conv, &step->conv_shape, team, &step->x, &y, scratch);
      break;
    case GBOX_OPERATION_DEPTHWISE:
      gbox_depthwise_forward (team, &step->depthwise, operation->activation, operation->weights,
                              operation->bias, &step->x, &y);
      break;
    case GBOX_OPERATION_MAX_POOL:
      gbox_max_pool_forward (team, &step->pool, &step->x, &y, step->argmax);
      break;
    case GBOX_OPERATION_LRN:
      gbox_lrn_forward (team, &operation->lrn, &step->x, &y);
      break;
    case GBOX_OPERATION_ADD:
      add_forward (step, team, &y);
      break;
    case GBOX_OPERATION_GLOBAL_AVERAGE:
      gbox_global_average_forward (team, &step->x, &y);
      break;
    }
}

/* Each part of a merged convolution has a rectifier of its own: whether it is dead is a question to that part
 * alone. */
static gboolean
redirect_backward (GboxPlanStep *step, GboxTeam *team)
{
  const GboxOperation *operation = step->operation;
  gboolean redirected = FALSE;
  GboxSlice part = { .value = operation->output.value, .first = operation->output.first };

  if (operation->activation == GBOX_ACTIVATION_NONE)
    return FALSE;

  for (guint i = 0; i < operation->n_parts; i++, part.first += part.n)
    {
      int first, end;

      part.n = operation->parts[i];
      if (!gbox_slice_overlaps (&part, &step->output))
        continue;
      first = MAX (part.first - step->output.first, 0);
      end = MIN (part.first + part.n - step->output.first, step->output.n);

      const GboxTensor y = gbox_tensor_slice (&step->y, first, end - first);
      GboxTensor dy = gbox_tensor_slice (&step->dy, first, end - first);

      redirected |= gbox_activation_backward (team, operation->activation, &y, &dy, TRUE);
    }

  return redirected;
}

/* dx += dy, or dx = dy. */
static void
pass_on (GboxTeam *team, const GboxTensor *dy, GboxTensor *dx, int top, int left, gboolean accumulate)
{
  if (dx->height == dy->height && dx->width == dy->width)
    {
      if (accumulate)
        gbox_add (team, dx, dy, dx);
      else
        gbox_copy (team, dy, dx);
      return;
    }

  if (!accumulate)
    gbox_tensor_clear (dx);
  for (int image = 0; image < dy->batch; image++)
    for (int row = 0; row < dy->height; row++)
      {
        const GboxTensor from = view_row (dy, image, row, 0, dy->width);
        GboxTensor to = view_row (dx, image, row + top, left, dy->width);

        gbox_add (team, &to, &from, &to);
      }
}

static void
run_backward (const GboxPlanStep *step, GboxTeam *team, gpointer scratch, const GboxTensor *mask)
{
  const GboxOperation *operation = step->operation;
  GboxTensor dx = step->dx, daddend = step->daddend;

  switch (operation->kind)
    {
    case GBOX_OPERATION_CONV:
      gbox_conv_backward (step->backward_conv, &step->conv_shape, team, &step->dy, &dx, step->accumulate_x,
                          mask, step->mask, scratch);
      break;
    case GBOX_OPERATION_DEPTHWISE:
      gbox_depthwise_backward (team, &step->depthwise, operation->weights, &step->dy, &dx, step->accumulate_x,
                               mask, step->mask);
      break;
    case GBOX_OPERATION_MAX_POOL:
      gbox_max_pool_backward (team, &step->pool, &step->dy, step->argmax, &dx, step->accumulate_x, mask,
                              step->mask);
      break;
    case GBOX_OPERATION_LRN:
      gbox_lrn_backward (team, &operation->lrn, &step->x, &step->dy, &dx, step->accumulate_x, mask,
                         step->mask);
      break;
    case GBOX_OPERATION_ADD:
      pass_on (team, &step->dy, &dx, -step->pad_top, -step->pad_left, step->accumulate_x);
      pass_on (team, &step->dy, &daddend, -step->addend_pad_top, -step->addend_pad_left,
               step->accumulate_addend);
      break;
    case GBOX_OPERATION_GLOBAL_AVERAGE:
      gbox_global_average_backward (team, &step->dy, &dx, step->accumulate_x, mask, step->mask);
      break;
    }
}

void
gbox_plan_step_backward_through (const GboxPlanStep *step,
                                 const GboxPlanStep *before,
                                 GboxTeam *team,
                                 gpointer scratch)
{
  const GboxDepthwisePointwise both = { .depthwise = step->depthwise,
                                        .weights = step->operation->weights,
                                        .between = step->x,
                                        .activation = step->mask,
                                        .pointwise = before->backward_conv,
                                        .pointwise_shape = before->conv_shape };
  GboxTensor dy = step->dy, dbetween = step->dx, dx = before->dx;

  if (step->rectify)
    gbox_activation_backward (team, step->operation->activation, &step->y, &dy, FALSE);
  gbox_depthwise_pointwise_backward (&both, team, &dy, &dbetween, &dx, before->accumulate_x,
                                     before->mask != GBOX_ACTIVATION_NONE ? &before->x : NULL, before->mask,
                                     scratch);
}

/* Redirected, every rectifier is looked at by itself; else the steps that finish a gradient apply them. */
gboolean
gbox_plan_step_backward (GboxPlanStep *step, GboxTeam *team, gpointer scratch, gboolean redirect)
{
  const gboolean masks = !redirect && step->mask != GBOX_ACTIVATION_NONE;
  gboolean redirected = FALSE;

  if (redirect)
    redirected = redirect_backward (step, team);
  else if (step->rectify)
    gbox_activation_backward (team, step->operation->activation, &step->y, &step->dy, FALSE);
  run_backward (step, team, scratch, masks ? &step->x : NULL);

  return redirected;
}
