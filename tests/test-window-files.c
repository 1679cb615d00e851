/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving and opening in the window. */
#include <glib/gstdio.h>
#include <stdlib.h>

#include "window-drive.h"

static gboolean
is_saved (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static GtkWidget *
find_text (WindowFixture *fixture, const char *text)
{
  return window_find_label (GTK_WIDGET (fixture->window), text);
}

static void
check_saving (WindowFixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "picture.png", NULL);
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) error = NULL;

  window_set_parameter (fixture, "steps", "3");
  window_activate (fixture, "restart", NULL);
  window_wait_until (window_is_finished, fixture);
  g_assert_nonnull (find_text (fixture, "step 3 / 3 · done"));
  /* Fewer than it has are no fraction. */
  window_set_parameter (fixture, "steps", "2");
  window_wait_for_label (GTK_WIDGET (fixture->window), "step 3 · done");
  g_assert_null (find_text (fixture, "step 3 /"));
  window_activate (fixture, "copy", NULL);
  window_activate (fixture, "save-to", g_variant_new_string (path));
  window_wait_until (is_saved, path);
  texture = gdk_texture_new_from_filename (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, atoi (WINDOW_SIZE));
  g_unlink (path);
  g_rmdir (folder);
}

static void
save_to (WindowFixture *fixture, const char *path)
{
  window_activate (fixture, "save-to", g_variant_new_string (path));
  window_wait_until (is_saved, (gpointer) path);
}

static gboolean
has_stepped (gpointer data)
{
  return window_is_paused (data)
         && gbox_run_get_step (window_get_run (data)) == ((WindowFixture *) data)->step;
}

/* Changed on the way, so that the recipe is more than its parameters. Returns: the steps it took. */
static guint
make_picture (WindowFixture *fixture, const char *path)
{
  g_autofree char *n_steps = NULL;

  window_set_parameter (fixture, "steps", "100000");
  window_set_parameter (fixture, "seed", "11");
  window_set_parameter (fixture, "learning-rate", "0.012345678");
  window_click_a_unit (fixture, 9);
  window_wait_until (window_has_frame, fixture);
  window_activate (fixture, "play-pause", NULL);
  window_wait_until (window_is_paused, fixture);
  window_set_parameter (fixture, "rotate", "3");
  fixture->step = gbox_run_get_step (window_get_run (fixture)) + 1;
  window_activate (fixture, "step", NULL);
  window_wait_until (has_stepped, fixture);
  n_steps = g_strdup_printf ("%u", fixture->step + 6);
  window_set_parameter (fixture, "steps", n_steps);
  window_activate (fixture, "play-pause", NULL);
  window_wait_until (window_is_finished, fixture);
  save_to (fixture, path);
  return gbox_run_get_step (window_get_run (fixture));
}

static void
assert_same_file (const char *path, const char *other)
{
  g_autofree char *bytes = NULL;
  g_autofree char *other_bytes = NULL;
  gsize n, n_other;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_true (g_file_get_contents (other, &other_bytes, &n_other, NULL));
  g_assert_cmpmem (bytes, n, other_bytes, n_other);
}

static gboolean
is_unit_9 (gpointer data)
{
  return window_get_values (data)->unit == 9 && window_get_run (data);
}

static void
leave (WindowFixture *fixture)
{
  window_set_parameter (fixture, "seed", "4");
  window_set_parameter (fixture, "rotate", "20");
  window_set_parameter (fixture, "steps", "100000");
  window_click_a_unit (fixture, 2);
  window_wait_until (window_has_frame, fixture);
}

static void
open_file (WindowFixture *fixture, const char *path)
{
  leave (fixture);
  g_assert_cmpstr (window_get_values (fixture)->schedule, ==, "");
  window_activate (fixture, "open-file", g_variant_new_string (path));
}

/* A picture is made again as it was. */
static void
check_picture (WindowFixture *fixture, const char *picture, const char *again, guint n_steps)
{
  open_file (fixture, picture);
  window_wait_until (is_unit_9, fixture);
  g_assert_cmpuint (window_get_values (fixture)->seed, ==, 11);
  g_assert_cmpuint (window_get_values (fixture)->steps, ==, n_steps);
  g_assert_false (gbox_vision_session_get_needs_restart (fixture->session));
  window_wait_until (window_is_finished, fixture);
  save_to (fixture, again);
  assert_same_file (picture, again);
}

/* A checkpoint goes on, until something is asked for that needs a new start. */
static void
check_checkpoint (WindowFixture *fixture, const char *checkpoint, guint n_steps)
{
  open_file (fixture, checkpoint);
  window_wait_until (is_unit_9, fixture);
  window_wait_until (window_has_frame, fixture);
  g_assert_cmpuint (gbox_run_get_frame (window_get_run (fixture))->step, >=, n_steps);
  g_assert_cmpuint (gbox_run_get_n_steps (window_get_run (fixture)), >, n_steps);
  g_assert_false (gbox_vision_session_get_needs_restart (fixture->session));
  window_set_parameter (fixture, "seed", "12");
  g_assert_cmpstr (window_get_values (fixture)->checkpoint, ==, "");
}

