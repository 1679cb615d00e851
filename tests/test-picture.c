/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved pictures: what is in them, what is made of hostile ones, and what is left when they cannot be
 * written. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/philox.h"
#include "folder-testing.h"
#include "vision/mosaic.h"
#include "vision/picture.h"

#define SIZE 64

static guint8 *
new_pixels (void)
{
  guint8 *pixels = g_malloc (SIZE * SIZE * 3);
  GboxPhilox random;

  gbox_philox_init (&random, 1, 0, 0);
  for (guint i = 0; i < SIZE * SIZE * 3; i++)
    pixels[i] = (guint8) gbox_philox_next (&random);
  return pixels;
}

static char *
new_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("glassbox-picture-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static GboxVisualizationSpec *
new_spec (void)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "model", "/home/zoë/模型/\xf0\x9f\xa7\xa0 \"quoted\\\".pth", "layer", "4a", "unit", 11,
                "learning-rate", 0.1, "seed", 4294967295u, NULL);
  return spec;
}

static void
test_round_trip (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path = g_build_filename (folder, "a picture.png", NULL);
  g_autofree guint8 *pixels = new_pixels ();
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GError) error = NULL;
  guint step = 0;

  gbox_picture_save (path, pixels, SIZE, SIZE, GBOX_SPEC (spec), 77, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (folder), ==, 1);
  pixbuf = gdk_pixbuf_new_from_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_pixbuf_get_n_channels (pixbuf), ==, 3);
  for (int y = 0; y < SIZE; y++)
    g_assert_cmpmem (gdk_pixbuf_read_pixels (pixbuf) + y * gdk_pixbuf_get_rowstride (pixbuf), 3 * SIZE,
                     pixels + y * 3 * SIZE, 3 * SIZE);
  g_assert_cmpstr (gdk_pixbuf_get_option (pixbuf, "tEXt::Software"), ==, "Glassbox " GBOX_VERSION);
  g_assert_true (g_str_is_ascii (gdk_pixbuf_get_option (pixbuf, "tEXt::glassbox-spec")));
  loaded = gbox_picture_load_spec (path, &step, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (step, ==, 77);
  g_object_set (spec, "steps", 77u, NULL);
  g_assert_true (gbox_spec_equal (GBOX_SPEC (spec), GBOX_SPEC (loaded)));
  remove_path (folder);
}

static void
test_replaces (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path = g_build_filename (folder, "p.png", NULL);
  g_autofree guint8 *pixels = new_pixels ();
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  guint step = 0;

  g_assert_true (gbox_picture_save (path, pixels, SIZE, SIZE, GBOX_SPEC (spec), 1, NULL));
  g_assert_true (gbox_picture_save (path, pixels, SIZE, SIZE, GBOX_SPEC (spec), 2, NULL));
  loaded = gbox_picture_load_spec (path, &step, NULL);
  g_assert_nonnull (loaded);
  g_assert_cmpuint (step, ==, 2);
  g_assert_cmpuint (count_files (folder), ==, 1);
  remove_path (folder);
}

static void
assert_save_fails (const char *path)
{
  g_autofree guint8 *pixels = new_pixels ();
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GError) error = NULL;

  g_assert_false (gbox_picture_save (path, pixels, SIZE, SIZE, GBOX_SPEC (spec), 1, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_IO);
  g_assert_cmpuint (strlen (error->message), >, 20);
}

static void
test_unwritable (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *missing = g_build_filename (folder, "no", "such", "folder.png", NULL);
  g_autofree char *taken = g_build_filename (folder, "taken.png", NULL);

  assert_save_fails (missing);
  g_assert_cmpuint (count_files (folder), ==, 0);
  g_assert_cmpint (g_mkdir (taken, 0777), ==, 0);
  assert_save_fails (taken);
  g_assert_cmpuint (count_files (folder), ==, 1);
  remove_path (folder);
}

