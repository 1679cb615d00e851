/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nonlinearity inside a feed-forward part of a transformer. */
#include "kernels/gate.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/gate.h"
#include "kernels/slices.h"

#include <math.h>

static double
evaluate (GboxGate gate, double x)
{
  if (gate == GBOX_GATE_SILU)
    return x / (1 + exp (-x));
  return 0.5 * x * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
}

static void
gate_reference (const GboxGateWork *work)
{
  for (gsize row = 0; row < work->n; row++)
    for (gsize i = 0; i < work->width; i++)
      {
        float *x = work->x + row * work->stride + i;
        const double y = evaluate (work->gate, (double) *x);

        *x = (float) (work->up != NULL ? y * (double) work->up[row * work->stride + i] : y);
      }
}

void
gbox_gate (GboxTeam *team, GboxGate gate, float *x, const float *up, gsize stride, int n, int width)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxGateWork work = {
    .gate = gate,
    .x = x,
    .up = up,
    .stride = stride,
    .n = (gsize) n,
    .width = (gsize) width,
  };

  /* An exponential is as much work as a dozen numbers that are only copied. */
  work.n_columns = ((gsize) width + GBOX_GATE_SLICE - 1) / GBOX_GATE_SLICE;
  if (kernels == NULL)
    gate_reference (&work);
  else
    gbox_team_run (team, (guint) (work.n * work.n_columns), kernels->gate, &work);
}
