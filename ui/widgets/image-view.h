/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A square tile that shows the newest frame of a run. */
#pragma once

#include <gtk/gtk.h>

#include "runtime/frame.h"

G_BEGIN_DECLS

/**
 * GboxImageView:
 *
 * Keeps the picture's aspect within a tile of rounded corners. Only the newest frame is drawn: frames that
 * arrive between two ticks of the frame clock cost no drawing. Main thread only.
 *
 * Properties: `frame` (#GboxFrame, nullable), `paintable` (#GdkPaintable, nullable; shown while there is no
 * frame), `progress` (double, 0 … 1 of the bar along the bottom edge; below 0, the default, hides it),
 * `pickable` (boolean, %FALSE; whether a click picks a position), `texture` (#GdkTexture, nullable,
 * read-only; the frame as GTK sees it, for instance for the clipboard).
 *
 * Signals: `position-picked` (double x, double y): a click inside the picture while `pickable`; (0, 0) is its
 * upper left corner and (1, 1) its lower right one.
 */
#define GBOX_TYPE_IMAGE_VIEW (gbox_image_view_get_type ())
G_DECLARE_FINAL_TYPE (GboxImageView, gbox_image_view, GBOX, IMAGE_VIEW, GtkWidget)

GtkWidget *gbox_image_view_new (void);

/**
 * gbox_image_view_set_frame:
 * @self: an image view
 * @frame: (nullable) (transfer none): RGB of 8 bits; its pixels are not copied but kept alive
 */
void gbox_image_view_set_frame (GboxImageView *self, GboxFrame *frame);
/* (nullable) (transfer none): the frame being shown. */
GboxFrame *gbox_image_view_get_frame (GboxImageView *self);

/* @paintable: (nullable) (transfer none): what to show while there is no frame. */
void gbox_image_view_set_paintable (GboxImageView *self, GdkPaintable *paintable);
/* (nullable) (transfer none). */
GdkPaintable *gbox_image_view_get_paintable (GboxImageView *self);

/* @progress: 0 … 1, or below 0 to hide the bar. */
void gbox_image_view_set_progress (GboxImageView *self, double progress);
double gbox_image_view_get_progress (GboxImageView *self);

void gbox_image_view_set_pickable (GboxImageView *self, gboolean pickable);
gboolean gbox_image_view_get_pickable (GboxImageView *self);

/* (nullable) (transfer none): the frame as a texture. */
GdkTexture *gbox_image_view_get_texture (GboxImageView *self);

G_END_DECLS
