/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photograph that a picture begins with, and whether it is still the same. */
#include "vision/start-photo.h"

#include "base/error.h"
#include "base/path-text.h"
#include "formats/whole-file.h"

/* (nullable): as hexadecimal digits. */
static char *
compute_digest (const char *path, const char *display_name, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                   "There is no image “%s” to begin with. Put it back, or choose again what to start from.",
                   display_name);
      return NULL;
    }
  bytes = gbox_whole_file_read (path, display_name, error);
  return bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
}

gboolean
gbox_start_photo_settle (GboxVisualizationSpec *spec, GError **error)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  g_autofree char *path = NULL;
  g_autofree char *display_name = NULL;
  g_autofree char *digest = NULL;

  if (values->start[0] == '\0')
    {
      g_object_set (spec, "start-digest", "", NULL);
      return TRUE;
    }
  path = g_canonicalize_filename (values->start, NULL);
  display_name = gbox_path_to_text (path);
  digest = compute_digest (path, display_name, error);
  if (digest == NULL)
    return FALSE;
  if (values->start_digest[0] != '\0' && !g_str_equal (values->start_digest, digest))
    {
      g_set_error (
        error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
        "“%s” has changed since the picture was begun with it, so it would become another picture. "
        "Put the photo back as it was, or choose again what to start from.",
        display_name);
      return FALSE;
    }
  g_object_set (spec, "start", path, "start-digest", digest, NULL);
  return TRUE;
}
