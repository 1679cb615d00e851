/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Films: which steps they have, and what they become as files. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "vision/animation.h"
#include "vision/contact-sheet.h"
#include "vision/film.h"
#include "vision/recipe.h"

#define SIDE 24

static void
test_steps (void)
{
  guint n = 0, last = 0;

  for (guint step = 0; step <= 10000; step++)
    {
      if (!gbox_film_has_step (step))
        continue;
      g_assert_cmpuint (step, <=, last + MAX (1, last / 25));
      n += step <= 512;
      last = step;
    }
  g_assert_cmpuint (gbox_film_count_steps (0, 512), ==, n + !gbox_film_has_step (512));
  g_assert_cmpuint (gbox_film_count_steps (0, 1), ==, 2);
  g_assert_cmpuint (gbox_film_count_steps (60, 63), ==, 3); /* 62, too */
  g_assert_cmpuint (gbox_film_count_steps (7, 7), ==, 1);
  g_assert_true (gbox_film_has_step (25));
  g_assert_false (gbox_film_has_step (51));
  g_assert_cmpuint (n, >=, 90);
  g_assert_cmpuint (n, <=, 120);
}

/* A frame whose colour says its step. */
static GboxFrame *
make_frame (guint step, int width, int height)
{
  g_autoptr (GboxFramePool) pool = gbox_frame_pool_new (width, height);
  GboxFrame *frame = gbox_frame_pool_acquire (pool, step);

  for (int i = 0; i < width * height; i++)
    {
      frame->pixels[3 * i] = (guint8) (10 * step);
      frame->pixels[3 * i + 1] = (guint8) i;
      frame->pixels[3 * i + 2] = 128;
    }
  return frame;
}

static GboxFilm *
make_film (guint n)
{
  GboxFilm *film = gbox_film_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GboxFrame) frame = make_frame (i, SIDE, SIDE);

      g_assert_true (gbox_film_append (film, frame));
    }
  return film;
}

static void
test_film (void)
{
  g_autoptr (GboxFilm) film = make_film (21);
  g_autoptr (GboxFrame) old = make_frame (20, SIDE, SIDE);
  g_autoptr (GboxFrame) late = make_frame (40, SIDE, SIDE);
  g_autoptr (GPtrArray) frames = gbox_film_select (film, 5);

  g_assert_false (gbox_film_append (film, old));
  g_assert_true (gbox_film_append (film, late));
  g_assert_cmpuint (gbox_film_get_length (film), ==, 22);
  g_assert_cmpuint (gbox_film_find (film, 39)->step, ==, 20);
  g_assert_true (gbox_film_find (film, 40) == late);
  g_assert_cmpuint (frames->len, ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (((GboxFrame *) frames->pdata[i])->step, ==, 5 * i);
}

/* Against the sums, written out. */
static void
test_shrink (void)
{
  g_autoptr (GboxFrame) frame = make_frame (3, 7, 5);
  g_autoptr (GboxFrame) same = gbox_film_shrink (frame, 7);
  g_autoptr (GboxFrame) half = gbox_film_shrink (frame, 4);

  g_assert_true (same == frame);
  g_assert_cmpint (half->width, ==, 3);
  g_assert_cmpint (half->height, ==, 2);
  g_assert_cmpuint (half->step, ==, 3);
  for (int y = 0; y < 2; y++)
    for (int x = 0; x < 3; x++)
      {
        const int corner = 2 * y * 7 + 2 * x;

        g_assert_cmpint (half->pixels[3 * (3 * y + x)], ==, 30);
        g_assert_cmpint (half->pixels[3 * (3 * y + x) + 1], ==, (4 * corner + 0 + 1 + 7 + 8 + 2) / 4);
      }
}

/* A square as its side says; a row by what it has in all, so that its pictures stay large. */
static void
test_keep (void)
{
  static const struct
  {
    int width, height, kept_width, kept_height;
  } sizes[] = {
    { 224, 224, 224, 224 },  { 320, 320, 320, 320 },   { 512, 512, 256, 256 },
    { 1136, 224, 568, 112 }, { 8220, 1024, 822, 102 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GboxFrame) frame = make_frame (3, sizes[i].width, sizes[i].height);
      g_autoptr (GboxFrame) kept = gbox_film_shrink_to_keep (frame);

      g_assert_cmpint (kept->width, ==, sizes[i].kept_width);
      g_assert_cmpint (kept->height, ==, sizes[i].kept_height);
      g_assert_cmpuint (kept->step, ==, 3);
    }
}

static GboxVisualizationSpec *
make_spec (void)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "model", "a <model> & \"more\"", "layer", "4ä", "unit", 7, "steps", 20u, "schedule",
                "3:learning-rate=0.1", NULL);
  return spec;
}

