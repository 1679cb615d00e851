/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text, its tokens and branches behind the Completion page. */
#include "completion/completion-session.h"

#include "base/error.h"
#include "completion-testing.h"
#include "completion/attention-shade.h"
#include "count-job.h"

typedef struct
{
  GboxEngine *engine;
  GboxSettings *settings;
  GboxCompletionSession *session;
  guint n_text_changed;
  guint n_added;
} Fixture;

static void
on_text_changed (Fixture *fixture)
{
  fixture->n_text_changed++;
}

static void
on_token_added (Fixture *fixture, guint token)
{
  g_assert_cmpuint (token + 1, ==, gbox_completion_session_get_n_tokens (fixture->session));
  fixture->n_added++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *model = completion_testing_model ();
  g_autoptr (GError) error = NULL;

  fixture->engine = gbox_engine_new (2, &error);
  g_assert_no_error (error);
  fixture->settings = gbox_settings_new ();
  fixture->session = gbox_completion_session_new (fixture->engine, fixture->settings);
  completion_testing_prepare (fixture->session, model, "some words");
  g_signal_connect_swapped (fixture->session, "text-changed", G_CALLBACK (on_text_changed), fixture);
  g_signal_connect_swapped (fixture->session, "token-added", G_CALLBACK (on_token_added), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gbox_completion_session_end (fixture->session);
  g_assert_finalize_object (fixture->session);
  gbox_engine_shutdown (fixture->engine);
  g_assert_finalize_object (fixture->engine);
  g_assert_finalize_object (fixture->settings);
}

/* So that nothing is written before the next command. */
static void
complete_paused (Fixture *fixture)
{
  GboxRun *held = count_hold (fixture->engine);

  gbox_completion_session_complete (fixture->session);
  gbox_run_pause (gbox_completion_session_get_run (fixture->session));
  count_release (held);
}

static void
complete (Fixture *fixture)
{
  gbox_completion_session_complete (fixture->session);
  completion_testing_wait (fixture->session);
  g_assert_null (gbox_completion_session_get_error (fixture->session));
  g_assert_cmpuint (gbox_completion_session_get_n_tokens (fixture->session), >, 4);
}

static GArray *
get_ids (Fixture *fixture)
{
  guint n_prompt;
  GArray *ids = gbox_completion_session_get_ids (fixture->session, &n_prompt);

  g_array_remove_range (ids, 0, n_prompt);
  return ids;
}

static void
assert_same_ids (const GArray *a, const GArray *b, guint n)
{
  g_assert_cmpuint (a->len, >=, n);
  g_assert_cmpuint (b->len, >=, n);
  g_assert_cmpmem (a->data, n * sizeof (int), b->data, n * sizeof (int));
}

/* The text is what the tokens stand for, and each stands where the map says. */
static void
assert_consistent (Fixture *fixture)
{
  GboxCompletionSession *session = fixture->session;
  g_autofree char *text = gbox_completion_session_get_text (session);
  const char *prompt = gbox_completion_session_get_prompt (session);
  const char *rest;

  g_assert_true (g_str_has_prefix (text, prompt));
  rest = text + strlen (prompt);
  for (guint i = 0; i < gbox_completion_session_get_n_tokens (session); i++)
    {
      const char *token = gbox_completion_session_get_token (session, i)->text;
      int begin, end;

      gbox_token_map_get_range (gbox_completion_session_get_map (session), i, &begin, &end);
      g_assert_true (g_str_has_prefix (g_utf8_offset_to_pointer (rest, begin), token));
      g_assert_cmpint (end - begin, ==, g_utf8_strlen (token, -1));
    }
}

static void
test_complete (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) all = NULL;
  guint n_prompt, n;

  all = gbox_completion_session_get_ids (fixture->session, &n_prompt);
  g_assert_cmpuint (all->len, ==, 0);
  complete (fixture);
  n = gbox_completion_session_get_n_tokens (fixture->session);
  g_assert_cmpuint (fixture->n_added, ==, n);
  assert_consistent (fixture);
  g_clear_pointer (&all, g_array_unref);
  all = gbox_completion_session_get_ids (fixture->session, &n_prompt);
  g_assert_cmpuint (n_prompt, >, 0);
  g_assert_cmpuint (all->len, ==, n_prompt + n);
  g_assert_cmpuint (gbox_completion_session_get_token (fixture->session, 0)->position, ==, n_prompt);
  g_assert_nonnull (gbox_branch_get_ending (gbox_completion_session_get_branch (fixture->session)));
}

