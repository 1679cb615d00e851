/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adam (Kingma & Ba 2015), ascending. */
#include "vision/adam.h"

#include <math.h>

#define BETA_1  0.9
#define BETA_2  0.999
#define EPSILON 1e-8

#define PARAMETERS_PER_TASK 8192

typedef struct
{
  float *parameters;     /* (n) */
  const float *gradient; /* (n) */
  float *m;              /* (n) */
  float *v;              /* (n) */
  gsize n;
  float rate;         /* learning rate / (1 − β₁^step) */
  float v_correction; /* 1 / √(1 − β₂^step) */
} Update;

static void
update_slice (gpointer data, guint task, guint worker)
{
  const Update *u = data;
  const gsize first = (gsize) task * PARAMETERS_PER_TASK;
  const gsize n = MIN (PARAMETERS_PER_TASK, u->n - first);
  float *restrict p = u->parameters + first;
  const float *restrict g = u->gradient + first;
  float *restrict m = u->m + first, *restrict v = u->v + first;
  const float b1 = (float) BETA_1, b2 = (float) BETA_2;
  const float c1 = (float) (1.0 - BETA_1), c2 = (float) (1.0 - BETA_2);

  for (gsize i = 0; i < n; i++)
    {
      m[i] = b1 * m[i] + c1 * g[i];
      v[i] = b2 * v[i] + c2 * (g[i] * g[i]);
      p[i] += u->rate * m[i] / (sqrtf (v[i]) * u->v_correction + (float) EPSILON);
    }
}

void
gbox_adam_step (GboxTeam *team,
                float *parameters,
                const float *gradient,
                float *m,
                float *v,
                gsize n,
                guint step,
                double learning_rate)
{
  Update u = {
    .parameters = parameters,
    .gradient = gradient,
    .m = m,
    .v = v,
    .n = n,
    .rate = (float) (learning_rate / (1.0 - pow (BETA_1, step))),
    .v_correction = (float) (1.0 / sqrt (1.0 - pow (BETA_2, step))),
  };

  gbox_team_run (team, (guint) ((n + PARAMETERS_PER_TASK - 1) / PARAMETERS_PER_TASK), update_slice, &u);
}

/* As the paper writes it, in double precision but for what is stored. */
void
gbox_adam_step_reference (
  float *parameters, const float *gradient, float *m, float *v, gsize n, guint step, double learning_rate)
{
  for (gsize i = 0; i < n; i++)
    {
      const double g = (double) gradient[i];
      const double new_m = BETA_1 * (double) m[i] + (1.0 - BETA_1) * g;
      const double new_v = BETA_2 * (double) v[i] + (1.0 - BETA_2) * g * g;
      const double m_hat = new_m / (1.0 - pow (BETA_1, step));
      const double v_hat = new_v / (1.0 - pow (BETA_2, step));

      m[i] = (float) new_m;
      v[i] = (float) new_v;
      parameters[i] = (float) ((double) parameters[i] + learning_rate * m_hat / (sqrt (v_hat) + EPSILON));
    }
}
