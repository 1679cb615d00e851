/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Completion page of the real window, with a tiny model. */
#include <glib/gstdio.h>
#include <gtksourceview/gtksource.h>

#include "completion-testing.h"
#include "count-job.h"
#include "window-drive.h"

#define N_CONTEXT 8192
#define N_PROMPT  4000
#define TEXT      "Grüße"

static GboxCompletionSession *
get_session (WindowFixture *fixture)
{
  return gbox_completion_page_get_session (gbox_window_get_completion_page (fixture->window));
}

static GtkTextBuffer *
get_buffer (WindowFixture *fixture)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_completion_page (fixture->window));

  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (window_find_widget (page, GTK_SOURCE_TYPE_VIEW)));
}

static char *
get_editor_text (WindowFixture *fixture)
{
  GtkTextBuffer *buffer = get_buffer (fixture);
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  return gtk_text_buffer_get_text (buffer, &begin, &end, TRUE);
}

static gboolean
has_ended (gpointer data)
{
  return !gbox_completion_session_is_running (get_session (data));
}

static gboolean
is_in_editor (gpointer data)
{
  g_autofree char *shown = get_editor_text (data);
  g_autofree char *text = gbox_completion_session_get_text (get_session (data));

  return g_str_equal (shown, text);
}

static void
wait_for_end (WindowFixture *fixture)
{
  window_wait_until (has_ended, fixture);
  g_assert_null (gbox_completion_session_get_error (get_session (fixture)));
  g_assert_true (is_in_editor (fixture));
}

static void
set_parameter (WindowFixture *fixture, const char *name, const char *value)
{
  window_activate (fixture, "completion-set", g_variant_new ("(ss)", name, value));
}

/* Written in place, token by token. */
static char *
check_complete (WindowFixture *fixture)
{
  window_activate (fixture, "completion-text", g_variant_new_string ("some words"));
  g_assert_true (is_in_editor (fixture));
  window_activate (fixture, "complete", NULL);
  wait_for_end (fixture);
  g_assert_cmpuint (gbox_completion_session_get_n_tokens (get_session (fixture)), >, 4);
  return get_editor_text (fixture);
}

/* All that was written is one step, and what is left is what was typed. */
static void
check_undo (WindowFixture *fixture, const char *written)
{
  GboxCompletionSession *session = get_session (fixture);
  g_autofree char *undone = NULL;
  g_autofree char *redone = NULL;

  gtk_text_buffer_undo (get_buffer (fixture));
  undone = get_editor_text (fixture);
  g_assert_cmpstr (undone, ==, "some words");
  g_assert_cmpstr (gbox_completion_session_get_prompt (session), ==, "some words");
  g_assert_cmpuint (gbox_completion_session_get_n_tokens (session), ==, 0);
  gtk_text_buffer_redo (get_buffer (fixture));
  redone = get_editor_text (fixture);
  g_assert_cmpstr (redone, ==, written);
  g_assert_cmpstr (gbox_completion_session_get_prompt (session), ==, written);
}

/* Another token in place of the third, and back. */
static void
check_branch (WindowFixture *fixture, const char *before)
{
  GboxCompletionSession *session = get_session (fixture);
  const int other = completion_testing_other (session, 2);
  g_autofree char *after = NULL;
  g_autofree char *again = NULL;

  window_activate (fixture, "branch", g_variant_new ("(uu)", 2u, (guint) other));
  wait_for_end (fixture);
  g_assert_cmpint (gbox_completion_session_get_token (session, 2)->sample.chosen.id, ==, other);
  after = get_editor_text (fixture);
  g_assert_cmpstr (after, !=, before);
  window_activate (fixture, "sample", g_variant_new_uint32 (0));
  again = get_editor_text (fixture);
  g_assert_cmpstr (again, ==, before);
}

