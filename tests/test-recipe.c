/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What saved files say of how they were made, whichever kind they are. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "base/error.h"
#include "folder-testing.h"
#include "vision/checkpoint.h"
#include "vision/picture.h"
#include "vision/recipe.h"

#define SIZE 8
#define N    24 /* 3 · 2 · 2 · 2 */

static GboxVisualizationSpec *
new_spec (void)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "layer", "4a", "unit", 1, "schedule", "3:unit=2;7:unit=3;9:unit=4", NULL);
  return spec;
}

static void
test_picture (void)
{
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX");
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  guint8 pixels[SIZE * SIZE * 3] = { 0 };
  guint step = 99;

  g_assert_true (gbox_picture_save (path, pixels, SIZE, SIZE, GBOX_SPEC (spec), 12, NULL));
  g_assert_true (gbox_recipe_is_in (path));
  loaded = gbox_recipe_load (path, &step, NULL);
  g_assert_cmpuint (step, ==, 0);
  g_object_set (spec, "steps", 12u, NULL);
  g_assert_true (gbox_spec_equal (GBOX_SPEC (spec), GBOX_SPEC (loaded)));
  g_remove (path);
}

/* Goes on from what was last, and keeps what is still to come. */
static void
test_checkpoint (void)
{
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX");
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  float blocks[3][N] = { 0 };
  const GboxPipelineState state = {
    .n = N,
    .parameters = blocks[0],
    .m = blocks[1],
    .v = blocks[2],
    .n_dims = 4,
    .dims = { 3, 2, 2, 2 },
  };
  guint step = 99;

  g_assert_true (gbox_visualization_checkpoint_save (path, &state, spec, 7, NULL));
  g_assert_true (gbox_recipe_is_in (path));
  loaded = gbox_recipe_load (path, &step, NULL);
  g_assert_cmpuint (step, ==, 7);
  g_object_set (spec, "unit", 3, "schedule", "9:unit=4", "checkpoint", path, NULL);
  g_assert_true (gbox_spec_equal (GBOX_SPEC (spec), GBOX_SPEC (loaded)));
  g_remove (path);
}

static void
assert_fails (const char *path, GboxError code, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_recipe_load (path, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, GBOX_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
}

/* A photograph is told from what Glassbox saved, and what is cut off from what never said how it was made. */
static void
test_photos (void)
{
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX");
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, SIZE, SIZE);
  guint8 webp[] = "RIFF\x40\0\0\0WEBPVP8 \x30\0\0\0";

  gdk_pixbuf_fill (pixbuf, 0x808080ff);
  g_assert_true (gdk_pixbuf_save (pixbuf, path, "jpeg", NULL, NULL));
  assert_fails (path, GBOX_ERROR_UNSUPPORTED, "is a photo");
  g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", NULL, NULL));
  assert_fails (path, GBOX_ERROR_UNSUPPORTED, "does not say how it was made");
  g_assert_true (g_file_set_contents (path, (const char *) webp, sizeof webp - 1, NULL));
  assert_fails (path, GBOX_ERROR_INVALID_FILE, "is incomplete");
  g_remove (path);
}

static void
test_others (void)
{
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX");

  g_assert_false (gbox_recipe_is_in (path));
  assert_fails (path, GBOX_ERROR_INVALID_FILE, "empty");
  g_assert_true (g_file_set_contents (path, "not a picture", -1, NULL));
  g_assert_false (gbox_recipe_is_in (path));
  assert_fails (path, GBOX_ERROR_UNSUPPORTED, "");
  g_remove (path);
  g_assert_false (gbox_recipe_is_in (path));
  assert_fails (path, GBOX_ERROR_NOT_FOUND, "There is no file");
  g_assert_false (gbox_recipe_is_in (g_get_tmp_dir ()));
  assert_fails (g_get_tmp_dir (), GBOX_ERROR_NOT_FOUND, "is a folder");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/picture", test_picture);
  g_test_add_func ("/recipe/checkpoint", test_checkpoint);
  g_test_add_func ("/recipe/photos", test_photos);
  g_test_add_func ("/recipe/others", test_others);
  return g_test_run ();
}
