/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What looking through photographs tells. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxPhotosFound:
 * @n_photos: photographs in the folders
 * @n_known: of these, looked at before and not changed since
 * @n_unreadable: of these, found unreadable before and not changed since
 * @n_forgotten: photographs that are no longer in the folders
 *
 * A record of a #GboxPhotoIndexJob, before it looks at what is left.
 */
typedef struct
{
  guint n_photos;
  guint n_known;
  guint n_unreadable;
  guint n_forgotten;
} GboxPhotosFound;

#define GBOX_TYPE_PHOTOS_FOUND (gbox_photos_found_get_type ())
GType gbox_photos_found_get_type (void);
GboxPhotosFound *gbox_photos_found_copy (const GboxPhotosFound *found);
void gbox_photos_found_free (GboxPhotosFound *found);

/**
 * GboxPhotoSkipped:
 * @path: a photograph or folder
 * @problem: why it cannot be read, a sentence
 *
 * A record of a #GboxPhotoIndexJob.
 */
typedef struct
{
  char *path;
  char *problem;
} GboxPhotoSkipped;

#define GBOX_TYPE_PHOTO_SKIPPED (gbox_photo_skipped_get_type ())
GType gbox_photo_skipped_get_type (void);
GboxPhotoSkipped *gbox_photo_skipped_new (const char *path, const char *problem);
GboxPhotoSkipped *gbox_photo_skipped_copy (const GboxPhotoSkipped *skipped);
void gbox_photo_skipped_free (GboxPhotoSkipped *skipped);

G_END_DECLS
