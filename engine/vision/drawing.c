/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is shown of the images that are made: the pixels of a frame or of a saved picture. */
#include "vision/drawing.h"

#include "vision/transparency.h"

struct _GboxDrawing
{
  GboxTeam *team;
  GboxMosaic mosaic;
  guint8 *scratch; /* (side, side, 3) */
  float *faded;    /* (n_images, 3, side, side), or NULL where nothing can fade */
  float *fading;   /* (side, side): scratch of that */
};

static gsize
count_pixels (const GboxDrawing *self)
{
  return (gsize) self->mosaic.side * (gsize) self->mosaic.side;
}

GboxDrawing *
gbox_drawing_new (GboxTeam *team, GboxVisualizationSpec *spec)
{
  GboxDrawing *self = g_new0 (GboxDrawing, 1);

  self->team = team;
  self->mosaic = gbox_mosaic (spec);
  self->scratch = g_malloc (3 * count_pixels (self));
  if (gbox_visualization_spec_get_values (spec)->basis == GBOX_BASIS_MACO)
    {
      self->faded = g_new (float, 3 * count_pixels (self) * (gsize) self->mosaic.n_images);
      self->fading = g_new (float, count_pixels (self));
    }
  return self;
}

void
gbox_drawing_free (GboxDrawing *self)
{
  if (self == NULL)
    return;
  g_free (self->scratch);
  g_free (self->faded);
  g_free (self->fading);
  g_free (self);
}

const GboxMosaic *
gbox_drawing_get_mosaic (const GboxDrawing *self)
{
  return &self->mosaic;
}

void
gbox_drawing_draw (GboxDrawing *self, GboxPipeline *pipeline, gboolean fade, guint8 *pixels)
{
  const float *images = gbox_pipeline_get_image (pipeline);
  const float *transparency = gbox_pipeline_get_state (pipeline)->transparency;
  const gsize n = count_pixels (self);

  for (gsize i = 0; i < (gsize) self->mosaic.n_images && fade && self->faded != NULL; i++)
    gbox_transparency_fade (self->team, transparency + n * i, images + 3 * n * i, self->mosaic.side,
                            self->faded + 3 * n * i, self->fading);
  gbox_mosaic_draw (&self->mosaic, self->team, fade && self->faded != NULL ? self->faded : images,
                    self->scratch, pixels);
}
