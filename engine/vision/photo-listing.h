/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photographs in folders, looked for on a thread of its own. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxPhotoFile:
 * @path: absolute
 * @size: bytes
 * @modified: when it changed last, nanoseconds since 1970
 */
typedef struct
{
  char *path;
  gint64 size;
  gint64 modified;
} GboxPhotoFile;

/**
 * GboxPhotoListing:
 *
 * Ordinary files called .jpg, .jpeg, .png or .webp, in any case, in folders and the folders in them. What is
 * hidden is passed over, and folders behind symbolic links are not entered, so that there is no going in
 * circles.
 */
typedef struct _GboxPhotoListing GboxPhotoListing;

/* Begins to look through the folders, at least one; a file itself may be named too. Returns at once; transfer
 * full. */
GboxPhotoListing *gbox_photo_listing_new (const char *const *folders);

/* Stops looking, and waits until that is so. */
void gbox_photo_listing_free (GboxPhotoListing *listing);

/* (transfer none) (nullable): (element-type GboxPhotoFile): what there is, ordered by path and each once;
 * %NULL while it is still looking. Waits for some milliseconds. */
const GPtrArray *gbox_photo_listing_wait (GboxPhotoListing *listing);

/* (transfer none): (element-type utf8): the folders that could not be read, which therefore say nothing of
 * what is gone; once gbox_photo_listing_wait() has answered. */
const GPtrArray *gbox_photo_listing_get_unreadable (GboxPhotoListing *listing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoListing, gbox_photo_listing_free)

G_END_DECLS
