/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thumbnail with a number beneath: one cell of the unit grid. */
#pragma once

#include <gtk/gtk.h>

#include "vision/unit-item.h"

G_BEGIN_DECLS

/**
 * GboxUnitTile:
 *
 * Follows the item it is given. Main thread only.
 */
#define GBOX_TYPE_UNIT_TILE (gbox_unit_tile_get_type ())
G_DECLARE_FINAL_TYPE (GboxUnitTile, gbox_unit_tile, GBOX, UNIT_TILE, GtkWidget)

GtkWidget *gbox_unit_tile_new (void);
/* @item: (nullable) (transfer none). */
void gbox_unit_tile_set_item (GboxUnitTile *self, GboxUnitItem *item);

G_END_DECLS
