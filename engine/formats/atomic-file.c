/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are either the old or the whole new one, whatever happens while they are written. */
#include "formats/atomic-file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

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
