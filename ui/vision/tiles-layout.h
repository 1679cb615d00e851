/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out one to four pictures of one size. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * GboxTilesLayout:
 *
 * Two stand beside each other; of three and four, what makes them larger: a row, or two rows of two. All get
 * the same whole number of pixels.
 */
#define GBOX_TYPE_TILES_LAYOUT (gbox_tiles_layout_get_type ())
G_DECLARE_FINAL_TYPE (GboxTilesLayout, gbox_tiles_layout, GBOX, TILES_LAYOUT, GtkLayoutManager)

G_END_DECLS