/* What is cut short and gone on with is what it would have been in one go. */
static void
test_continue (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSpec *spec = gbox_completion_session_get_spec (fixture->session);
  g_autoptr (GArray) whole = NULL;
  g_autoptr (GArray) parts = NULL;

  complete (fixture);
  whole = get_ids (fixture);
  g_object_set (spec, "max-tokens", 3u, NULL);
  gbox_completion_session_complete (fixture->session);
  completion_testing_wait (fixture->session);
  g_assert_true (gbox_completion_session_can_continue (fixture->session));
  g_object_set (spec, "max-tokens", whole->len - 3, NULL);
  gbox_completion_session_continue (fixture->session);
  completion_testing_wait (fixture->session);
  parts = get_ids (fixture);
  g_assert_cmpuint (parts->len, ==, whole->len);
  assert_same_ids (parts, whole, whole->len);
  assert_consistent (fixture);
}

static void
test_branch (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  GboxBranch *first, *second;
  GboxRun *run;
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) after = NULL;
  g_autoptr (GArray) again = NULL;
  int other;

  complete (fixture);
  before = get_ids (fixture);
  first = gbox_completion_session_get_branch (session);
  other = completion_testing_other (session, 2);
  gbox_completion_session_branch (session, 2, other);
  completion_testing_wait (session);
  g_assert_null (gbox_completion_session_get_error (session));
  second = gbox_completion_session_get_branch (session);
  g_assert_true (gbox_branch_get_parent (second) == first);
  g_assert_cmpuint (gbox_branch_get_fork (second), ==, 2);
  after = get_ids (fixture);
  assert_same_ids (before, after, 2);
  g_assert_cmpint (g_array_index (after, int, 2), ==, other);
  g_assert_cmpint (gbox_completion_session_get_looked_at (session), ==, 2);
  assert_consistent (fixture);

  /* Back to the first, and without a run to the second again. */
  gbox_completion_session_show (session, first);
  again = get_ids (fixture);
  g_assert_cmpuint (again->len, ==, before->len);
  assert_same_ids (again, before, before->len);
  assert_consistent (fixture);
  run = gbox_completion_session_get_run (session);
  gbox_completion_session_branch (session, 2, other);
  g_assert_true (gbox_completion_session_get_branch (session) == second);
  g_assert_true (gbox_completion_session_get_run (session) == run);
}

/* Another first token of a branch makes a sibling of it; the token that is there already, nothing. */
static void
test_siblings (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  GboxBranch *first, *root;

  complete (fixture);
  first = gbox_completion_session_get_branch (session);
  root = gbox_branch_get_parent (first);
  gbox_completion_session_branch (session, 0,
                                  gbox_completion_session_get_token (session, 0)->sample.chosen.id);
  g_assert_true (gbox_completion_session_get_branch (session) == first);
  gbox_completion_session_branch (session, 0, completion_testing_other (session, 0));
  completion_testing_wait (session);
  g_assert_true (gbox_branch_get_parent (gbox_completion_session_get_branch (session)) == root);
  g_assert_cmpuint (g_list_model_get_n_items (gbox_branch_get_children (root)), ==, 2);
}

static void
test_walk (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  GboxSample sample;

  complete (fixture);
  gbox_completion_session_look_at (session, 1);
  for (int i = 0; i < 2; i++)
    {
      gbox_completion_session_branch (session, 1,
                                      gbox_completion_session_get_token (session, 1)->sample.top[0].id);
      completion_testing_wait (session);
    }
  sample = gbox_completion_session_get_token (session, 1)->sample;
  g_assert_cmpint (sample.chosen.id, ==, sample.top[0].id);
  gbox_completion_session_walk (session, -1);
  g_assert_false (gbox_completion_session_is_running (session));
  gbox_completion_session_walk (session, 1);
  completion_testing_wait (session);
  g_assert_cmpint (gbox_completion_session_get_token (session, 1)->sample.chosen.id, ==, sample.top[1].id);
}

