/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a board's content; knows nothing of events. */
#pragma once

#include <gtk/gtk.h>

#include "learning/tabular-agent.h"
#include "widgets/series.h"

G_BEGIN_DECLS

/**
 * GboxGridBoardContent:
 * @world: the world; without rows there is none
 * @role: the colour of what has been learnt
 * @values: (nullable): (n_states, 4): Q
 * @visits: (nullable): (n_states)
 * @path: (array length=n_path): states of the way as learnt
 * @n_path: see there
 * @is_end: whether it leads to the goal
 * @agent: the state it is in, −1 for none
 * @framed: the state that keys are about, −1 for none
 */
typedef struct
{
  GboxGridworld world;
  GboxSeriesRole role;
  double *values;
  guint *visits;
  int path[GBOX_GRIDWORLD_MAX_SIDE * GBOX_GRIDWORLD_MAX_SIDE + 1];
  int n_path;
  gboolean is_end;
  int agent;
  int framed;
} GboxGridBoardContent;

/* Pixels of a cell's side, and where the first cell begins, in a board of a size. */
double gbox_grid_board_fit (const GboxGridworld *world, int width, int height, graphene_point_t *origin);

/* Draws everything in @widget's size, colours and fonts. */
void gbox_grid_board_draw (GtkWidget *widget, const GboxGridBoardContent *content, cairo_t *cr);

G_END_DECLS
