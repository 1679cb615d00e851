/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that are made together, side by side in one. */
#pragma once

#include "base/team.h"
#include "models/network.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/* Between two pictures, in pixels. */
#define GBOX_MOSAIC_GAP 4
/* No mosaic is wider or higher. */
#define GBOX_MOSAIC_MAX_SIDE (GBOX_VISUALIZATION_MAX_PICTURES * (GBOX_NETWORK_MAX_SIZE + GBOX_MOSAIC_GAP))

/**
 * GboxMosaic:
 * @n_images: how many pictures
 * @side: of each
 * @columns: how many there are beside each other
 * @width: of all, with the gaps between them
 * @height: of all
 *
 * How they lie: row after row from the upper left. One picture is the whole mosaic.
 */
typedef struct
{
  int n_images;
  int side;
  int columns;
  int width;
  int height;
} GboxMosaic;

GboxMosaic gbox_mosaic (GboxVisualizationSpec *spec);

/**
 * gbox_mosaic_draw:
 * @self: how they lie
 * @team: the workers
 * @images: planes (n_images, 3, side, side) in 0 … 1
 * @scratch: (side, side, 3), of any content; one picture needs none
 * @pixels: (out): (height, width, 3), with grey in the gaps
 */
void gbox_mosaic_draw (
  const GboxMosaic *self, GboxTeam *team, const float *images, guint8 *scratch, guint8 *pixels);

G_END_DECLS
