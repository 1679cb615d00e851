/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finetuning on the Reinforcement page of the real window. */
#include "learning/changes-window.h"
#include "learning/finding.h"
#include "learning/finetune-row.h"
#include "learning/marked-text.h"
#include "learning-testing.h"
#include "models/model-chooser.h"

static gboolean
is_trained (gpointer data)
{
  GboxFinetuneSession *session = learning_get_finetune (data);
  g_autofree char *error = NULL;

  g_object_get (session, "error", &error, NULL);
  g_assert_null (error);
  return !gbox_finetune_session_is_running (session);
}

static void
on_adjusted (GboxFinetuneSession *session, const char *text, char **adjusted)
{
  g_free (*adjusted);
  *adjusted = g_strdup (text);
}

/* Paused on the way, with another learning rate from there on; what cannot change then is out of reach. */
static void
check_pause (WindowFixture *fixture)
{
  GboxFinetuneSession *session = learning_get_finetune (fixture);
  GtkWidget *page = GTK_WIDGET (gbox_window_get_learning_page (fixture->window));
  GtkWidget *chooser = window_find_widget (page, GBOX_TYPE_MODEL_CHOOSER);
  g_autofree char *adjusted = NULL;
  g_autofree char *steps = NULL;
  guint step;

  g_assert_true (gtk_widget_get_sensitive (chooser));
  g_signal_connect (session, "adjusted", G_CALLBACK (on_adjusted), &adjusted);
  window_activate (fixture, "finetune-start", NULL);
  g_assert_false (learning_is_enabled (fixture, "finetune-start"));
  g_assert_false (gtk_widget_get_sensitive (chooser));
  window_wait_until (learning_has_learnt, fixture);
  window_activate (fixture, "finetune-pause", NULL);
  window_wait_until (learning_is_paused, fixture);
  step = gbox_run_get_step (gbox_finetune_session_get_run (session));
  learning_set_finetune (fixture, "learning-rate", "0.01");
  g_assert_cmpstr (adjusted, ==, "learning rate 0.01");
  window_iterate (100);
  g_assert_cmpuint (gbox_run_get_step (gbox_finetune_session_get_run (session)), ==, step);
  g_assert_true (learning_is_enabled (fixture, "reinforcement-save"));
  window_wait_for_label (page, "Resume");
  g_signal_handlers_disconnect_by_data (session, &adjusted);
  steps = g_strdup_printf ("%u", step + 3);
  learning_set_finetune (fixture, "steps", steps);
}

/* In the end each completion has its reward, before and after, and what was counted is highlighted. */
static void
check_texts (WindowFixture *fixture)
{
  GboxFinetuneSession *session = learning_get_finetune (fixture);
  GListModel *pairs = gbox_finetune_session_get_pairs (session);
  guint n_matches = 0;

  g_assert_cmpint (gbox_finetune_session_get_phase (session), ==, GBOX_FINETUNE_AFTER);
  g_assert_cmpuint (g_list_model_get_n_items (pairs), ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GboxFinetunePair) pair = g_list_model_get_item (pairs, i);
      const GboxFinetuneText *texts[]
        = { gbox_finetune_pair_get_before (pair), gbox_finetune_pair_get_now (pair) };

      for (gsize j = 0; j < G_N_ELEMENTS (texts); j++)
        {
          g_assert_true (texts[j]->is_whole);
          g_assert_cmpfloat (texts[j]->reward, ==,
                             gbox_reward_score (gbox_finetune_session_get_reward (session), texts[j]->text,
                                                NULL));
          n_matches += texts[j]->reward > 0;
        }
    }
  g_assert_cmpuint (n_matches, >, 0);
  g_assert_nonnull (window_find_widget (GTK_WIDGET (gbox_window_get_learning_page (fixture->window)),
                                        GBOX_TYPE_FINETUNE_ROW));
}

static gboolean
has_gone_on (gpointer first)
{
  return *(const guint *) first > 0;
}

/* (transfer full): the path of what was saved, in a folder of its own. */
static char *
check_save (WindowFixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "policy.safetensors", NULL);

  window_activate (fixture, "finetune-save-to", g_variant_new_string ("/nowhere/policy.txt"));
  window_close_dialog (fixture, "safetensors");
  window_activate (fixture, "finetune-save-to", g_variant_new_string (path));
  window_wait_until (learning_is_there, path);
  window_iterate (100);
  return g_steal_pointer (&path);
}

