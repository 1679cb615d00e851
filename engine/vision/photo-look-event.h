/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network makes of one photograph. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Classes and units that are named, strongest first. */
#define GBOX_PHOTO_LOOK_N_CLASSES 5
#define GBOX_PHOTO_LOOK_N_UNITS   6

/**
 * GboxPhotoLookUnits:
 * @layer: index of the layer
 * @units: (array): the units with the largest mean activation
 * @means: (array): those means
 */
typedef struct
{
  guint layer;
  int units[GBOX_PHOTO_LOOK_N_UNITS];
  double means[GBOX_PHOTO_LOOK_N_UNITS];
} GboxPhotoLookUnits;

/**
 * GboxPhotoLook:
 * @width: of the photograph as it was shown to the network, all of it
 * @height: of it
 * @pixels: (height, width, 3)
 * @classes: (array): the likeliest classes
 * @probabilities: (array): theirs
 * @n_layers: how many layers
 * @layers: (array length=n_layers): their strongest units
 * @map_height: rows of the chosen layer's map
 * @map_width: columns
 * @map: (map_height, map_width): the chosen unit's activations
 * @spot_units: (map_height, map_width, %GBOX_PHOTO_LOOK_N_UNITS): the chosen layer's strongest units at each
 * position
 * @spot_values: of the same shape: their activations
 *
 * A record of a #GboxPhotoLookJob.
 */
typedef struct
{
  int width;
  int height;
  guint8 *pixels;
  int classes[GBOX_PHOTO_LOOK_N_CLASSES];
  double probabilities[GBOX_PHOTO_LOOK_N_CLASSES];
  guint n_layers;
  GboxPhotoLookUnits *layers;
  int map_height;
  int map_width;
  float *map;
  int *spot_units;
  float *spot_values;
} GboxPhotoLook;

#define GBOX_TYPE_PHOTO_LOOK (gbox_photo_look_get_type ())
GType gbox_photo_look_get_type (void);
GboxPhotoLook *gbox_photo_look_copy (const GboxPhotoLook *look);
void gbox_photo_look_free (GboxPhotoLook *look);

/**
 * GboxPhotoWhy:
 * @class_id: the class
 * @height: of @pixels
 * @width: of it
 * @pixels: (height, width): what of the photograph adds to its logit, smoothed
 *
 * A record of a #GboxPhotoLookJob.
 */
typedef struct
{
  int class_id;
  int height;
  int width;
  float *pixels;
} GboxPhotoWhy;

#define GBOX_TYPE_PHOTO_WHY (gbox_photo_why_get_type ())
GType gbox_photo_why_get_type (void);
GboxPhotoWhy *gbox_photo_why_copy (const GboxPhotoWhy *why);
void gbox_photo_why_free (GboxPhotoWhy *why);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoLook, gbox_photo_look_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoWhy, gbox_photo_why_free)

G_END_DECLS
