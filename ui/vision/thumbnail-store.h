/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of the thumbnail cache: read, written and trimmed by one thread at a time. */
#pragma once

#include <gdk/gdk.h>

#include "runtime/frame.h"

G_BEGIN_DECLS

/**
 * GboxThumbnailStore:
 *
 * A folder of PNG files named by the SHA-256 of their keys. All calls wait for the disk; any thread, but one
 * at a time.
 */
typedef struct _GboxThumbnailStore GboxThumbnailStore;

GboxThumbnailStore *gbox_thumbnail_store_new (const char *folder, guint64 max_bytes);
void gbox_thumbnail_store_free (GboxThumbnailStore *store);

/**
 * gbox_thumbnail_store_read:
 * @store: a store
 * @key: which picture
 *
 * Counts as a use. A file that cannot be decoded is removed.
 *
 * Returns: (transfer full) (nullable): the thumbnail, if there is one
 */
GdkTexture *gbox_thumbnail_store_read (GboxThumbnailStore *store, const char *key);

/**
 * gbox_thumbnail_store_write:
 * @store: a store
 * @key: which picture
 * @frame: at its full size
 * @texture: (out) (transfer full) (nullable): the thumbnail, whether or not it could be written
 * @error: return location for an error
 *
 * Writes a file whole or not at all, then removes what was not used for longest while the folder exceeds its
 * bound.
 *
 * Returns: whether it was written; %GBOX_ERROR_IO if the folder cannot be made or written
 */
gboolean gbox_thumbnail_store_write (
  GboxThumbnailStore *store, const char *key, GboxFrame *frame, GdkTexture **texture, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxThumbnailStore, gbox_thumbnail_store_free)

G_END_DECLS
