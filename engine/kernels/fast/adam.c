/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adam. */
#include "kernels/fast/adam.h"

#include <math.h>

#include "kernels/fast/fast.h"

/* Exact roots and divisions: they cost little more than the memory does. */
void
FAST (adam) (gpointer data, guint task, guint worker)
{
  const GboxAdamWork *work = data;
  const gsize first = (gsize) task * GBOX_ADAM_SLICE;
  const gsize n = MIN (GBOX_ADAM_SLICE, work->n - first);
  const float *restrict g = work->gradient + first;
  float *restrict p = work->parameters + first;
  float *restrict m = work->m + first, *restrict v = work->v + first;
  const float b1 = (float) GBOX_ADAM_BETA_1, b2 = (float) GBOX_ADAM_BETA_2;
  const float c1 = (float) (1.0 - GBOX_ADAM_BETA_1), c2 = (float) (1.0 - GBOX_ADAM_BETA_2);
  const float epsilon = (float) GBOX_ADAM_EPSILON;
  const float rate = work->rate, v_correction = work->v_correction;

  for (gsize i = 0; i < n; i++)
    {
      m[i] = b1 * m[i] + c1 * g[i];
      v[i] = b2 * v[i] + c2 * (g[i] * g[i]);
      p[i] += rate * m[i] / (sqrtf (v[i]) * v_correction + epsilon);
    }
}
