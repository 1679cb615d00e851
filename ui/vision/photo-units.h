/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few units of each layer as thumbnails. */
#pragma once

#include <adwaita.h>

#include "vision/strongest.h"
#include "vision/unit-thumbnails.h"

G_BEGIN_DECLS

/**
 * GboxPhotoUnits:
 *
 * A row a layer, the deepest first: what is most like a thing comes first. Pictures that are missing are made
 * one after the other, small, while the picture of the session does not grow.
 *
 * Signals: `unit-chosen` (const char *target): a unit was clicked, as gbox_target_parse() reads it.
 */
#define GBOX_TYPE_PHOTO_UNITS (gbox_photo_units_get_type ())
G_DECLARE_FINAL_TYPE (GboxPhotoUnits, gbox_photo_units, GBOX, PHOTO_UNITS, AdwBin)

/* Once: the network at hand is the one whose layers these are. */
void gbox_photo_units_set_session (GboxPhotoUnits *self,
                                   GboxVisionSession *session,
                                   GboxUnitThumbnails *thumbnails);

/**
 * gbox_photo_units_show:
 * @layer: index of a layer
 * @units: (nullable): what its row shows; none for %NULL
 * @meaning: what the values are, for the tooltips: "on the mean", e.g.
 */
void
gbox_photo_units_show (GboxPhotoUnits *self, guint layer, const GboxStrongest *units, const char *meaning);

G_END_DECLS
