/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is shown of the images that are made: the pixels of a frame or of a saved picture. */
#pragma once

#include "vision/mosaic.h"
#include "vision/pipeline.h"

G_BEGIN_DECLS

/* Belongs to one thread. */
typedef struct _GboxDrawing GboxDrawing;

/* For what @spec makes; all memory is laid out now. Transfer full; @team must outlive it. */
GboxDrawing *gbox_drawing_new (GboxTeam *team, GboxVisualizationSpec *spec);
void gbox_drawing_free (GboxDrawing *self);

/* How the images lie, and how large they are together. */
const GboxMosaic *gbox_drawing_get_mosaic (const GboxDrawing *self);

/**
 * gbox_drawing_draw:
 * @pipeline: whose images, as they were last rendered
 * @fade: whether what the unit did not look at fades, where that is known
 * @pixels: (out): (height, width, 3) of the mosaic
 */
void gbox_drawing_draw (GboxDrawing *self, GboxPipeline *pipeline, gboolean fade, guint8 *pixels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxDrawing, gbox_drawing_free)

G_END_DECLS
