/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nonlinearity inside a feed-forward part of a transformer. */
#include "kernels/fast/gate.h"

#include "kernels/fast/exponential.h"
#include "kernels/fast/fast.h"

/* ½ (1 + tanh u) = σ (2 u), and 2 √(2/π) is this. */
#define GELU_SLOPE 1.5957691216f
#define GELU_CUBIC 0.044715f

static void
silu (float *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] = x[i] * sigmoid (x[i]);
}

static void
gelu (float *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] = x[i] * sigmoid (GELU_SLOPE * (x[i] + GELU_CUBIC * x[i] * x[i] * x[i]));
}

void
FAST (gate) (gpointer data, guint task, guint worker)
{
  const GboxGateWork *work = data;
  const gsize first = task % work->n_columns * GBOX_GATE_SLICE;
  const gsize at = task / work->n_columns * work->stride + first;
  const gsize n = MIN (GBOX_GATE_SLICE, work->width - first);
  float *x = work->x + at;

  if (work->gate == GBOX_GATE_SILU)
    silu (x, n);
  else
    gelu (x, n);
  if (work->up != NULL)
    for (gsize i = 0; i < n; i++)
      x[i] *= work->up[at + i];
}
