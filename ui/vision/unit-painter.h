/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes pictures of units in the background. */
#pragma once

#include "vision/unit-thumbnails.h"

G_BEGIN_DECLS

/**
 * GboxUnitPainter:
 *
 * Makes the pictures it is asked for, one after the other, small and with few steps, unless the cache has
 * them; what it makes is kept there and shown in the grid. It waits while the picture that is selected grows,
 * and while it is paused. Main thread only.
 *
 * Signals: `painted` (string layer, int unit, #GdkTexture or %NULL): a picture is there, or could not be
 * kept. `failed` (string): why no pictures can be made; what was asked for is forgotten.
 */
#define GBOX_TYPE_UNIT_PAINTER (gbox_unit_painter_get_type ())
G_DECLARE_FINAL_TYPE (GboxUnitPainter, gbox_unit_painter, GBOX, UNIT_PAINTER, GObject)

GboxUnitPainter *gbox_unit_painter_new (GboxVisionSession *session, GboxUnitThumbnails *thumbnails);

/* Asks for the picture of a unit, after those that were asked for before. */
void gbox_unit_painter_paint (GboxUnitPainter *self, const char *model, const char *layer, int unit);
/* Forgets what was asked for, and stops what is being made. */
void gbox_unit_painter_clear (GboxUnitPainter *self);
/* Whether to make nothing for now. */
void gbox_unit_painter_set_paused (GboxUnitPainter *self, gboolean paused);
gboolean gbox_unit_painter_get_paused (GboxUnitPainter *self);

G_END_DECLS
