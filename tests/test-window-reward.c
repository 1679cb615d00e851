/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rewards, checkpoints and warnings of finetuning in the real window. */
#include <glib/gstdio.h>

#include "learning/finetune-checkpoint.h"
#include "learning/finetune-pane.h"
#include "learning/policy-saving.h"
#include "learning/reward-sample.h"
#include "learning/reward-term-rows.h"
#include "learning/step-progress.h"
#include "learning-testing.h"

static const char *
get_reward (WindowFixture *fixture)
{
  return gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (learning_get_finetune (fixture)))
    ->reward;
}

/* How many characters of the sample are shown as counted by a term. */
static guint
count_marked (GtkTextBuffer *buffer, const char *name)
{
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), name);
  GtkTextIter iter;
  guint n = 0;

  if (tag == NULL)
    return 0;
  gtk_text_buffer_get_start_iter (buffer, &iter);
  do
    n += gtk_text_iter_has_tag (&iter, tag);
  while (gtk_text_iter_forward_char (&iter));
  return n;
}

/* The @index-th of the page's reward terms. */
static GtkWidget *
find_term (WindowFixture *fixture, guint index)
{
  GtkWidget *term = window_find_widget (GTK_WIDGET (gbox_window_get_learning_page (fixture->window)),
                                        GBOX_TYPE_REWARD_TERM_ROWS);

  for (; index > 0; index--)
    term = gtk_widget_get_next_sibling (term);
  return term;
}

static void
choose_kind (GtkWidget *term, guint item)
{
  adw_combo_row_set_selected (ADW_COMBO_ROW (window_find_widget (term, ADW_TYPE_COMBO_ROW)), item);
}

/* Before anything is started, a text shows what is counted, and follows what the user makes of the reward. */
static void
check_reward (WindowFixture *fixture)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_learning_page (fixture->window));
  GboxRewardSample *sample = GBOX_REWARD_SAMPLE (window_find_widget (page, GBOX_TYPE_REWARD_SAMPLE));
  GtkTextBuffer *buffer = gbox_reward_sample_get_buffer (sample);
  GtkWidget *first = find_term (fixture, 0), *second = find_term (fixture, 1);

  learning_set_finetune (fixture, "reward", "full-stops");
  gtk_text_buffer_set_text (buffer, "É 12. Was 345.", -1);
  g_assert_cmpuint (count_marked (buffer, "term-0"), ==, 2);
  choose_kind (first, 2);
  g_assert_cmpstr (get_reward (fixture), ==, "regex:[0-9]+");
  g_assert_cmpuint (count_marked (buffer, "term-0"), ==, 5);
  gtk_editable_set_text (GTK_EDITABLE (window_find_widget (first, ADW_TYPE_ENTRY_ROW)), "[0-9]{3}");
  g_assert_cmpuint (count_marked (buffer, "term-0"), ==, 3);
  gtk_editable_set_text (GTK_EDITABLE (window_find_widget (first, ADW_TYPE_ENTRY_ROW)), "(");
  g_assert_nonnull (window_find_label (GTK_WIDGET (sample), "no regular expression"));
  window_activate (fixture, "finetune-start", NULL);
  g_assert_null (gbox_finetune_session_get_run (learning_get_finetune (fixture)));
  gtk_editable_set_text (GTK_EDITABLE (window_find_widget (first, ADW_TYPE_ENTRY_ROW)), "\\d");
  choose_kind (second, 4);
  g_assert_cmpstr (get_reward (fixture), ==, "regex:\\d+length");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (window_find_widget (second, GTK_TYPE_SPIN_BUTTON)), -0.5);
  g_assert_cmpstr (get_reward (fixture), ==, "regex:\\d-0.5*length");
  g_assert_nonnull (window_find_label (GTK_WIDGET (sample), "5 − 0.5 × 14 = −2"));
  choose_kind (second, 0);
  g_assert_cmpstr (get_reward (fixture), ==, "regex:\\d");
  learning_set_finetune (fixture, "reward", "-2*length");
  g_assert_cmpuint (count_marked (buffer, "term-0"), ==, 14);
  choose_kind (first, 0);
  g_assert_cmpstr (get_reward (fixture), ==, "-2*full-stops");
  learning_set_finetune (fixture, "reward", "full-stops");
}

static gboolean
has_answer (gpointer sample)
{
  return window_find_label (sample, "running in a sandbox") == NULL;
}

/* A prompt that has checks is needed; then the sample runs, and is worth what it passes. */
static void
check_code (WindowFixture *fixture)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_learning_page (fixture->window));
  GtkWidget *sample = window_find_widget (page, GBOX_TYPE_REWARD_SAMPLE);
  GtkTextBuffer *buffer = gbox_reward_sample_get_buffer (GBOX_REWARD_SAMPLE (sample));

  learning_set_finetune (fixture, "prompt", "Good morning");
  choose_kind (find_term (fixture, 0), 6);
  g_assert_cmpstr (get_reward (fixture), ==, "code-checks");
  window_wait_until (has_answer, sample);
  g_assert_nonnull (window_find_label (sample, "no checks for this prompt"));
  window_activate (fixture, "finetune-prompt", g_variant_new_string ("is-palindrome"));
  g_assert_true (g_str_has_suffix (
    gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (learning_get_finetune (fixture)))->prompt,
    "\ndef is_palindrome(text):"));
  gtk_text_buffer_set_text (buffer, " return True", -1);
  g_assert_false (has_answer (sample));
  window_wait_until (has_answer, sample);
  /* Otherwise it says why programs cannot be run here. */
  if (window_find_label (sample, "passes") != NULL)
    g_assert_nonnull (window_find_label (sample, "0.625"));
  choose_kind (find_term (fixture, 0), 0);
  g_assert_null (window_find_label (sample, "Here: "));
}

