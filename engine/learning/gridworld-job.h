/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of learning a gridworld. */
#pragma once

#include "learning/gridworld-learner.h"
#include "learning/gridworld-spec.h"
#include "runtime/job.h"

G_BEGIN_DECLS

/* What the values of a gridworld's points are; a point is an episode, of each repeat. */
typedef enum
{
  GBOX_GRIDWORLD_RETURN, /* sum of its rewards; the mean over the repeats */
  GBOX_GRIDWORLD_LENGTH, /* moves; the mean over the repeats */
  GBOX_GRIDWORLD_SPREAD, /* standard deviation of the return over the repeats; 0 for one */
  GBOX_GRIDWORLD_N_VALUES,
} GboxGridworldValue;

/**
 * GboxGridworldOutcome:
 * @n_repeats: agents, each with a seed of its own
 * @late_return: mean return of an agent's last %GBOX_GRIDWORLD_N_LATE episodes, or of all so far: the mean
 * over the agents
 * @late_spread: and its standard deviation, with n − 1; 0 for one
 * @n_reaching: agents whose best actions lead to the goal
 * @length: moves on that way; the mean over those agents, 0 for none
 * @length_spread: and its standard deviation
 *
 * What all agents of a run have learnt.
 */
typedef struct
{
  guint n_repeats;
  double late_return;
  double late_spread;
  guint n_reaching;
  double length;
  double length_spread;
} GboxGridworldOutcome;

/**
 * GboxGridworldMove:
 * @episode: which, from 0 on
 * @move: which of the episode, from 0 on
 * @transition: what happened
 * @value: Q(s, a) before it was learnt from
 * @new_value: and after
 *
 * A record of a gridworld's run, where `moves` is not 0: of the agent with the first seed.
 */
typedef struct
{
  guint episode;
  guint move;
  GboxTransition transition;
  double value;
  double new_value;
} GboxGridworldMove;

#define GBOX_TYPE_GRIDWORLD_MOVE (gbox_gridworld_move_get_type ())
GType gbox_gridworld_move_get_type (void);

/**
 * GboxGridworldTable:
 * @world: the world
 * @values: (n_states, 4): Q of the agent with the first seed
 * @visits: (n_states): how often that has been there
 * @outcome: of all agents
 *
 * A record of a gridworld's run, after each of its steps: what has been learnt.
 */
typedef struct
{
  GboxGridworld world;
  double *values;
  guint *visits;
  GboxGridworldOutcome outcome;
} GboxGridworldTable;

#define GBOX_TYPE_GRIDWORLD_TABLE (gbox_gridworld_table_get_type ())
GType gbox_gridworld_table_get_type (void);
GboxGridworldTable *gbox_gridworld_table_copy (const GboxGridworldTable *table);
void gbox_gridworld_table_free (GboxGridworldTable *table);

/**
 * GboxGridworldJob:
 *
 * Agents with the seeds seed, seed + 1, … learn the same world, an episode of each at a time. A step is as
 * many whole episodes as it has time for, or as many moves of the first agent's as the spec says, of which
 * each is a #GboxGridworldMove. An episode that does not end is given up after %GBOX_GRIDWORLD_MAX_MOVES,
 * with a notice. Random numbers are keyed by seed and episode: the same spec gives the same bits, however the
 * moves were cut into steps.
 */
#define GBOX_TYPE_GRIDWORLD_JOB (gbox_gridworld_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridworldJob, gbox_gridworld_job, GBOX, GRIDWORLD_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_gridworld_job_new (GboxGridworldSpec *spec);

G_END_DECLS
