/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a saved picture or checkpoint says of how it was made. */
#include "vision/recipe.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "vision/animation.h"
#include "vision/checkpoint.h"
#include "vision/picture.h"

static const guint8 png_magic[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

static gboolean
is_png (const char *path)
{
  guint8 magic[sizeof png_magic] = { 0 };
  FILE *file = fopen (path, "rbe");

  if (file == NULL)
    return FALSE;
  /* A shorter file is none either. */
  (void) !fread (magic, 1, sizeof magic, file);
  fclose (file);
  return memcmp (magic, png_magic, sizeof magic) == 0;
}

gboolean
gbox_recipe_is_in (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  return is_png (path) || gbox_animation_is (path) || gbox_visualization_checkpoint_is (path);
}

static gboolean
check_file (const char *path, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                 "“%s” is a folder; give a picture or a checkpoint that Glassbox saved.", path);
  else if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                 "There is no file “%s”; give a picture or a checkpoint that Glassbox saved.", path);
  else
    return TRUE;
  return FALSE;
}

/* A photograph is what most often is taken for a picture of ours. */
static gboolean
refuse_photo (const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);

  if (gdk_pixbuf_get_file_info (path, NULL, NULL) == NULL)
    return FALSE;
  g_set_error (
    error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
    "“%s” is a photo: it does not say how to make a picture again, as what Glassbox saves does. To "
    "begin a picture with it, start from it.",
    name);
  return TRUE;
}

GboxVisualizationSpec *
gbox_recipe_load (const char *path, guint *step, GError **error)
{
  g_autoptr (GboxVisualizationSpec) spec = NULL;
  guint n_done = 0;

  if (step != NULL)
    *step = 0;
  if (!check_file (path, error))
    return NULL;
  if (is_png (path))
    return gbox_picture_load_spec (path, NULL, error);
  if (gbox_animation_is (path))
    return gbox_animation_load_spec (path, error);
  if (refuse_photo (path, error))
    return NULL;
  spec = gbox_visualization_checkpoint_load_spec (path, &n_done, error);
  if (spec == NULL || !gbox_visualization_spec_advance (spec, n_done, error))
    return NULL;
  if (step != NULL)
    *step = n_done;
  g_object_set (spec, "checkpoint", path, NULL);
  return g_steal_pointer (&spec);
}
