/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One unit of a layer as the unit grid lists it. */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/**
 * GboxUnitItem:
 *
 * Properties: `unit` (int, index in the layer; construct only), `label` (string, what stands beneath the
 * thumbnail; construct only), `texture` (#GdkTexture, nullable: the thumbnail), `active` (boolean: an image
 * of it is growing right now). Main thread only.
 */
#define GBOX_TYPE_UNIT_ITEM (gbox_unit_item_get_type ())
G_DECLARE_FINAL_TYPE (GboxUnitItem, gbox_unit_item, GBOX, UNIT_ITEM, GObject)

GboxUnitItem *gbox_unit_item_new (int unit, const char *label);

int gbox_unit_item_get_unit (GboxUnitItem *self);
const char *gbox_unit_item_get_label (GboxUnitItem *self);
/* (nullable) (transfer none). */
GdkTexture *gbox_unit_item_get_texture (GboxUnitItem *self);
void gbox_unit_item_set_texture (GboxUnitItem *self, GdkTexture *texture);
gboolean gbox_unit_item_get_active (GboxUnitItem *self);
void gbox_unit_item_set_active (GboxUnitItem *self, gboolean active);

G_END_DECLS
