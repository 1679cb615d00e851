/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small pictures of units kept on disk between starts, bounded in size. */
#pragma once

#include <gdk/gdk.h>

#include "runtime/frame.h"

G_BEGIN_DECLS

/* Bytes kept on disk when nothing else is asked for: 200 MB. */
#define GBOX_THUMBNAIL_CACHE_MAX_BYTES (G_GUINT64_CONSTANT (200) * 1000 * 1000)
/* Pixels along a side of a thumbnail: two device pixels for each of the 70 it is drawn in. */
#define GBOX_THUMBNAIL_SIZE 140

/**
 * GboxThumbnailCache:
 *
 * Keys are strings of the caller's making that say all the picture depends on, e.g.
 * "405fc5ac…/4b/100/channel". Files are read, written and removed on worker threads; the calls themselves
 * never wait for the disk. The newest few hundred textures are also kept in memory. When the files exceed the
 * bound those that were not used for longest go. A file that cannot be decoded counts as missing and is
 * removed. Main thread only.
 */
#define GBOX_TYPE_THUMBNAIL_CACHE (gbox_thumbnail_cache_get_type ())
G_DECLARE_FINAL_TYPE (GboxThumbnailCache, gbox_thumbnail_cache, GBOX, THUMBNAIL_CACHE, GObject)

/**
 * gbox_thumbnail_cache_new:
 * @folder: (nullable): where to keep files, made when first needed; %NULL for glassbox/thumbnails in the
 * user's cache folder
 * @max_bytes: bound of what is kept in @folder, e.g. %GBOX_THUMBNAIL_CACHE_MAX_BYTES
 */
GboxThumbnailCache *gbox_thumbnail_cache_new (const char *folder, guint64 max_bytes);

/* (nullable) (transfer none): the thumbnail if it is in memory; never touches the disk. Valid until the main
 * loop runs. */
GdkTexture *gbox_thumbnail_cache_peek (GboxThumbnailCache *self, const char *key);

/**
 * gbox_thumbnail_cache_lookup_async:
 * @self: a cache
 * @key: which picture
 * @cancellable: (nullable): forgets the answer
 * @callback: called from the main loop
 * @user_data: for @callback
 */
void gbox_thumbnail_cache_lookup_async (GboxThumbnailCache *self,
                                        const char *key,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
/* Returns: (transfer full) (nullable): the thumbnail; %NULL with no @error set where there is none. */
GdkTexture *
gbox_thumbnail_cache_lookup_finish (GboxThumbnailCache *self, GAsyncResult *result, GError **error);

/**
 * gbox_thumbnail_cache_store_async:
 * @self: a cache
 * @key: which picture
 * @frame: the picture, at its full size; kept alive until it is written
 * @cancellable: (nullable): forgets the answer; what was begun is still written whole
 * @callback: (nullable): called from the main loop when the file is complete
 * @user_data: for @callback
 */
void gbox_thumbnail_cache_store_async (GboxThumbnailCache *self,
                                       const char *key,
                                       GboxFrame *frame,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/**
 * gbox_thumbnail_cache_store_finish:
 * @self: a cache
 * @result: what the callback was given
 * @texture: (out) (optional) (nullable) (transfer full): the thumbnail, there even where it could not be
 * written to disk
 * @error: return location for an error: %GBOX_ERROR_IO where the folder cannot be written or the disk is full
 *
 * Returns: whether the thumbnail is on disk
 */
gboolean gbox_thumbnail_cache_store_finish (GboxThumbnailCache *self,
                                            GAsyncResult *result,
                                            GdkTexture **texture,
                                            GError **error);

G_END_DECLS
