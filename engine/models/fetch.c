/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching a model: the sources in order, the checks, the rename. */
#include "models/fetch.h"

#include "base/error.h"
#include "formats/atomic-file.h"
#include "models/models-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

void
gbox_fetch_report (const GboxFetch *self, guint64 received, guint64 total, const char *what)
{
  if (self->progress != NULL)
    self->progress (received, total, what, self->user_data);
}

gboolean
gbox_fetch_restart (const GboxFetch *self, GError **error)
{
  if (ftruncate (self->fd, 0) == 0 && lseek (self->fd, 0, SEEK_SET) == 0)
    return TRUE;
  gbox_set_write_error (error, self->part, errno);
  return FALSE;
}

gboolean
gbox_fetch_append (const GboxFetch *self, const void *data, gsize n_bytes, guint64 *received, GError **error)
{
  const guint64 size = self->entry->size;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (size > 0 && n_bytes > size - MIN (*received, size))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_CHECKSUM,
                   "it is longer than the %" G_GUINT64_FORMAT " bytes expected", size);
      return FALSE;
    }
  *received += n_bytes;
  return gbox_write_fully (self->fd, data, n_bytes, self->part, error);
}

/* Opens and locks the file to fetch into, so that two programs do not write the same one. */
static gboolean
open_part (GboxFetch *self, GError **error)
{
  GStatBuf by_name, by_fd;

  self->fd = g_open (self->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (self->fd < 0)
    {
      gbox_set_write_error (error, self->part, errno);
      return FALSE;
    }
  /* Another program may have renamed the file between the opening and the locking. */
  if (flock (self->fd, LOCK_EX | LOCK_NB) == 0 && fstat (self->fd, &by_fd) == 0
      && g_stat (self->part, &by_name) == 0 && by_fd.st_dev == by_name.st_dev
      && by_fd.st_ino == by_name.st_ino)
    return TRUE;
  close (self->fd);
  self->fd = -1;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
               "The model “%s” is already being fetched by another program. Wait until it is done.",
               self->entry->name);
  return FALSE;
}

static gboolean
check_space (const GboxFetch *self, const char *folder, GError **error)
{
  struct statvfs status;
  g_autofree char *needed = NULL;
  /* A package takes its place twice: the wheel, and what is unpacked from it. */
  const guint64 size = 2 * self->entry->size;

  if (statvfs (folder, &status) != 0 || (guint64) status.f_bavail * status.f_frsize >= size)
    return TRUE;
  needed = g_format_size (size);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
               "“%s” has less than the %s free that are needed. Free some space.", folder, needed);
  return FALSE;
}

static gboolean
check_sum (const GboxFetch *self, guint64 size, GError **error)
{
  const GboxModelEntry *entry = self->entry;
  g_autoptr (GChecksum) checksum = g_checksum_new (entry->checksum_type);
  const gsize block = 1 << 20;
  g_autofree guint8 *buffer = g_malloc (block);
  guint64 at = 0;
  gssize n;

  while ((n = pread (self->fd, buffer, block, (off_t) at)) > 0)
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      g_checksum_update (checksum, buffer, n);
      at += (guint64) n;
      gbox_fetch_report (self, at, size, "Checking");
    }
  if (n == 0 && at == size && g_str_has_prefix (g_checksum_get_string (checksum), entry->checksum))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_CHECKSUM,
               "what arrived is not the expected file (its sum is %s)", g_checksum_get_string (checksum));
  return FALSE;
}

static gboolean
check_content (const GboxFetch *self, GError **error)
{
  const guint64 expected = self->entry->size;
  GStatBuf status;

  if (fstat (self->fd, &status) != 0)
    {
      gbox_set_write_error (error, self->part, errno);
      return FALSE;
    }
  if (status.st_size == 0 || (expected > 0 && (guint64) status.st_size != expected))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_CHECKSUM,
                   "what arrived is %" G_GUINT64_FORMAT " bytes long, not %" G_GUINT64_FORMAT,
                   (guint64) status.st_size, expected);
      return FALSE;
    }
  if (self->entry->checksum != NULL)
    return check_sum (self, (guint64) status.st_size, error);
  gbox_fetch_report (self, (guint64) status.st_size, (guint64) status.st_size,
                     "Not checked: no sum is known for this file");
  return TRUE;
}

static gboolean
fetch_from (GboxFetch *self, const char *source, gboolean resume, GError **error)
{
  gboolean complete = g_str_has_prefix (source, "pypi:") ? gbox_fetch_package (self, source, error)
                                                         : gbox_fetch_address (self, source, resume, error);

  return complete && check_content (self, error);
}

