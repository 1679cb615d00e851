/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window as a user meets it: driven by its widgets and actions, on whatever display there is. */
#include <glib/gstdio.h>
#include <gtk/gtk.h>

#include "shell/application.h"
#include "shell/window.h"
#include "vision/target.h"
#include "widgets/image-view.h"

/* Small enough that a step takes a few milliseconds. */
#define SIZE               "64"
#define N_DIFFERENT_FRAMES 20
#define N_SWITCHES         50
/* No step of these tests takes that long; without it a failure would hang. */
#define PATIENCE_S 120

typedef struct
{
  GtkApplication *application;
  GboxWindow *window;
  GboxVisionSession *session;
  void (*body) (gpointer fixture);
} Fixture;

typedef gboolean (*Predicate) (gpointer data);

static gboolean
on_look (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_CONTINUE;
}

#define wait_until(predicate, data) wait_for (predicate, data, #predicate, __LINE__)

/* Something may come true without the main loop having anything to do. */
#define LOOK_EVERY_MS 20

static void
wait_for (Predicate predicate, gpointer data, const char *what, int line)
{
  guint n_looks = 0;
  const guint source = g_timeout_add (LOOK_EVERY_MS, on_look, &n_looks);

  while (!predicate (data) && n_looks < PATIENCE_S * 1000 / LOOK_EVERY_MS)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  if (!predicate (data))
    g_error ("line %d: %s did not come true", line, what);
}

static gboolean
on_over (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
iterate (guint milliseconds)
{
  gboolean is_over = FALSE;

  g_timeout_add (milliseconds, on_over, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
activate (Fixture *fixture, const char *action, GVariant *parameter)
{
  g_assert_true (g_action_group_has_action (G_ACTION_GROUP (fixture->window), action));
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), action, parameter);
}

static void
set_parameter (Fixture *fixture, const char *name, const char *value)
{
  activate (fixture, "set", g_variant_new ("(ss)", name, value));
}

/* Depth first, in what the window itself shows. */
static GtkWidget *
find_widget (GtkWidget *from, GType type)
{
  if (g_type_is_a (G_OBJECT_TYPE (from), type))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = GTK_IS_POPOVER (child) ? NULL : find_widget (child, type);

      if (found)
        return found;
    }
  return NULL;
}

static GboxRun *
get_run (Fixture *fixture)
{
  return gbox_vision_session_get_run (fixture->session);
}

static const GboxVisualizationValues *
get_values (Fixture *fixture)
{
  return gbox_visualization_spec_get_values (gbox_vision_session_get_spec (fixture->session));
}

static gboolean
has_frame (gpointer data)
{
  GboxRun *run = get_run (data);

  if (run && gbox_run_get_error (run))
    g_error ("%s", gbox_run_get_error (run)->message);
  return run && gbox_run_get_frame (run);
}

static gboolean
is_paused (gpointer data)
{
  return get_run (data) && gbox_run_get_state (get_run (data)) == GBOX_RUN_PAUSED;
}

static gboolean
is_finished (gpointer data)
{
  return get_run (data) && gbox_run_get_state (get_run (data)) == GBOX_RUN_FINISHED;
}

static GtkWindow *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return window;
    }
  return NULL;
}

static gboolean
has_dialog (gpointer data)
{
  return find_dialog () != NULL;
}

static gboolean
has_no_dialog (gpointer data)
{
  return find_dialog () == NULL;
}

/* It says what is wrong, in whole. */
static void
close_dialog (Fixture *fixture, const char *text)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (find_dialog ());

  g_test_message ("%s: %s", adw_message_dialog_get_heading (dialog), adw_message_dialog_get_body (dialog));
  g_assert_nonnull (strstr (adw_message_dialog_get_body (dialog), text));
  gtk_window_destroy (GTK_WINDOW (dialog));
  wait_until (has_no_dialog, fixture);
}

static gboolean
is_drawn (gpointer data)
{
  return gtk_widget_get_mapped (data);
}

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
click_a_unit (Fixture *fixture, int unit)
{
  GtkWidget *grid = find_widget (GTK_WIDGET (fixture->window), GTK_TYPE_GRID_VIEW);

  g_assert_nonnull (grid);
  g_signal_emit_by_name (grid, "activate", (guint) unit);
  g_assert_cmpint (get_values (fixture)->unit, ==, unit);
}

