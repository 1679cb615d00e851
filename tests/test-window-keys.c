/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, what has been typed, what is said in passing, and the preferences. */
#include <string.h>

#include "base/team.h"
#include "shell/preferences-window.h"
#include "shell/settings.h"
#include "widgets/parameter-row.h"
#include "window-drive.h"

/* Longer than a toast's own title can show. */
#define LONG_PATH "/nowhere/a/long/way/from/home/where/nothing/can/be/found/network.pth"

/* As if the key were pressed: what the page does first of all with @key. Returns: whether it did anything. */
static gboolean
press (WindowFixture *fixture, guint key)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_vision_page (fixture->window));
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (page);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_SHORTCUT_CONTROLLER (controller)
          || gtk_event_controller_get_propagation_phase (controller) != GTK_PHASE_CAPTURE)
        continue;
      for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (controller)); j++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), j);
          GtkShortcutTrigger *trigger = gtk_shortcut_get_trigger (shortcut);

          if (GTK_IS_KEYVAL_TRIGGER (trigger)
              && gtk_keyval_trigger_get_keyval (GTK_KEYVAL_TRIGGER (trigger)) == key)
            return gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0, page,
                                                 gtk_shortcut_get_arguments (shortcut));
        }
    }
  return FALSE;
}

static GtkWidget *
find_button (GtkWidget *from, const char *action)
{
  if (GTK_IS_BUTTON (from) && g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (from)), action) == 0)
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, action);

      if (found)
        return found;
    }
  return NULL;
}

static gboolean
is_running (gpointer data)
{
  return gbox_run_get_state (window_get_run (data)) == GBOX_RUN_RUNNING;
}

/* Pauses and resumes wherever Space types nothing and presses nothing. */
static void
check_space (WindowFixture *fixture)
{
  GtkWidget *window = GTK_WIDGET (fixture->window);
  GtkWidget *stays[] = {
    window_find_widget (window, GTK_TYPE_SEARCH_ENTRY),
    window_find_widget (window, GTK_TYPE_SPIN_BUTTON),
    window_find_widget (window, GTK_TYPE_SWITCH),
    find_button (window, "win.objective"),
  };
  GtkWidget *pauses[] = {
    find_button (GTK_WIDGET (gbox_window_get_vision_page (fixture->window)), "win.step"),
    window_find_widget (window, GTK_TYPE_GRID_VIEW),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (stays); i++)
    {
      g_assert_true (gtk_widget_grab_focus (stays[i]));
      g_assert_false (press (fixture, GDK_KEY_space));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pauses); i++)
    {
      window_wait_until (is_running, fixture);
      g_assert_true (gtk_widget_grab_focus (pauses[i]));
      g_assert_true (press (fixture, GDK_KEY_space));
      window_wait_until (window_is_paused, fixture);
      g_assert_true (press (fixture, GDK_KEY_space));
    }
  window_wait_until (is_running, fixture);
}

static GtkWidget *
find_row (GtkWidget *from, const char *parameter)
{
  if (GBOX_IS_PARAMETER_ROW (from))
    {
      g_autofree char *name = NULL;

      g_object_get (from, "parameter", &name, NULL);
      return g_strcmp0 (name, parameter) == 0 ? from : NULL;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (from); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, parameter);

      if (found)
        return found;
    }
  return NULL;
}

/* A number counts as soon as something is started, entered or not. */
static void
check_typing (WindowFixture *fixture)
{
  GtkWidget *row = find_row (GTK_WIDGET (fixture->window), "seed");
  GtkWidget *spin = window_find_widget (row, GTK_TYPE_SPIN_BUTTON);

  g_assert_true (gtk_widget_grab_focus (spin));
  gtk_editable_set_text (GTK_EDITABLE (spin), "77");
  g_assert_cmpuint (window_get_values (fixture)->seed, !=, 77);
  window_activate (fixture, "restart", NULL);
  g_assert_cmpuint (window_get_values (fixture)->seed, ==, 77);
  g_assert_cmpuint (gbox_visualization_spec_get_values (
                      GBOX_VISUALIZATION_SPEC (gbox_run_get_spec (window_get_run (fixture))))
                      ->seed,
                    ==, 77);
}

