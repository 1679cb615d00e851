/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent in a gridworld: what it has learnt, and the episode that goes on. */
#include "learning/gridworld-learner.h"

#include "learning/purpose.h"

struct _GboxGridworldLearner
{
  guint64 seed;
  double *values; /* (n_states, 4) */
  guint *visits;  /* (n_states) */
  guint n_episodes;
  double late[GBOX_GRIDWORLD_N_LATE]; /* returns of the last episodes, by their number */

  /* The episode that goes on. */
  GboxPhilox philox;
  int state;
  GboxAction action; /* what will be done next */
  guint n_moves;
  double total;
};

GboxGridworldLearner *
gbox_gridworld_learner_new (int n_states, guint64 seed)
{
  GboxGridworldLearner *learner = g_new0 (GboxGridworldLearner, 1);

  learner->seed = seed;
  learner->values = g_new0 (double, (gsize) n_states *GBOX_N_ACTIONS);
  learner->visits = g_new0 (guint, (gsize) n_states);
  return learner;
}

void
gbox_gridworld_learner_free (GboxGridworldLearner *learner)
{
  if (learner == NULL)
    return;
  g_free (learner->values);
  g_free (learner->visits);
  g_free (learner);
}

static void
choose (GboxGridworldLearner *learner, double epsilon)
{
  learner->action = gbox_tabular_choose (learner->values + (gsize) learner->state * GBOX_N_ACTIONS, epsilon,
                                         &learner->philox);
}

void
gbox_gridworld_learner_begin (GboxGridworldLearner *learner, const GboxGridworld *world, double epsilon)
{
  gbox_philox_init (&learner->philox, learner->seed, GBOX_PURPOSE_EPISODE, learner->n_episodes);
  learner->state = world->start;
  learner->n_moves = 0;
  learner->total = 0;
  choose (learner, epsilon);
}

gboolean
gbox_gridworld_learner_move (GboxGridworldLearner *learner,
                             const GboxGridworld *world,
                             const GboxTabularSettings *settings,
                             GboxTransition *transition,
                             double *value,
                             double *new_value)
{
  const double *q = learner->values + (gsize) learner->state * GBOX_N_ACTIONS + (gsize) learner->action;

  *transition = (GboxTransition){ .state = learner->state, .action = learner->action };
  transition->next_state
    = gbox_gridworld_move (world, learner->state, learner->action, &transition->reward, &transition->is_end);
  learner->visits[learner->state]++;
  learner->n_moves++;
  learner->total += transition->reward;
  learner->state = transition->next_state;
  *value = *q;
  /* Only SARSA says what it will do before it learns. */
  if (settings->algorithm == GBOX_TABULAR_SARSA)
    choose (learner, settings->epsilon);
  transition->next_action = learner->action;
  gbox_tabular_learn (settings, learner->values, transition);
  if (settings->algorithm != GBOX_TABULAR_SARSA)
    choose (learner, settings->epsilon);
  transition->next_action = learner->action;
  *new_value = *q;
  if (!transition->is_end && learner->n_moves < GBOX_GRIDWORLD_MAX_MOVES)
    return FALSE;
  learner->late[learner->n_episodes++ % GBOX_GRIDWORLD_N_LATE] = learner->total;
  return TRUE;
}

guint
gbox_gridworld_learner_get_n_episodes (const GboxGridworldLearner *learner)
{
  return learner->n_episodes;
}

guint
gbox_gridworld_learner_get_n_moves (const GboxGridworldLearner *learner)
{
  return learner->n_moves;
}

double
gbox_gridworld_learner_get_return (const GboxGridworldLearner *learner)
{
  return learner->total;
}

double
gbox_gridworld_learner_get_late_return (const GboxGridworldLearner *learner)
{
  const guint n = MIN (learner->n_episodes, GBOX_GRIDWORLD_N_LATE);
  double sum = 0;

  for (guint i = learner->n_episodes - n; i < learner->n_episodes; i++)
    sum += learner->late[i % GBOX_GRIDWORLD_N_LATE];
  return n > 0 ? sum / n : 0;
}

double *
gbox_gridworld_learner_get_values (GboxGridworldLearner *learner)
{
  return learner->values;
}

guint *
gbox_gridworld_learner_get_visits (GboxGridworldLearner *learner)
{
  return learner->visits;
}
