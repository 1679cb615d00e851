/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking inside the model from the Completion page of the real window, with a tiny model. */
#include "completion-testing.h"
#include "widgets/cell-grid.h"
#include "window-drive.h"

#define N_CONTEXT 8192

static GboxCompletionSession *
get_session (WindowFixture *fixture)
{
  return gbox_completion_page_get_session (gbox_window_get_completion_page (fixture->window));
}

static gboolean
has_ended (gpointer data)
{
  return !gbox_completion_session_is_running (get_session (data));
}

static GtkWidget *
find_label (WindowFixture *fixture, const char *text)
{
  return window_find_label (GTK_WIDGET (gbox_window_get_completion_page (fixture->window)), text);
}

static GtkWidget *
find_lens (WindowFixture *fixture)
{
  return window_find_widget (GTK_WIDGET (gbox_window_get_completion_page (fixture->window)),
                             GBOX_TYPE_CELL_GRID);
}

static gboolean
is_seen (gpointer data)
{
  return gtk_widget_get_mapped (find_lens (data));
}

static gboolean
is_asking (gpointer data)
{
  return find_label (data, "Complete a text, and point at a token to see how") != NULL;
}

/* The test for induction heads comes after the rest. */
static gboolean
has_scores (gpointer data)
{
  GtkWidget *legend = find_label (data, "induction heads: they look for");

  return legend != NULL && gtk_widget_get_visible (legend);
}

/* Nothing to see before there is a completion; then the last layer's cell names what it would say. */
static void
drive (gpointer data)
{
  WindowFixture *fixture = data;
  GboxCompletionSession *session = get_session (fixture);
  g_autofree char *folder = g_dir_make_tmp ("glassbox-test-XXXXXX", NULL);
  g_autofree char *model = completion_testing_long_model (folder, N_CONTEXT);
  int column, row;

  window_go_to (fixture, "completion");
  completion_testing_prepare (session, model, "some words");
  window_activate (fixture, "completion-look", g_variant_new_string ("inside"));
  window_wait_until (is_asking, fixture);
  window_activate (fixture, "complete", NULL);
  window_wait_until (has_ended, fixture);
  window_wait_until (is_seen, fixture);
  window_wait_until (has_scores, fixture);
  g_assert_false (gbox_cell_grid_get_cell (GBOX_CELL_GRID (find_lens (fixture)), &column, &row));
  g_assert_null (find_label (fixture, ", layer 1: “"));
  gbox_cell_grid_choose (GBOX_CELL_GRID (find_lens (fixture)), 0, 0);
  g_assert_nonnull (find_label (fixture, ", layer 1: “"));
  gbox_completion_session_look_at (session, 1);
  window_iterate (400);
  g_assert_true (is_seen (fixture));
  window_remove_folder (folder);
  window_close (fixture);
}

static void
test_inside (void)
{
  window_test (drive);
}

static void
add_tests (void)
{
  g_test_add_func ("/window/inside", test_inside);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