static void
check_frames (Fixture *fixture)
{
  GtkWidget *view = find_widget (GTK_WIDGET (fixture->window), GBOX_TYPE_IMAGE_VIEW);
  g_autoptr (GHashTable) sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Frames frames = { sums, 0 };

  g_signal_connect (view, "notify::frame", G_CALLBACK (on_frame), &frames);
  click_a_unit (fixture, 7);
  wait_until (has_many_frames, &frames);

  activate (fixture, "play-pause", NULL);
  wait_until (is_paused, fixture);
  frames.n_frames = 0;
  iterate (300);
  g_assert_cmpuint (frames.n_frames, ==, 0);

  activate (fixture, "play-pause", NULL);
  wait_until (has_any_frame, &frames);

  activate (fixture, "step", NULL);
  wait_until (is_paused, fixture);
  activate (fixture, "stop", NULL);
  g_signal_handlers_disconnect_by_data (view, &frames);
}

/* Every run but the one at hand must have gone. */
typedef struct
{
  Fixture *fixture;
  GWeakRef runs[N_SWITCHES];
} Switches;

static gboolean
is_only_the_last_left (gpointer data)
{
  Switches *switches = data;

  for (guint i = 0; i < N_SWITCHES; i++)
    {
      g_autoptr (GboxRun) run = g_weak_ref_get (&switches->runs[i]);

      if (run && run != get_run (switches->fixture))
        return FALSE;
    }
  return TRUE;
}

static void
check_switching (Fixture *fixture)
{
  Switches switches = { .fixture = fixture };
  g_autofree char *layer = g_strdup (get_values (fixture)->layer);

  for (int i = 0; i < N_SWITCHES; i++)
    {
      g_autofree char *target = g_strdup_printf ("%s/%d", layer, i);

      activate (fixture, "visualize", g_variant_new_string (target));
      g_assert_cmpint (get_values (fixture)->unit, ==, i);
      g_weak_ref_init (&switches.runs[i], get_run (fixture));
      for (int j = 0; j < i % 7; j++)
        g_main_context_iteration (NULL, FALSE);
    }
  wait_until (has_frame, fixture);
  wait_until (is_only_the_last_left, &switches);
  g_assert_cmpint (gbox_visualization_spec_get_values (
                     GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (get_run (fixture))))
                     ->unit,
                   ==, N_SWITCHES - 1);
  for (int i = 0; i < N_SWITCHES; i++)
    g_weak_ref_clear (&switches.runs[i]);
}

static void
check_search (Fixture *fixture)
{
  GtkWidget *entry = find_widget (GTK_WIDGET (fixture->window), GTK_TYPE_SEARCH_ENTRY);
  g_autofree char *layer = g_strdup (get_values (fixture)->layer);

  gtk_editable_set_text (GTK_EDITABLE (entry), "31");
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpint (get_values (fixture)->unit, ==, 31);
  g_assert_cmpstr (get_values (fixture)->layer, ==, layer);

  gtk_editable_set_text (GTK_EDITABLE (entry), "chain");
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpint (get_values (fixture)->objective, ==, GBOX_OBJECTIVE_CLASS);
  g_assert_nonnull (strstr (gbox_network_get_class_label (gbox_vision_session_get_network (fixture->session),
                                                          get_values (fixture)->unit),
                            "chain"));

  activate (fixture, "objective", g_variant_new_string ("channel"));
  g_assert_cmpstr (get_values (fixture)->layer, ==, layer);
  g_assert_cmpint (get_values (fixture)->unit, ==, 31);

  activate (fixture, "visualize", g_variant_new_string ("nowhere/5"));
  g_assert_cmpstr (get_values (fixture)->layer, ==, layer);
  g_assert_cmpint (get_values (fixture)->unit, ==, 31);
}

static void
check_parameters (Fixture *fixture)
{
  GboxRun *run;

  wait_until (has_frame, fixture);
  run = get_run (fixture);
  set_parameter (fixture, "learning-rate", "0.02");
  g_assert_false (gbox_vision_session_get_needs_restart (fixture->session));
  g_assert_true (get_run (fixture) == run);
  set_parameter (fixture, "seed", "3");
  g_assert_true (gbox_vision_session_get_needs_restart (fixture->session));
  set_parameter (fixture, "seed", "three");
  g_assert_cmpuint (get_values (fixture)->seed, ==, 3);
  activate (fixture, "restart", NULL);
  g_assert_false (gbox_vision_session_get_needs_restart (fixture->session));
  g_assert_true (get_run (fixture) != run);
}

