/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What looking through photographs tells. */
#include "vision/photo-index-event.h"

G_DEFINE_BOXED_TYPE (GboxPhotosFound, gbox_photos_found, gbox_photos_found_copy, gbox_photos_found_free)
G_DEFINE_BOXED_TYPE (GboxPhotoSkipped, gbox_photo_skipped, gbox_photo_skipped_copy, gbox_photo_skipped_free)

GboxPhotosFound *
gbox_photos_found_copy (const GboxPhotosFound *found)
{
  return g_memdup2 (found, sizeof *found);
}

void
gbox_photos_found_free (GboxPhotosFound *found)
{
  g_free (found);
}

GboxPhotoSkipped *
gbox_photo_skipped_new (const char *path, const char *problem)
{
  GboxPhotoSkipped *skipped = g_new (GboxPhotoSkipped, 1);

  *skipped = (GboxPhotoSkipped){ .path = g_strdup (path), .problem = g_strdup (problem) };
  return skipped;
}

GboxPhotoSkipped *
gbox_photo_skipped_copy (const GboxPhotoSkipped *skipped)
{
  return gbox_photo_skipped_new (skipped->path, skipped->problem);
}

void
gbox_photo_skipped_free (GboxPhotoSkipped *skipped)
{
  g_free (skipped->path);
  g_free (skipped->problem);
  g_free (skipped);
}
