/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of the pictures on the stage, with its buttons and its caption. */
#pragma once

#include <adwaita.h>

#include "vision/vision-session.h"
#include "widgets/series.h"

G_BEGIN_DECLS

/**
 * GboxStageTile:
 *
 * Shows a tile of the session, or a moment of its film. Its buttons are the window's actions; whoever uses
 * one selects the tile first.
 */
#define GBOX_TYPE_STAGE_TILE (gbox_stage_tile_get_type ())
G_DECLARE_FINAL_TYPE (GboxStageTile, gbox_stage_tile, GBOX, STAGE_TILE, AdwBin)

/**
 * gbox_stage_tile_new:
 * @session: whose tile it is
 * @tile: what to show
 * @series: gets the points of the tile's run, and its name
 */
GtkWidget *gbox_stage_tile_new (GboxVisionSession *session, GboxVisionTile *tile, GboxSeries *series);

GboxVisionTile *gbox_stage_tile_get_tile (GboxStageTile *self);
GboxSeries *gbox_stage_tile_get_series (GboxStageTile *self);
/* Follows what tells the tiles apart, and which is selected. */
void gbox_stage_tile_update (GboxStageTile *self);
/* The moment after so many steps; −1 for what there is now. */
void gbox_stage_tile_show_step (GboxStageTile *self, int step);
/* Shows no picture. */
void gbox_stage_tile_clear (GboxStageTile *self);

/* (nullable) (transfer none): the picture being shown. */
GdkTexture *gbox_stage_tile_get_texture (GboxStageTile *self);
gboolean gbox_stage_tile_has_toolbar_focus (GboxStageTile *self);

G_END_DECLS