static gboolean
is_saved (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
check_saving (Fixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "picture.png", NULL);
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) error = NULL;

  set_parameter (fixture, "steps", "3");
  activate (fixture, "restart", NULL);
  wait_until (is_finished, fixture);
  activate (fixture, "copy", NULL);
  activate (fixture, "save-to", g_variant_new_string (path));
  wait_until (is_saved, path);
  texture = gdk_texture_new_from_filename (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, atoi (SIZE));
  g_unlink (path);
  g_rmdir (folder);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_folder (child);
    }
  g_remove (path);
}

static void
save_to (Fixture *fixture, const char *path)
{
  activate (fixture, "save-to", g_variant_new_string (path));
  wait_until (is_saved, (gpointer) path);
}

/* Changed on the way, so that the recipe is more than its parameters. */
static void
make_picture (Fixture *fixture, const char *path)
{
  set_parameter (fixture, "steps", "100000");
  set_parameter (fixture, "seed", "11");
  set_parameter (fixture, "learning-rate", "0.012345678");
  click_a_unit (fixture, 9);
  wait_until (has_frame, fixture);
  activate (fixture, "play-pause", NULL);
  wait_until (is_paused, fixture);
  set_parameter (fixture, "rotate", "3");
  activate (fixture, "step", NULL);
  iterate (100);
  set_parameter (fixture, "steps", "12");
  activate (fixture, "play-pause", NULL);
  wait_until (is_finished, fixture);
  save_to (fixture, path);
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
  return get_values (data)->unit == 9 && get_run (data);
}

static void
leave (Fixture *fixture)
{
  set_parameter (fixture, "seed", "4");
  set_parameter (fixture, "rotate", "20");
  set_parameter (fixture, "steps", "100000");
  click_a_unit (fixture, 2);
  wait_until (has_frame, fixture);
}

/* A picture is made again as it was, a checkpoint goes on, and what is neither changes nothing. */
static void
check_opening (Fixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *picture = g_build_filename (folder, "picture.png", NULL);
  g_autofree char *again = g_build_filename (folder, "again.png", NULL);
  g_autofree char *checkpoint = g_build_filename (folder, "on.safetensors", NULL);
  g_autofree char *wrong = g_build_filename (folder, "wrong.pth", NULL);
  GboxRun *run;

  make_picture (fixture, picture);
  save_to (fixture, checkpoint);

  leave (fixture);
  activate (fixture, "open-file", g_variant_new_string (picture));
  wait_until (is_unit_9, fixture);
  g_assert_cmpuint (get_values (fixture)->seed, ==, 11);
  g_assert_cmpuint (get_values (fixture)->steps, ==, 12);
  g_assert_false (gbox_vision_session_get_needs_restart (fixture->session));
  wait_until (is_finished, fixture);
  save_to (fixture, again);
  assert_same_file (picture, again);

  leave (fixture);
  g_assert_cmpstr (get_values (fixture)->schedule, ==, "");
  activate (fixture, "open-file", g_variant_new_string (checkpoint));
  wait_until (is_unit_9, fixture);
  wait_until (has_frame, fixture);
  g_assert_cmpuint (gbox_run_get_frame (get_run (fixture))->step, >=, 12);
  g_assert_cmpuint (gbox_run_get_n_steps (get_run (fixture)), >, 12);
  g_assert_false (gbox_vision_session_get_needs_restart (fixture->session));
  set_parameter (fixture, "seed", "12");
  g_assert_cmpstr (get_values (fixture)->checkpoint, ==, "");

  leave (fixture);
  run = get_run (fixture);
  g_assert_true (g_file_set_contents (wrong, "no weights", -1, NULL));
  activate (fixture, "open-file", g_variant_new_string (wrong));
  wait_until (has_dialog, fixture);
  close_dialog (fixture, "wrong.pth");
  g_assert_true (get_run (fixture) == run);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_RUNNING);
  g_assert_cmpint (get_values (fixture)->unit, ==, 2);
  remove_folder (folder);
}

static gboolean
is_a_step_longer (gpointer data)
{
  return gbox_run_get_step (get_run (data)) == 4;
}

/* What is over can be taken one step further, and the length says so. */
static void
check_step_after_the_end (Fixture *fixture)
{
  set_parameter (fixture, "steps", "3");
  activate (fixture, "restart", NULL);
  wait_until (is_finished, fixture);
  g_assert_cmpuint (gbox_run_get_n_steps (get_run (fixture)), ==, 3);
  activate (fixture, "step", NULL);
  wait_until (is_a_step_longer, fixture);
  g_assert_cmpuint (gbox_run_get_n_steps (get_run (fixture)), ==, 4);
  g_assert_true (is_finished (fixture));
}

static gboolean
is_gone (gpointer data)
{
  g_autoptr (GObject) object = g_weak_ref_get (data);

  return object == NULL;
}

