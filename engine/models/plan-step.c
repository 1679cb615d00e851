/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation of a plan, forward and backward. */
#include "kernels/elementwise.h"
#include "kernels/global-average.h"
#include "models/plan-internal.h"

void
gbox_plan_step_forward (const GboxPlanStep *step, GboxTeam *team)
{
  const GboxOperation *operation = step->operation;
  GboxTensor y = step->y;

  switch (operation->kind)
    {
    case GBOX_OPERATION_CONV:
      gbox_conv_forward (step->conv, team, &step->x, &y, step->scratch);
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
      gbox_add (team, &step->x, &step->addend, &y);
      break;
    case GBOX_OPERATION_GLOBAL_AVERAGE:
      gbox_global_average_forward (team, &step->x, &y);
      break;
    }
}

/* Each part of a merged convolution has a rectifier of its own: whether it is dead is a question to that part
 * alone. */
static gboolean
rectify_backward (GboxPlanStep *step, GboxTeam *team, gboolean redirect)
{
  const GboxOperation *operation = step->operation;
  gboolean redirected = FALSE;
  int first = 0;

  if (operation->activation == GBOX_ACTIVATION_NONE)
    return FALSE;
  if (!redirect)
    return gbox_activation_backward (team, operation->activation, &step->y, &step->dy, FALSE);

  for (guint i = 0; i < operation->n_parts; i++)
    {
      const GboxTensor y = gbox_tensor_slice (&step->y, first, operation->parts[i]);
      GboxTensor dy = gbox_tensor_slice (&step->dy, first, operation->parts[i]);

      redirected |= gbox_activation_backward (team, operation->activation, &y, &dy, TRUE);
      first += operation->parts[i];
    }

  return redirected;
}

/* dx += dy, or dx = dy. */
static void
pass_on (GboxTeam *team, const GboxTensor *dy, GboxTensor *dx, gboolean accumulate)
{
  if (accumulate)
    gbox_add (team, dx, dy, dx);
  else
    gbox_copy (team, dy, dx);
}

gboolean
gbox_plan_step_backward (GboxPlanStep *step, GboxTeam *team, gboolean redirect)
{
  const GboxOperation *operation = step->operation;
  const gboolean redirected = rectify_backward (step, team, redirect);

  switch (operation->kind)
    {
    case GBOX_OPERATION_CONV:
      gbox_conv_backward (step->conv, team, &step->dy, &step->dx, step->accumulate_x, step->backward_scratch);
      break;
    case GBOX_OPERATION_DEPTHWISE:
      gbox_depthwise_backward (team, &step->depthwise, operation->weights, &step->dy, &step->dx,
                               step->accumulate_x, NULL, GBOX_ACTIVATION_NONE);
      break;
    case GBOX_OPERATION_MAX_POOL:
      gbox_max_pool_backward (team, &step->pool, &step->dy, step->argmax, &step->dx, step->accumulate_x, NULL,
                              GBOX_ACTIVATION_NONE);
      break;
    case GBOX_OPERATION_LRN:
      gbox_lrn_backward (team, &operation->lrn, &step->x, &step->dy, &step->dx, step->accumulate_x, NULL,
                         GBOX_ACTIVATION_NONE);
      break;
    case GBOX_OPERATION_ADD:
      pass_on (team, &step->dy, &step->dx, step->accumulate_x);
      pass_on (team, &step->dy, &step->daddend, step->accumulate_addend);
      break;
    case GBOX_OPERATION_GLOBAL_AVERAGE:
      gbox_global_average_backward (team, &step->dy, &step->dx, step->accumulate_x, NULL,
                                    GBOX_ACTIVATION_NONE);
      break;
    }

  return redirected;
}
