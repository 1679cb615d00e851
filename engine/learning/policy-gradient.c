/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From rewards to what each completion counts in the gradient. */
#include "learning/policy-gradient.h"

/* How much of the moving baseline a step keeps. */
#define MOVING_KEPT 0.9

/* Ziegler et al. 2019. */
#define KL_HORIZON   10000.0
#define KL_MAX_ERROR 0.2

GType
gbox_baseline_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_BASELINE_LEAVE_ONE_OUT, "GBOX_BASELINE_LEAVE_ONE_OUT", "leave-one-out" },
    { GBOX_BASELINE_MOVING, "GBOX_BASELINE_MOVING", "moving" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxBaseline", values));
  return type;
}

/* The sum of differences, not the difference of means: equal rewards give 0 without rounding. */
void
gbox_advantages_leave_one_out (const double *rewards, guint n, double *advantages)
{
  for (guint i = 0; i < n; i++)
    {
      double sum = 0;

      for (guint j = 0; j < n; j++)
        sum += rewards[i] - rewards[j];
      advantages[i] = sum / (n - 1);
    }
}

void
gbox_advantages_moving (
  const double *rewards, guint n, double *baseline, gboolean is_first, double *advantages)
{
  double mean = 0;

  for (guint i = 0; i < n; i++)
    mean += rewards[i] / n;
  if (is_first)
    *baseline = mean;
  for (guint i = 0; i < n; i++)
    advantages[i] = rewards[i] - *baseline;
  *baseline = MOVING_KEPT * *baseline + (1 - MOVING_KEPT) * mean;
}

double
gbox_adapt_kl_coefficient (double coefficient, double kl, double target, guint n)
{
  const double error = CLAMP (kl / target - 1, -KL_MAX_ERROR, KL_MAX_ERROR);

  return coefficient * (1 + error * n / KL_HORIZON);
}
