/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of learning a gridworld. */
#pragma once

#include "learning/gridworld-spec.h"
#include "runtime/job.h"

G_BEGIN_DECLS

/* What the values of a gridworld's points are; a point is an episode. */
typedef enum
{
  GBOX_GRIDWORLD_RETURN, /* sum of its rewards */
  GBOX_GRIDWORLD_LENGTH, /* moves */
  GBOX_GRIDWORLD_N_VALUES,
} GboxGridworldValue;

/**
 * GboxGridworldMove:
 * @episode: which, from 0 on
 * @move: which of the episode, from 0 on
 * @transition: what happened
 * @value: Q(s, a) before it was learnt from
 * @new_value: and after
 *
 * A record of a gridworld's run, where `moves` is not 0.
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
 * @values: (n_states, 4): Q
 * @visits: (n_states): how often the agent has been there
 *
 * A record of a gridworld's run, after each of its steps: what has been learnt.
 */
typedef struct
{
  GboxGridworld world;
  double *values;
  guint *visits;
} GboxGridworldTable;

#define GBOX_TYPE_GRIDWORLD_TABLE (gbox_gridworld_table_get_type ())
GType gbox_gridworld_table_get_type (void);
GboxGridworldTable *gbox_gridworld_table_copy (const GboxGridworldTable *table);
void gbox_gridworld_table_free (GboxGridworldTable *table);

/**
 * GboxGridworldJob:
 *
 * A step is as many whole episodes as it has time for, or as many moves of one as the spec says, of which
 * each is a #GboxGridworldMove. An episode that does not end is given up after 10000 moves, with a notice.
 * Random numbers are keyed by seed and episode: the same spec gives the same bits, however the moves were cut
 * into steps.
 */
#define GBOX_TYPE_GRIDWORLD_JOB (gbox_gridworld_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridworldJob, gbox_gridworld_job, GBOX, GRIDWORLD_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_gridworld_job_new (GboxGridworldSpec *spec);

G_END_DECLS
