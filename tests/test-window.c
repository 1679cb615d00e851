/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window as a user meets it: driven by its widgets and actions, on whatever display there is. */
#include "vision/target.h"
#include "widgets/image-view.h"
#include "window-drive.h"

#define N_DIFFERENT_FRAMES 20
#define N_SWITCHES         50

/* What the picture on the screen is, frame by frame, as the sums of its pixels. */
typedef struct
{
  GHashTable *sums;
  guint n_frames;
} Frames;

static void
on_frame (GboxImageView *view, GParamSpec *pspec, Frames *frames)
{
  GboxFrame *frame = gbox_image_view_get_frame (view);

  if (!frame)
    return;
  frames->n_frames++;
  g_hash_table_add (frames->sums, g_compute_checksum_for_data (G_CHECKSUM_SHA256, frame->pixels,
                                                               (gsize) frame->width * frame->height * 3));
}

static gboolean
has_many_frames (gpointer data)
{
  return g_hash_table_size (((Frames *) data)->sums) >= N_DIFFERENT_FRAMES;
}

static gboolean
has_any_frame (gpointer data)
{
  return ((Frames *) data)->n_frames > 0;
}

static void
check_frames (WindowFixture *fixture)
{
  GtkWidget *view = window_find_widget (GTK_WIDGET (fixture->window), GBOX_TYPE_IMAGE_VIEW);
  g_autoptr (GHashTable) sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Frames frames = { sums, 0 };

  g_signal_connect (view, "notify::frame", G_CALLBACK (on_frame), &frames);
  window_click_a_unit (fixture, 7);
  window_wait_until (has_many_frames, &frames);

  window_activate (fixture, "play-pause", NULL);
  window_wait_until (window_is_paused, fixture);
  frames.n_frames = 0;
  window_iterate (300);
  g_assert_cmpuint (frames.n_frames, ==, 0);

  window_activate (fixture, "play-pause", NULL);
  window_wait_until (has_any_frame, &frames);

  window_activate (fixture, "step", NULL);
  window_wait_until (window_is_paused, fixture);
  window_activate (fixture, "stop", NULL);
  g_signal_handlers_disconnect_by_data (view, &frames);
}

/* Every run but the one at hand must have gone. */
typedef struct
{
  WindowFixture *fixture;
  GWeakRef runs[N_SWITCHES];
} Switches;

static gboolean
is_only_the_last_left (gpointer data)
{
  Switches *switches = data;

  for (guint i = 0; i < N_SWITCHES; i++)
    {
      g_autoptr (GboxRun) run = g_weak_ref_get (&switches->runs[i]);

      if (run && run != window_get_run (switches->fixture))
        return FALSE;
    }
  return TRUE;
}

static void
check_switching (WindowFixture *fixture)
{
  Switches switches = { .fixture = fixture };
  g_autofree char *layer = g_strdup (window_get_values (fixture)->layer);

  for (int i = 0; i < N_SWITCHES; i++)
    {
      g_autofree char *target = g_strdup_printf ("%s/%d", layer, i);

      window_activate (fixture, "visualize", g_variant_new_string (target));
      g_assert_cmpint (window_get_values (fixture)->unit, ==, i);
      g_weak_ref_init (&switches.runs[i], window_get_run (fixture));
      for (int j = 0; j < i % 7; j++)
        g_main_context_iteration (NULL, FALSE);
    }
  window_wait_until (window_has_frame, fixture);
  window_wait_until (is_only_the_last_left, &switches);
  g_assert_cmpint (gbox_visualization_spec_get_values (
                     GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (window_get_run (fixture))))
                     ->unit,
                   ==, N_SWITCHES - 1);
  for (int i = 0; i < N_SWITCHES; i++)
    g_weak_ref_clear (&switches.runs[i]);
}

