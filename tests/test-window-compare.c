/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures side by side in the window, and how they grew. */
#include <glib/gstdio.h>

#include "vision/recipe.h"
#include "widgets/image-view.h"
#include "window-drive.h"

static GboxVisionTile *
get_tile (WindowFixture *fixture, guint i)
{
  g_autoptr (GboxVisionTile) tile
    = g_list_model_get_item (gbox_vision_session_get_tiles (fixture->session), i);

  return tile;
}

static guint
count_tiles (WindowFixture *fixture)
{
  return g_list_model_get_n_items (gbox_vision_session_get_tiles (fixture->session));
}

static const GboxVisualizationValues *
get_tile_values (WindowFixture *fixture, guint i)
{
  return gbox_visualization_spec_get_values (
    GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (gbox_vision_tile_get_run (get_tile (fixture, i)))));
}

static gboolean
all_step (gpointer data)
{
  WindowFixture *fixture = data;

  for (guint i = 0; i < count_tiles (fixture); i++)
    if (gbox_run_get_step (gbox_vision_tile_get_run (get_tile (fixture, i))) < 3)
      return FALSE;
  return TRUE;
}

static gboolean
all_pause (gpointer data)
{
  WindowFixture *fixture = data;

  for (guint i = 0; i < count_tiles (fixture); i++)
    if (gbox_run_get_state (gbox_vision_tile_get_run (get_tile (fixture, i))) != GBOX_RUN_PAUSED)
      return FALSE;
  return TRUE;
}

/* Fourier and pixels, begun and paused together, and about the same unit wherever one goes. */
static void
check_comparison (WindowFixture *fixture)
{
  window_set_parameter (fixture, "steps", "100000");
  window_activate (fixture, "compare", NULL);
  g_assert_cmpuint (count_tiles (fixture), ==, 2);
  g_assert_cmpint (get_tile_values (fixture, 0)->basis, ==, GBOX_BASIS_FOURIER);
  g_assert_cmpint (get_tile_values (fixture, 1)->basis, ==, GBOX_BASIS_PIXEL);
  window_wait_until (all_step, fixture);
  window_activate (fixture, "play-pause", NULL);
  window_wait_until (all_pause, fixture);
  g_assert_nonnull (window_find_label (GTK_WIDGET (fixture->window), "Pixel"));
  window_click_a_unit (fixture, 2);
  g_assert_cmpint (get_tile_values (fixture, 0)->unit, ==, 2);
  g_assert_cmpint (get_tile_values (fixture, 1)->unit, ==, 2);
  g_assert_cmpint (get_tile_values (fixture, 1)->basis, ==, GBOX_BASIS_PIXEL);
}

/* What is pinned stays when the others change; what is selected is edited. */
static void
check_pinning (WindowFixture *fixture)
{
  GboxRun *run;

  gbox_vision_session_set_pinned (fixture->session, get_tile (fixture, 0), TRUE);
  g_assert_true (gbox_vision_session_get_selected (fixture->session) == get_tile (fixture, 1));
  g_assert_cmpint (window_get_values (fixture)->basis, ==, GBOX_BASIS_PIXEL);
  run = gbox_vision_tile_get_run (get_tile (fixture, 0));
  window_click_a_unit (fixture, 5);
  g_assert_cmpint (get_tile_values (fixture, 0)->unit, ==, 2);
  g_assert_cmpint (get_tile_values (fixture, 1)->unit, ==, 5);
  g_assert_true (gbox_vision_tile_get_run (get_tile (fixture, 0)) == run);
  gbox_vision_session_set_pinned (fixture->session, get_tile (fixture, 0), FALSE);
}

static void
check_adding (WindowFixture *fixture)
{
  window_activate (fixture, "add-tile", NULL);
  window_activate (fixture, "add-tile", NULL);
  g_assert_cmpuint (count_tiles (fixture), ==, 4);
  window_activate (fixture, "add-tile", NULL);
  g_assert_cmpuint (count_tiles (fixture), ==, 4);
  g_assert_true (gbox_vision_tile_get_pinned (get_tile (fixture, 1)));
  window_click_a_unit (fixture, 7);
  g_assert_cmpint (get_tile_values (fixture, 3)->unit, ==, 7);
  g_assert_cmpint (get_tile_values (fixture, 2)->unit, ==, 5);
  window_wait_until (all_step, fixture);
  gbox_vision_session_remove_tile (fixture->session, get_tile (fixture, 3));
  g_assert_cmpuint (count_tiles (fixture), ==, 3);
  window_activate (fixture, "compare", NULL);
  g_assert_cmpuint (count_tiles (fixture), ==, 1);
}

