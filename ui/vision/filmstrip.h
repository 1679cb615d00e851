/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small pictures of how an image grew, from left to right. */
#pragma once

#include <gtk/gtk.h>

#include "vision/film.h"

G_BEGIN_DECLS

/**
 * GboxFilmstrip:
 *
 * As many places as its width has room for, evenly over the frames of the film, which lie denser where the
 * image changes fast; places of frames to come are empty. Main thread only.
 *
 * Signals: `picked` (guint index): a click on a place whose frame is there.
 */
#define GBOX_TYPE_FILMSTRIP (gbox_filmstrip_get_type ())
G_DECLARE_FINAL_TYPE (GboxFilmstrip, gbox_filmstrip, GBOX, FILMSTRIP, GtkWidget)

/**
 * gbox_filmstrip_show:
 * @film: (nullable): what there is
 * @n_frames: how many frames there will be, at least as many as there are
 * @current: the frame that is shown large, marked in the strip
 */
void gbox_filmstrip_show (GboxFilmstrip *self, GboxFilm *film, guint n_frames, guint current);

G_END_DECLS
