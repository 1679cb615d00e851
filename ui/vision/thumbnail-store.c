/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of the thumbnail cache: read, written and trimmed by one thread at a time. */
#include "vision/thumbnail-store.h"

#include <errno.h>
#include <fcntl.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "vision/thumbnail-cache.h"

/* No thumbnail comes near it, so a larger file is not one. */
#define MAX_FILE_BYTES (1000 * 1000)
/* Trimming goes somewhat below the bound, or every further write would have to look through the folder again.
 */
#define TRIM_SHARE 0.9

struct _GboxThumbnailStore
{
  char *folder;
  guint64 max_bytes;
  guint64 n_bytes;  /* in the folder, as far as known */
  gboolean counted; /* n_bytes is known */
};

typedef struct
{
  char *path;
  guint64 size;
  gint64 used; /* microseconds */
} Entry;

GboxThumbnailStore *
gbox_thumbnail_store_new (const char *folder, guint64 max_bytes)
{
  GboxThumbnailStore *store = g_new0 (GboxThumbnailStore, 1);

  store->folder = g_strdup (folder);
  store->max_bytes = max_bytes;
  return store;
}

void
gbox_thumbnail_store_free (GboxThumbnailStore *store)
{
  g_free (store->folder);
  g_free (store);
}

static char *
get_path (GboxThumbnailStore *store, const char *key)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree char *name = g_strconcat (digest, ".png", NULL);

  return g_build_filename (store->folder, name, NULL);
}

/* Through gdk-pixbuf, because GDK 4.8's own reader leaks what it has of a damaged file. */
static GdkTexture *
decode (const char *path, gsize length)
{
  g_autoptr (GdkPixbuf) pixbuf = length <= MAX_FILE_BYTES ? gdk_pixbuf_new_from_file (path, NULL) : NULL;

  if (pixbuf == NULL || gdk_pixbuf_get_width (pixbuf) > GBOX_THUMBNAIL_SIZE
      || gdk_pixbuf_get_height (pixbuf) > GBOX_THUMBNAIL_SIZE)
    return NULL;
  return gdk_texture_new_for_pixbuf (pixbuf);
}

GdkTexture *
gbox_thumbnail_store_read (GboxThumbnailStore *store, const char *key)
{
  g_autofree char *path = get_path (store, key);
  GdkTexture *texture;
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return NULL;
  texture = decode (path, info.st_size);
  if (texture != NULL)
    utimensat (AT_FDCWD, path, NULL, 0);
  else if (g_unlink (path) == 0)
    store->n_bytes -= MIN (store->n_bytes, (guint64) info.st_size);
  return texture;
}

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->path);
  g_free (entry);
}

/* Files of ours begin with a digest; those that a crash left half written do too. */
static gboolean
is_ours (const char *name)
{
  return strspn (name, "0123456789abcdef") == 64 && name[64] == '.';
}

/* Returns: (transfer container) (element-type Entry): what is in the folder. */
static GPtrArray *
list_entries (GboxThumbnailStore *store)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (free_entry);
  g_autoptr (GDir) dir = g_dir_open (store->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (store->folder, name, NULL);
      GStatBuf info;
      Entry *entry;

      if (!is_ours (name) || g_lstat (path, &info) != 0 || !S_ISREG (info.st_mode))
        continue;
      entry = g_new (Entry, 1);
      entry->path = g_steal_pointer (&path);
      entry->size = info.st_size;
      entry->used = info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
      g_ptr_array_add (entries, entry);
    }
  return entries;
}

static int
compare_use (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(Entry *const *) a, *second = *(Entry *const *) b;

  return (first->used > second->used) - (first->used < second->used);
}

/* The newest entry, just written, is the last to go. */
static void
trim (GboxThumbnailStore *store)
{
  g_autoptr (GPtrArray) entries = NULL;
  guint64 goal = (guint64) (store->max_bytes * TRIM_SHARE);

  if (store->counted && store->n_bytes <= store->max_bytes)
    return;
  entries = list_entries (store);
  store->n_bytes = 0;
  for (guint i = 0; i < entries->len; i++)
    store->n_bytes += ((Entry *) entries->pdata[i])->size;
  store->counted = TRUE;
  if (store->n_bytes <= store->max_bytes)
    return;
  g_ptr_array_sort (entries, compare_use);
  for (guint i = 0; i < entries->len && store->n_bytes > goal; i++)
    {
      const Entry *entry = entries->pdata[i];

      if (g_unlink (entry->path) == 0)
        store->n_bytes -= entry->size;
    }
}

static GdkPixbuf *
scale_frame (GboxFrame *frame)
{
  g_autoptr (GBytes) bytes = gbox_frame_get_bytes (frame);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_bytes (bytes, GDK_COLORSPACE_RGB, FALSE, 8, frame->width,
                                                            frame->height, frame->width * 3);
  int side = MAX (frame->width, frame->height);

  if (side <= GBOX_THUMBNAIL_SIZE)
    return g_steal_pointer (&pixbuf);
  return gdk_pixbuf_scale_simple (pixbuf, MAX (1, frame->width * GBOX_THUMBNAIL_SIZE / side),
                                  MAX (1, frame->height * GBOX_THUMBNAIL_SIZE / side), GDK_INTERP_BILINEAR);
}

/* Space taken on the disk before writing, so that replacing a file is not counted twice. */
static guint64
get_size (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : 0;
}

gboolean
gbox_thumbnail_store_write (
  GboxThumbnailStore *store, const char *key, GboxFrame *frame, GdkTexture **texture, GError **error)
{
  g_autofree char *path = get_path (store, key);
  g_autofree char *png = NULL;
  g_autoptr (GdkPixbuf) pixbuf = scale_frame (frame);
  g_autoptr (GError) cause = NULL;
  guint64 replaced;
  gsize length;

  *texture = pixbuf != NULL ? gdk_texture_new_for_pixbuf (pixbuf) : NULL;
  if (pixbuf == NULL || !gdk_pixbuf_save_to_buffer (pixbuf, &png, &length, "png", &cause, NULL))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
                   "There is not enough memory to make a thumbnail; close other programs.");
      return FALSE;
    }
  replaced = get_size (path);
  if (g_mkdir_with_parents (store->folder, 0700) != 0)
    {
      g_set_error (
        error, GBOX_ERROR, GBOX_ERROR_IO,
        "The thumbnail folder “%s” cannot be made (%s); check the permissions of the folder it lies in.",
        store->folder, g_strerror (errno));
      return FALSE;
    }
  if (!g_file_set_contents_full (path, png, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &cause))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
                   "The thumbnail could not be written (%s); check that the disk is not full and that “%s” "
                   "can be written.",
                   cause->message, store->folder);
      return FALSE;
    }
  store->n_bytes += length;
  store->n_bytes -= MIN (replaced, store->n_bytes);
  trim (store);
  return TRUE;
}