static void
check_search (WindowFixture *fixture)
{
  GtkWidget *entry = window_find_widget (GTK_WIDGET (fixture->window), GTK_TYPE_SEARCH_ENTRY);
  g_autofree char *layer = g_strdup (window_get_values (fixture)->layer);

  gtk_editable_set_text (GTK_EDITABLE (entry), "31");
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpint (window_get_values (fixture)->unit, ==, 31);
  g_assert_cmpstr (window_get_values (fixture)->layer, ==, layer);

  gtk_editable_set_text (GTK_EDITABLE (entry), "chain");
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpint (window_get_values (fixture)->objective, ==, GBOX_OBJECTIVE_CLASS);
  g_assert_nonnull (strstr (gbox_network_get_class_label (gbox_vision_session_get_network (fixture->session),
                                                          window_get_values (fixture)->unit),
                            "chain"));

  /* The entry's own delay is over by then. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "nowhere/5");
  g_signal_emit_by_name (entry, "activate");
  window_iterate (400);
  g_assert_true (gtk_widget_get_mapped (window_find_label (GTK_WIDGET (fixture->window), "nowhere")));
  gtk_editable_set_text (GTK_EDITABLE (entry), "");

  window_activate (fixture, "objective", g_variant_new_string ("channel"));
  window_activate (fixture, "objective", g_variant_new_string ("no-such-objective"));
  g_assert_cmpint (window_get_values (fixture)->objective, ==, GBOX_OBJECTIVE_CHANNEL);
  g_assert_nonnull (window_find_label (GTK_WIDGET (fixture->window), "no objective “no-such-objective”"));
  g_assert_cmpstr (window_get_values (fixture)->layer, ==, layer);
  g_assert_cmpint (window_get_values (fixture)->unit, ==, 31);

  window_activate (fixture, "visualize", g_variant_new_string ("nowhere/5"));
  g_assert_cmpstr (window_get_values (fixture)->layer, ==, layer);
  g_assert_cmpint (window_get_values (fixture)->unit, ==, 31);
}

static void
check_parameters (WindowFixture *fixture)
{
  GboxRun *run;

  window_wait_until (window_has_frame, fixture);
  run = window_get_run (fixture);
  window_set_parameter (fixture, "learning-rate", "0.02");
  g_assert_false (gbox_vision_session_get_needs_restart (fixture->session));
  g_assert_true (window_get_run (fixture) == run);
  window_set_parameter (fixture, "seed", "3");
  g_assert_true (gbox_vision_session_get_needs_restart (fixture->session));
  window_set_parameter (fixture, "seed", "three");
  g_assert_cmpuint (window_get_values (fixture)->seed, ==, 3);
  window_activate (fixture, "restart", NULL);
  g_assert_false (gbox_vision_session_get_needs_restart (fixture->session));
  g_assert_true (window_get_run (fixture) != run);

  window_set_parameter (fixture, "schedule", "2:learning-rate=0.03");
  g_assert_cmpstr (window_get_values (fixture)->schedule, ==, "2:learning-rate=0.03");
  g_assert_true (gbox_vision_session_get_needs_restart (fixture->session));
  window_set_parameter (fixture, "seed", "4");
  g_assert_cmpstr (window_get_values (fixture)->schedule, ==, "");
}

static gboolean
is_a_step_longer (gpointer data)
{
  return window_is_finished (data) && gbox_run_get_step (window_get_run (data)) == 4;
}

/* What is over can be taken one step further, and the length says so. */
static void
check_step_after_the_end (WindowFixture *fixture)
{
  window_set_parameter (fixture, "steps", "3");
  window_activate (fixture, "restart", NULL);
  window_wait_until (window_is_finished, fixture);
  g_assert_cmpuint (gbox_run_get_n_steps (window_get_run (fixture)), ==, 3);
  window_activate (fixture, "step", NULL);
  window_wait_until (is_a_step_longer, fixture);
  g_assert_cmpuint (gbox_run_get_n_steps (window_get_run (fixture)), ==, 4);
}

static void
live_body (gpointer data)
{
  WindowFixture *fixture = data;

  window_wait_until (window_is_drawn, fixture->window);
  window_wait_until (window_has_frame, fixture);
  window_set_parameter (fixture, "size", WINDOW_SIZE);
  window_set_parameter (fixture, "steps", "100000");
  check_frames (fixture);
  check_switching (fixture);
  check_search (fixture);
  check_parameters (fixture);
  check_step_after_the_end (fixture);
  window_activate (fixture, "restart", NULL);
  window_close (fixture);
}

static void
missing_body (gpointer data)
{
  WindowFixture *fixture = data;
  GtkWidget *status = window_find_widget (GTK_WIDGET (fixture->window), ADW_TYPE_STATUS_PAGE);

  window_wait_until (window_is_drawn, status);
  g_assert_nonnull (strstr (adw_status_page_get_title (ADW_STATUS_PAGE (status)), "Is Not Here"));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "play-pause"));
  window_activate (fixture, "open-file", g_variant_new_string ("/nowhere/network.caffemodel"));
  window_wait_until (window_has_dialog, fixture);
  window_close_dialog (fixture, "/nowhere/network.caffemodel");
  g_assert_nonnull (strstr (adw_status_page_get_title (ADW_STATUS_PAGE (status)), "Is Not Here"));
  window_close (fixture);
}

static void
test_missing (void)
{
  g_autofree char *path = g_strdup (g_getenv ("GBOX_MODEL_PATH"));

  g_setenv ("GBOX_MODEL_PATH", "", TRUE);
  window_test (missing_body);
  g_setenv ("GBOX_MODEL_PATH", path, TRUE);
}

static void
test_live (void)
{
  window_test_with_model (live_body);
}

static void
test_target (void)
{
  g_autoptr (GboxTarget) short_target = gbox_target_parse (" 4b:100 ", NULL);
  g_autoptr (GboxTarget) long_target = gbox_target_parse ("/some/where/file.pth/block8/20", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (short_target->layer, ==, "4b");
  g_assert_null (short_target->model);
  g_assert_cmpint (short_target->unit, ==, 100);
  g_assert_cmpstr (long_target->model, ==, "/some/where/file.pth");
  g_assert_cmpstr (long_target->layer, ==, "block8");
  g_assert_cmpint (long_target->unit, ==, 20);
  g_assert_null (gbox_target_parse ("4b/-1", &error));
  g_assert_nonnull (error);
  g_assert_null (gbox_target_parse ("", NULL));
}

static void
add_tests (void)
{
  g_test_add_func ("/window/target", test_target);
  g_test_add_func ("/window/missing", test_missing);
  g_test_add_func ("/window/live", test_live);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
