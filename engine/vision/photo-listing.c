/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photographs in folders, looked for on a thread of its own. */
#include "vision/photo-listing.h"

#include <glib/gstdio.h>
#include <string.h>

#define WAIT_MICROSECONDS 5000
#define NANOSECONDS       ((gint64) 1000000000)

struct _GboxPhotoListing
{
  GThread *thread;
  char **folders;
  GPtrArray *files;      /* of GboxPhotoFile: the thread's until it is done */
  GPtrArray *unreadable; /* of char *: as well */
  GMutex lock;
  GCond changed;
  gboolean done;     /* under the lock */
  gint is_cancelled; /* atomic */
};

static void
free_file (gpointer data)
{
  GboxPhotoFile *file = data;

  g_free (file->path);
  g_free (file);
}

static gboolean
is_photo_name (const char *name)
{
  static const char *const suffixes[] = { ".jpg", ".jpeg", ".png", ".webp" };
  const gsize length = strlen (name);

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (length > strlen (suffixes[i])
        && g_ascii_strcasecmp (name + length - strlen (suffixes[i]), suffixes[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
add_file (GboxPhotoListing *self, const char *path, const GStatBuf *status)
{
  GboxPhotoFile *file = g_new (GboxPhotoFile, 1);

  *file = (GboxPhotoFile){ .path = g_strdup (path),
                           .size = status->st_size,
                           .modified = status->st_mtim.tv_sec * NANOSECONDS + status->st_mtim.tv_nsec };
  g_ptr_array_add (self->files, file);
}

/* @folders takes the folders in it. */
static void
look_through (GboxPhotoListing *self, const char *folder, GPtrArray *folders)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  if (dir == NULL)
    {
      g_ptr_array_add (self->unreadable, g_strdup (folder));
      return;
    }
  while (g_atomic_int_get (&self->is_cancelled) == 0 && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf status;

      if (name[0] == '.' || g_lstat (path, &status) != 0)
        continue;
      if (S_ISDIR (status.st_mode))
        g_ptr_array_add (folders, g_steal_pointer (&path));
      else if (is_photo_name (name) && g_stat (path, &status) == 0 && S_ISREG (status.st_mode))
        add_file (self, path, &status);
    }
}

static int
compare_files (const void *a, const void *b)
{
  return strcmp ((*(GboxPhotoFile *const *) a)->path, (*(GboxPhotoFile *const *) b)->path);
}

/* One folder may lie in another. */
static void
sort_files (GPtrArray *files)
{
  guint kept = 0;

  g_ptr_array_sort (files, compare_files);
  for (guint i = 0; i < files->len; i++)
    {
      GboxPhotoFile *file = g_ptr_array_index (files, i);

      if (kept > 0 && strcmp (((GboxPhotoFile *) files->pdata[kept - 1])->path, file->path) == 0)
        free_file (file);
      else
        files->pdata[kept++] = file;
    }
  for (guint i = kept; i < files->len; i++)
    files->pdata[i] = NULL;
  if (kept < files->len)
    g_ptr_array_set_size (files, (int) kept);
}

static gpointer
look (gpointer data)
{
  GboxPhotoListing *self = data;
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);

  for (char **folder = self->folders; *folder != NULL; folder++)
    {
      GStatBuf status;

      if (g_stat (*folder, &status) == 0 && S_ISREG (status.st_mode))
        add_file (self, *folder, &status);
      else
        g_ptr_array_add (folders, g_strdup (*folder));
    }
  while (folders->len > 0 && g_atomic_int_get (&self->is_cancelled) == 0)
    {
      g_autofree char *folder = g_ptr_array_steal_index (folders, folders->len - 1);

      look_through (self, folder, folders);
    }
  sort_files (self->files);
  g_mutex_lock (&self->lock);
  self->done = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

GboxPhotoListing *
gbox_photo_listing_new (const char *const *folders)
{
  GboxPhotoListing *self = g_new0 (GboxPhotoListing, 1);

  self->folders = g_strdupv ((char **) folders);
  for (char **folder = self->folders; *folder != NULL; folder++)
    {
      char *absolute = g_canonicalize_filename (*folder, NULL);

      g_free (*folder);
      *folder = absolute;
    }
  self->files = g_ptr_array_new ();
  g_ptr_array_set_free_func (self->files, NULL);
  self->unreadable = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("gbox-listing", look, self);
  return self;
}

void
gbox_photo_listing_free (GboxPhotoListing *self)
{
  if (self == NULL)
    return;

  g_atomic_int_set (&self->is_cancelled, 1);
  g_thread_join (self->thread);
  g_ptr_array_set_free_func (self->files, free_file);
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->unreadable);
  g_strfreev (self->folders);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

const GPtrArray *
gbox_photo_listing_wait (GboxPhotoListing *self)
{
  gboolean done;

  g_mutex_lock (&self->lock);
  if (!self->done)
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + WAIT_MICROSECONDS);
  done = self->done;
  g_mutex_unlock (&self->lock);
  return done ? self->files : NULL;
}

const GPtrArray *
gbox_photo_listing_get_unreadable (GboxPhotoListing *self)
{
  return self->unreadable;
}