static void
on_point (GboxFinetuneSession *session, const GboxPoint *point, guint *first)
{
  if (*first == 0)
    *first = point->step;
}

/* Of what goes on from a checkpoint, when its first new step is begun. */
typedef struct
{
  guint step;
  gboolean can_save;
} Begin;

static void
on_texts_changed (GboxFinetuneSession *session, Begin *begin)
{
  if (begin->step > 0 || gbox_finetune_session_get_phase (session) != GBOX_FINETUNE_TRAINING)
    return;
  begin->step = gbox_finetune_session_get_step (session);
  begin->can_save = gbox_finetune_session_can_save (session);
}

/* A checkpoint goes on where it was saved, with what it was made with; what is none changes nothing. */
static void
check_open (WindowFixture *fixture, const char *path)
{
  GboxFinetuneSession *session = learning_get_finetune (fixture);
  const guint saved = gbox_run_get_step (gbox_finetune_session_get_run (session));
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *none = completion_testing_model ();
  Begin begin = { 0 };
  guint first = 0;

  g_assert_true (learning_is_enabled (fixture, "open"));
  window_activate (fixture, "finetune-open", g_variant_new_string (none));
  window_wait_until (window_has_dialog, fixture);
  window_close_dialog (fixture, "checkpoint");
  g_assert_cmpuint (gbox_run_get_step (gbox_finetune_session_get_run (session)), ==, saved);
  g_signal_connect (session, "point", G_CALLBACK (on_point), &first);
  g_signal_connect (session, "texts-changed", G_CALLBACK (on_texts_changed), &begin);
  learning_set_finetune (fixture, "prompt", "others");
  window_activate (fixture, "finetune-open", g_variant_new_string (path));
  window_wait_until (has_gone_on, &first);
  g_assert_cmpuint (begin.step, ==, saved);
  g_assert_true (begin.can_save);
  g_assert_cmpuint (first, ==, saved + 1);
  g_assert_cmpstr (gbox_finetune_session_get_values (session)->prompt, ==, "some words");
  window_wait_until (is_trained, fixture);
  g_assert_cmpuint (gbox_run_get_step (gbox_finetune_session_get_run (session)), ==, 2 * saved);
  g_assert_cmpstr (gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (session))->resume, ==, "");
  g_signal_handlers_disconnect_by_data (session, &first);
  g_signal_handlers_disconnect_by_data (session, &begin);
  remove_path (folder);
}

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

/* (transfer full): what is in the file that an action has saved. */
static char *export(WindowFixture *fixture, const char *what, const char *path)
{
  g_autofree char *action = g_strdup_printf ("finetune-export-%s-to", what);
  char *content;

  window_activate (fixture, action, g_variant_new_string (path));
  window_wait_until (learning_is_there, (gpointer) path);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  return content;
}

/* Curves, completions and charts can be saved: a line each, and pictures of their kind. */
static void
check_export (WindowFixture *fixture)
{
  const guint n_steps = gbox_run_get_step (gbox_finetune_session_get_run (learning_get_finetune (fixture)));
  g_autofree char *folder = g_dir_make_tmp ("glassbox-test-XXXXXX", NULL);
  g_autofree char *curves_path = g_build_filename (folder, "curves.csv", NULL);
  g_autofree char *completions_path = g_build_filename (folder, "completions.csv", NULL);
  g_autofree char *png_path = g_build_filename (folder, "charts.png", NULL);
  g_autofree char *svg_path = g_build_filename (folder, "charts.SVG", NULL);
  g_autofree char *curves = export(fixture, "curves", curves_path);
  g_autofree char *completions = export(fixture, "completions", completions_path);
  g_autofree char *png = export(fixture, "charts", png_path);
  g_autofree char *svg = export(fixture, "charts", svg_path);
  g_autofree char *newest = g_strdup_printf ("\ntraining,%u,7,", n_steps);

  g_assert_true (g_str_has_prefix (curves, "run,step,reward_mean,"));
  g_assert_nonnull (strstr (curves, "\n1,1,"));
  g_assert_cmpuint (count_lines (curves), ==, 1 + n_steps);
  g_assert_nonnull (strstr (completions, "\nbefore,0,3,"));
  g_assert_nonnull (strstr (completions, newest));
  g_assert_nonnull (strstr (completions, "\nafter,"));
  g_assert_cmpmem (png, 4, "\211PNG", 4);
  g_assert_nonnull (strstr (svg, "<svg"));
  window_activate (fixture, "finetune-export-charts-to", g_variant_new_string ("/nowhere/charts.gif"));
  window_close_dialog (fixture, ".svg");
  window_iterate (100);
  remove_path (folder);
}

