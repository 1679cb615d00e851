/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs: reading them and showing them to a network. */
#pragma once

#include "models/network.h"

G_BEGIN_DECLS

/**
 * GboxImage:
 *
 * An RGB image of 8 bits, rows tight.
 */
typedef struct
{
  int width;
  int height;
  guint8 *pixels; /* (height, width, 3) */
} GboxImage;

/**
 * gbox_image_load:
 * @path: PNG, JPEG, or whatever else gdk-pixbuf reads
 * @error: return location for an error
 *
 * The embedded orientation is applied; transparency is blended with white; more than 100 megapixels is
 * refused.
 *
 * Returns: (transfer full) (nullable): an image; free with gbox_image_free()
 */
GboxImage *gbox_image_load (const char *path, GError **error);

/**
 * gbox_image_load_reduced:
 * @path: as for gbox_image_load()
 * @min_side: pixels
 * @full_width: (out): columns of the whole image, upright
 * @full_height: (out): rows of it
 * @error: return location for an error
 *
 * Halves the image up to three times while it is decoded, as long as its shorter side keeps @min_side pixels;
 * of a JPEG the transform itself is halved, so that large photographs are read several times as fast. Any
 * thread.
 *
 * Returns: (transfer full) (nullable): an image
 */
GboxImage *
gbox_image_load_reduced (const char *path, int min_side, int *full_width, int *full_height, GError **error);
void gbox_image_free (GboxImage *image);

/* Resizes and crops @image as @preprocessing says, into a new image of crop × crop. */
GboxImage *gbox_image_prepare (const GboxImage *image, const GboxPreprocessing *preprocessing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxImage, gbox_image_free)

G_END_DECLS
