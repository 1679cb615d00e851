/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponentials of rows, and how far they are from other rows as distributions. */
#include "kernels/divergence.h"

#include "kernels/fast/divergence.h"
#include "kernels/fast/fast.h"

#include <math.h>

static void
divergence_reference (const GboxDivergenceWork *work)
{
  for (gsize row = 0; row < work->n; row++)
    {
      float *x = work->x + row * work->stride;
      const float *y = work->y + row * work->y_stride;
      GboxDivergence *sums = &work->sums[row];

      *sums = (GboxDivergence){ .sums = { .max = x[0] }, .y_max = y[0] };
      for (gsize i = 1; i < work->width; i++)
        {
          sums->sums.max = MAX (sums->sums.max, x[i]);
          sums->y_max = MAX (sums->y_max, y[i]);
        }
      for (gsize i = 0; i < work->width; i++)
        {
          const double power = (double) work->scale * ((double) x[i] - (double) sums->sums.max);
          const double y_power = (double) work->scale * ((double) y[i] - (double) sums->y_max);

          sums->sums.sum += exp (power);
          sums->sums.moment += exp (power) * power;
          sums->y_sum += exp (y_power);
          sums->ratio += exp (power) * (power - y_power);
          x[i] = (float) exp (power);
        }
    }
}

void
gbox_divergence (GboxTeam *team,
                 float *x,
                 gsize stride,
                 const float *y,
                 gsize y_stride,
                 int n,
                 int width,
                 float scale,
                 GboxDivergence *sums)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxDivergenceWork work = {
    .x = x,
    .y = y,
    .stride = stride,
    .y_stride = y_stride,
    .n = (gsize) n,
    .width = (gsize) width,
    .scale = scale,
    .sums = sums,
  };

  if (kernels == NULL)
    divergence_reference (&work);
  else if (team == NULL)
    for (guint row = 0; row < (guint) n; row++)
      kernels->divergence (&work, row, 0);
  else
    gbox_team_run (team, (guint) n, kernels->divergence, &work);
}
