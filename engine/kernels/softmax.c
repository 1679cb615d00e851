/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponentials of the rows of a matrix, their sums, and draws with them as weights. */
#include "kernels/softmax.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/softmax.h"

#include <math.h>

static void
softmax_reference (const GboxSoftmaxWork *work)
{
  for (gsize row = 0; row < work->n; row++)
    {
      const float *x = work->x + row * work->stride;
      GboxSoftmax *sums = &work->sums[row];

      *sums = (GboxSoftmax){ .max = x[0] };
      for (gsize i = 1; i < work->width; i++)
        sums->max = MAX (sums->max, x[i]);
      for (gsize i = 0; i < work->width; i++)
        {
          const double power = (double) work->scale * ((double) x[i] - (double) sums->max);

          sums->sum += exp (power);
          sums->moment += exp (power) * power;
          if (work->e != NULL)
            work->e[row * work->stride + i] = (float) exp (power);
        }
    }
}

void
gbox_softmax (
  GboxTeam *team, const float *x, gsize stride, int n, int width, float scale, float *e, GboxSoftmax *sums)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxSoftmaxWork work = {
    .x = x,
    .stride = stride,
    .n = (gsize) n,
    .width = (gsize) width,
    .scale = scale,
    .e = e,
    .sums = sums,
  };

  if (kernels == NULL)
    softmax_reference (&work);
  else if (team == NULL)
    for (guint row = 0; row < (guint) n; row++)
      kernels->softmax (&work, row, 0);
  else
    gbox_team_run (team, (guint) n, kernels->softmax, &work);
}

static void
draw_reference (const GboxDrawWork *work)
{
  for (gsize row = 0; row < work->n; row++)
    {
      const float *e = work->e + row * work->stride;
      double left = work->uniforms[row] * work->sums[row].sum;

      work->chosen[row] = 0;
      for (gsize i = 0; i < work->width && left >= 0; i++)
        if (e[i] > 0)
          {
            left -= (double) e[i];
            work->chosen[row] = (int) i;
          }
    }
}

void
gbox_softmax_draw (GboxTeam *team,
                   const float *e,
                   gsize stride,
                   int n,
                   int width,
                   const GboxSoftmax *sums,
                   const double *uniforms,
                   int *chosen)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxDrawWork work = {
    .e = e,
    .stride = stride,
    .n = (gsize) n,
    .width = (gsize) width,
    .sums = sums,
    .uniforms = uniforms,
    .chosen = chosen,
  };

  if (kernels == NULL)
    draw_reference (&work);
  else if (team == NULL)
    for (guint row = 0; row < (guint) n; row++)
      kernels->softmax_draw (&work, row, 0);
  else
    gbox_team_run (team, (guint) n, kernels->softmax_draw, &work);
}
