/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the gridworld is about: the world, how it is learnt, and the agents that learn it side by side. */
#pragma once

#include "learning/gridworld-agent.h"
#include "shell/settings.h"

G_BEGIN_DECLS

/* SARSA, expected SARSA, Q-learning. */
#define GBOX_GRIDWORLD_N_AGENTS 3

/* log10 of the slowest and the fastest moves a second of each agent; the fastest is as fast as it can. */
#define GBOX_GRIDWORLD_MIN_SPEED 0.0
#define GBOX_GRIDWORLD_MAX_SPEED 4.0

/**
 * GboxGridworldSession:
 *
 * Has no widgets; the panes show it and tell it what the user wants. Agents that are compared learn the same
 * world with the same parameters and random numbers, a move of each at a time. Main thread only.
 *
 * Properties: `is-running` (boolean, read-only), `speed` (double: log10 of moves a second of each agent),
 * `smoothing` (double, 0 … .99: of the curves), `sarsa`, `expected-sarsa`, `q-learning` (boolean: which are
 * compared; one always is), `tool` (string: what clicking a cell makes it, “wall”, “cliff”, “goal”, “start”
 * or “empty”).
 *
 * Signals: `world-changed` (): the world or a cell of it is another. `compared-changed` (): other agents are
 * compared. `message` (string): something to tell the user once.
 *
 * A property of the spec that may change live applies at once; a new seed, other repeats, and a world of
 * another size, begin with the next start.
 */
#define GBOX_TYPE_GRIDWORLD_SESSION (gbox_gridworld_session_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridworldSession, gbox_gridworld_session, GBOX, GRIDWORLD_SESSION, GObject)

/* Takes the last spec from @settings. */
GboxGridworldSession *gbox_gridworld_session_new (GboxEngine *engine, GboxSettings *settings);
/* Stops everything within a step. */
void gbox_gridworld_session_end (GboxGridworldSession *self);

/* The same object for life: rows bind to its properties. */
GboxGridworldSpec *gbox_gridworld_session_get_spec (GboxGridworldSession *self);
const GboxGridworld *gbox_gridworld_session_get_world (GboxGridworldSession *self);
/* (transfer none): of an algorithm, compared or not. */
GboxGridworldAgent *gbox_gridworld_session_get_agent (GboxGridworldSession *self, guint algorithm);
gboolean gbox_gridworld_session_is_compared (GboxGridworldSession *self, guint algorithm);
gboolean gbox_gridworld_session_is_running (GboxGridworldSession *self);
gboolean gbox_gridworld_session_has_begun (GboxGridworldSession *self);
/* Whether a start goes on with that, and does not begin anew. */
gboolean gbox_gridworld_session_can_resume (GboxGridworldSession *self);

/* Goes on, or begins where nothing has begun or all is over. */
void gbox_gridworld_session_start (GboxGridworldSession *self);
void gbox_gridworld_session_pause (GboxGridworldSession *self);
/* Forgets what has been learnt. */
void gbox_gridworld_session_reset (GboxGridworldSession *self);

/* Makes a cell what a tool makes it: another start takes the place of the one before. A world in which no way
 * leads to the goal is refused with a message. */
void gbox_gridworld_session_apply (GboxGridworldSession *self, int state, const char *tool);
/* The same with the tool at hand. */
void gbox_gridworld_session_press (GboxGridworldSession *self, int state);

G_END_DECLS
