/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that tests make, and their end. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

/* A file, a link, or a folder with all that is in it. */
static inline void
remove_path (const char *path)
{
  g_autoptr (GDir) folder = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_path (child);
    }
  g_remove (path);
}

/* Frees its name too. */
static inline void
remove_folder (char *folder)
{
  remove_path (folder);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_free (folder);
}

/* @template: its name, with the X of g_file_open_tmp(). Returns: (transfer full): the path of an empty file.
 */
static inline char *
make_temporary_file (const char *template)
{
  g_autoptr (GError) error = NULL;
  char *path;
  const int fd = g_file_open_tmp (template, &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  return path;
}
