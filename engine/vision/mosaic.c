/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that are made together, side by side in one. */
#include "vision/mosaic.h"

#include <string.h>

#include "kernels/colour.h"

/* As many as this stand in one row; more do where it leads from one unit to another. */
#define MAX_IN_ROW 3

#define GREY 0x80

GboxMosaic
gbox_mosaic (GboxVisualizationSpec *spec)
{
  const int n = gbox_visualization_spec_count_pictures (spec);
  GboxMosaic self = { .n_images = n, .side = gbox_visualization_spec_get_values (spec)->size };
  int rows;

  self.columns = n <= MAX_IN_ROW || gbox_visualization_spec_interpolates (spec) ? n : (n + 1) / 2;
  rows = (n + self.columns - 1) / self.columns;
  self.width = self.columns * (self.side + GBOX_MOSAIC_GAP) - GBOX_MOSAIC_GAP;
  self.height = rows * (self.side + GBOX_MOSAIC_GAP) - GBOX_MOSAIC_GAP;
  return self;
}

static void
place (const GboxMosaic *self, int image, const guint8 *picture, guint8 *pixels)
{
  const gsize step = (gsize) self->side + GBOX_MOSAIC_GAP;
  const gsize left = (gsize) (image % self->columns) * step, top = (gsize) (image / self->columns) * step;
  const gsize n = 3 * (gsize) self->side;

  for (gsize row = 0; row < (gsize) self->side; row++)
    memcpy (pixels + 3 * ((top + row) * (gsize) self->width + left), picture + row * n, n);
}

void
gbox_mosaic_draw (
  const GboxMosaic *self, GboxTeam *team, const float *images, guint8 *scratch, guint8 *pixels)
{
  const gsize n = (gsize) self->side * (gsize) self->side;

  if (self->n_images == 1)
    {
      gbox_colour_to_rgb8 (team, images, pixels, n);
      return;
    }
  memset (pixels, GREY, 3 * (gsize) self->width * (gsize) self->height);
  for (int i = 0; i < self->n_images; i++)
    {
      gbox_colour_to_rgb8 (team, images + 3 * n * (gsize) i, scratch, n);
      place (self, i, scratch, pixels);
    }
}
