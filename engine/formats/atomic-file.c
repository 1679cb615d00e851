/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are either the old or the whole new one, whatever happens while they are written. */
#include "formats/atomic-file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Between the name of a file and the random end of its temporary one. */
#define TEMPORARY_MARK ".glassbox-"
#define RANDOM_END     "XXXXXX"

void
gbox_set_write_error (GError **error, const char *display_name, int saved_errno)
{
  const char *advice = "Choose another folder.";

  if (saved_errno == ENOSPC || saved_errno == EDQUOT)
    advice = "Free some space and try again.";
  else if (saved_errno == EACCES || saved_errno == EPERM || saved_errno == EROFS)
    advice = "Allow writing there or choose another folder.";
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "“%s” could not be written: %s. %s", display_name,
               g_strerror (saved_errno), advice);
}

gboolean
gbox_write_fully (int fd, const void *data, gsize n_bytes, const char *display_name, GError **error)
{
  const guint8 *at = data;

  while (n_bytes > 0)
    {
      gssize n = write (fd, at, MIN (n_bytes, (gsize) 1 << 24));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          gbox_set_write_error (error, display_name, errno);
          return FALSE;
        }
      at += n;
      n_bytes -= (gsize) n;
    }
  return TRUE;
}

/* Its writer holds a lock, which the kernel takes back when it ends. */
static void
remove_if_left_behind (const char *path)
{
  const int fd = g_open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);

  if (fd < 0)
    return;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    (void) g_unlink (path);
  close (fd);
}

static void
remove_left_behind (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *begin = g_strconcat (name, TEMPORARY_MARK, NULL);
  const gsize length = strlen (begin) + strlen (RANDOM_END);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    if (strlen (entry) == length && g_str_has_prefix (entry, begin))
      {
        g_autofree char *left = g_build_filename (folder, entry, NULL);

        remove_if_left_behind (left);
      }
}

/* A device or a pipe, which a file in its place would destroy. */
static gboolean
is_special (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 && !S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode);
}

int
gbox_open_temporary (const char *path, char **temporary, GError **error)
{
  g_autofree char *name = g_strconcat (path, TEMPORARY_MARK RANDOM_END, NULL);
  int fd;

  if (is_special (path))
    {
      g_autofree char *display_name = g_filename_display_name (path);

      g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
                   "“%s” is no ordinary file, so it is left as it is; give another name.", display_name);
      return -1;
    }
  remove_left_behind (path);
  fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0)
    {
      g_autofree char *display_name = g_filename_display_name (path);

      gbox_set_write_error (error, display_name, errno);
      return -1;
    }
  /* Where a file system has no locks, nothing is taken for left behind either. */
  (void) flock (fd, LOCK_EX | LOCK_NB);
  *temporary = g_steal_pointer (&name);
  return fd;
}

gboolean
gbox_sync_and_rename (int fd, const char *from, const char *to, GError **error)
{
  g_autofree char *display_name = g_filename_display_name (to);
  g_autofree char *folder = g_path_get_dirname (to);
  int folder_fd;

  if (fsync (fd) != 0 || g_rename (from, to) != 0)
    {
      gbox_set_write_error (error, display_name, errno);
      return FALSE;
    }
  folder_fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder_fd >= 0)
    {
      /* Some file systems cannot sync a folder; the file itself is safe. */
      (void) fsync (folder_fd);
      close (folder_fd);
    }
  return TRUE;
}
