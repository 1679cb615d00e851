/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rectifiers and their gradients. */
#include "kernels/activation.h"

#include "kernels/fast/activation.h"
#include "kernels/fast/fast.h"
#include "kernels/slices.h"

static gboolean
passes (float y, float ceiling)
{
  return y > 0 && y < ceiling;
}

static gboolean
passes_redirected (float y, float dy, float ceiling)
{
  return passes (y, ceiling) || (!(y > 0) && dy > 0) || (!(y < ceiling) && dy < 0);
}

static gboolean
is_dead (const GboxTensor *y, const GboxTensor *dy, int image, float ceiling)
{
  const gsize n_pixels = (gsize) y->height * (gsize) y->width;
  gboolean wanted = FALSE;

  for (gsize p = 0; p < n_pixels; p++)
    for (int c = 0; c < y->channels; c++)
      {
        const float value = gbox_tensor_pixel (y, image, 0, 0)[p * y->stride + (gsize) c];
        const float gradient = gbox_tensor_pixel (dy, image, 0, 0)[p * dy->stride + (gsize) c];

        if (gradient != 0 && passes (value, ceiling))
          return FALSE;
        wanted = wanted || gradient != 0;
      }

  return wanted;
}

gboolean
gbox_activation_backward_reference (GboxActivation activation,
                                    const GboxTensor *y,
                                    GboxTensor *dy,
                                    gboolean redirect)
{
  const float ceiling = gbox_activation_ceiling (activation);
  const gsize n_pixels = (gsize) y->height * (gsize) y->width;
  gboolean any = FALSE;

  for (int image = 0; image < y->batch && activation != GBOX_ACTIVATION_NONE; image++)
    {
      const gboolean redirected = redirect && is_dead (y, dy, image, ceiling);

      any = any || redirected;
      for (gsize p = 0; p < n_pixels; p++)
        for (int c = 0; c < y->channels; c++)
          {
            const float value = gbox_tensor_pixel (y, image, 0, 0)[p * y->stride + (gsize) c];
            float *gradient = gbox_tensor_pixel (dy, image, 0, 0) + p * dy->stride + c;

            if (!(redirected ? passes_redirected (value, *gradient, ceiling) : passes (value, ceiling)))
              *gradient = 0;
          }
    }

  return any;
}

/* The images @first … of a batch, at most a group. */
static GboxTensor
group_of (const GboxTensor *tensor, int first)
{
  GboxTensor group = *tensor;

  group.data = gbox_tensor_pixel (tensor, first, 0, 0);
  group.batch = MIN (tensor->batch - first, GBOX_ACTIVATION_GROUP);

  return group;
}

static gboolean
group_backward (GboxTeam *team,
                const GboxFastKernels *kernels,
                float ceiling,
                const GboxTensor *y,
                const GboxTensor *dy,
                gboolean redirect)
{
  const gsize n_pixels = (gsize) y->height * (gsize) y->width;
  GboxActivationWork work = { .y = *y, .dy = *dy, .ceiling = ceiling, .redirect = redirect };
  gboolean any = FALSE;

  work.n_slices = gbox_slice_count (n_pixels, 3 * sizeof (float) * (gsize) y->channels);
  if (redirect)
    gbox_team_run (team, work.n_slices * (guint) y->batch, kernels->activation_detect, &work);
  gbox_team_run (team, work.n_slices * (guint) y->batch, kernels->activation_mask, &work);

  for (int image = 0; image < y->batch; image++)
    any = any || (work.verdicts[image].wanted && !work.verdicts[image].alive);

  return any;
}

gboolean
gbox_activation_backward (
  GboxTeam *team, GboxActivation activation, const GboxTensor *y, GboxTensor *dy, gboolean redirect)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  const float ceiling = gbox_activation_ceiling (activation);
  gboolean any = FALSE;

  if (activation == GBOX_ACTIVATION_NONE)
    return FALSE;
  if (kernels == NULL)
    return gbox_activation_backward_reference (activation, y, dy, redirect);

  for (int first = 0; first < y->batch; first += GBOX_ACTIVATION_GROUP)
    {
      const GboxTensor y_group = group_of (y, first), dy_group = group_of (dy, first);

      any |= group_backward (team, kernels, ceiling, &y_group, &dy_group, redirect);
    }

  return any;
}
