/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network makes of one photograph. */
#pragma once

#include "vision/attribution.h"
#include "vision/strongest.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* Classes that are named, likeliest first. */
#define GBOX_PHOTO_LOOK_N_CLASSES 5

/**
 * GboxPhotoLookLayer:
 * @layer: index of the layer
 * @whole: the units with the largest mean activation
 * @height: rows of its map
 * @width: columns
 * @spots: (height, width): the strongest units at each position
 */
typedef struct
{
  guint layer;
  GboxStrongest whole;
  int height;
  int width;
  GboxStrongest *spots;
} GboxPhotoLookLayer;

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
  GboxPhotoLookLayer *layers;
  int map_height;
  int map_width;
  float *map;
} GboxPhotoLook;

#define GBOX_TYPE_PHOTO_LOOK (gbox_photo_look_get_type ())
GType gbox_photo_look_get_type (void);
GboxPhotoLook *gbox_photo_look_copy (const GboxPhotoLook *look);
void gbox_photo_look_free (GboxPhotoLook *look);

/**
 * GboxPhotoWhy:
 * @class_id: the class
 * @method: how it was found
 * @height: of @pixels
 * @width: of it
 * @pixels: (height, width): what of the photograph adds to its logit, smoothed
 * @n_layers: layers before the classes
 * @layers: (array length=n_layers): the channels of each that add most to it
 *
 * A record of a #GboxPhotoLookJob.
 */
typedef struct
{
  int class_id;
  GboxAttributionMethod method;
  int height;
  int width;
  float *pixels;
  guint n_layers;
  GboxStrongest *layers;
} GboxPhotoWhy;

#define GBOX_TYPE_PHOTO_WHY (gbox_photo_why_get_type ())
GType gbox_photo_why_get_type (void);
GboxPhotoWhy *gbox_photo_why_copy (const GboxPhotoWhy *why);
void gbox_photo_why_free (GboxPhotoWhy *why);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoLook, gbox_photo_look_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoWhy, gbox_photo_why_free)

G_END_DECLS