/* Free: what is done concerns the selected one only. */
static void
check_free (WindowFixture *fixture)
{
  window_activate (fixture, "compare", NULL);
  window_activate (fixture, "lockstep", NULL);
  window_wait_until (all_step, fixture);
  window_activate (fixture, "play-pause", NULL);
  window_wait_until (window_is_paused, fixture);
  g_assert_cmpint (gbox_run_get_state (gbox_vision_tile_get_run (get_tile (fixture, 1))), ==,
                   GBOX_RUN_RUNNING);
  window_activate (fixture, "lockstep", NULL);
  window_activate (fixture, "compare", NULL);
}

/* Pictures made together are shown together, and so they are saved. */
static void
check_several (WindowFixture *fixture)
{
  GboxFrame *frame;

  window_set_parameter (fixture, "steps", "3");
  window_set_parameter (fixture, "diversity", "3");
  g_assert_true (gbox_vision_session_get_needs_restart (fixture->session));
  window_activate (fixture, "restart", NULL);
  window_wait_until (window_is_finished, fixture);
  frame = gbox_run_get_frame (window_get_run (fixture));
  g_assert_cmpint (frame->width, >=, 3 * frame->height);
  window_set_parameter (fixture, "diversity", "1");
}

/* A row of pictures to another unit, by its name; what there is not is told. */
static void
check_interpolation (WindowFixture *fixture)
{
  const GboxVisualizationValues *values = window_get_values (fixture);
  g_autofree char *end = g_strdup_printf (" %s:%d ", values->layer, values->unit + 1);
  GboxFrame *frame;

  window_set_parameter (fixture, "interpolate-steps", "4");
  window_activate (fixture, "interpolate", g_variant_new_string ("no-layer:3"));
  g_assert_cmpstr (window_get_values (fixture)->interpolate_to, ==, "");
  window_activate (fixture, "interpolate", g_variant_new_string (end));
  window_wait_until (window_is_finished, fixture);
  frame = gbox_run_get_frame (window_get_run (fixture));
  g_assert_cmpint (frame->width, >=, 4 * frame->height);
  g_assert_nonnull (window_find_label (GTK_WIDGET (fixture->window), "→"));
  window_activate (fixture, "objective", g_variant_new_string ("neuron"));
  g_assert_cmpstr (window_get_values (fixture)->interpolate_to, ==, "");
  window_activate (fixture, "objective", g_variant_new_string ("channel"));
}

static guint
get_shown_step (WindowFixture *fixture)
{
  GtkWidget *view = window_find_widget (GTK_WIDGET (fixture->window), GBOX_TYPE_IMAGE_VIEW);

  return gbox_image_view_get_frame (GBOX_IMAGE_VIEW (view))->step;
}

static void
check_film (WindowFixture *fixture)
{
  window_set_parameter (fixture, "steps", "6");
  window_activate (fixture, "restart", NULL);
  window_wait_until (window_is_finished, fixture);
  g_assert_cmpuint (gbox_film_get_length (gbox_vision_tile_get_film (get_tile (fixture, 0))), ==, 7);
  g_assert_cmpuint (get_shown_step (fixture), ==, 6);
  window_activate (fixture, "film-first", NULL);
  g_assert_cmpuint (get_shown_step (fixture), ==, 0);
  window_activate (fixture, "film-next", NULL);
  g_assert_cmpuint (get_shown_step (fixture), ==, 1);
  g_assert_nonnull (window_find_label (GTK_WIDGET (fixture->window), "earlier: step 1"));
  window_activate (fixture, "film-latest", NULL);
  window_activate (fixture, "film-previous", NULL);
  g_assert_cmpuint (get_shown_step (fixture), ==, 5);
  window_activate (fixture, "film-latest", NULL);
  g_assert_cmpuint (get_shown_step (fixture), ==, 6);
}

static gboolean
is_at_step_10 (gpointer fixture)
{
  return window_is_finished (fixture) && gbox_run_get_step (window_get_run (fixture)) == 10;
}

static void
check_going_on (WindowFixture *fixture)
{
  window_activate (fixture, "more-steps", g_variant_new_uint32 (4));
  window_wait_until (is_at_step_10, fixture);
  g_assert_cmpuint (gbox_film_get_length (gbox_vision_tile_get_film (get_tile (fixture, 0))), ==, 11);
}