/* A run that is followed by another one stays as a pale line, until it is removed. */
static void
check_earlier (WindowFixture *fixture)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_learning_page (fixture->window));
  GboxFinetuneLog *log = gbox_learning_page_get_log (GBOX_LEARNING_PAGE (page));
  GListModel *earlier = gbox_finetune_log_get_earlier (log);

  g_assert_cmpuint (g_list_model_get_n_items (earlier), ==, 0);
  g_action_group_change_action_state (G_ACTION_GROUP (fixture->window), "finetune-smoothing",
                                      g_variant_new_double (0.6));
  g_assert_cmpfloat (gbox_finetune_log_get_smoothing (log), ==, 0.6);
  window_activate (fixture, "finetune-reset", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (earlier), ==, 1);
  g_assert_nonnull (window_find_label (page, "Run 2"));
  g_assert_true (learning_is_enabled (fixture, "finetune-export-curves"));
  window_activate (fixture, "finetune-reset", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (earlier), ==, 1);
  window_activate (fixture, "finetune-remove-run", g_variant_new_uint32 (7));
  g_assert_cmpuint (g_list_model_get_n_items (earlier), ==, 1);
  window_activate (fixture, "finetune-remove-run", g_variant_new_uint32 (2));
  g_assert_cmpuint (g_list_model_get_n_items (earlier), ==, 0);
  g_assert_null (window_find_label (page, "Run 2"));
  g_assert_false (learning_is_enabled (fixture, "finetune-export-curves"));
}

/* All charts show the same steps. */
static void
check_view (WindowFixture *fixture)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_learning_page (fixture->window));
  GboxFinetuneCharts *charts = gbox_learning_page_get_charts (GBOX_LEARNING_PAGE (page));
  GboxChart *chart = GBOX_CHART (window_find_widget (GTK_WIDGET (charts), GBOX_TYPE_CHART));
  double low, high;

  learning_set_finetune (fixture, "steps", "100");
  window_activate (fixture, "finetune-view", g_variant_new ("(dd)", 10.0, 30.0));
  g_assert_true (gbox_chart_get_view (chart, &low, &high));
  g_assert_cmpfloat (low, ==, 10);
  g_assert_cmpfloat (high, ==, 30);
  window_activate (fixture, "finetune-view-whole", NULL);
  g_assert_false (gbox_chart_get_view (chart, &low, &high));
  g_assert_cmpfloat (high, ==, 100);
}

static GboxChangesSession *
get_changes (WindowFixture *fixture)
{
  return gbox_learning_page_get_changes (gbox_window_get_learning_page (fixture->window));
}

static gboolean
is_compared (gpointer data)
{
  return !gbox_changes_session_is_running (get_changes (data));
}

static guint
count_places (const GboxFinding *finding, const GboxComparison *comparison, guint policy)
{
  g_autoptr (GArray) samples = gbox_finding_list_samples (finding, comparison, policy);
  guint n = 0;

  for (guint i = 0; i < samples->len; i++)
    n += g_array_index (samples, GboxFindingSample, i).ranges->len;
  return n;
}

/* A finding's samples have it as often as it was counted. */
static void
check_terms (const GboxComparison *comparison, const GArray *changes, gboolean is_other)
{
  g_assert_cmpuint (changes->len, >, 0);
  for (guint i = 0; i < MIN (changes->len, 8); i++)
    {
      const GboxTermChange *change = &g_array_index (changes, GboxTermChange, i);
      const GboxFinding finding = { .kind = GBOX_FINDING_TERM, .is_other = is_other, .term = change->term };

      g_assert_cmpuint (count_places (&finding, comparison, 0), ==, change->n_before);
      g_assert_cmpuint (count_places (&finding, comparison, 1), ==, change->n_after);
    }
}

