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

G_END_DECLS
