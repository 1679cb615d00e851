/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings the pictures of units into the grid, and the finished ones into the cache. */
#pragma once

#include "vision/thumbnail-cache.h"
#include "vision/vision-session.h"
#include "widgets/unit-grid.h"

G_BEGIN_DECLS

/**
 * GboxUnitThumbnails:
 *
 * Works by itself between a session, its grid and a cache, until it is dropped. Main thread only.
 */
#define GBOX_TYPE_UNIT_THUMBNAILS (gbox_unit_thumbnails_get_type ())
G_DECLARE_FINAL_TYPE (GboxUnitThumbnails, gbox_unit_thumbnails, GBOX, UNIT_THUMBNAILS, GObject)

GboxUnitThumbnails *gbox_unit_thumbnails_new (GboxVisionSession *session, GboxUnitGrid *grid);

/* (transfer none): where the pictures are kept. */
GboxThumbnailCache *gbox_unit_thumbnails_get_cache (GboxUnitThumbnails *self);
/* The key of the picture of a unit, by names of its model and layer, or by a spec; free with g_free(). */
char *gbox_unit_thumbnails_make_unit_key (const char *model, const char *layer, int unit);
char *gbox_unit_thumbnails_make_key (GboxVisualizationSpec *spec);
/* Shows it in the grid, if that has the unit. */
void gbox_unit_thumbnails_show (GboxUnitThumbnails *self, GboxVisualizationSpec *spec, GdkTexture *texture);

G_END_DECLS