static guint
count_samples (const GboxFinding *finding, const GboxComparison *comparison, guint policy)
{
  g_autoptr (GArray) samples = gbox_finding_list_samples (finding, comparison, policy);

  return samples->len;
}

static void
check_comparison (const GboxComparison *comparison)
{
  GboxFinding finding = { .kind = GBOX_FINDING_TOKEN };

  check_terms (comparison, comparison->words, FALSE);
  check_terms (comparison, comparison->pairs, FALSE);
  check_terms (comparison, comparison->other_words, TRUE);
  for (guint i = 0; i < comparison->first_tokens[1]->len; i++)
    {
      finding.token = g_array_index (comparison->first_tokens[1], int, i);
      g_assert_cmpuint (count_samples (&finding, comparison, 1), >, 0);
    }
  finding.kind = GBOX_FINDING_LENGTH;
  g_assert_cmpuint (count_samples (&finding, comparison, 0), ==, 4);
  finding.is_other = TRUE;
  g_assert_cmpuint (count_samples (&finding, comparison, 1), ==, 12);
  finding.kind = GBOX_FINDING_PERPLEXITY;
  g_assert_cmpuint (count_samples (&finding, comparison, 1), ==, 1);
}

static GtkWidget *
find_changes_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (GBOX_IS_CHANGES_WINDOW (window))
        return window;
    }
  return NULL;
}

/* All findings, and the samples of the one that was asked for. */
static void
check_changes_window (WindowFixture *fixture)
{
  const GboxComparison *comparison = gbox_changes_session_get_comparison (get_changes (fixture));
  const GboxTermChange *change = NULL;
  GtkWidget *window;

  for (guint i = 0; i < comparison->words->len && (change == NULL || change->is_own); i++)
    change = &g_array_index (comparison->words, GboxTermChange, i);
  window_activate (fixture, "what-changed-samples", g_variant_new_string (change->term));
  window = find_changes_window ();
  g_assert_nonnull (window);
  g_assert_nonnull (window_find_label (window, "Perplexity"));
  {
    g_autofree char *title = g_strdup_printf ("%s — Words after the prompt", change->term);

    g_assert_nonnull (window_find_label (window, title));
  }
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The policy is kept by itself and compared with the model it was; a stop leaves nothing. */
static void
check_changes (WindowFixture *fixture)
{
  window_activate (fixture, "what-changed-set", g_variant_new ("(ss)", "samples", "4"));
  window_activate (fixture, "what-changed-set", g_variant_new ("(ss)", "text", "some more words"));
  g_assert_true (learning_is_enabled (fixture, "what-changed"));
  g_assert_false (learning_is_enabled (fixture, "what-changed-details"));
  window_activate (fixture, "what-changed", NULL);
  g_assert_false (learning_is_enabled (fixture, "what-changed"));
  window_activate (fixture, "what-changed-cancel", NULL);
  g_assert_true (is_compared (fixture));
  g_assert_null (gbox_changes_session_get_comparison (get_changes (fixture)));
  window_activate (fixture, "what-changed", NULL);
  window_wait_until (is_compared, fixture);
  g_assert_nonnull (gbox_changes_session_get_comparison (get_changes (fixture)));
  g_assert_cmpuint (gbox_changes_session_get_step (get_changes (fixture)), ==,
                    gbox_run_get_step (gbox_finetune_session_get_run (learning_get_finetune (fixture))));
  check_comparison (gbox_changes_session_get_comparison (get_changes (fixture)));
  check_changes_window (fixture);
}

static GboxCompletionSession *
get_completion (WindowFixture *fixture)
{
  return gbox_completion_page_get_session (gbox_window_get_completion_page (fixture->window));
}

static gboolean
has_both (gpointer data)
{
  GboxCompletionSession *session = get_completion (data);

  return g_list_model_get_n_items (gbox_completion_session_get_samples (session)) == 4
         && !gbox_completion_session_is_running (session);
}

/* On the Completion page each sample of the original stands before that of the policy. */
static void
check_try (WindowFixture *fixture)
{
  GboxCompletionSession *session = get_completion (fixture);

  window_activate (fixture, "completion-set", g_variant_new ("(ss)", "samples", "2"));
  window_activate (fixture, "completion-set", g_variant_new ("(ss)", "max-tokens", "3"));
  window_activate (fixture, "finetune-compare", NULL);
  window_wait_until (has_both, fixture);
  g_assert_cmpstr (gbox_completion_session_get_prompt (session), ==, "some words");
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GboxBranch) branch
        = g_list_model_get_item (gbox_completion_session_get_samples (session), i);
      g_autofree char *title = NULL;
      g_autofree char *expected = g_strdup_printf ("seed 0·%u", i / 2 + 1);

      g_object_get (branch, "title", &title, NULL);
      g_assert_cmpstr (title, ==, expected);
      g_assert_cmpuint (gbox_branch_get_n_own (branch), >, 0);
      g_assert_cmpint (strstr (gbox_completion_session_get_model_title (session, branch),
                               "finetuned: characters:ab")
                         != NULL,
                       ==, i % 2 == 1);
    }
  g_assert_nonnull (
    window_find_label (GTK_WIDGET (gbox_window_get_completion_page (fixture->window)), "finetuned"));
  window_activate (fixture, "complete", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (gbox_completion_session_get_samples (session)), ==, 2);
  window_activate (fixture, "complete-stop", NULL);
  window_activate (fixture, "page", g_variant_new_string ("reinforcement"));
}

