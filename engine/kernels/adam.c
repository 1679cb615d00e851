/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adam (Kingma & Ba 2015), ascending. */
#include "kernels/adam.h"

#include <math.h>

#include "kernels/fast/adam.h"
#include "kernels/fast/fast.h"

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
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  GboxAdamWork work = {
    .parameters = parameters,
    .gradient = gradient,
    .m = m,
    .v = v,
    .n = n,
    .rate = (float) (learning_rate / (1.0 - pow (GBOX_ADAM_BETA_1, step))),
    .v_correction = (float) (1.0 / sqrt (1.0 - pow (GBOX_ADAM_BETA_2, step))),
  };

  if (kernels != NULL)
    gbox_team_run (team, (guint) ((n + GBOX_ADAM_SLICE - 1) / GBOX_ADAM_SLICE), kernels->adam, &work);
  else
    gbox_adam_step_reference (parameters, gradient, m, v, n, step, learning_rate);
}

/* As the paper writes it, in double precision but for what is stored. */
void
gbox_adam_step_reference (
  float *parameters, const float *gradient, float *m, float *v, gsize n, guint step, double learning_rate)
{
  for (gsize i = 0; i < n; i++)
    {
      const double g = (double) gradient[i];
      const double new_m = GBOX_ADAM_BETA_1 * (double) m[i] + (1.0 - GBOX_ADAM_BETA_1) * g;
      const double new_v = GBOX_ADAM_BETA_2 * (double) v[i] + (1.0 - GBOX_ADAM_BETA_2) * g * g;
      const double m_hat = new_m / (1.0 - pow (GBOX_ADAM_BETA_1, step));
      const double v_hat = new_v / (1.0 - pow (GBOX_ADAM_BETA_2, step));

      m[i] = (float) new_m;
      v[i] = (float) new_v;
      parameters[i]
        = (float) ((double) parameters[i] + learning_rate * m_hat / (sqrt (v_hat) + GBOX_ADAM_EPSILON));
    }
}