/* An edit makes a prompt of everything, of which what is unchanged is not read again. */
static void
test_edit (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  g_autofree char *written = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *text = NULL;
  GboxBranch *first;
  guint n_reused = 0;

  g_object_set (gbox_completion_session_get_spec (session), "max-tokens", 5u, NULL);
  gbox_completion_session_complete (session);
  completion_testing_wait (session);
  first = gbox_completion_session_get_branch (session);
  written = gbox_completion_session_get_text (session);
  edited = g_strconcat ("some work", written + strlen ("some work"), NULL);
  fixture->n_text_changed = 0;
  gbox_completion_session_edit (session, edited);
  g_assert_cmpuint (fixture->n_text_changed, ==, 0);
  g_assert_null (gbox_completion_session_get_branch (session));
  g_assert_cmpuint (gbox_completion_session_get_n_tokens (session), ==, 0);
  g_assert_cmpint (gbox_completion_session_get_looked_at (session), ==, -1);
  g_assert_cmpstr (gbox_completion_session_get_prompt (session), ==, edited);
  gbox_completion_session_complete (session);
  completion_testing_wait (session);
  g_assert_null (gbox_completion_session_get_error (session));
  g_object_get (session, "n-reused", &n_reused, NULL);
  g_assert_cmpuint (n_reused, >, 0);
  g_assert_cmpuint (g_list_model_get_n_items (gbox_completion_session_get_roots (session)), ==, 2);
  assert_consistent (fixture);
  /* What was written before the edit can be returned to. */
  gbox_completion_session_show (session, first);
  text = gbox_completion_session_get_text (session);
  g_assert_cmpstr (text, ==, written);
}

static void
test_samples (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  GListModel *samples = gbox_completion_session_get_samples (session);
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_object_set (gbox_completion_session_get_spec (session), "samples", 5u, NULL);
  complete (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (samples), ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GboxBranch) branch = g_list_model_get_item (samples, i);
      double logprob = 0, sum = 0;
      char *line = NULL;

      gbox_completion_session_show (session, branch);
      g_assert_true (gbox_completion_session_get_branch (session) == branch);
      assert_consistent (fixture);
      for (guint j = 0; j < gbox_completion_session_get_n_tokens (session); j++)
        sum += (double) gbox_completion_session_get_token (session, j)->sample.chosen.logprob;
      g_object_get (branch, "logprob", &logprob, "line", &line, NULL);
      g_hash_table_add (lines, line);
      /* The same sum in the same order. */
      g_assert_cmpfloat_with_epsilon (logprob, sum, 1e-12);
      g_assert_nonnull (gbox_branch_get_ending (branch));
    }
  g_assert_cmpuint (g_hash_table_size (lines), ==, 5);
}

static void
test_look (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  int last;

  g_assert_cmpint (gbox_completion_session_get_looked_at (session), ==, -1);
  complete (fixture);
  last = (int) gbox_completion_session_get_n_tokens (session) - 1;
  g_assert_cmpint (gbox_completion_session_get_looked_at (session), ==, last);
  gbox_completion_session_look_at (session, 1);
  gbox_completion_session_hover (session, 2);
  g_assert_cmpint (gbox_completion_session_get_looked_at (session), ==, 2);
  gbox_completion_session_hover (session, -1);
  g_assert_cmpint (gbox_completion_session_get_looked_at (session), ==, 1);
  gbox_completion_session_look_at (session, -1);
  g_assert_cmpint (gbox_completion_session_get_looked_at (session), ==, last);
  gbox_completion_session_look_at (session, 1000);
  g_assert_cmpint (gbox_completion_session_get_looked_at (session), ==, last);
}

static void
assert_n_used (Fixture *fixture)
{
  guint n_prompt, n_used = 0;
  g_autoptr (GArray) all = gbox_completion_session_get_ids (fixture->session, &n_prompt);

  g_object_get (fixture->session, "n-used", &n_used, NULL);
  g_assert_cmpuint (n_used, ==, all->len);
}

/* How full the context is goes with the text at hand, not with the longest of all samples, and is not known
 * of a text that no model has read. */
static void
test_n_used (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  GboxCompletionSpec *spec = gbox_completion_session_get_spec (session);

  g_object_set (spec, "samples", 5u, NULL);
  complete (fixture);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GboxBranch) branch
        = g_list_model_get_item (gbox_completion_session_get_samples (session), i);

      gbox_completion_session_show (session, branch);
      assert_n_used (fixture);
    }
  gbox_completion_session_edit (session, "other words");
  assert_n_used (fixture);
  gbox_completion_session_complete (session);
  assert_n_used (fixture);
  gbox_completion_session_stop (session);
  assert_n_used (fixture);
}