/* A text that ends in white space, which a completion may, needs no more room than its words. */
static void
check_white_space (void)
{
  GtkWidget *label = g_object_ref_sink (gtk_label_new (NULL));
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));
  int minimum, minimum_for_height;

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gbox_marked_text_show (GTK_LABEL (label), " hello\tyou                                             \n\n",
                         ranges);
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==, "hello you");
  gtk_widget_measure (label, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  gtk_widget_measure (label, GTK_ORIENTATION_HORIZONTAL, G_MAXINT16, &minimum_for_height, NULL, NULL, NULL);
  g_assert_cmpint (minimum_for_height, <=, minimum);
  g_object_unref (label);
}

/* What is saved by those who name no model has none. */
static void
check_default_model (GboxFinetuneSession *session)
{
  gbox_finetune_session_choose_model (session, "");
  g_assert_cmpstr (gbox_model_item_get_name (gbox_finetune_session_get_model (session)), ==, "smollm2-135m");
}

static void
drive_finetune (gpointer data)
{
  WindowFixture *fixture = data;
  GboxFinetuneSession *session = learning_get_finetune (fixture);
  g_autofree char *path = NULL;

  window_go_to (fixture, "reinforcement");
  window_activate (fixture, "reinforcement-view", g_variant_new_string ("language"));
  check_white_space ();
  learning_prepare_finetune (fixture);
  check_pause (fixture);
  window_activate (fixture, "reinforcement-play-pause", NULL);
  window_wait_until (is_trained, fixture);
  check_texts (fixture);
  path = check_save (fixture);
  check_changes (fixture);
  check_try (fixture);
  check_export (fixture);
  check_open (fixture, path);
  window_activate (fixture, "reinforcement-view", g_variant_new_string ("gridworld"));
  g_assert_false (learning_is_enabled (fixture, "reinforcement-save"));
  g_assert_false (learning_is_enabled (fixture, "toggle-right-pane"));
  window_activate (fixture, "finetune-remove-run", g_variant_new_uint32 (1));
  check_earlier (fixture);
  check_view (fixture);
  g_assert_null (gbox_finetune_session_get_run (session));
  g_assert_null (gbox_changes_session_get_comparison (get_changes (fixture)));
  g_assert_false (learning_is_enabled (fixture, "what-changed"));
  g_assert_cmpuint (g_list_model_get_n_items (gbox_finetune_session_get_pairs (session)), ==, 0);
  check_default_model (session);
  window_close (fixture);
}

static void
test_finetune (void)
{
  window_test (drive_finetune);
}

static void
add_tests (void)
{
  g_test_add_func ("/window-learning/finetune", test_finetune);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
