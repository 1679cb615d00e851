/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network makes of one photograph. */
#include "vision/photo-look-event.h"

G_DEFINE_BOXED_TYPE (GboxPhotoLook, gbox_photo_look, gbox_photo_look_copy, gbox_photo_look_free)
G_DEFINE_BOXED_TYPE (GboxPhotoWhy, gbox_photo_why, gbox_photo_why_copy, gbox_photo_why_free)

GboxPhotoLook *
gbox_photo_look_copy (const GboxPhotoLook *look)
{
  const gsize n_positions = (gsize) look->map_height * (gsize) look->map_width;
  GboxPhotoLook *copy = g_memdup2 (look, sizeof *look);

  copy->pixels = g_memdup2 (look->pixels, 3 * (gsize) look->width * (gsize) look->height);
  copy->layers = g_memdup2 (look->layers, look->n_layers * sizeof *look->layers);
  for (guint i = 0; i < look->n_layers; i++)
    copy->layers[i].spots
      = g_memdup2 (look->layers[i].spots,
                   (gsize) look->layers[i].height * (gsize) look->layers[i].width * sizeof (GboxStrongest));
  copy->map = g_memdup2 (look->map, n_positions * sizeof *look->map);
  return copy;
}

void
gbox_photo_look_free (GboxPhotoLook *look)
{
  g_free (look->pixels);
  for (guint i = 0; i < look->n_layers; i++)
    g_free (look->layers[i].spots);
  g_free (look->layers);
  g_free (look->map);
  g_free (look);
}

GboxPhotoWhy *
gbox_photo_why_copy (const GboxPhotoWhy *why)
{
  GboxPhotoWhy *copy = g_memdup2 (why, sizeof *why);

  copy->pixels = g_memdup2 (why->pixels, (gsize) why->height * (gsize) why->width * sizeof *why->pixels);
  copy->layers = g_memdup2 (why->layers, why->n_layers * sizeof *why->layers);
  return copy;
}

void
gbox_photo_why_free (GboxPhotoWhy *why)
{
  g_free (why->pixels);
  g_free (why->layers);
  g_free (why);
}
