/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean over all positions, so that a classifier takes any input size. */
#include "kernels/global-average.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/global-average.h"
#include "kernels/slices.h"

/* Channels of one forward task: a few cache lines of each pixel. */
#define SLICE_CHANNELS 64

static void
forward_reference (const GboxTensor *x, GboxTensor *y)
{
  const gsize n_pixels = (gsize) x->height * (gsize) x->width;

  for (int image = 0; image < x->batch; image++)
    for (int c = 0; c < x->channels; c++)
      {
        double sum = 0;

        for (gsize p = 0; p < n_pixels; p++)
          sum += gbox_tensor_pixel (x, image, 0, 0)[p * x->stride + (gsize) c];
        gbox_tensor_pixel (y, image, 0, 0)[c] = (float) (sum / (double) n_pixels);
      }
}

static void
backward_reference (const GboxTensor *dy, GboxTensor *dx, gboolean accumulate)
{
  const gsize n_pixels = (gsize) dx->height * (gsize) dx->width;

  for (int image = 0; image < dx->batch; image++)
    for (gsize p = 0; p < n_pixels; p++)
      for (int c = 0; c < dx->channels; c++)
        {
          float *d = gbox_tensor_pixel (dx, image, 0, 0) + p * dx->stride + c;

          *d = (accumulate ? *d : 0) + gbox_tensor_pixel (dy, image, 0, 0)[c] / (float) n_pixels;
        }
}

void
gbox_global_average_forward (GboxTeam *team, const GboxTensor *x, GboxTensor *y)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxGlobalAverageWork work = { .plane = *x, .mean = *y };

  if (kernels == NULL)
    {
      forward_reference (x, y);
      return;
    }

  work.n_slices = (guint) (x->channels + SLICE_CHANNELS - 1) / SLICE_CHANNELS;
  gbox_team_run (team, work.n_slices * (guint) x->batch, kernels->global_average_forward, &work);
}

void
gbox_global_average_backward (GboxTeam *team,
                              const GboxTensor *dy,
                              GboxTensor *dx,
                              gboolean accumulate,
                              const GboxTensor *rectified,
                              GboxActivation activation)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxGlobalAverageWork work
    = { .plane = *dx, .mean = *dy, .accumulate = accumulate, .mask = gbox_mask (rectified, activation) };

  if (kernels == NULL)
    {
      backward_reference (dy, dx, accumulate);
      if (rectified != NULL)
        gbox_activation_backward_reference (activation, rectified, dx, FALSE);
      return;
    }

  work.n_slices
    = gbox_slice_count ((gsize) dx->height * (gsize) dx->width, sizeof (float) * (gsize) dx->channels);
  gbox_team_run (team, work.n_slices * (guint) dx->batch, kernels->global_average_backward, &work);
}
