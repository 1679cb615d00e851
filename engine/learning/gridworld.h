/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world of cells in which an agent looks for a goal. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Rows and columns, at most. */
#define GBOX_GRIDWORLD_MAX_SIDE 40

/* What a cell is, and the character it is written as. */
typedef enum
{
  GBOX_CELL_FLOOR = '.',
  GBOX_CELL_WALL = '#',  /* who moves into it stays where they are */
  GBOX_CELL_CLIFF = 'C', /* who steps off it is back at the start */
  GBOX_CELL_GOAL = 'G',  /* ends the episode */
  GBOX_CELL_START = 'S', /* where each episode begins; the only one */
} GboxCell;

typedef enum
{
  GBOX_ACTION_UP,
  GBOX_ACTION_RIGHT,
  GBOX_ACTION_DOWN,
  GBOX_ACTION_LEFT,
  GBOX_N_ACTIONS,
} GboxAction;

/* "up", "right", "down" or "left". */
const char *gbox_action_get_name (GboxAction action);

/**
 * GboxGridworld:
 * @n_rows: see there
 * @n_columns: see there
 * @start: the state an episode begins in
 * @cells: (n_rows, n_columns)
 *
 * A state is the index of a cell, row by row from the top. A plain value.
 */
typedef struct
{
  int n_rows;
  int n_columns;
  int start;
  guint8 cells[GBOX_GRIDWORLD_MAX_SIDE * GBOX_GRIDWORLD_MAX_SIDE];
} GboxGridworld;

/* States of the world: n_rows · n_columns. */
int gbox_gridworld_get_n_states (const GboxGridworld *world);

/**
 * gbox_gridworld_parse:
 * @text: "cliff" for the 4 × 12 cells of example 6.6 in Sutton & Barto's Reinforcement Learning (2018),
 * "maze", or rows of #GboxCell characters with slashes between them
 * @world: (out): the world
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT: rows of different lengths, an unknown character, not
 * exactly one start, or no goal that can be reached from it
 */
gboolean gbox_gridworld_parse (const char *text, GboxGridworld *world, GError **error);

/* Moves of the shortest way from the start to a goal, off the cliff; −1 if there is none. */
int gbox_gridworld_get_shortest (const GboxGridworld *world);

/* As gbox_gridworld_parse() takes it. Free with g_free(). */
char *gbox_gridworld_to_text (const GboxGridworld *world);

/**
 * gbox_gridworld_move:
 * @world: a world
 * @state: where the agent is
 * @action: what it does
 * @reward: (out): −1, or −100 for the cliff
 * @is_end: (out): whether the goal has been reached
 *
 * Returns: the state it is in then
 */
int gbox_gridworld_move (
  const GboxGridworld *world, int state, GboxAction action, double *reward, gboolean *is_end);

G_END_DECLS
