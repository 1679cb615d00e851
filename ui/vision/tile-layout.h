/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out a picture, as large as fits, and a caption of its width below. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxTileLayout:
 *
 * For two children: the picture, which is square until its aspect is told, and the caption. Both are centred
 * together.
 */
#define GBOX_TYPE_TILE_LAYOUT (gbox_tile_layout_get_type ())
G_DECLARE_FINAL_TYPE (GboxTileLayout, gbox_tile_layout, GBOX, TILE_LAYOUT, GtkLayoutManager)

/* @aspect: width of the picture over its height */
void gbox_tile_layout_set_aspect (GboxTileLayout *self, double aspect);

G_END_DECLS
