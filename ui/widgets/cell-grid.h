/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers from 0 to 1 as the shades of a grid's cells. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxCellGrid:
 *
 * A cell is drawn in the widget's colour, the darker the larger its number is; some may have a frame, and
 * each a few letters. The pointer and the arrow keys choose a cell, a click keeps it when the pointer leaves,
 * until it is clicked again.
 *
 * Signals: `cell-changed` (): gbox_cell_grid_get_cell() has another answer.
 */
#define GBOX_TYPE_CELL_GRID (gbox_cell_grid_get_type ())
G_DECLARE_FINAL_TYPE (GboxCellGrid, gbox_cell_grid, GBOX, CELL_GRID, GtkWidget)

GtkWidget *gbox_cell_grid_new (void);

/**
 * gbox_cell_grid_set:
 * @self: a grid
 * @n_columns: columns
 * @n_rows: rows
 * @values: (array): (n_rows, n_columns): 0 … 1; copied
 *
 * Frames nothing and writes nothing. Keeps the chosen cell where there is one like it.
 */
void gbox_cell_grid_set (GboxCellGrid *self, int n_columns, int n_rows, const float *values);
/* (array): (n_rows, n_columns): which cells to frame; copied. */
void gbox_cell_grid_set_framed (GboxCellGrid *self, const gboolean *framed);
/* (array): (n_rows, n_columns): what to write into the cells, as far as there is room; copied. Rows are
 * higher then. */
void gbox_cell_grid_set_texts (GboxCellGrid *self, const char *const *texts);

/* Whether a cell is chosen, and which. */
gboolean gbox_cell_grid_get_cell (GboxCellGrid *self, int *column, int *row);
/* As if the user had clicked it. */
void gbox_cell_grid_choose (GboxCellGrid *self, int column, int row);

G_END_DECLS
