/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A gridworld as a board: what its cells are, what an agent thinks of them, and where it is. */
#pragma once

#include <gtk/gtk.h>

#include "learning/gridworld.h"
#include "widgets/series.h"

G_BEGIN_DECLS

/**
 * GboxGridBoard:
 *
 * A cell is the darker the more its best action is worth, compared with the other cells the agent has been
 * to, and has an arrow for that action. The way of who always takes the best action is a line, dashed where
 * it does not lead to the goal. The arrow keys move a frame from cell to cell. Redrawn only when something
 * changed. Main thread only.
 *
 * Signals: `cell-pressed` (int state): the user clicked a cell, dragged over it, or pressed Return or Space
 * where the frame is.
 */
#define GBOX_TYPE_GRID_BOARD (gbox_grid_board_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridBoard, gbox_grid_board, GBOX, GRID_BOARD, GtkWidget)

GtkWidget *gbox_grid_board_new (void);

/* The colour of what the agent has learnt. */
void gbox_grid_board_set_role (GboxGridBoard *self, GboxSeriesRole role);

/* Keeps what has been learnt if the world has the same size. */
void gbox_grid_board_set_world (GboxGridBoard *self, const GboxGridworld *world);

/**
 * gbox_grid_board_set_learnt:
 * @self: a board with a world
 * @values: (nullable): (n_states, 4): Q; copied; %NULL if nothing has been learnt
 * @visits: (nullable): (n_states): how often the agent has been there; copied
 */
void gbox_grid_board_set_learnt (GboxGridBoard *self, const double *values, const guint *visits);

/* Where the agent is, or −1 for nowhere. */
void gbox_grid_board_set_agent (GboxGridBoard *self, int state);

/**
 * gbox_grid_board_get_path:
 * @self: a board
 * @is_end: (out): whether the line leads to the goal
 *
 * Returns: moves of the line that is drawn, −1 if nothing has been learnt
 */
int gbox_grid_board_get_path (GboxGridBoard *self, gboolean *is_end);

/* The cell at a place of the widget, or −1. */
int gbox_grid_board_find_cell (GboxGridBoard *self, double x, double y);

G_END_DECLS