/* What came of an earlier attempt may have been wrong: then once more from the start. */
static gboolean
try_source (GboxFetch *self, const char *source, GError **error)
{
  /* Without a sum nobody would notice that two halves do not belong together. */
  const gboolean resume = self->entry->checksum != NULL;
  g_autoptr (GError) why = NULL;

  if (fetch_from (self, source, resume, &why))
    return TRUE;
  if (g_error_matches (why, GBOX_ERROR, GBOX_ERROR_CHECKSUM) && self->resumed)
    {
      g_clear_error (&why);
      if (fetch_from (self, source, FALSE, &why))
        return TRUE;
    }
  if (g_error_matches (why, GBOX_ERROR, GBOX_ERROR_CHECKSUM))
    gbox_fetch_restart (self, NULL);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* The part of a source to show: without the path inside a package. */
static char *
describe_source (const char *source)
{
  return g_str_has_prefix (source, "pypi:") ? g_strndup (source + 5, strcspn (source + 5, "/"))
                                            : g_strdup (source);
}

static gboolean
try_sources (GboxFetch *self, GError **error)
{
  g_autoptr (GString) tried = g_string_new (NULL);
  g_autofree char *folder = gbox_models_folder_get_user ();
  int code = GBOX_ERROR_NETWORK;

  for (guint i = 0; self->entry->sources[i] != NULL; i++)
    {
      g_autofree char *source = describe_source (self->entry->sources[i]);
      g_autoptr (GError) why = NULL;

      if (try_source (self, self->entry->sources[i], &why))
        return TRUE;
      if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED)
          || g_error_matches (why, GBOX_ERROR, GBOX_ERROR_IO))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      code = why->domain == GBOX_ERROR ? why->code : GBOX_ERROR_NETWORK;
      g_string_append_printf (tried, "%s%s: %s", i > 0 ? "; " : "", source, why->message);
    }
  g_set_error (error, GBOX_ERROR, code,
               "The model “%s” could not be fetched. %s. Check the connection, or put %s into “%s”.",
               self->entry->name, tried->str, self->entry->file_name, folder);
  return FALSE;
}

/* Closes the file, and removes it unless the next attempt can go on from it. */
static void
close_part (GboxFetch *self)
{
  GStatBuf status;

  if (self->fd < 0)
    return;
  if (self->entry->checksum == NULL || (fstat (self->fd, &status) == 0 && status.st_size == 0))
    g_unlink (self->part);
  close (self->fd);
  self->fd = -1;
}

static gboolean
run (GboxFetch *self, const char *target, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (target);

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    {
      gbox_set_write_error (error, folder, errno);
      return FALSE;
    }
  return check_space (self, folder, error) && open_part (self, error) && try_sources (self, error)
         && gbox_sync_and_rename (self->fd, self->part, target, error);
}

/* Fetches one file, unless it is there. */
static char *
fetch_file (const GboxModelEntry *entry,
            GCancellable *cancellable,
            GboxFetchProgress progress,
            gpointer user_data,
            GError **error)
{
  g_autofree char *folder = gbox_models_folder_get_user ();
  g_autofree char *target = g_build_filename (folder, entry->file_name, NULL);
  GboxFetch fetch = { entry, cancellable, progress, user_data, NULL, -1, FALSE };
  char *path = gbox_models_folder_find (entry->file_name);
  gboolean done;

  if (path != NULL)
    return path;
  fetch.part = g_strconcat (target, ".part", NULL);
  done = run (&fetch, target, error);
  if (done)
    close (fetch.fd);
  else
    close_part (&fetch);
  g_free (fetch.part);
  return done ? g_steal_pointer (&target) : NULL;
}

char *
gbox_catalogue_fetch (const GboxCatalogue *catalogue,
                      const char *name,
                      GCancellable *cancellable,
                      GboxFetchProgress progress,
                      gpointer user_data,
                      GError **error)
{
  const GboxModelEntry *entry = gbox_catalogue_find (catalogue, name);

  if (entry == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                   "There is no model called “%s”. “glassbox-cli models” lists them.", name);
      return NULL;
    }
  for (guint i = 0; i < entry->n_companions; i++)
    {
      const char *const sources[] = { entry->companions[i].source, NULL };
      const GboxModelEntry companion
        = { .name = entry->name, .file_name = entry->companions[i].file_name, .sources = sources };
      g_autofree char *path = fetch_file (&companion, cancellable, progress, user_data, error);

      if (path == NULL)
        return NULL;
    }
  return fetch_file (entry, cancellable, progress, user_data, error);
}
