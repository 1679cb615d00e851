/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent that keeps the value of each action in each state in a table. */
#include "learning/tabular-agent.h"

GType
gbox_tabular_algorithm_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_TABULAR_SARSA, "GBOX_TABULAR_SARSA", "sarsa" },
    { GBOX_TABULAR_EXPECTED_SARSA, "GBOX_TABULAR_EXPECTED_SARSA", "expected-sarsa" },
    { GBOX_TABULAR_Q_LEARNING, "GBOX_TABULAR_Q_LEARNING", "q-learning" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxTabularAlgorithm", values));
  return type;
}

GboxAction
gbox_tabular_get_best (const double values[GBOX_N_ACTIONS])
{
  int best = 0;

  for (int i = 1; i < GBOX_N_ACTIONS; i++)
    if (values[i] > values[best])
      best = i;
  return (GboxAction) best;
}

void
gbox_tabular_get_policy (const double values[GBOX_N_ACTIONS], double epsilon, double policy[GBOX_N_ACTIONS])
{
  const double most = values[gbox_tabular_get_best (values)];
  int n_best = 0;

  for (int i = 0; i < GBOX_N_ACTIONS; i++)
    n_best += values[i] >= most;
  for (int i = 0; i < GBOX_N_ACTIONS; i++)
    policy[i] = epsilon / GBOX_N_ACTIONS + (values[i] >= most ? (1 - epsilon) / n_best : 0);
}

GboxAction
gbox_tabular_choose (const double values[GBOX_N_ACTIONS], double epsilon, GboxPhilox *philox)
{
  double policy[GBOX_N_ACTIONS];
  double left = (double) gbox_philox_uniform (philox);

  gbox_tabular_get_policy (values, epsilon, policy);
  for (int i = 0; i < GBOX_N_ACTIONS; i++)
    {
      left -= policy[i];
      if (left < 0)
        return (GboxAction) i;
    }
  return gbox_tabular_get_best (values);
}

/* What s′ is worth. */
static double
evaluate (const GboxTabularSettings *settings,
          const double values[GBOX_N_ACTIONS],
          const GboxTransition *transition)
{
  double policy[GBOX_N_ACTIONS], mean = 0;

  switch (settings->algorithm)
    {
    case GBOX_TABULAR_SARSA:
      return values[transition->next_action];
    case GBOX_TABULAR_EXPECTED_SARSA:
      gbox_tabular_get_policy (values, settings->epsilon, policy);
      for (int i = 0; i < GBOX_N_ACTIONS; i++)
        mean += policy[i] * values[i];
      return mean;
    case GBOX_TABULAR_Q_LEARNING:
    default:
      return values[gbox_tabular_get_best (values)];
    }
}

void
gbox_tabular_learn (const GboxTabularSettings *settings, double *values, const GboxTransition *transition)
{
  double *value = &values[transition->state * GBOX_N_ACTIONS + (int) transition->action];
  const double *next = values + (gsize) transition->next_state * GBOX_N_ACTIONS;
  const double worth = transition->is_end ? 0 : evaluate (settings, next, transition);

  *value += settings->learning_rate * (transition->reward + settings->discount * worth - *value);
}

int
gbox_tabular_get_path (const GboxGridworld *world, const double *values, int *states, gboolean *is_end)
{
  gboolean seen[GBOX_GRIDWORLD_MAX_SIDE * GBOX_GRIDWORLD_MAX_SIDE] = { FALSE };
  int state = world->start, n = 0;

  *is_end = FALSE;
  while (!*is_end && !seen[state])
    {
      double reward;

      seen[state] = TRUE;
      states[n++] = state;
      state
        = gbox_gridworld_move (world, state, gbox_tabular_get_best (values + (gsize) state * GBOX_N_ACTIONS),
                               &reward, is_end);
    }
  if (*is_end)
    states[n++] = state;
  return n;
}