/* What the warnings' bar showed on the way. */
typedef struct
{
  gboolean was_shown;
  gboolean was_hidden; /* after that */
} Bar;

static void
on_warning (GboxFinetuneSession *session, GParamSpec *pspec, Bar *bar)
{
  g_autofree char *warning = NULL;

  g_object_get (session, "warning", &warning, NULL);
  bar->was_hidden = bar->was_hidden || (bar->was_shown && warning == NULL);
  bar->was_shown = bar->was_shown || warning != NULL;
}

static gboolean
has_come_and_gone (gpointer bar)
{
  return ((const Bar *) bar)->was_hidden;
}

/* A few short completions now and then get the same reward: the warning goes some steps after its cause. */
static void
check_warning (WindowFixture *fixture)
{
  GboxFinetuneSession *session = learning_get_finetune (fixture);
  Bar bar = { FALSE };

  learning_set_finetune (fixture, "batch", "4");
  learning_set_finetune (fixture, "length", "4");
  learning_set_finetune (fixture, "learning-rate", "0");
  learning_set_finetune (fixture, "steps", LEARNING_ENDLESS);
  g_signal_connect (session, "notify::warning", G_CALLBACK (on_warning), &bar);
  window_activate (fixture, "finetune-start", NULL);
  window_wait_until (has_come_and_gone, &bar);
  g_signal_handlers_disconnect_by_data (session, &bar);
  window_activate (fixture, "finetune-reset", NULL);
}

static gboolean
tells_step (gpointer progress)
{
  return window_find_label (progress, "Step ") != NULL;
}

/* A step that takes long is told of on the way. */
static void
check_progress (WindowFixture *fixture)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_learning_page (fixture->window));
  GtkWidget *progress = window_find_widget (page, GBOX_TYPE_STEP_PROGRESS);

  window_activate (fixture, "finetune-start", NULL);
  g_assert_true (gtk_widget_get_visible (progress));
  window_wait_until (tells_step, progress);
  window_activate (fixture, "finetune-reset", NULL);
  g_assert_false (gtk_widget_get_visible (progress));
}

static GtkSwitch *
find_checkpoint_switch (WindowFixture *fixture)
{
  GtkWidget *pane = window_find_widget (GTK_WIDGET (gbox_window_get_learning_page (fixture->window)),
                                        GBOX_TYPE_FINETUNE_PANE);

  return GTK_SWITCH (window_find_widget (pane, GTK_TYPE_SWITCH));
}

static guint
get_saved_step (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxFinetuneSpec) spec = NULL;
  guint step = 0;

  spec = gbox_finetune_checkpoint_load_spec (path, &step, &error);
  g_assert_no_error (error);
  g_assert_nonnull (spec);
  return step;
}

/* Switched on, what has been learnt is kept on the way and at a pause; off, nothing is. */
static void
check_checkpoints (WindowFixture *fixture)
{
  GboxFinetuneSession *session = learning_get_finetune (fixture);
  GtkSwitch *checkpoints = find_checkpoint_switch (fixture);
  g_autofree char *path = gbox_policy_saving_get_checkpoint ();

  learning_set_finetune (fixture, "steps", LEARNING_ENDLESS);
  learning_set_finetune (fixture, "checkpoint-every", LEARNING_ENDLESS);
  window_activate (fixture, "finetune-start", NULL);
  window_wait_until (learning_has_learnt, fixture);
  window_activate (fixture, "finetune-pause", NULL);
  window_wait_until (learning_is_paused, fixture);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  window_activate (fixture, "finetune-reset", NULL);
  gtk_switch_set_active (checkpoints, TRUE);
  g_assert_cmpstr (gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (session))->checkpoint, ==,
                   path);
  window_activate (fixture, "finetune-start", NULL);
  window_wait_until (learning_has_learnt, fixture);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  window_activate (fixture, "finetune-pause", NULL);
  window_wait_until (learning_is_paused, fixture);
  g_assert_cmpuint (get_saved_step (path), ==, gbox_run_get_step (gbox_finetune_session_get_run (session)));
  window_activate (fixture, "finetune-reset", NULL);
  g_assert_cmpint (g_unlink (path), ==, 0);
  learning_set_finetune (fixture, "checkpoint-every", "1");
  window_activate (fixture, "finetune-start", NULL);
  window_wait_until (learning_is_there, path);
  window_activate (fixture, "finetune-reset", NULL);
  gtk_switch_set_active (checkpoints, FALSE);
  g_assert_cmpstr (gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (session))->checkpoint, ==,
                   "");
  g_unlink (path);
}

static void
drive (gpointer data)
{
  WindowFixture *fixture = data;

  window_go_to (fixture, "reinforcement");
  window_activate (fixture, "reinforcement-view", g_variant_new_string ("language"));
  check_reward (fixture);
  check_code (fixture);
  learning_prepare_finetune (fixture);
  check_progress (fixture);
  check_checkpoints (fixture);
  check_warning (fixture);
  window_close (fixture);
}

static void
test_finetune (void)
{
  window_test (drive);
}

static void
add_tests (void)
{
  g_test_add_func ("/window-reward/finetune", test_finetune);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
