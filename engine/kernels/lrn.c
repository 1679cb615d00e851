/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local response normalisation across channels. */
#include "kernels/lrn.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/lrn.h"
#include "kernels/slices.h"

#include <math.h>

static double
scale_at (const GboxLrnShape *shape, const float *x, int channels, int c)
{
  const int half = shape->size / 2;
  double sum = 0;

  for (int j = MAX (c - half, 0); j <= MIN (c + half, channels - 1); j++)
    sum += (double) x[j] * x[j];

  return (double) shape->k + (double) shape->alpha / shape->size * sum;
}

void
gbox_lrn_forward_reference (const GboxLrnShape *shape, const GboxTensor *x, GboxTensor *y)
{
  for (gsize p = 0; p < gbox_tensor_n_pixels (x); p++)
    {
      const float *in = x->data + p * x->stride;
      float *out = y->data + p * y->stride;

      for (int c = 0; c < x->channels; c++)
        out[c] = (float) (in[c] * pow (scale_at (shape, in, x->channels, c), -(double) shape->beta));
    }
}

static double
gradient_at (const GboxLrnShape *shape, const float *x, const float *dy, int channels, int c)
{
  const int half = shape->size / 2;
  const double beta = (double) shape->beta;
  double sum = 0;

  for (int j = MAX (c - half, 0); j <= MIN (c + half, channels - 1); j++)
    sum += (double) dy[j] * x[j] * pow (scale_at (shape, x, channels, j), -beta - 1);

  return dy[c] * pow (scale_at (shape, x, channels, c), -beta)
         - 2 * (double) shape->alpha * beta / shape->size * x[c] * sum;
}

void
gbox_lrn_backward_reference (
  const GboxLrnShape *shape, const GboxTensor *x, const GboxTensor *dy, GboxTensor *dx, gboolean accumulate)
{
  for (gsize p = 0; p < gbox_tensor_n_pixels (x); p++)
    {
      const float *in = x->data + p * x->stride;
      const float *gradient = dy->data + p * dy->stride;
      float *out = dx->data + p * dx->stride;

      for (int c = 0; c < x->channels; c++)
        out[c] = (float) ((accumulate ? out[c] : 0) + gradient_at (shape, in, gradient, x->channels, c));
    }
}

static const GboxFastKernels *
kernels_for (const GboxLrnShape *shape, const GboxTensor *x)
{
  if (x->channels > GBOX_LRN_MAX_CHANNELS || shape->size > GBOX_LRN_MAX_SIZE)
    return NULL;

  return gbox_fast_kernels ();
}

void
gbox_lrn_forward (GboxTeam *team, const GboxLrnShape *shape, const GboxTensor *x, GboxTensor *y)
{
  const GboxFastKernels *kernels = kernels_for (shape, x);
  GboxLrnWork work = { .shape = *shape, .x = *x, .y = *y };

  if (kernels == NULL)
    {
      gbox_lrn_forward_reference (shape, x, y);
      return;
    }

  work.n_slices = gbox_slice_count (gbox_tensor_n_pixels (x), 2 * sizeof (float) * (gsize) x->channels);
  gbox_team_run (team, work.n_slices, kernels->lrn_forward, &work);
}

void
gbox_lrn_backward (GboxTeam *team,
                   const GboxLrnShape *shape,
                   const GboxTensor *x,
                   const GboxTensor *dy,
                   GboxTensor *dx,
                   gboolean accumulate,
                   const GboxTensor *rectified,
                   GboxActivation activation)
{
  const GboxFastKernels *kernels = kernels_for (shape, x);
  GboxLrnWork work = { .shape = *shape,
                       .x = *x,
                       .dy = *dy,
                       .y = *dx,
                       .accumulate = accumulate,
                       .mask = gbox_mask (rectified, activation) };

  if (kernels == NULL)
    {
      gbox_lrn_backward_reference (shape, x, dy, dx, accumulate);
      if (rectified != NULL)
        gbox_activation_backward_reference (activation, rectified, dx, FALSE);
      return;
    }

  work.n_slices = gbox_slice_count (gbox_tensor_n_pixels (x), 3 * sizeof (float) * (gsize) x->channels);
  gbox_team_run (team, work.n_slices, kernels->lrn_backward, &work);
}
