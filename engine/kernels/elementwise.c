/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arithmetic element by element on views. */
#include "kernels/elementwise.h"

#include "kernels/fast/elementwise.h"
#include "kernels/fast/fast.h"
#include "kernels/slices.h"

static void
add_reference (const GboxTensor *a, const GboxTensor *b, GboxTensor *y)
{
  for (gsize p = 0; p < gbox_tensor_n_pixels (y); p++)
    for (int c = 0; c < y->channels; c++)
      y->data[p * y->stride + (gsize) c]
        = a->data[p * a->stride + (gsize) c] + b->data[p * b->stride + (gsize) c];
}

static void
copy_reference (const GboxTensor *x, GboxTensor *y)
{
  for (gsize p = 0; p < gbox_tensor_n_pixels (y); p++)
    for (int c = 0; c < y->channels; c++)
      y->data[p * y->stride + (gsize) c] = x->data[p * x->stride + (gsize) c];
}

static void
affine_reference (
  const GboxTensor *x, const int *order, const float *scale, const float *shift, GboxTensor *y)
{
  for (gsize p = 0; p < gbox_tensor_n_pixels (y); p++)
    for (int c = 0; c < y->channels; c++)
      y->data[p * y->stride + (gsize) c] = x->data[p * x->stride + (gsize) order[c]] * scale[c] + shift[c];
}

static void
affine_backward_reference (const GboxTensor *dy, const int *order, const float *scale, GboxTensor *dx)
{
  for (gsize p = 0; p < gbox_tensor_n_pixels (dy); p++)
    for (int c = 0; c < dy->channels; c++)
      dx->data[p * dx->stride + (gsize) order[c]] = dy->data[p * dy->stride + (gsize) c] * scale[c];
}

static void
run (GboxTeam *team, GboxTeamFunc func, const GboxElementwiseWork *work)
{
  GboxElementwiseWork cut = *work;

  cut.n_pixels = gbox_tensor_n_pixels (&cut.y);
  cut.n_slices = gbox_slice_count (cut.n_pixels, 3 * sizeof (float) * (gsize) cut.y.channels);
  gbox_team_run (team, cut.n_slices, func, &cut);
}

void
gbox_add (GboxTeam *team, const GboxTensor *a, const GboxTensor *b, GboxTensor *y)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();

  if (kernels == NULL)
    add_reference (a, b, y);
  else
    run (team, kernels->elementwise_add, &(GboxElementwiseWork){ .a = *a, .b = *b, .y = *y });
}

void
gbox_copy (GboxTeam *team, const GboxTensor *x, GboxTensor *y)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();

  if (kernels == NULL)
    copy_reference (x, y);
  else
    run (team, kernels->elementwise_copy, &(GboxElementwiseWork){ .a = *x, .b = *x, .y = *y });
}

void
gbox_affine_channels (GboxTeam *team,
                      const GboxTensor *x,
                      const int *order,
                      const float *scale,
                      const float *shift,
                      GboxTensor *y)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();

  if (kernels == NULL)
    affine_reference (x, order, scale, shift, y);
  else
    run (team, kernels->elementwise_affine,
         &(GboxElementwiseWork){ .a = *x, .y = *y, .order = order, .scale = scale, .shift = shift });
}

void
gbox_affine_channels_backward (
  GboxTeam *team, const GboxTensor *dy, const int *order, const float *scale, GboxTensor *dx)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();

  if (kernels == NULL)
    affine_backward_reference (dy, order, scale, dx);
  else
    run (team, kernels->elementwise_affine_backward,
         &(GboxElementwiseWork){ .a = *dy, .y = *dx, .order = order, .scale = scale });
}
