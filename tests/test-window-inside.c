/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking inside the model from the Completion page of the real window, with a tiny model. */
#include <glib/gstdio.h>
#include <gtksourceview/gtksource.h>

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

/* The other grid stands somewhere below the lens. */
static GboxCellGrid *
find_heads (WindowFixture *fixture)
{
  GtkWidget *widget = gtk_widget_get_next_sibling (find_lens (fixture));

  while (!GBOX_IS_CELL_GRID (widget))
    widget = gtk_widget_get_next_sibling (widget);
  return GBOX_CELL_GRID (widget);
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
  GtkWidget *legend = find_label (data, "induction heads, which look for");

  return legend != NULL && gtk_widget_get_visible (legend);
}

/* Both what is shown in place of a view and what stands above one say so. */
static gboolean
says_it_looks (GtkWidget *from)
{
  if (GTK_IS_LABEL (from))
    return gtk_widget_get_mapped (from)
           && strstr (gtk_label_get_text (GTK_LABEL (from)), "Looking inside") != NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says_it_looks (child))
      return TRUE;
  return FALSE;
}

/* Of the token before the second one of the completion. */
static gboolean
is_of_second (gpointer data)
{
  guint n_prompt = 0;
  g_autoptr (GArray) ids = gbox_completion_session_get_ids (get_session (data), &n_prompt);
  g_autofree char *text = g_strdup_printf ("token %u of the text", n_prompt);

  return find_label (data, text) != NULL;
}

static gboolean
has_failed (gpointer data)
{
  return find_label (data, "There is no file") != NULL;
}

/* Of the character of the editor's text. */
static guint
count_tags (WindowFixture *fixture, int offset)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_completion_page (fixture->window));
  GtkTextView *view = GTK_TEXT_VIEW (window_find_widget (page, GTK_SOURCE_TYPE_VIEW));
  g_autoptr (GSList) tags = NULL;
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (gtk_text_view_get_buffer (view), &iter, offset);
  tags = gtk_text_iter_get_tags (&iter);
  return g_slist_length (tags);
}

/* The prompt has no tints: what is shaded there a head looks at. */
static void
check_head (WindowFixture *fixture)
{
  GboxCompletionSession *session = get_session (fixture);
  const glong n_prompt = g_utf8_strlen (gbox_completion_session_get_prompt (session), -1);
  guint n = 0, n_before = 0;
  const GboxShade *shades;
  int at = -1;

  g_assert_null (find_label (fixture, "Layer 0, head 1 looks most at"));
  gbox_cell_grid_choose (find_heads (fixture), 0, 1);
  g_assert_nonnull (find_label (fixture, "Layer 0, head 1 looks most at"));
  shades = gbox_completion_session_get_shades (session, &n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (shades[i].begin, <, shades[i].end);
      g_assert_cmpint (shades[i].begin, >=, i > 0 ? shades[i - 1].end : 0);
      if (shades[i].end <= n_prompt && shades[i].strength > 0.05)
        at = shades[i].begin;
      n_before += shades[i].end <= n_prompt;
    }
  g_assert_cmpuint (n_before, >, 0);
  g_assert_cmpint (at, >=, 0);
  g_assert_cmpuint (count_tags (fixture, at), ==, 1);
  gbox_cell_grid_choose (find_heads (fixture), -1, -1);
  g_assert_cmpuint (count_tags (fixture, at), ==, 0);
}

/* What is seen of one token does not pass for another's, and goes where there is none or it fails. */
static void
check_other_tokens (WindowFixture *fixture, const char *model)
{
  GboxCompletionSession *session = get_session (fixture);

  g_assert_false (says_it_looks (GTK_WIDGET (fixture->window)));
  g_assert_false (is_of_second (fixture));
  gbox_completion_session_look_at (session, 1);
  g_assert_true (says_it_looks (GTK_WIDGET (fixture->window)));
  window_wait_until (is_of_second, fixture);
  g_assert_true (is_seen (fixture));
  g_assert_cmpint (g_remove (model), ==, 0);
  gbox_completion_session_look_at (session, 0);
  window_wait_until (has_failed, fixture);
  g_assert_false (is_seen (fixture));
  gbox_completion_session_edit (session, "other words");
  window_wait_until (is_asking, fixture);
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
  check_head (fixture);
  check_other_tokens (fixture, model);
  remove_path (folder);
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