/* Both hold the recipe, and the animation its pixels: its first frame is decoded again where a loader is
 * there. */
static void
test_animation (void)
{
  g_autoptr (GboxFilm) film = make_film (4);
  g_autoptr (GboxVisualizationSpec) spec = make_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("glassbox-film-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "film.webp", NULL);
  g_autofree char *contents = NULL;
  gsize n, n_frames = 0;

  g_assert_true (gbox_animation_save (path, film, spec, &error));
  g_assert_no_error (error);
  g_assert_true (gbox_recipe_is_in (path));
  loaded = gbox_recipe_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (gbox_spec_equal (GBOX_SPEC (spec), GBOX_SPEC (loaded)));
  g_assert_true (g_file_get_contents (path, &contents, &n, NULL));
  for (gsize i = 0; i + 4 <= n; i++)
    n_frames += memcmp (contents + i, "ANMF", 4) == 0;
  g_assert_cmpuint (n_frames, ==, 4);

  /* Cut short it is refused with a sentence. */
  g_assert_true (g_file_set_contents (path, contents, (gssize) (n / 2), NULL));
  g_assert_null (gbox_animation_load_spec (path, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "is incomplete"));
  g_remove (path);
  g_rmdir (folder);
}

static void
test_contact_sheet (void)
{
  g_autoptr (GboxFilm) film = make_film (21);
  g_autoptr (GboxVisualizationSpec) spec = make_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("glassbox-film-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sheet.png", NULL);
  const guint8 *pixels;

  g_assert_true (gbox_contact_sheet_save (path, film, spec, &error));
  g_assert_no_error (error);
  loaded = gbox_recipe_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (gbox_spec_equal (GBOX_SPEC (spec), GBOX_SPEC (loaded)));
  pixbuf = gdk_pixbuf_new_from_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, 8 + 4 * (SIDE + 8));
  pixels = gdk_pixbuf_read_pixels (pixbuf);
  /* The first picture's corner, and the second's: steps 0 and 20·1/15. */
  pixels += 8 * gdk_pixbuf_get_rowstride (pixbuf) + 3 * 8;
  g_assert_cmpint (pixels[0], ==, 0);
  g_assert_cmpint (pixels[3 * (SIDE + 8)], ==, 10);
  g_remove (path);
  g_rmdir (folder);
}

static void
test_empty (void)
{
  g_autoptr (GboxFilm) film = gbox_film_new ();
  g_autoptr (GboxVisualizationSpec) spec = make_spec ();
  g_autoptr (GError) error = NULL;

  g_assert_false (gbox_animation_save ("unused", film, spec, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (gbox_contact_sheet_save ("unused", film, spec, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/film/steps", test_steps);
  g_test_add_func ("/film/film", test_film);
  g_test_add_func ("/film/shrink", test_shrink);
  g_test_add_func ("/film/keep", test_keep);
  g_test_add_func ("/film/animation", test_animation);
  g_test_add_func ("/film/contact-sheet", test_contact_sheet);
  g_test_add_func ("/film/empty", test_empty);
  return g_test_run ();
}
