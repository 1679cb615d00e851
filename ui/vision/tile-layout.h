/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out a square picture, as large as fits, and a caption of its width below. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxTileLayout:
 *
 * For two children: the picture and the caption. Both are centred together.
 */
#define GBOX_TYPE_TILE_LAYOUT (gbox_tile_layout_get_type ())
G_DECLARE_FINAL_TYPE (GboxTileLayout, gbox_tile_layout, GBOX, TILE_LAYOUT, GtkLayoutManager)

G_END_DECLS