static gboolean
is_on_several_lines (gpointer data)
{
  GtkWidget *label = window_find_label (GTK_WIDGET (((WindowFixture *) data)->window), LONG_PATH);

  return label && gtk_widget_get_mapped (label)
         && pango_layout_get_line_count (gtk_label_get_layout (GTK_LABEL (label))) > 1;
}

/* However long. */
static void
check_telling (WindowFixture *fixture)
{
  GtkWidget *label;

  window_activate (fixture, "visualize", g_variant_new_string (LONG_PATH "/4b/100"));
  window_wait_until (is_on_several_lines, fixture);
  label = window_find_label (GTK_WIDGET (fixture->window), LONG_PATH);
  g_assert_true (gtk_label_get_wrap (GTK_LABEL (label)));
  g_assert_false (pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (label))));
}

static void
keys_body (gpointer data)
{
  WindowFixture *fixture = data;

  window_wait_until (window_has_frame, fixture);
  window_set_parameter (fixture, "size", WINDOW_SIZE);
  window_set_parameter (fixture, "steps", "100000");
  window_click_a_unit (fixture, 7);
  window_wait_until (window_has_frame, fixture);
  check_space (fixture);
  check_typing (fixture);
  check_telling (fixture);
  window_close (fixture);
}

static void
test_keys (void)
{
  window_test_with_model (keys_body);
}

/* The engine's threads beside the one that the scheduler has. */
static guint
count_workers (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;
  const char *task;

  while ((task = g_dir_read_name (tasks)))
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL);
      g_autofree char *name = NULL;

      n += g_file_get_contents (path, &name, NULL, NULL) && g_str_has_prefix (name, "gbox-worker");
    }
  return n;
}

static gboolean
has_workers (gpointer n)
{
  return count_workers () == GPOINTER_TO_UINT (n);
}

static GtkWidget *
find_preferences (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (GBOX_IS_PREFERENCES_WINDOW (window))
        return window;
    }
  return NULL;
}

static int
get_kept_threads (void)
{
  g_autoptr (GboxSettings) settings = gbox_settings_new ();
  int threads;

  g_object_get (settings, "threads", &threads, NULL);
  return threads;
}

/* The number of threads counts at once, and is still known when the window is opened again. */
static void
threads_body (gpointer data)
{
  WindowFixture *fixture = data;
  const guint n_usual = gbox_team_get_default_n_threads ();
  GtkWidget *preferences, *spin;

  window_wait_until (has_workers, GUINT_TO_POINTER (n_usual - 1));
  g_action_group_activate_action (G_ACTION_GROUP (fixture->application), "preferences", NULL);
  preferences = find_preferences ();
  spin = window_find_widget (preferences, GTK_TYPE_SPIN_BUTTON);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin)), ==, "automatic");
  for (guint n = 1; n <= MIN (n_usual, 2); n++)
    {
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), n);
      window_wait_until (has_workers, GUINT_TO_POINTER (n - 1));
      g_assert_cmpint (get_kept_threads (), ==, n);
    }
  gtk_editable_set_text (GTK_EDITABLE (spin), "automatic");
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  window_wait_until (has_workers, GUINT_TO_POINTER (n_usual - 1));
  g_assert_cmpint (get_kept_threads (), ==, 0);
  gtk_window_destroy (GTK_WINDOW (preferences));
  window_close (fixture);
}

static void
test_threads (void)
{
  window_test (threads_body);
}

static void
add_tests (void)
{
  g_test_add_func ("/window-keys/threads", test_threads);
  g_test_add_func ("/window-keys/keys", test_keys);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
