/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent that keeps the value of each action in each state in a table. */
#pragma once

#include "base/philox.h"
#include "learning/gridworld.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* What the value of the next state is taken to be (Sutton & Barto 2018, 6.4 to 6.6). */
typedef enum
{
  GBOX_TABULAR_SARSA,          /* the value of the action that will be taken there */
  GBOX_TABULAR_EXPECTED_SARSA, /* the mean over the actions that could be */
  GBOX_TABULAR_Q_LEARNING,     /* the value of the best action */
} GboxTabularAlgorithm;

#define GBOX_TYPE_TABULAR_ALGORITHM (gbox_tabular_algorithm_get_type ())
GType gbox_tabular_algorithm_get_type (void);

/**
 * GboxTabularSettings:
 * @algorithm: how to learn
 * @learning_rate: α, how far a value moves to what was found
 * @discount: γ, what a reward counts a move later
 * @epsilon: ε, how often an action is drawn from all, not from the best
 */
typedef struct
{
  GboxTabularAlgorithm algorithm;
  double learning_rate;
  double discount;
  double epsilon;
} GboxTabularSettings;

/**
 * gbox_tabular_choose:
 * @values: (array length=4): of the actions in a state
 * @epsilon: how often to draw from all
 * @philox: (inout): random numbers
 *
 * ε-greedy; actions that are equally good are equally probable.
 *
 * Returns: an action
 */
GboxAction gbox_tabular_choose (const double values[GBOX_N_ACTIONS], double epsilon, GboxPhilox *philox);

/* Probability of each action under gbox_tabular_choose(). */
void
gbox_tabular_get_policy (const double values[GBOX_N_ACTIONS], double epsilon, double policy[GBOX_N_ACTIONS]);

/* The best action; the first of several that are. */
GboxAction gbox_tabular_get_best (const double values[GBOX_N_ACTIONS]);

/**
 * GboxTransition:
 * @state: s, where the agent was
 * @action: a, what it did
 * @reward: r, what it got for it
 * @next_state: s′, where it is
 * @next_action: a′, what it will do next; meaningless at the end
 * @is_end: whether the goal has been reached
 */
typedef struct
{
  int state;
  GboxAction action;
  double reward;
  int next_state;
  GboxAction next_action;
  gboolean is_end;
} GboxTransition;

/**
 * gbox_tabular_learn:
 * @settings: how
 * @values: (inout): (n_states, 4)
 * @transition: what happened
 *
 * Q(s, a) += α (r + γ V − Q(s, a)), where V is what the algorithm takes for the value of s′, 0 at the end.
 */
void
gbox_tabular_learn (const GboxTabularSettings *settings, double *values, const GboxTransition *transition);

/**
 * gbox_tabular_get_path:
 * @world: a world
 * @values: (n_states, 4)
 * @states: (out) (array length=n_states + 1): the states on the way, the start first
 * @is_end: (out): whether the way leads to the goal; else it turns back to where it has been
 *
 * The way of who always takes the best action.
 *
 * Returns: how many states
 */
int gbox_tabular_get_path (const GboxGridworld *world, const double *values, int *states, gboolean *is_end);

G_END_DECLS