/* Typing makes a prompt of it all; the tints go, and the next run reads only what is new. */
static void
check_edit (WindowFixture *fixture)
{
  GboxCompletionSession *session = get_session (fixture);
  GtkTextBuffer *buffer = get_buffer (fixture);
  g_autofree char *shown = NULL;
  GtkTextIter at;
  guint n_reused = 0;

  set_parameter (fixture, "max-tokens", "4");
  window_activate (fixture, "complete", NULL);
  wait_for_end (fixture);
  gtk_text_buffer_get_end_iter (buffer, &at);
  gtk_text_buffer_insert (buffer, &at, "e", -1);
  g_assert_null (gbox_completion_session_get_branch (session));
  shown = get_editor_text (fixture);
  g_assert_cmpstr (shown, ==, gbox_completion_session_get_prompt (session));
  for (gtk_text_buffer_get_start_iter (buffer, &at); !gtk_text_iter_is_end (&at);
       gtk_text_iter_forward_char (&at))
    {
      g_autoptr (GSList) tags = gtk_text_iter_get_tags (&at);

      g_assert_null (tags);
    }
  window_activate (fixture, "complete", NULL);
  wait_for_end (fixture);
  g_object_get (session, "n-reused", &n_reused, NULL);
  g_assert_cmpuint (n_reused, >, 0);
}

static gboolean
is_reading (gpointer data)
{
  double reading = -1;

  g_object_get (get_session (data), "reading", &reading, NULL);
  return reading > 0;
}

/* While a long prompt is read nothing is written, and after the stop nothing more is done. */
static void
check_stop (WindowFixture *fixture, const char *model)
{
  GboxCompletionSession *session = get_session (fixture);
  g_autofree char *prompt = g_strnfill (N_PROMPT, 'a');
  GboxRun *held, *run;

  window_activate (fixture, "completion-model", g_variant_new_string (model));
  window_activate (fixture, "completion-text", g_variant_new_string (prompt));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "complete-stop"));
  held = count_hold (gbox_vision_session_get_engine (fixture->session));
  window_activate (fixture, "complete", NULL);
  run = gbox_completion_session_get_run (session);
  gbox_run_step (run);
  count_release (held);
  window_wait_until (is_reading, fixture);
  g_assert_cmpuint (gbox_completion_session_get_n_tokens (session), ==, 0);
  gbox_run_resume (run);
  window_activate (fixture, "complete-stop", NULL);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_STOPPED);
  window_iterate (100);
  g_assert_cmpuint (gbox_completion_session_get_n_tokens (session), ==, 0);
  g_assert_false (is_reading (fixture));
  g_assert_true (is_in_editor (fixture));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "complete-stop"));
}

static void
drive_text (gpointer data)
{
  WindowFixture *fixture = data;
  g_autofree char *folder = g_dir_make_tmp ("glassbox-test-XXXXXX", NULL);
  g_autofree char *model = completion_testing_model ();
  g_autofree char *long_model = completion_testing_long_model (folder, N_CONTEXT);
  g_autofree char *before = NULL;

  window_go_to (fixture, "completion");
  completion_testing_prepare (get_session (fixture), model, "");
  before = check_complete (fixture);
  check_undo (fixture, before);
  g_free (before);
  before = check_complete (fixture);
  check_branch (fixture, before);
  check_edit (fixture);
  check_stop (fixture, long_model);
  remove_path (folder);
  window_close (fixture);
}

static gboolean
is_saved (gpointer path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && g_str_equal (text, TEXT);
}

static gboolean
is_opened (gpointer data)
{
  return g_str_equal (gbox_completion_session_get_prompt (get_session (data)), TEXT);
}

