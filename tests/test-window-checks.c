/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of the Completion page that are run, in the real window. */
#include "completion-testing.h"
#include "completion/prompts.h"
#include "completion/sample-list.h"
#include "completion/sampling-pane.h"
#include "language/code-sandbox.h"
#include "window-drive.h"

static const char *const completions[] = {
  "\n        for i, x in enumerate(nums):\n            if i % 10 == x:\n                return i\n"
  "        return -1\n",
  " return (",
  " return -1",
  "\n        while True: pass",
};

static const char *const badges[]
  = { "passes 8 of 8 checks", "SyntaxError", "passes 2 of 8 checks", "time-out" };

static GboxCompletionPage *
get_page (WindowFixture *fixture)
{
  return gbox_window_get_completion_page (fixture->window);
}

static GListModel *
get_samples (WindowFixture *fixture)
{
  return gbox_completion_session_get_samples (gbox_completion_page_get_session (get_page (fixture)));
}

static GtkWidget *
find_switch (WindowFixture *fixture)
{
  return window_find_widget (window_find_widget (GTK_WIDGET (get_page (fixture)), GBOX_TYPE_SAMPLING_PANE),
                             GTK_TYPE_SWITCH);
}

static GtkWidget *
find_list (WindowFixture *fixture)
{
  return window_find_widget (GTK_WIDGET (get_page (fixture)), GBOX_TYPE_SAMPLE_LIST);
}

/* Samples as a model would have written them: with each completion for one token. */
static void
fill_samples (WindowFixture *fixture, guint n)
{
  g_autofree char *prompt = gbox_prompt_load ("smallest-equal");
  g_autoptr (GboxBranch) root = gbox_branch_new_root (prompt, "a model");
  GListStore *samples = G_LIST_STORE (get_samples (fixture));
  GboxCompletionEnd end = { 0 };

  end.text = (char *) "";
  g_object_set_data_full (G_OBJECT (samples), "root", g_object_ref (root), g_object_unref);
  g_list_store_remove_all (samples);
  for (guint i = 0; i < n; i++)
    {
      GboxCompletionToken token = { 0 };
      GboxBranch *branch = gbox_branch_new (root, 0, 0, i);

      token.text = (char *) completions[i];
      gbox_branch_append (branch, &token);
      g_list_store_append (samples, branch);
      gbox_branch_end (branch, &end);
    }
}

static guint
count_badges (WindowFixture *fixture)
{
  GListModel *samples = get_samples (fixture);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (samples); i++)
    {
      g_autoptr (GboxBranch) branch = g_list_model_get_item (samples, i);
      g_autofree char *badge = NULL;

      g_object_get (branch, "badge", &badge, NULL);
      n += badge != NULL;
    }
  return n;
}

static gboolean
all_have_badges (gpointer data)
{
  return count_badges (data) == g_list_model_get_n_items (get_samples (data));
}

static void
drive_checks (gpointer data)
{
  WindowFixture *fixture = data;
  GtkSwitch *button = GTK_SWITCH (find_switch (fixture));

  window_go_to (fixture, "completion");
  g_assert_false (gtk_switch_get_active (button));
  fill_samples (fixture, G_N_ELEMENTS (completions));
  window_iterate (300);
  g_assert_cmpuint (count_badges (fixture), ==, 0);
  gtk_switch_set_active (button, TRUE);
  window_wait_until (all_have_badges, fixture);
  g_assert_nonnull (
    window_find_label (find_list (fixture), "1 of 4 pass · run in a sandbox, 2 s and 256 MB each"));
  for (guint i = 0; i < G_N_ELEMENTS (badges); i++)
    {
      GtkWidget *label = window_find_label (find_list (fixture), badges[i]);

      g_assert_nonnull (label);
      g_assert_true (gtk_widget_has_css_class (label, i == 0 ? "success" : "error"));
    }
  gtk_switch_set_active (button, FALSE);
  g_assert_cmpuint (count_badges (fixture), ==, 0);
  g_assert_null (window_find_label (find_list (fixture), "1 of 4"));
  /* One alone, and the window closes while another runs. */
  gtk_switch_set_active (button, TRUE);
  fill_samples (fixture, 1);
  window_wait_until (all_have_badges, fixture);
  g_assert_true (gtk_widget_get_visible (find_list (fixture)));
  fill_samples (fixture, G_N_ELEMENTS (completions));
  g_object_set_data (G_OBJECT (get_samples (fixture)), "root", NULL);
  window_close (fixture);
}

static gboolean
is_insensitive (gpointer widget)
{
  return !gtk_widget_is_sensitive (widget);
}

/* Without bubblewrap it is off, and says why. */
static void
drive_without (gpointer data)
{
  WindowFixture *fixture = data;

  window_go_to (fixture, "completion");
  window_wait_until (is_insensitive, find_switch (fixture));
  g_assert_nonnull (window_find_label (GTK_WIDGET (get_page (fixture)), "bubblewrap is not installed"));
  window_close (fixture);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_checks (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GboxCodeSandbox) sandbox = NULL;
  g_autoptr (GError) error = NULL;

  gbox_code_sandbox_open_async (NULL, on_opened, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  sandbox = gbox_code_sandbox_open_finish (result, &error);
  if (sandbox == NULL)
    g_test_skip (error->message);
  else
    window_test (drive_checks);
}

static void
test_without (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));

  g_setenv ("PATH", "/nowhere", TRUE);
  window_test (drive_without);
  g_setenv ("PATH", path, TRUE);
}

static void
add_tests (void)
{
  g_test_add_func ("/window-checks/checks", test_checks);
  g_test_add_func ("/window-checks/without", test_without);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
