/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes pictures of all units of the layer at hand, in the background. */
#pragma once

#include "vision/unit-thumbnails.h"

G_BEGIN_DECLS

/**
 * GboxUnitAtlas:
 *
 * Makes what the grid has no picture of, one unit after the other from the selected one on, small and with
 * few steps. It waits while the picture that is selected grows or it is paused, and ends with the layer. Main
 * thread only.
 *
 * Properties: `active` (boolean: switched on, off again when it is done; there is nothing to do for classes),
 * `paused` (boolean: keeps what is made, and goes on from there; %FALSE while it is not active), `n-done` and
 * `n-units` (uint, read-only: how many of how many units have pictures).
 */
#define GBOX_TYPE_UNIT_ATLAS (gbox_unit_atlas_get_type ())
G_DECLARE_FINAL_TYPE (GboxUnitAtlas, gbox_unit_atlas, GBOX, UNIT_ATLAS, GObject)

GboxUnitAtlas *gbox_unit_atlas_new (GboxVisionSession *session, GboxUnitThumbnails *thumbnails);

gboolean gbox_unit_atlas_get_active (GboxUnitAtlas *self);
void gbox_unit_atlas_set_active (GboxUnitAtlas *self, gboolean active);
gboolean gbox_unit_atlas_get_paused (GboxUnitAtlas *self);
void gbox_unit_atlas_set_paused (GboxUnitAtlas *self, gboolean paused);
guint gbox_unit_atlas_get_n_done (GboxUnitAtlas *self);
guint gbox_unit_atlas_get_n_units (GboxUnitAtlas *self);

G_END_DECLS
