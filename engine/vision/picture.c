/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved pictures: PNG files whose text says how to make them again. */
#include "vision/picture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "base/error.h"
#include "vision/mosaic.h"

#define SPEC_KEY "tEXt::glassbox-spec"
#define STEP_KEY "tEXt::glassbox-step"

/* A PNG's text is Latin-1, and the writer converts to it. Outside of strings JSON is ASCII, and inside them
 * it can name any character by UTF-16 units. */
static char *
escape_to_ascii (const char *json)
{
  GString *ascii = g_string_new (NULL);

  for (const char *p = json; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (c < 0x80)
        g_string_append_c (ascii, (char) c);
      else if (c < 0x10000)
        g_string_append_printf (ascii, "\\u%04x", c);
      else
        g_string_append_printf (ascii, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                                0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  return g_string_free (ascii, FALSE);
}

GBytes *
gbox_picture_encode (const guint8 *pixels, int width, int height, GboxSpec *spec, guint step, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf
    = gdk_pixbuf_new_from_data (pixels, GDK_COLORSPACE_RGB, FALSE, 8, width, height, width * 3, NULL, NULL);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json = spec != NULL ? gbox_spec_to_json (spec) : NULL;
  g_autofree char *ascii = json != NULL ? escape_to_ascii (json) : NULL;
  g_autofree char *step_text = g_strdup_printf ("%u", step);
  char *keys[] = { (char *) "tEXt::Software", (char *) STEP_KEY, (char *) SPEC_KEY, NULL };
  char *values[] = { (char *) "Glassbox " GBOX_VERSION, step_text, ascii, NULL };
  char *bytes;
  gsize n_bytes;

  if (spec == NULL)
    keys[2] = NULL;
  if (gdk_pixbuf_save_to_bufferv (pixbuf, &bytes, &n_bytes, "png", keys, values, &local_error))
    return g_bytes_new_take (bytes, n_bytes);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "The picture could not be written as PNG: %s.",
               local_error->message);
  return NULL;
}

gboolean
gbox_picture_save (
  const char *path, const guint8 *pixels, int width, int height, GboxSpec *spec, guint step, GError **error)
{
  g_autoptr (GBytes) png = gbox_picture_encode (pixels, width, height, spec, step, error);
  g_autoptr (GError) local_error = NULL;
  const char *data;
  gsize n;

  if (png == NULL)
    return FALSE;
  data = g_bytes_get_data (png, &n);
  if (g_file_set_contents_full (path, data, (gssize) n,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                &local_error))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
               "The picture could not be saved (%s); choose another folder, or make room on the disk.",
               local_error->message);
  return FALSE;
}

static void
set_file_error (GError **error, GboxError code, const char *path, const char *what)
{
  g_autofree char *name = g_path_get_basename (path);

  g_set_error (error, GBOX_ERROR, code, "“%s” %s", name, what);
}

/* No picture of ours is larger than several of a network's inputs beside each other, so a huge one is not
 * decoded. */
static GdkPixbuf *
load_small (const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  GdkPixbuf *pixbuf;
  int width, height;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      set_file_error (error, GBOX_ERROR_NOT_FOUND, path, "is no file.");
      return NULL;
    }
  if (gdk_pixbuf_get_file_info (path, &width, &height) == NULL || MAX (width, height) > GBOX_MOSAIC_MAX_SIDE)
    {
      set_file_error (error, GBOX_ERROR_UNSUPPORTED, path, "is no picture that Glassbox saved.");
      return NULL;
    }
  pixbuf = gdk_pixbuf_new_from_file (path, &local_error);
  if (pixbuf == NULL)
    set_file_error (error, GBOX_ERROR_INVALID_FILE, path, "is damaged: it cannot be read to its end.");
  return pixbuf;
}

/* The step the picture shows, which is how many it takes to make it again. */
static gboolean
set_steps (GboxVisualizationSpec *spec, const char *text, guint *step)
{
  const GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (spec), "steps");
  const GParamSpecUInt *range = G_PARAM_SPEC_UINT (pspec);
  guint64 value;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, range->minimum, range->maximum, &value, NULL))
    return FALSE;
  g_object_set (spec, "steps", (guint) value, NULL);
  if (step != NULL)
    *step = (guint) value;
  return TRUE;
}

GboxVisualizationSpec *
gbox_picture_load_spec (const char *path, guint *step, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = load_small (path, error);
  g_autoptr (GboxSpec) spec = NULL;
  g_autoptr (GError) local_error = NULL;
  const char *json;

  if (pixbuf == NULL)
    return NULL;
  json = gdk_pixbuf_get_option (pixbuf, SPEC_KEY);
  if (json == NULL)
    {
      set_file_error (error, GBOX_ERROR_UNSUPPORTED, path,
                      "does not say how it was made; only pictures saved by Glassbox can be made again.");
      return NULL;
    }
  spec = gbox_spec_new_from_json (GBOX_TYPE_VISUALIZATION_SPEC, json, &local_error);
  if (spec == NULL)
    {
      g_autofree char *what
        = g_strdup_printf ("says in a way that makes no sense how it was made: %s", local_error->message);

      set_file_error (error, GBOX_ERROR_INVALID_FILE, path, what);
      return NULL;
    }
  if (!set_steps (GBOX_VISUALIZATION_SPEC (spec), gdk_pixbuf_get_option (pixbuf, STEP_KEY), step))
    {
      set_file_error (error, GBOX_ERROR_INVALID_FILE, path,
                      "does not say after how many steps it was saved.");
      return NULL;
    }
  return GBOX_VISUALIZATION_SPEC (g_steal_pointer (&spec));
}
