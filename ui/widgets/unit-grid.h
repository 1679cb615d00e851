/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The units of a layer as a scrolling grid of thumbnails. */
#pragma once

#include <gtk/gtk.h>

#include "vision/unit-item.h"

G_BEGIN_DECLS

/**
 * GboxUnitGrid:
 *
 * Three columns in a pane of 280 px. A click or Enter activates a unit; an arrow key goes to the neighbour
 * (left and right by one, up and down by a row) and activates it. Main thread only.
 *
 * Properties: `selected` (int, the outlined unit, −1 for none), `filter-text` (string; units whose number
 * begins with it, or all for ""), `n-visible` (uint, read-only: units that pass the filter).
 *
 * Signals: `unit-activated` (int unit): the user chose it; it is selected by then. `thumbnail-wanted`
 * (#GboxUnitItem item): the item came into view and has no texture; whoever has one sets it on the item, now
 * or later.
 */
#define GBOX_TYPE_UNIT_GRID (gbox_unit_grid_get_type ())
G_DECLARE_FINAL_TYPE (GboxUnitGrid, gbox_unit_grid, GBOX, UNIT_GRID, GtkWidget)

GtkWidget *gbox_unit_grid_new (void);

/* Shows units 0 … @n_units − 1, without thumbnails, none selected; the filter stays. */
void gbox_unit_grid_set_units (GboxUnitGrid *self, guint n_units);
guint gbox_unit_grid_get_n_units (GboxUnitGrid *self);
/* (nullable) (transfer none): the item of @unit, whether or not the filter lets it through. */
GboxUnitItem *gbox_unit_grid_get_item (GboxUnitGrid *self, int unit);

/* Outlines @unit and scrolls to it; does not emit `unit-activated`. −1 outlines none. */
void gbox_unit_grid_set_selected (GboxUnitGrid *self, int unit);
int gbox_unit_grid_get_selected (GboxUnitGrid *self);

void gbox_unit_grid_set_filter_text (GboxUnitGrid *self, const char *text);
const char *gbox_unit_grid_get_filter_text (GboxUnitGrid *self);
guint gbox_unit_grid_get_n_visible (GboxUnitGrid *self);

/* Does nothing if the filter hides it. */
void gbox_unit_grid_scroll_to (GboxUnitGrid *self, int unit);

/* As if the user went @delta units on from the selected one among those the filter lets through; stops at the
 * ends. Returns: whether it moved. */
gboolean gbox_unit_grid_step (GboxUnitGrid *self, int delta);

G_END_DECLS
