/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making pictures again and going on from checkpoints: always the same bits. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "base/error.h"
#include "job-testing.h"
#include "vision/mosaic.h"
#include "vision/picture.h"

/* Stopped in the redirected steps and after them. */
static void
test_resume (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  const guint stops[] = { 3, 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      g_autofree char *path = job_new_path (".safetensors");
      g_autoptr (GboxVisualizationSpec) spec = job_new_spec ();
      JobFixture whole, first, second;

      g_object_set (spec, "steps", 25u, "unit", TINY_SILENT, NULL);
      job_init (&whole, spec, network, 2);
      job_start (&whole);
      job_run_steps (&whole, 25);
      job_init (&first, spec, network, 2);
      job_start (&first);
      job_run_steps (&first, stops[i]);
      job_save (&first, path);
      g_object_set (spec, "checkpoint", path, NULL);
      job_init (&second, spec, network, 1);
      job_start (&second);
      job_assert_same_frame (&first, &second);
      g_assert_cmpint (job_run_steps (&second, 25 - stops[i]), ==, GBOX_STEP_FINISHED);
      job_assert_same_state (&whole, &second);
      job_clear (&whole);
      job_clear (&first);
      job_clear (&second);
      g_remove (path);
    }
}

/* A saved picture says how to make it again. */
static void
test_picture_again (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxVisualizationSpec) spec = job_new_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  g_autofree char *path = job_new_path (".png");
  g_autoptr (GError) error = NULL;
  JobFixture first, again;
  guint step;

  job_init (&first, spec, network, 2);
  job_start (&first);
  job_run_steps (&first, 7);
  job_save (&first, path);
  loaded = gbox_picture_load_spec (path, &step, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (step, ==, 7);
  job_init (&again, loaded, network, 1);
  job_start (&again);
  g_assert_cmpint (job_run_steps (&again, 7), ==, GBOX_STEP_FINISHED);
  job_assert_same_frame (&first, &again);
  job_clear (&first);
  job_clear (&again);
  g_remove (path);
}

static void
assert_made_again (JobFixture *first, GboxNetwork *network, guint n_steps)
{
  g_autofree char *path = job_new_path (".png");
  g_autofree char *path_again = job_new_path (".png");
  g_autofree char *bytes = NULL;
  g_autofree char *bytes_again = NULL;
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  JobFixture again;
  gsize n, n_again;

  job_save (first, path);
  loaded = gbox_picture_load_spec (path, NULL, NULL);
  g_assert_nonnull (loaded);
  g_test_message ("schedule: %s", gbox_visualization_spec_get_values (loaded)->schedule);
  job_init (&again, loaded, network, 1);
  job_start (&again);
  g_assert_cmpint (job_run_steps (&again, n_steps), ==, GBOX_STEP_FINISHED);
  job_assert_same_frame (first, &again);
  job_save (&again, path_again);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_true (g_file_get_contents (path_again, &bytes_again, &n_again, NULL));
  g_assert_cmpmem (bytes, n, bytes_again, n_again);
  job_clear (&again);
  g_remove (path);
  g_remove (path_again);
}

/* What was adjusted on the way is part of the recipe, each change at its step. */
static void
test_adjusted_again (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxVisualizationSpec) spec = job_new_spec ();
  JobFixture f, untouched;

  job_init (&f, spec, network, 2);
  job_init (&untouched, spec, network, 2);
  job_start (&f);
  job_start (&untouched);
  job_run_steps (&untouched, 9);
  job_run_steps (&f, 3);
  g_object_set (spec, "learning-rate", 0.01, NULL);
  g_assert_true (gbox_job_adjust (f.job, GBOX_SPEC (spec), NULL));
  g_object_set (spec, "learning-rate", 0.2, "transforms", FALSE,
                NULL); /* before the next step: the last counts */
  g_assert_true (gbox_job_adjust (f.job, GBOX_SPEC (spec), NULL));
  job_run_steps (&f, 4);
  g_object_set (spec, "transforms", TRUE, "rotate", 45.0, "l1", 1e-4, "blur", 0.01, "steps", 20u, NULL);
  g_assert_true (gbox_job_adjust (f.job, GBOX_SPEC (spec), NULL));
  job_run_steps (&f, 2);
  g_assert_cmpint (memcmp (f.frame->pixels, untouched.frame->pixels, 64 * 64 * 3), !=, 0);
  g_object_set (spec, "learning-rate", 1.0, NULL); /* after the last step: no part of the picture */
  g_assert_true (gbox_job_adjust (f.job, GBOX_SPEC (spec), NULL));
  assert_made_again (&f, network, 9);
  job_clear (&f);
  job_clear (&untouched);
}

/* Adjusted, saved, gone on from with another unit and another way to see the same parameters, adjusted again
 * and once more gone on from: still one recipe. */
