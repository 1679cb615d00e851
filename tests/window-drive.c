/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives the real window, for tests of it. */
#include "window-drive.h"

#include <glib/gstdio.h>

#include "shell/application.h"

/* No step of these tests takes that long; without it a failure would hang. */
#define PATIENCE_S 240
/* Something may come true without the main loop having anything to do. */
#define LOOK_EVERY_MS 20

static gboolean
on_look (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

/* Of the lowest priority: where a look itself takes as long as that, nothing else would ever be done. */
void
window_wait_for (WindowPredicate predicate, gpointer data, const char *what, int line)
{
  const guint source = g_timeout_add_full (G_PRIORITY_LOW, LOOK_EVERY_MS, on_look, NULL, NULL);
  const gint64 end = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;

  while (!predicate (data) && g_get_monotonic_time () < end)
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

/* What is to be drawn, or comes from the engine, has its turn before the time is over. */
void
window_iterate (guint milliseconds)
{
  gboolean is_over = FALSE;

  g_timeout_add_full (GDK_PRIORITY_REDRAW, milliseconds, on_over, &is_over, NULL);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

void
window_activate (WindowFixture *fixture, const char *action, GVariant *parameter)
{
  g_assert_true (g_action_group_has_action (G_ACTION_GROUP (fixture->window), action));
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), action, parameter);
}

static gboolean
has_vision_model (void)
{
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (NULL);
  const char *model = gbox_catalogue_get_default (catalogue, GBOX_MODEL_VISION);
  g_autofree char *path = gbox_catalogue_locate (catalogue, model, NULL);

  return path != NULL;
}

static gboolean
has_run (gpointer data)
{
  return window_get_run (data) != NULL;
}

void
window_go_to (WindowFixture *fixture, const char *page)
{
  if (has_vision_model ())
    {
      window_wait_until (has_run, fixture);
      window_activate (fixture, "stop", NULL);
    }
  window_activate (fixture, "page", g_variant_new_string (page));
}

void
window_set_parameter (WindowFixture *fixture, const char *name, const char *value)
{
  window_activate (fixture, "set", g_variant_new ("(ss)", name, value));
}

/* Depth first, in what the window itself shows. */
GtkWidget *
window_find_widget (GtkWidget *from, GType type)
{
  if (g_type_is_a (G_OBJECT_TYPE (from), type))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = GTK_IS_POPOVER (child) ? NULL : window_find_widget (child, type);

      if (found)
        return found;
    }
  return NULL;
}

GtkWidget *
window_find_label (GtkWidget *from, const char *text)
{
  if (GTK_IS_LABEL (from) && strstr (gtk_label_get_text (GTK_LABEL (from)), text))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = window_find_label (child, text);

      if (found)
        return found;
    }
  return NULL;
}

typedef struct
{
  GtkWidget *from;
  const char *text;
} Label;

static gboolean
is_said (gpointer data)
{
  const Label *label = data;

  return window_find_label (label->from, label->text) != NULL;
}

void
window_wait_for_label (GtkWidget *from, const char *text)
{
  Label label = { from, text };

  window_wait_for (is_said, &label, text, 0);
}

GboxRun *
window_get_run (WindowFixture *fixture)
{
  return gbox_vision_session_get_run (fixture->session);
}

const GboxVisualizationValues *
window_get_values (WindowFixture *fixture)
{
  return gbox_visualization_spec_get_values (gbox_vision_session_get_spec (fixture->session));
}

gboolean
window_has_frame (gpointer data)
{
  GboxRun *run = window_get_run (data);

  if (run && gbox_run_get_error (run))
    g_error ("%s", gbox_run_get_error (run)->message);
  return run && gbox_run_get_frame (run);
}

gboolean
window_is_paused (gpointer data)
{
  return window_get_run (data) && gbox_run_get_state (window_get_run (data)) == GBOX_RUN_PAUSED;
}

gboolean
window_is_finished (gpointer data)
{
  return window_get_run (data) && gbox_run_get_state (window_get_run (data)) == GBOX_RUN_FINISHED;
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

gboolean
window_has_dialog (gpointer data)
{
  return find_dialog () != NULL;
}

static gboolean
has_no_dialog (gpointer data)
{
  return find_dialog () == NULL;
}

/* It says what is wrong, in whole. */
void
window_close_dialog (WindowFixture *fixture, const char *text)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (find_dialog ());

  g_test_message ("%s: %s", adw_message_dialog_get_heading (dialog), adw_message_dialog_get_body (dialog));
  g_assert_nonnull (strstr (adw_message_dialog_get_body (dialog), text));
  gtk_window_destroy (GTK_WINDOW (dialog));
  window_wait_until (has_no_dialog, fixture);
}

gboolean
window_is_drawn (gpointer data)
{
  return gtk_widget_get_mapped (data);
}

void
window_click_a_unit (WindowFixture *fixture, int unit)
{
  GtkWidget *grid = window_find_widget (GTK_WIDGET (fixture->window), GTK_TYPE_GRID_VIEW);

  g_assert_nonnull (grid);
  g_signal_emit_by_name (grid, "activate", (guint) unit);
  g_assert_cmpint (window_get_values (fixture)->unit, ==, unit);
}

static gboolean
is_gone (gpointer data)
{
  g_autoptr (GObject) object = g_weak_ref_get (data);

  return object == NULL;
}

void
window_close (WindowFixture *fixture)
{
  GWeakRef window;
  GWeakRef run;

  g_weak_ref_init (&window, fixture->window);
  g_weak_ref_init (&run, window_get_run (fixture));
  gtk_window_close (GTK_WINDOW (fixture->window));
  window_wait_until (is_gone, &window);
  window_wait_until (is_gone, &run);
  g_weak_ref_clear (&window);
  g_weak_ref_clear (&run);
}

static gboolean
on_idle (gpointer data)
{
  WindowFixture *fixture = data;

  fixture->body (fixture);
  return G_SOURCE_REMOVE;
}

static void
on_activated (WindowFixture *fixture)
{
  fixture->window = GBOX_WINDOW (gtk_application_get_active_window (fixture->application));
  fixture->session = gbox_vision_page_get_session (gbox_window_get_vision_page (fixture->window));
  g_idle_add (on_idle, fixture);
}

static void
run_application (void (*body) (gpointer fixture))
{
  g_autoptr (GboxApplication) application = gbox_application_new ();
  WindowFixture fixture = { .application = GTK_APPLICATION (application), .body = body };
  char *argv[] = { (char *) "glassbox", NULL };

  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_signal_connect_data (application, "activate", G_CALLBACK (on_activated), &fixture, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 1, argv), ==, 0);
}

void
window_test (void (*body) (gpointer fixture))
{
  if (gdk_display_get_default ())
    run_application (body);
  else
    g_test_skip ("no display; with xvfb installed, meson runs this test under its xvfb-run");
}

void
window_test_with_model (void (*body) (gpointer fixture))
{
  if (has_vision_model ())
    window_test (body);
  else
    g_test_skip ("no vision model on disk; get one with glassbox-cli models fetch efficientnet-lite0");
}

int
window_main (int argc, char **argv, void (*add_tests) (void))
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
  add_tests ();
  status = g_test_run ();
  remove_path (home);
  return status;
}
