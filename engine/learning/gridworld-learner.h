/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent in a gridworld: what it has learnt, and the episode that goes on. */
#pragma once

#include "learning/tabular-agent.h"

G_BEGIN_DECLS

/* Episodes at the end whose mean return tells what has been learnt. */
#define GBOX_GRIDWORLD_N_LATE 100

/* An episode that has not ended after so many moves is given up. */
#define GBOX_GRIDWORLD_MAX_MOVES 10000

/**
 * GboxGridworldLearner:
 *
 * Its random numbers are keyed by its seed and the episode, so that it learns the same, however its moves are
 * cut into steps and whoever learns beside it. For one thread at a time.
 */
typedef struct _GboxGridworldLearner GboxGridworldLearner;

/* An agent that knows nothing; transfer full. */
GboxGridworldLearner *gbox_gridworld_learner_new (int n_states, guint64 seed);
void gbox_gridworld_learner_free (GboxGridworldLearner *learner);

/**
 * gbox_gridworld_learner_begin:
 * @learner: an agent
 * @world: where it is
 * @epsilon: how often it tries any action
 *
 * Puts it at the start; an episode that goes on is forgotten, but not what was learnt in it.
 */
void gbox_gridworld_learner_begin (GboxGridworldLearner *learner, const GboxGridworld *world, double epsilon);

/**
 * gbox_gridworld_learner_move:
 * @learner: an agent whose episode has not ended
 * @world: where it is
 * @settings: how it learns
 * @transition: (out): what happened
 * @value: (out): Q(s, a) before it was learnt from
 * @new_value: (out): and after
 *
 * Moves once and learns from it.
 *
 * Returns: whether the episode has ended: at the goal, or given up
 */
gboolean gbox_gridworld_learner_move (GboxGridworldLearner *learner,
                                      const GboxGridworld *world,
                                      const GboxTabularSettings *settings,
                                      GboxTransition *transition,
                                      double *value,
                                      double *new_value);

/* Episodes that have ended, moves of the one that goes on or has just ended, and their rewards. */
guint gbox_gridworld_learner_get_n_episodes (const GboxGridworldLearner *learner);
guint gbox_gridworld_learner_get_n_moves (const GboxGridworldLearner *learner);
double gbox_gridworld_learner_get_return (const GboxGridworldLearner *learner);

/* Mean return of the last %GBOX_GRIDWORLD_N_LATE episodes, or of all if there are fewer; 0 without any. */
double gbox_gridworld_learner_get_late_return (const GboxGridworldLearner *learner);

/* (n_states, 4): Q, and (n_states): how often it has been there; transfer none. */
double *gbox_gridworld_learner_get_values (GboxGridworldLearner *learner);
guint *gbox_gridworld_learner_get_visits (GboxGridworldLearner *learner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxGridworldLearner, gbox_gridworld_learner_free)

G_END_DECLS