static void
test_goes_on_otherwise (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxVisualizationSpec) spec = job_new_spec ();
  g_autofree char *path = job_new_path (".safetensors");
  JobFixture first, second, third;

  job_init (&first, spec, network, 2);
  job_start (&first);
  job_run_steps (&first, 3);
  g_object_set (spec, "learning-rate", 0.1, NULL);
  g_assert_true (gbox_job_adjust (first.job, GBOX_SPEC (spec), NULL));
  job_save (&first, path);
  g_object_set (spec, "checkpoint", path, "unit", 5, "decorrelate", FALSE, NULL);
  job_init (&second, spec, network, 2);
  job_start (&second);
  job_run_steps (&second, 4);
  g_object_set (spec, "jitter", 0, NULL);
  g_assert_true (gbox_job_adjust (second.job, GBOX_SPEC (spec), NULL));
  job_run_steps (&second, 1);
  assert_made_again (&second, network, 8);
  job_save (&second, path);
  g_object_set (spec, "layer", "conv1", "unit", 1, NULL);
  job_init (&third, spec, network, 1);
  job_start (&third);
  job_run_steps (&third, 2);
  assert_made_again (&third, network, 10);
  job_clear (&first);
  job_clear (&second);
  job_clear (&third);
  g_remove (path);
}

/* Pictures made together, unlike each other or on the way to another unit: one file with all of them, which
 * makes them again, and a checkpoint that goes on with them. */
static void
test_several_again (gconstpointer end)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxVisualizationSpec) spec = job_new_spec ();
  g_autofree char *path = job_new_path (".safetensors");
  JobFixture whole, first, second;

  g_object_set (spec, "diversity", end == NULL ? 3 : 1, "diversity-weight", 0.5, "interpolate-to", end,
                "interpolate-steps", 3, "steps", 9u, NULL);
  job_init (&whole, spec, network, 2);
  job_start (&whole);
  g_assert_cmpint (whole.frame->width, ==, 3 * 64 + 2 * GBOX_MOSAIC_GAP);
  g_assert_cmpint (whole.frame->height, ==, 64);
  job_run_steps (&whole, 9);
  g_assert_cmpuint (g_array_index (whole.points, GboxPoint, 8).n_values, ==, end == NULL ? 3 : 1);
  assert_made_again (&whole, network, 9);
  job_init (&first, spec, network, 1);
  job_start (&first);
  job_run_steps (&first, 4);
  job_save (&first, path);
  g_object_set (spec, "checkpoint", path, NULL);
  job_init (&second, spec, network, 2);
  job_start (&second);
  job_run_steps (&second, 5);
  job_assert_same_state (&whole, &second);
  job_clear (&whole);
  job_clear (&first);
  job_clear (&second);
  g_remove (path);
}

static void
fill_photo (const char *path, guint32 colour)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 96, 64);

  gdk_pixbuf_fill (pixbuf, colour);
  g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", NULL, NULL));
}

static void
assert_refused (GboxVisualizationSpec *spec, GboxNetwork *network, GboxError code, const char *text)
{
  g_autoptr (GError) error = NULL;
  JobFixture f;

  job_init (&f, spec, network, 1);
  g_assert_false (gbox_job_start (f.job, &f.context, &error));
  g_assert_error (error, GBOX_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
  job_clear (&f);
}

/* What began with a photograph is only made again with the same one; a checkpoint needs none. */
static void
test_changed_photo (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxVisualizationSpec) spec = job_new_spec ();
  g_autoptr (GboxVisualizationSpec) loaded = NULL;
  g_autofree char *photo = job_new_path (".png");
  g_autofree char *picture = job_new_path (".png");
  g_autofree char *checkpoint = job_new_path (".safetensors");
  JobFixture first, resumed;

  fill_photo (photo, 0x204060ff);
  g_object_set (spec, "start", photo, NULL);
  job_init (&first, spec, network, 1);
  job_start (&first);
  job_run_steps (&first, 3);
  assert_made_again (&first, network, 3);
  job_save (&first, picture);
  job_save (&first, checkpoint);
  loaded = gbox_picture_load_spec (picture, NULL, NULL);
  g_assert_cmpuint (strlen (gbox_visualization_spec_get_values (loaded)->start_digest), ==, 64);

  fill_photo (photo, 0x604020ff);
  assert_refused (loaded, network, GBOX_ERROR_INVALID_FILE, "has changed since");
  g_remove (photo);
  assert_refused (loaded, network, GBOX_ERROR_NOT_FOUND, "There is no image");
  g_object_set (spec, "checkpoint", checkpoint, NULL);
  job_init (&resumed, spec, network, 1);
  job_start (&resumed);
  job_assert_same_frame (&first, &resumed);
  job_clear (&resumed);

  /* Chosen anew it may be any. */
  fill_photo (photo, 0x604020ff);
  g_object_set (loaded, "start-digest", "", NULL);
  job_init (&resumed, loaded, network, 1);
  job_start (&resumed);
  job_clear (&resumed);
  job_clear (&first);
  g_remove (photo);
  g_remove (picture);
  g_remove (checkpoint);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/remaking/resume", test_resume);
  g_test_add_func ("/remaking/picture-again", test_picture_again);
  g_test_add_func ("/remaking/changed-photo", test_changed_photo);
  g_test_add_func ("/remaking/adjusted-again", test_adjusted_again);
  g_test_add_data_func ("/remaking/diverse-again", NULL, test_several_again);
  g_test_add_data_func ("/remaking/interpolated-again", "conv1:4", test_several_again);
  g_test_add_func ("/remaking/goes-on-otherwise", test_goes_on_otherwise);
  return g_test_run ();
}
