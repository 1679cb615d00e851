/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One photograph as a network sees it: where it excites a unit, what it is taken for and why, which units it
 * excites. */
#pragma once

#include <adwaita.h>

#include "vision/unit-thumbnails.h"

G_BEGIN_DECLS

#define GBOX_TYPE_PHOTO_WINDOW (gbox_photo_window_get_type ())
G_DECLARE_FINAL_TYPE (GboxPhotoWindow, gbox_photo_window, GBOX, PHOTO_WINDOW, AdwWindow)

/**
 * gbox_photo_window_new:
 * @parent: (nullable): over which it appears
 * @session: the model and the unit at hand; a click on a unit goes there
 * @thumbnails: the pictures of units
 * @path: the photograph
 * @side: what its shorter side becomes for the network, in pixels
 *
 * Returns: (transfer none): the window, to be presented
 */
GtkWidget *gbox_photo_window_new (
  GtkWindow *parent, GboxVisionSession *session, GboxUnitThumbnails *thumbnails, const char *path, int side);

/* Whether the photograph has been looked at, or cannot be. */
gboolean gbox_photo_window_is_ready (GboxPhotoWindow *self);
/* Shows row @i of the list: 0 the unit's activation, then why it is taken for each of the classes. */
void gbox_photo_window_show (GboxPhotoWindow *self, guint i);
/* Shows the strongest units of a spot, as the pointer does: @x and @y are 0 … 1, below 1. */
void gbox_photo_window_point_at (GboxPhotoWindow *self, double x, double y);

G_END_DECLS
