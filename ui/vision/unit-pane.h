/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The left pane of the Vision page: model, search, layers, units and classes. */
#pragma once

#include <adwaita.h>

#include "vision/unit-atlas.h"
#include "vision/vision-session.h"
#include "widgets/unit-grid.h"

G_BEGIN_DECLS

/**
 * GboxUnitPane:
 *
 * Shows what there is to visualize and tells the session what the user chose.
 */
#define GBOX_TYPE_UNIT_PANE (gbox_unit_pane_get_type ())
G_DECLARE_FINAL_TYPE (GboxUnitPane, gbox_unit_pane, GBOX, UNIT_PANE, AdwBin)

/* Once. */
void gbox_unit_pane_set_session (GboxUnitPane *self, GboxVisionSession *session);
/* Puts the cursor into the search entry. */
void gbox_unit_pane_search (GboxUnitPane *self);
/* The neighbour of the unit or class at hand: one on, or a row of units. Returns: whether there is one. */
gboolean gbox_unit_pane_walk (GboxUnitPane *self, int columns, int rows);
/* Once: whose progress to tell. */
void gbox_unit_pane_set_atlas (GboxUnitPane *self, GboxUnitAtlas *atlas);
GboxUnitGrid *gbox_unit_pane_get_grid (GboxUnitPane *self);

G_END_DECLS
