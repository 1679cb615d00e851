/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goes back to any moment of how a picture grew: a filmstrip, a slider, and what to do with the film. */
#pragma once

#include <adwaita.h>

#include "vision/vision-tile.h"

G_BEGIN_DECLS

/**
 * GboxFilmBar:
 *
 * Shows a tile's film. Its buttons are the window's actions.
 *
 * Signals: `moved` (int step): another moment is looked at, after so many steps, or −1 for what there is now.
 */
#define GBOX_TYPE_FILM_BAR (gbox_film_bar_get_type ())
G_DECLARE_FINAL_TYPE (GboxFilmBar, gbox_film_bar, GBOX, FILM_BAR, AdwBin)

/* @tile: (nullable). It begins with what there is now. */
void gbox_film_bar_set_tile (GboxFilmBar *self, GboxVisionTile *tile);
/* So many frames on, or back where it is negative; beyond the newest one is what there is now. */
void gbox_film_bar_move (GboxFilmBar *self, int n_frames);
/* Pixels from the left edge to where the film begins. */
void gbox_film_bar_set_start (GboxFilmBar *self, int start);

G_END_DECLS