/* Texts come and go as files; what is none is told and changes nothing. */
static void
drive_files (gpointer data)
{
  WindowFixture *fixture = data;
  g_autofree char *folder = g_dir_make_tmp ("glassbox-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "text.txt", NULL);
  g_autofree char *bad = g_build_filename (folder, "bad.txt", NULL);
  g_autofree char *large = g_build_filename (folder, "large.txt", NULL);
  g_autofree char *spaces = g_strnfill ((1 << 20) + 1, ' ');
  g_autofree char *page = NULL;

  g_assert_true (g_file_set_contents (bad, "a\xff", -1, NULL));
  g_assert_true (g_file_set_contents (large, spaces, -1, NULL));
  window_activate (fixture, "completion-text", g_variant_new_string (TEXT));
  window_activate (fixture, "completion-save-to", g_variant_new_string (path));
  window_wait_until (is_saved, path);
  window_activate (fixture, "completion-text", g_variant_new_string (""));
  window_activate (fixture, "open-file", g_variant_new_string (path));
  window_wait_until (is_opened, fixture);
  g_assert_true (is_in_editor (fixture));
  g_object_get (window_find_widget (GTK_WIDGET (fixture->window), ADW_TYPE_VIEW_STACK), "visible-child-name",
                &page, NULL);
  g_assert_cmpstr (page, ==, "completion");
  window_activate (fixture, "open-file", g_variant_new_string (bad));
  window_wait_until (window_has_dialog, fixture);
  window_close_dialog (fixture, "UTF-8");
  window_activate (fixture, "open-file", g_variant_new_string (large));
  window_wait_until (window_has_dialog, fixture);
  window_close_dialog (fixture, "1 MiB");
  g_assert_true (is_opened (fixture));
  remove_path (folder);
  window_close (fixture);
}

/* Panes, files and keys are those of the page that is shown. */
static void
drive_pages (gpointer data)
{
  WindowFixture *fixture = data;
  GActionGroup *group = G_ACTION_GROUP (fixture->window);
  GboxCompletionPage *page = gbox_window_get_completion_page (fixture->window);
  g_auto (GStrv) vision = NULL;
  g_auto (GStrv) completion = NULL;

  window_activate (fixture, "page", g_variant_new_string ("vision"));
  g_assert_true (g_action_group_get_action_enabled (group, "toggle-left-pane"));
  vision = gtk_application_get_accels_for_action (fixture->application, "win.complete");
  g_assert_cmpuint (g_strv_length (vision), ==, 0);
  window_activate (fixture, "page", g_variant_new_string ("completion"));
  g_assert_false (g_action_group_get_action_enabled (group, "toggle-left-pane"));
  completion = gtk_application_get_accels_for_action (fixture->application, "win.complete");
  g_assert_cmpuint (g_strv_length (completion), >, 0);
  if (gbox_model_item_get_present (gbox_completion_session_get_model (get_session (fixture))))
    g_assert_true (GTK_SOURCE_IS_VIEW (gtk_root_get_focus (GTK_ROOT (fixture->window))));
  /* Farther than the slider goes. */
  set_parameter (fixture, "temperature", "3");
  g_assert_cmpfloat (
    gbox_completion_spec_get_values (gbox_completion_session_get_spec (get_session (fixture)))->temperature,
    >, 2.9);
  g_assert_true (adw_flap_get_reveal_flap (gbox_completion_page_get_right_flap (page)));
  window_activate (fixture, "toggle-right-pane", NULL);
  g_assert_false (adw_flap_get_reveal_flap (gbox_completion_page_get_right_flap (page)));
  window_close (fixture);
}

static gboolean
has_stepped (gpointer data)
{
  return gbox_run_get_step (window_get_run (data)) > ((WindowFixture *) data)->step;
}

/* A picture grows on while a text is written, and what was written is there when one comes back. */
static void
drive_together (gpointer data)
{
  WindowFixture *fixture = data;
  g_autofree char *model = completion_testing_model ();
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  window_wait_until (window_has_frame, fixture);
  window_set_parameter (fixture, "size", WINDOW_SIZE);
  window_set_parameter (fixture, "steps", "100000");
  window_activate (fixture, "restart", NULL);
  window_activate (fixture, "page", g_variant_new_string ("completion"));
  completion_testing_prepare (get_session (fixture), model, "");
  before = check_complete (fixture);
  fixture->step = gbox_run_get_step (window_get_run (fixture));
  window_activate (fixture, "complete", NULL);
  wait_for_end (fixture);
  window_wait_until (has_stepped, fixture);
  window_activate (fixture, "page", g_variant_new_string ("vision"));
  window_activate (fixture, "page", g_variant_new_string ("completion"));
  after = get_editor_text (fixture);
  g_assert_cmpstr (after, ==, before);
  window_close (fixture);
}

static void
test_text (void)
{
  window_test (drive_text);
}

static void
test_files (void)
{
  window_test (drive_files);
}

static void
test_pages (void)
{
  window_test (drive_pages);
}

static void
test_together (void)
{
  window_test_with_model (drive_together);
}

static void
add_tests (void)
{
  g_test_add_func ("/window-completion/together", test_together);
  g_test_add_func ("/window-completion/text", test_text);
  g_test_add_func ("/window-completion/files", test_files);
  g_test_add_func ("/window-completion/pages", test_pages);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