static void
close_window (Fixture *fixture)
{
  GWeakRef window;
  GWeakRef run;

  g_weak_ref_init (&window, fixture->window);
  g_weak_ref_init (&run, get_run (fixture));
  gtk_window_close (GTK_WINDOW (fixture->window));
  wait_until (is_gone, &window);
  wait_until (is_gone, &run);
  g_weak_ref_clear (&window);
  g_weak_ref_clear (&run);
}

static void
live_body (gpointer data)
{
  Fixture *fixture = data;

  wait_until (is_drawn, fixture->window);
  wait_until (has_frame, fixture);
  set_parameter (fixture, "size", SIZE);
  set_parameter (fixture, "steps", "100000");
  check_frames (fixture);
  check_switching (fixture);
  check_search (fixture);
  check_parameters (fixture);
  check_saving (fixture);
  check_step_after_the_end (fixture);
  check_opening (fixture);
  activate (fixture, "restart", NULL);
  close_window (fixture);
}

static void
missing_body (gpointer data)
{
  Fixture *fixture = data;
  GtkWidget *status = find_widget (GTK_WIDGET (fixture->window), ADW_TYPE_STATUS_PAGE);

  wait_until (is_drawn, status);
  g_assert_nonnull (strstr (adw_status_page_get_title (ADW_STATUS_PAGE (status)), "Is Not Here"));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "play-pause"));
  activate (fixture, "open-file", g_variant_new_string ("/nowhere/network.caffemodel"));
  wait_until (has_dialog, fixture);
  close_dialog (fixture, "/nowhere/network.caffemodel");
  g_assert_nonnull (strstr (adw_status_page_get_title (ADW_STATUS_PAGE (status)), "Is Not Here"));
  close_window (fixture);
}

static gboolean
on_idle (gpointer data)
{
  Fixture *fixture = data;

  fixture->body (fixture);
  return G_SOURCE_REMOVE;
}

static void
on_activated (Fixture *fixture)
{
  fixture->window = GBOX_WINDOW (gtk_application_get_active_window (fixture->application));
  fixture->session = gbox_vision_page_get_session (gbox_window_get_vision_page (fixture->window));
  g_idle_add (on_idle, fixture);
}

static void
run_application (void (*body) (gpointer fixture))
{
  g_autoptr (GboxApplication) application = gbox_application_new ();
  Fixture fixture = { .application = GTK_APPLICATION (application), .body = body };
  char *argv[] = { (char *) "glassbox", NULL };

  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_signal_connect_data (application, "activate", G_CALLBACK (on_activated), &fixture, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 1, argv), ==, 0);
}

static gboolean
has_display (void)
{
  if (!gdk_display_get_default ())
    g_test_skip ("no display; with xvfb installed, meson runs this test under its xvfb-run");
  return gdk_display_get_default () != NULL;
}

static void
test_missing (void)
{
  g_autofree char *path = g_strdup (g_getenv ("GBOX_MODEL_PATH"));

  if (!has_display ())
    return;
  g_setenv ("GBOX_MODEL_PATH", "", TRUE);
  run_application (missing_body);
  g_setenv ("GBOX_MODEL_PATH", path, TRUE);
}

static void
test_live (void)
{
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (NULL);
  const char *model = gbox_catalogue_get_default (catalogue, GBOX_MODEL_VISION);
  g_autofree char *path = gbox_catalogue_locate (catalogue, model, NULL);

  if (!has_display ())
    return;
  if (path)
    run_application (live_body);
  else
    g_test_skip ("no vision model on disk; get one with glassbox-cli models fetch efficientnet-lite0");
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

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("glassbox-test-XXXXXX", NULL);
  const char *data = g_getenv ("XDG_DATA_HOME");
  /* The folder of models stays where it is while the user's other folders are replaced. */
  g_autofree char *models
    = data ? g_build_filename (data, "glassbox", "models", NULL)
           : g_build_filename (g_get_home_dir (), ".local", "share", "glassbox", "models", NULL);
  const char *given = g_getenv ("GBOX_MODEL_PATH");
  g_autofree char *path = given ? g_strjoin (":", given, models, NULL) : g_strdup (models);
  int status;

  g_setenv ("GBOX_MODEL_PATH", path, TRUE);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_setenv ("XDG_CACHE_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  gtk_init_check ();
  g_test_add_func ("/window/target", test_target);
  g_test_add_func ("/window/missing", test_missing);
  g_test_add_func ("/window/live", test_live);
  status = g_test_run ();
  remove_folder (home);
  return status;
}