static gboolean
is_saved (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Both say how the picture was made. */
static void
check_saving (WindowFixture *fixture, const char *action, const char *name)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GboxVisualizationSpec) recipe = NULL;
  g_autoptr (GError) error = NULL;

  window_activate (fixture, action, g_variant_new_string (path));
  window_wait_until (is_saved, path);
  recipe = gbox_recipe_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gbox_visualization_spec_get_values (recipe)->steps, ==, 10);
  g_assert_cmpint (gbox_visualization_spec_get_values (recipe)->unit, ==, window_get_values (fixture)->unit);
  g_unlink (path);
  g_rmdir (folder);
}

/* What a photo has in the layer; a direction that is typed takes its place. */
static void
check_photo_direction (WindowFixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "photo.png", NULL);

  window_wait_until (window_is_finished, fixture);
  window_activate (fixture, "save-to", g_variant_new_string (path));
  window_wait_until (is_saved, path);
  window_activate (fixture, "direction-photos", g_variant_new ("(ss)", path, ""));
  window_wait_until (window_is_finished, fixture);
  g_assert_cmpint (window_get_values (fixture)->objective, ==, GBOX_OBJECTIVE_DIRECTION);
  g_assert_nonnull (window_find_label (GTK_WIDGET (fixture->window), "photo.png"));
  gbox_vision_session_set_direction (fixture->session, "1:1, 2:-0.5");
  g_assert_cmpstr (window_get_values (fixture)->direction_from, ==, "");
  window_wait_until (window_is_finished, fixture);
  window_activate (fixture, "objective", g_variant_new_string ("channel"));
  g_unlink (path);
  g_rmdir (folder);
}

static gboolean
has_one (gpointer data)
{
  WindowFixture *fixture = data;
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (fixture->window), "atlas");

  return !g_variant_get_boolean (state) || window_find_label (GTK_WIDGET (fixture->window), "1 of ");
}

/* The unit at hand has its picture from before, the next one's is begun, and waits while it is paused;
 * another layer ends it. */
static void
check_atlas (WindowFixture *fixture)
{
  GboxUnitAtlas *atlas = gbox_vision_page_get_atlas (gbox_window_get_vision_page (fixture->window));
  g_autoptr (GVariant) state = NULL;
  guint n_done;

  window_activate (fixture, "stop", NULL);
  window_activate (fixture, "atlas", NULL);
  window_wait_until (has_one, fixture);
  g_assert_nonnull (window_find_label (GTK_WIDGET (fixture->window), " made"));
  window_activate (fixture, "atlas-pause", NULL);
  g_assert_nonnull (window_find_label (GTK_WIDGET (fixture->window), ", paused"));
  n_done = gbox_unit_atlas_get_n_done (atlas);
  window_iterate (300);
  g_assert_cmpuint (gbox_unit_atlas_get_n_done (atlas), ==, n_done);
  window_activate (fixture, "atlas-pause", NULL);
  g_assert_nonnull (window_find_label (GTK_WIDGET (fixture->window), " made"));
  window_activate (fixture, "atlas-pause", NULL);
  gbox_vision_session_choose_layer (fixture->session, "class");
  state = g_action_group_get_action_state (G_ACTION_GROUP (fixture->window), "atlas");
  g_assert_false (g_variant_get_boolean (state));
  g_assert_false (gbox_unit_atlas_get_paused (atlas));
}

static void
body (gpointer data)
{
  WindowFixture *fixture = data;

  window_set_parameter (fixture, "size", WINDOW_SIZE);
  window_wait_until (window_has_frame, fixture);
  window_click_a_unit (fixture, 1);
  window_wait_until (window_has_frame, fixture);
  check_comparison (fixture);
  check_pinning (fixture);
  check_adding (fixture);
  check_free (fixture);
  check_several (fixture);
  check_interpolation (fixture);
  check_photo_direction (fixture);
  check_film (fixture);
  check_going_on (fixture);
  check_saving (fixture, "save-animation-to", "film.webp");
  check_saving (fixture, "save-contact-sheet-to", "sheet.png");
  check_atlas (fixture);
  window_close (fixture);
}

static void
test_compare (void)
{
  window_test_with_model (body);
}

static void
add_tests (void)
{
  g_test_add_func ("/window/compare", test_compare);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
