/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of the pictures that stand side by side: what it is to be, the run that makes it and how it grew. */
#pragma once

#include "runtime/run.h"
#include "vision/film.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxVisionTile:
 *
 * Has no widgets. Main thread only.
 *
 * Properties: `run` (#GboxRun, nullable; what goes on is stopped when it is replaced), `pinned` (boolean:
 * stays as it is when the others change).
 *
 * Signals: `filmed` (): the film has another frame, or begins anew.
 */
#define GBOX_TYPE_VISION_TILE (gbox_vision_tile_get_type ())
G_DECLARE_FINAL_TYPE (GboxVisionTile, gbox_vision_tile, GBOX, VISION_TILE, GObject)

/* The spec is copied. */
GboxVisionTile *gbox_vision_tile_new (GboxVisualizationSpec *spec);

/* (transfer none): the same object for life. */
GboxVisualizationSpec *gbox_vision_tile_get_spec (GboxVisionTile *self);
GboxRun *gbox_vision_tile_get_run (GboxVisionTile *self); /* transfer none, nullable */
void gbox_vision_tile_set_run (GboxVisionTile *self, GboxRun *run);
gboolean gbox_vision_tile_get_pinned (GboxVisionTile *self);
void gbox_vision_tile_set_pinned (GboxVisionTile *self, gboolean pinned);
/* (transfer none): of the run, empty while there is none. */
GboxFilm *gbox_vision_tile_get_film (GboxVisionTile *self);

/**
 * gbox_vision_tile_follow:
 * @self: a tile that is not pinned
 * @from: another tile's spec, as it was
 * @to: the same, as it is now
 *
 * Takes over what changed and was the same here; what is about the unit as a whole or not at all.
 */
void gbox_vision_tile_follow (GboxVisionTile *self, GboxVisualizationSpec *from, GboxVisualizationSpec *to);

/**
 * gbox_vision_tile_describe:
 * @tiles: of #GboxVisionTile
 *
 * Names the tile by what it has otherwise than the rest: "Pixel", "4b:3", "Seed 5"; alone it is
 * named by its basis. Free with g_free().
 */
char *gbox_vision_tile_describe (GboxVisionTile *self, GListModel *tiles);

G_END_DECLS
