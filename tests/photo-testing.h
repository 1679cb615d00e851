/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs for tests, and folders of them. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "base/philox.h"
#include "folder-testing.h"

static inline char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("glassbox-photos-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

/* Noise of a size and brightness; large pixels, so that a JPEG keeps most of it. */
static inline GdkPixbuf *
make_photo (int width, int height, guint seed)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
  GboxPhilox random;

  gbox_philox_init (&random, seed, 1, 0);
  for (int y = 0; y < height; y += 8)
    for (int x = 0; x < width; x += 8)
      {
        guint8 colour[3];

        for (int c = 0; c < 3; c++)
          colour[c] = (guint8) (gbox_philox_below (&random, 200) + 5 * (seed % 10));
        for (int j = y; j < MIN (y + 8, height); j++)
          for (int i = x; i < MIN (x + 8, width); i++)
            memcpy (pixels + j * gdk_pixbuf_get_rowstride (pixbuf) + 3 * i, colour, 3);
      }
  return pixbuf;
}

static inline void
save_photo (const char *folder, const char *name, const char *format, int width, int height, guint seed)
{
  g_autoptr (GdkPixbuf) pixbuf = make_photo (width, height, seed);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  gdk_pixbuf_save (pixbuf, path, format, &error, NULL);
  g_assert_no_error (error);
}

static inline void
save_bytes (const char *folder, const char *name, const void *data, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
}