static void
on_message (char **told, const char *text)
{
  g_free (*told);
  *told = g_strdup (text);
}

/* The samples that a branch cuts off are told, and say so themselves; they can be gone on with. */
static void
test_interrupted (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  g_autofree char *told = NULL;
  GboxRun *run;

  g_object_set (gbox_completion_session_get_spec (session), "samples", 3u, "max-tokens", 16u, NULL);
  g_signal_connect_swapped (session, "message", G_CALLBACK (on_message), &told);
  complete_paused (fixture);
  run = gbox_completion_session_get_run (session);
  for (guint n = 1; gbox_completion_session_get_n_tokens (session) == 0; n++)
    {
      gbox_run_step (run);
      while (gbox_run_get_step (run) < n)
        g_main_context_iteration (NULL, TRUE);
    }
  gbox_completion_session_branch (session, 0, completion_testing_other (session, 0));
  completion_testing_wait (session);
  g_assert_nonnull (strstr (told, "3 samples were stopped"));
  g_assert_false (gbox_branch_is_interrupted (gbox_completion_session_get_branch (session)));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxBranch) branch
        = g_list_model_get_item (gbox_completion_session_get_samples (session), i);

      g_assert_true (gbox_branch_is_interrupted (branch));
      g_assert_true (gbox_branch_can_continue (branch));
    }
}