/* What is neither changes nothing. */
static void
check_wrong_file (WindowFixture *fixture, const char *wrong)
{
  GboxRun *run;

  g_assert_true (g_file_set_contents (wrong, "no weights", -1, NULL));
  open_file (fixture, wrong);
  run = window_get_run (fixture);
  window_wait_until (window_has_dialog, fixture);
  window_close_dialog (fixture, "wrong.pth");
  g_assert_true (window_get_run (fixture) == run);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_RUNNING);
  g_assert_cmpint (window_get_values (fixture)->unit, ==, 2);
}

static void
check_opening (WindowFixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *picture = g_build_filename (folder, "picture.png", NULL);
  g_autofree char *again = g_build_filename (folder, "again.png", NULL);
  g_autofree char *checkpoint = g_build_filename (folder, "on.safetensors", NULL);
  g_autofree char *wrong = g_build_filename (folder, "wrong.pth", NULL);
  guint n_steps;

  n_steps = make_picture (fixture, picture);
  save_to (fixture, checkpoint);
  check_picture (fixture, picture, again, n_steps);
  check_checkpoint (fixture, checkpoint, n_steps);
  check_wrong_file (fixture, wrong);
  remove_path (folder);
}

static gboolean
has_started (gpointer data)
{
  return *window_get_values (data)->start != '\0' && window_has_frame (data);
}

static gboolean
has_kept_picture (gpointer data)
{
  return strstr (window_get_values (data)->start, "/glassbox/starts/") != NULL && window_has_frame (data);
}

/* The run's own spec is what is saved with the picture. */
static void
assert_start (WindowFixture *fixture, const char *path)
{
  GboxSpec *spec = gbox_run_get_spec (window_get_run (fixture));

  g_assert_cmpstr (window_get_values (fixture)->start, ==, path);
  g_assert_cmpstr (gbox_visualization_spec_get_values (GBOX_VISUALIZATION_SPEC (spec))->start, ==, path);
}

/* From a picture, from the one that is shown, and back; what is no picture changes nothing. */
static void
check_starting (WindowFixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *picture = g_build_filename (folder, "picture.png", NULL);
  g_autofree char *missing = g_build_filename (folder, "missing.png", NULL);

  save_to (fixture, picture);
  window_activate (fixture, "start-from", g_variant_new_string (picture));
  window_wait_until (has_started, fixture);
  assert_start (fixture, picture);
  g_assert_nonnull (find_text (fixture, "basis, from picture.png"));
  window_activate (fixture, "start-from", g_variant_new_string (missing));
  window_wait_until (window_has_dialog, fixture);
  window_close_dialog (fixture, "There is no image");
  assert_start (fixture, picture);
  window_activate (fixture, "start-shown", NULL);
  window_wait_until (has_kept_picture, fixture);
  g_assert_true (g_file_test (window_get_values (fixture)->start, G_FILE_TEST_EXISTS));
  window_activate (fixture, "start-from", g_variant_new_string (""));
  window_wait_until (window_has_frame, fixture);
  assert_start (fixture, "");
  remove_path (folder);
}

static gboolean
has_failed (gpointer data)
{
  GboxRun *run = window_get_run (data);

  return run && gbox_run_get_error (run);
}

static gboolean
has_recovered (gpointer data)
{
  return *window_get_values (data)->start == '\0' && !has_failed (data) && window_has_frame (data);
}

static guint
count_labels (GtkWidget *from, const char *text)
{
  guint n = GTK_IS_LABEL (from) && strstr (gtk_label_get_text (GTK_LABEL (from)), text) ? 1 : 0;

  for (GtkWidget *child = gtk_widget_get_first_child (from); child;
       child = gtk_widget_get_next_sibling (child))
    n += count_labels (child, text);
  return n;
}

/* That what a picture starts from is gone is told once. */
static void
check_lost_start (WindowFixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *photo = g_build_filename (folder, "photo.png", NULL);
  g_autofree char *picture = g_build_filename (folder, "picture.png", NULL);

  save_to (fixture, photo);
  window_activate (fixture, "start-from", g_variant_new_string (photo));
  window_wait_until (has_started, fixture);
  save_to (fixture, picture);
  window_activate (fixture, "start-from", g_variant_new_string (""));
  g_unlink (photo);
  open_file (fixture, picture);
  window_wait_until (has_failed, fixture);
  window_iterate (100);
  g_assert_cmpuint (count_labels (GTK_WIDGET (fixture->window), "There is no image"), ==, 1);
  window_activate (fixture, "start-from", g_variant_new_string (""));
  window_wait_until (has_recovered, fixture);
  remove_path (folder);
}

/* What cannot be saved is told, and what runs goes on. */
static void
check_unwritable (WindowFixture *fixture)
{
  GboxRun *run = window_get_run (fixture);

  window_activate (fixture, "save-to", g_variant_new_string ("/nowhere/at/all/picture.png"));
  window_wait_until (window_has_dialog, fixture);
  window_close_dialog (fixture, "could not be saved");
  g_assert_true (window_get_run (fixture) == run);
}

static void
files_body (gpointer data)
{
  WindowFixture *fixture = data;

  window_wait_until (window_has_frame, fixture);
  window_set_parameter (fixture, "size", WINDOW_SIZE);
  check_saving (fixture);
  check_opening (fixture);
  check_starting (fixture);
  check_lost_start (fixture);
  check_unwritable (fixture);
  window_close (fixture);
}

static void
test_files (void)
{
  window_test_with_model (files_body);
}

static void
add_tests (void)
{
  g_test_add_func ("/window-files/files", test_files);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
