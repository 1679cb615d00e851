/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of the agents that learn a gridworld side by side: its run, and what that has told. */
#pragma once

#include "learning/gridworld-job.h"
#include "runtime/engine.h"

G_BEGIN_DECLS

/**
 * GboxGridworldAgent:
 *
 * Has no widgets. Its run does a step when told, or goes on by itself. With repeats it stands for several
 * with other seeds too, whose returns are averaged; what it has learnt and its moves are those of the first.
 * Main thread only.
 *
 * Signals: `changed` (): it has learnt or moved, or is new again. `episode` (uint episode): one has ended.
 * `state-changed` (): it may have begun, come to its end or failed. `message` (string): something to tell the
 * user once.
 */
#define GBOX_TYPE_GRIDWORLD_AGENT (gbox_gridworld_agent_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridworldAgent, gbox_gridworld_agent, GBOX, GRIDWORLD_AGENT, GObject)

GboxGridworldAgent *gbox_gridworld_agent_new (GboxEngine *engine, GboxTabularAlgorithm algorithm);

GboxTabularAlgorithm gbox_gridworld_agent_get_algorithm (GboxGridworldAgent *self);
/* "SARSA", "Expected SARSA" or "Q-learning". */
const char *gbox_gridworld_agent_get_name (GboxGridworldAgent *self);

/* Begins as @spec says but for the algorithm, and does nothing yet. */
void gbox_gridworld_agent_begin (GboxGridworldAgent *self, GboxGridworldSpec *spec);
/* Forgets everything. */
void gbox_gridworld_agent_clear (GboxGridworldAgent *self);
/* Takes over what may change while it learns; a run that is over goes on if that gives it more episodes. */
gboolean gbox_gridworld_agent_adjust (GboxGridworldAgent *self, GboxGridworldSpec *spec, GError **error);

/* A single step of the run, unless it is still at the last one or over. */
void gbox_gridworld_agent_step (GboxGridworldAgent *self);
void gbox_gridworld_agent_resume (GboxGridworldAgent *self);
void gbox_gridworld_agent_pause (GboxGridworldAgent *self);

gboolean gbox_gridworld_agent_has_begun (GboxGridworldAgent *self);
/* Whether it has done all its episodes, or failed. */
gboolean gbox_gridworld_agent_is_over (GboxGridworldAgent *self);

/* (nullable) (transfer none): what it has learnt. */
const GboxGridworldTable *gbox_gridworld_agent_get_table (GboxGridworldAgent *self);
/* (nullable): its last move, where moves are shown. */
const GboxGridworldMove *gbox_gridworld_agent_get_move (GboxGridworldAgent *self);
/* (transfer none) (element-type double): of each episode, the mean over the repeats. */
const GArray *gbox_gridworld_agent_get_returns (GboxGridworldAgent *self);
/* (transfer none) (element-type double): and their standard deviation, 0 without repeats. */
const GArray *gbox_gridworld_agent_get_spreads (GboxGridworldAgent *self);

G_END_DECLS