/* A name that is none changes nothing; of a model of the catalogue that is not here it does. */
static void
test_model_names (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  GboxModelItem *before = gbox_completion_session_get_model (session);
  g_autoptr (GError) error = NULL;

  complete (fixture);
  g_assert_false (gbox_completion_session_try_model (session, "no-such-model", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (gbox_completion_session_try_model (session, "inceptionv1", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_true (gbox_completion_session_get_model (session) == before);
  g_assert_true (gbox_completion_session_try_model (session, "gpt2", &error));
  g_assert_no_error (error);
  g_assert_cmpstr (gbox_model_item_get_name (gbox_completion_session_get_model (session)), ==, "gpt2");
  /* What is shown is still the other's. */
  g_assert_true (gbox_completion_session_get_writer (session) == before);
}

static void
assert_shade (Fixture *fixture, guint i, int begin, int end, double strength)
{
  guint n;
  const GboxShade *shades = gbox_completion_session_get_shades (fixture->session, &n);

  g_assert_cmpuint (i, <, n);
  g_assert_cmpint (shades[i].begin, ==, begin);
  g_assert_cmpint (shades[i].end, ==, end);
  g_assert_cmpfloat_with_epsilon (shades[i].strength, strength, 1e-6);
}

/* Of “aé”, a line break with spaces, and “b c”: tokens that begin the text, are a part of a character, or are
 * hardly looked at have no shade; white space has one where it is all there is. */
static void
test_shades (Fixture *fixture, gconstpointer data)
{
  static const int lengths[] = { 0, 1, 1, 1, 3, 1, 2 };
  static const float attention[] = { 0.5f, 0.1f, 0.1f, 0.2f, 0.3f, 0.001f, 0.4f };
  GboxCompletionSession *session = fixture->session;
  const guint n_tokens = G_N_ELEMENTS (lengths);
  guint n;

  gbox_completion_session_set_text (session, "aé\n  b c");
  gbox_attention_shade (session, n_tokens, lengths, attention, n_tokens);
  gbox_completion_session_get_shades (session, &n);
  g_assert_cmpuint (n, ==, 4);
  assert_shade (fixture, 0, 0, 1, 0.1);
  assert_shade (fixture, 1, 1, 2, 0.2);
  assert_shade (fixture, 2, 2, 5, 0.3);
  assert_shade (fixture, 3, 6, 8, 0.4);
  gbox_completion_session_edit (session, "aé");
  gbox_completion_session_get_shades (session, &n);
  g_assert_cmpuint (n, ==, 0);
  /* Where these tokens are in another text is not known. */
  gbox_attention_shade (session, n_tokens, lengths, attention, n_tokens);
  gbox_completion_session_get_shades (session, &n);
  g_assert_cmpuint (n, ==, 0);
}

/* What cannot be read is said in words, and what was written before stays. */
static void
test_failure (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;

  gbox_completion_session_set_text (session, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
  gbox_completion_session_complete (session);
  completion_testing_wait (session);
  g_assert_nonnull (strstr (gbox_completion_session_get_error (session), "Shorten"));
  g_assert_cmpstr (gbox_branch_get_ending (gbox_completion_session_get_branch (session)), ==, "failed");
  g_assert_false (gbox_completion_session_can_continue (session));
  gbox_completion_session_set_text (session, "some words");
  g_assert_null (gbox_completion_session_get_error (session));
  complete (fixture);
}

static const GboxCompletionValues *
get_run_values (Fixture *fixture)
{
  GboxRun *run = gbox_completion_session_get_run (fixture->session);

  return gbox_completion_spec_get_values (GBOX_COMPLETION_SPEC (gbox_run_get_spec (run)));
}

/* What may change while it writes does so at once, but for a longer text. */
static void
test_live (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  GObject *spec = G_OBJECT (gbox_completion_session_get_spec (session));

  complete_paused (fixture);
  g_object_set (spec, "max-tokens", 100u, "temperature", 0.25, "seed", 12u, NULL);
  g_assert_cmpfloat (get_run_values (fixture)->temperature, <, 0.3);
  g_assert_cmpuint (get_run_values (fixture)->max_tokens, ==, 12);
  g_assert_cmpuint (get_run_values (fixture)->seed, ==, 11);
  g_object_set (spec, "max-tokens", 5u, NULL);
  g_assert_cmpuint (get_run_values (fixture)->max_tokens, ==, 5);
  gbox_run_resume (gbox_completion_session_get_run (session));
  completion_testing_wait (session);
  g_assert_cmpuint (gbox_completion_session_get_n_tokens (session), <=, 5);
}

/* Another model knows other tokens: what one wrote is gone on with by itself. */
static void
test_models (Fixture *fixture, gconstpointer data)
{
  GboxCompletionSession *session = fixture->session;
  g_autofree char *other = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-gpt2.gguf", NULL);
  GboxBranch *first;
  GboxModelItem *model;

  complete (fixture);
  first = gbox_completion_session_get_branch (session);
  model = gbox_completion_session_get_model (session);
  gbox_completion_session_choose_model (session, other);
  complete (fixture);
  g_assert_true (gbox_completion_session_get_model (session) != model);
  g_assert_true (gbox_branch_get_root (gbox_completion_session_get_branch (session))
                 != gbox_branch_get_root (first));
  gbox_completion_session_show (session, first);
  g_assert_true (gbox_completion_session_get_model (session) == model);
  gbox_completion_session_choose_model (session, other);
  gbox_completion_session_branch (session, 1, completion_testing_other (session, 1));
  g_assert_true (gbox_completion_session_get_model (session) == model);
  completion_testing_wait (session);
  g_assert_null (gbox_completion_session_get_error (session));
}

/* The parameters outlive the session, the text does not. */
static void
test_settings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxCompletionSession) other = NULL;
  const GboxCompletionValues *values;

  g_object_set (gbox_completion_session_get_spec (fixture->session), "seed", 77u, "top-k", 3, NULL);
  complete (fixture);
  other = gbox_completion_session_new (fixture->engine, fixture->settings);
  values = gbox_completion_spec_get_values (gbox_completion_session_get_spec (other));
  g_assert_cmpuint (values->seed, ==, 77);
  g_assert_cmpint (values->top_k, ==, 3);
  g_assert_cmpstr (values->prompt, ==, "");
  g_assert_true (g_str_has_suffix (values->model, "transformer-llama.gguf"));
  g_assert_cmpstr (gbox_completion_session_get_prompt (other), ==, "");
}

static void
add (const char *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/completion-session/complete", test_complete);
  add ("/completion-session/continue", test_continue);
  add ("/completion-session/branch", test_branch);
  add ("/completion-session/siblings", test_siblings);
  add ("/completion-session/walk", test_walk);
  add ("/completion-session/edit", test_edit);
  add ("/completion-session/samples", test_samples);
  add ("/completion-session/n-used", test_n_used);
  add ("/completion-session/interrupted", test_interrupted);
  add ("/completion-session/model-names", test_model_names);
  add ("/completion-session/shades", test_shades);
  add ("/completion-session/look", test_look);
  add ("/completion-session/failure", test_failure);
  add ("/completion-session/live", test_live);
  add ("/completion-session/models", test_models);
  add ("/completion-session/settings", test_settings);
  return g_test_run ();
}