/* A limit on the size of files fails the write half-way, as a full disk does. */
static void
test_full_disk (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path = g_build_filename (folder, "p.png", NULL);
  g_autofree guint8 *pixels = new_pixels ();
  struct rlimit old, tight;

  g_assert_true (gbox_picture_save (path, pixels, SIZE, SIZE, NULL, 5, NULL));
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  tight = (struct rlimit){ 1000, old.rlim_max };
  setrlimit (RLIMIT_FSIZE, &tight);
  assert_save_fails (path);
  setrlimit (RLIMIT_FSIZE, &old);
  g_assert_cmpuint (count_files (folder), ==, 1);

  g_autoptr (GdkPixbuf) old_picture = gdk_pixbuf_new_from_file (path, NULL);

  g_assert_nonnull (old_picture);
  remove_path (folder);
}

static void
write_png (const char *path, int size, const char *json, const char *step)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, size, size);
  g_autoptr (GError) error = NULL;
  char *keys[] = { (char *) "tEXt::glassbox-step", (char *) "tEXt::glassbox-spec", NULL };
  char *values[] = { (char *) step, (char *) json, NULL };

  gdk_pixbuf_fill (pixbuf, 0x808080ff);
  gdk_pixbuf_savev (pixbuf, path, "png", json != NULL ? keys : NULL, json != NULL ? values : NULL, &error);
  g_assert_no_error (error);
}

static void
assert_load_fails (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_picture_load_spec (path, NULL, &error));
  g_assert_true (error->domain == GBOX_ERROR);
  g_assert_cmpuint (strlen (error->message), >, 20);
}

static void
test_hostile (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path = g_build_filename (folder, "p.png", NULL);
  g_autofree char *deep = g_strnfill (20000, '[');
  const char *const jsons[] = {
    "",
    "{",
    "[]",
    "null",
    "{\"type\":\"GboxVisualizationSpec\",\"size\":100000}",
    "{\"type\":\"GboxVisualizationSpec\",\"steps\":-1}",
    "{\"type\":\"GboxVisualizationSpec\",\"learning-rate\":1e300}",
    "{\"type\":\"GboxVisualizationSpec\",\"basis\":\"wavelet\"}",
    "{\"type\":\"GboxVisualizationSpec\",\"layer\":{\"a\":1}}",
    "{\"type\":\"GtkWindow\"}",
  };
  const char *const steps[] = { "", "0", "-5", "1e3", "99999999999999999999", "100001", "x" };

  for (gsize i = 0; i < G_N_ELEMENTS (jsons); i++)
    {
      g_test_message ("%s", jsons[i]);
      write_png (path, 8, jsons[i], "5");
      assert_load_fails (path);
    }
  write_png (path, 8, deep, "5");
  assert_load_fails (path);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_test_message ("step %s", steps[i]);
      write_png (path, 8, "{\"type\":\"GboxVisualizationSpec\"}", steps[i]);
      assert_load_fails (path);
    }
  write_png (path, 8, NULL, NULL);
  assert_load_fails (path);
  write_png (path, GBOX_MOSAIC_MAX_SIDE + 1, "{\"type\":\"GboxVisualizationSpec\"}", "5");
  assert_load_fails (path);
  assert_load_fails (folder);
  g_assert_true (g_file_set_contents (path, "not a picture", -1, NULL));
  assert_load_fails (path);
  g_remove (path);
  assert_load_fails (path);
  remove_path (folder);
}

/* Noise hardly compresses, so most cuts leave the recipe whole and lose pixels: still a damaged file. */
static void
test_truncated (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path = g_build_filename (folder, "p.png", NULL);
  g_autofree guint8 *pixels = new_pixels ();
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GBytes) png = gbox_picture_encode (pixels, SIZE, SIZE, GBOX_SPEC (spec), 5, NULL);
  const gsize n = g_bytes_get_size (png);

  g_assert_cmpuint (n, >, SIZE * SIZE);
  for (gsize cut = 0; cut < n; cut += 211)
    {
      g_assert_true (g_file_set_contents (path, g_bytes_get_data (png, NULL), (gssize) cut, NULL));
      assert_load_fails (path);
    }
  remove_path (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture/round-trip", test_round_trip);
  g_test_add_func ("/picture/replaces", test_replaces);
  g_test_add_func ("/picture/unwritable", test_unwritable);
  g_test_add_func ("/picture/full-disk", test_full_disk);
  g_test_add_func ("/picture/hostile", test_hostile);
  g_test_add_func ("/picture/truncated", test_truncated);
  return g_test_run ();
}
