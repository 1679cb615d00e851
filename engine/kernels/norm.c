/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalization of the rows of a matrix. */
#include "kernels/norm.h"

#include "kernels/slices.h"

#include <math.h>

/* Partial sums, for the compiler to keep in vectors. */
#define LANES 16

typedef struct
{
  const float *x;
  gsize x_stride;
  int n;
  int width;
  const float *weight;
  const float *bias;
  float eps;
  float *y;
  gsize y_stride;
  guint n_slices;
} NormWork;

/* Σ (x − shift) and Σ (x − shift)² */
static void
sum_up (const float *x, int width, float shift, float *sum, float *squares)
{
  float sums[LANES] = { 0 }, products[LANES] = { 0 };
  int i = 0;

  *sum = *squares = 0;
  for (; i + LANES <= width; i += LANES)
    for (int j = 0; j < LANES; j++)
      {
        const float d = x[i + j] - shift;

        sums[j] += d;
        products[j] += d * d;
      }
  for (; i < width; i++)
    {
      *sum += x[i] - shift;
      *squares += (x[i] - shift) * (x[i] - shift);
    }
  for (int j = 0; j < LANES; j++)
    {
      *sum += sums[j];
      *squares += products[j];
    }
}

static void
rms_task (gpointer data, guint task, guint worker)
{
  const NormWork *work = data;
  const gsize end = gbox_slice_first ((gsize) work->n, work->n_slices, task + 1);

  for (gsize row = gbox_slice_first ((gsize) work->n, work->n_slices, task); row < end; row++)
    {
      const float *x = work->x + row * work->x_stride;
      float *y = work->y + row * work->y_stride;
      float sum, squares, factor;

      sum_up (x, work->width, 0, &sum, &squares);
      factor = 1.0f / sqrtf (squares / (float) work->width + work->eps);
      for (int i = 0; i < work->width; i++)
        y[i] = x[i] * factor * work->weight[i];
    }
}

/* In two passes: the difference of large sums would lose the variance of a row far from zero. */
static void
layer_task (gpointer data, guint task, guint worker)
{
  const NormWork *work = data;
  const gsize end = gbox_slice_first ((gsize) work->n, work->n_slices, task + 1);

  for (gsize row = gbox_slice_first ((gsize) work->n, work->n_slices, task); row < end; row++)
    {
      const float *x = work->x + row * work->x_stride;
      float *y = work->y + row * work->y_stride;
      float sum, squares, mean, factor;

      sum_up (x, work->width, 0, &sum, &squares);
      mean = sum / (float) work->width;
      sum_up (x, work->width, mean, &sum, &squares);
      factor = 1.0f / sqrtf (squares / (float) work->width + work->eps);
      for (int i = 0; i < work->width; i++)
        y[i] = (x[i] - mean) * factor * work->weight[i] + work->bias[i];
    }
}

static void
run (GboxTeam *team, GboxTeamFunc func, NormWork *work)
{
  work->n_slices = gbox_slice_count ((gsize) work->n, 2 * sizeof (float) * (gsize) work->width);
  gbox_team_run (team, work->n_slices, func, work);
}

void
gbox_rms_norm (GboxTeam *team,
               const float *x,
               gsize x_stride,
               int n,
               int width,
               const float *weight,
               float eps,
               float *y,
               gsize y_stride)
{
  run (team, rms_task,
       &(NormWork){ .x = x,
                    .x_stride = x_stride,
                    .n = n,
                    .width = width,
                    .weight = weight,
                    .eps = eps,
                    .y = y,
                    .y_stride = y_stride });
}

void
gbox_layer_norm (GboxTeam *team,
                 const float *x,
                 gsize x_stride,
                 int n,
                 int width,
                 const float *weight,
                 const float *bias,
                 float eps,
                 float *y,
                 gsize y_stride)
{
  run (team, layer_task,
       &(NormWork){ .x = x,
                    .x_stride = x_stride,
                    .n = n,
                    .width = width,
                    .weight = weight,
                    .bias = bias,
                    .eps = eps,
                    .y = y,
                    .y_stride = y_stride });
}

void
gbox_rms_norm_backward (const float *x,
                        int n,
                        int width,
                        const float *weight,
                        float eps,
                        const float *dy,
                        float *dx,
                        float *d_weight)
{
  for (int row = 0; row < n; row++, x += width, dy += width)
    {
      float sum, squares, product = 0, r;

      sum_up (x, width, 0, &sum, &squares);
      r = 1 / sqrtf (squares / (float) width + eps);
      for (int i = 0; i < width; i++)
        {
          d_weight[i] += dy[i] * x[i] * r;
          product += weight[i] * dy[i] * x[i];
        }
      if (dx == NULL)
        continue;
      product *= r * r / (float) width;
      for (int i = 0; i < width; i++)
        dx[i] += r * (weight[i] * dy[i] - x[i] * product);
      dx += width;
    }
}
