/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A photograph cut into squares as a network sees them, at several scales. */
#pragma once

#include "models/image.h"

G_BEGIN_DECLS

/* As many scales as there may be: each shows half of what the one before does, along an axis. */
#define GBOX_PHOTO_MAX_SCALES 3

/**
 * GboxPhotoPatch:
 * @x: left edge in the upright photograph, in its pixels
 * @y: upper edge
 * @side: width and height
 *
 * A square of a photograph.
 */
typedef struct
{
  double x;
  double y;
  double side;
} GboxPhotoPatch;

/**
 * GboxPhotoCut:
 * @n_scales: 1 … %GBOX_PHOTO_MAX_SCALES
 * @side: of a patch, in pixels of the network's input
 * @filter: that shrinks the photograph
 *
 * How photographs are cut. At scale s the shorter side becomes @side·2ˢ pixels, and as few patches as cover
 * it are laid at equal distances; beyond the first scale only where the photograph has that many pixels. Of a
 * very long photograph only the middle is taken.
 */
typedef struct
{
  int n_scales;
  int side;
  GboxFilter filter;
} GboxPhotoCut;

/* The cut for a network's photographs. */
GboxPhotoCut gbox_photo_cut (const GboxNetwork *network, int n_scales);

/* Where the patches of a photograph of @width × @height lie, those of the first scale first; (element-type
 * GboxPhotoPatch), transfer full. */
GArray *gbox_photo_cut_lay (const GboxPhotoCut *cut, int width, int height);

/**
 * GboxPhotoPatches:
 * @width: of the upright photograph
 * @height: of it
 * @n: how many
 * @side: of a patch
 * @pixels: (n, side, side, 3), in the order of gbox_photo_cut_lay()
 */
typedef struct
{
  int width;
  int height;
  guint n;
  int side;
  guint8 *pixels;
} GboxPhotoPatches;

/**
 * gbox_photo_patches_load:
 * @path: a photograph, see gbox_image_load()
 * @cut: how to cut it
 * @error: return location for an error
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): its patches
 */
GboxPhotoPatches *gbox_photo_patches_load (const char *path, const GboxPhotoCut *cut, GError **error);
void gbox_photo_patches_free (GboxPhotoPatches *patches);

/**
 * gbox_photo_crop_load:
 * @path: a photograph
 * @width: of it, upright
 * @height: of it
 * @crop: a square of it
 * @side: pixels of what is wanted
 * @error: return location for an error
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): @side × @side pixels that show the square
 */
GboxImage *gbox_photo_crop_load (
  const char *path, int width, int height, const GboxPhotoPatch *crop, int side, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoPatches, gbox_photo_patches_free)

G_END_DECLS
