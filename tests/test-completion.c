/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completions: what a run tells, that the same seed gives the same text, and that the prompt is read once. */
#include "language/completion-job.h"

#include "count-job.h"

#include <string.h>

typedef struct
{
  GArray *ids[GBOX_MAX_SAMPLES];
  GString *texts[GBOX_MAX_SAMPLES];
  int reasons[GBOX_MAX_SAMPLES]; /* −1 until it has ended */
  double logprobs[GBOX_MAX_SAMPLES];
  GboxCompletionPrompt *prompt;
  GboxPoint last;
  guint n_reading; /* points while the prompt was read */
  guint n_points;
} Watch;

static void
watch_init (Watch *watch)
{
  *watch = (Watch){ 0 };
  for (guint i = 0; i < GBOX_MAX_SAMPLES; i++)
    {
      watch->ids[i] = g_array_new (FALSE, FALSE, sizeof (int));
      watch->texts[i] = g_string_new (NULL);
      watch->reasons[i] = -1;
    }
}

static void
watch_clear (Watch *watch)
{
  g_clear_pointer (&watch->prompt, gbox_completion_prompt_free);
  for (guint i = 0; i < GBOX_MAX_SAMPLES; i++)
    {
      g_array_unref (watch->ids[i]);
      g_string_free (watch->texts[i], TRUE);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

/* It comes first. */
static void
take_prompt (Watch *watch, const GboxCompletionPrompt *prompt)
{
  g_assert_cmpuint (watch->n_points, ==, 0);
  g_assert_null (watch->prompt);
  watch->prompt = gbox_completion_prompt_copy (prompt);
}

static void
take_token (Watch *watch, const GboxCompletionToken *token)
{
  GArray *ids = watch->ids[token->sequence];

  g_assert_cmpint (watch->reasons[token->sequence], ==, -1);
  g_assert_true (g_utf8_validate (token->text, -1, NULL));
  g_assert_cmpfloat (token->sample.chosen.logprob, <=, 0);
  g_assert_cmpfloat (token->sample.chosen.probability, >=, 0);
  g_assert_cmpuint (token->position, ==, watch->prompt->n_ids + ids->len);
  for (guint i = 0; i < token->sample.n_top; i++)
    g_assert_true (g_utf8_validate (token->top_texts[i], -1, NULL));
  g_array_append_val (ids, token->sample.chosen.id);
  g_string_append (watch->texts[token->sequence], token->text);
  watch->logprobs[token->sequence] += (double) token->sample.chosen.logprob;
}

static void
on_record (GboxRun *run, GType type, gconstpointer record, Watch *watch)
{
  const GboxCompletionEnd *end = record;

  if (type == GBOX_TYPE_COMPLETION_PROMPT)
    {
      take_prompt (watch, record);
      return;
    }
  if (type == GBOX_TYPE_COMPLETION_TOKEN)
    {
      take_token (watch, record);
      return;
    }
  g_assert_true (type == GBOX_TYPE_COMPLETION_END);
  watch->reasons[end->sequence] = (int) end->reason;
  g_assert_cmpuint (end->n_tokens, ==, watch->ids[end->sequence]->len);
  g_assert_cmpfloat_with_epsilon (end->logprob, watch->logprobs[end->sequence], 1e-9);
  g_string_append (watch->texts[end->sequence], end->text);
}

static void
on_point (GboxRun *run, const GboxPoint *point, Watch *watch)
{
  g_assert_cmpuint (point->step, ==, watch->last.step + 1);
  g_assert_cmpuint (point->n_values, ==, GBOX_COMPLETION_N_VALUES);
  watch->last = *point;
  watch->n_points++;
  watch->n_reading += point->values[GBOX_COMPLETION_WRITTEN] < 1;
}

static GboxCompletionSpec *
make_spec (const char *prompt)
{
  GboxCompletionSpec *spec = gbox_completion_spec_new ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);

  g_object_set (spec, "model", path, "prompt", prompt, "max-tokens", 12u, "temperature", 1.5, "top-k", 0,
                "top-p", 1.0, "seed", 11u, NULL);
  return spec;
}

static GboxRun *
start (GboxEngine *engine, GboxCompletionSpec *spec, Watch *watch)
{
  GboxRun *run = gbox_engine_start (engine, GBOX_SPEC (spec));

  watch_init (watch);
  g_signal_connect (run, "record", G_CALLBACK (on_record), watch);
  g_signal_connect (run, "point", G_CALLBACK (on_point), watch);
  return run;
}

static void
complete (GboxEngine *engine, GboxCompletionSpec *spec, Watch *watch)
{
  g_autoptr (GboxRun) run = start (engine, spec, watch);

  while (!gbox_run_is_final (run))
    g_main_context_iteration (NULL, TRUE);
  if (gbox_run_get_error (run) != NULL)
    g_test_message ("%s", gbox_run_get_error (run)->message);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_FINISHED);
}

static void
assert_same_sample (const Watch *a, guint i, const Watch *b, guint j)
{
  g_assert_cmpmem (a->ids[i]->data, a->ids[i]->len * sizeof (int), b->ids[j]->data,
                   b->ids[j]->len * sizeof (int));
  g_assert_cmpstr (a->texts[i]->str, ==, b->texts[j]->str);
  g_assert_cmpint (a->reasons[i], ==, b->reasons[j]);
}

/* The same sample in one thread and several, alone and among others, after another text and a fresh start. */
static void
test_same_text (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxEngine) other = count_make_engine (3);
  g_autoptr (GboxCompletionSpec) spec = make_spec ("some words");
  g_auto (Watch) alone = { 0 };
  g_auto (Watch) several = { 0 };
  g_auto (Watch) again = { 0 };
  gboolean differs = FALSE;

  complete (engine, spec, &alone);
  g_assert_cmpuint (alone.ids[0]->len, >, 0);
  g_assert_cmpuint (alone.n_reading, >, 0);
  g_object_set (spec, "samples", 5u, NULL);
  complete (other, spec, &several);
  assert_same_sample (&alone, 0, &several, 0);
  for (guint i = 1; i < 5; i++)
    {
      g_assert_cmpint (several.reasons[i], !=, -1);
      differs
        = differs || several.ids[i]->len != several.ids[0]->len
          || memcmp (several.ids[i]->data, several.ids[0]->data, several.ids[0]->len * sizeof (int)) != 0;
    }
  g_assert_true (differs);
  complete (other, spec, &again);
  for (guint i = 0; i < 5; i++)
    assert_same_sample (&several, i, &again, i);
}

/* What a prompt has in common with the text read before is not read again, and changes nothing. */
static void
test_reuse (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxEngine) fresh = count_make_engine (2);
  g_autoptr (GboxCompletionSpec) first = make_spec ("some words");
  g_autoptr (GboxCompletionSpec) edited = make_spec ("some work");
  g_auto (Watch) before = { 0 };
  g_auto (Watch) reused = { 0 };
  g_auto (Watch) expected = { 0 };

  complete (engine, first, &before);
  complete (engine, edited, &reused);
  complete (fresh, edited, &expected);
  g_assert_cmpfloat (before.last.values[GBOX_COMPLETION_REUSED], ==, 0);
  g_assert_cmpfloat (reused.last.values[GBOX_COMPLETION_REUSED], >=, 5);
  g_assert_cmpfloat (expected.last.values[GBOX_COMPLETION_REUSED], ==, 0);
  assert_same_sample (&reused, 0, &expected, 0);
}

/* The first tokens of the first sample. */
static char *
format_tokens (const Watch *watch, guint n)
{
  return gbox_completion_format_tokens ((const int *) (gpointer) watch->ids[0]->data, n);
}

/* A completion that is gone on from anywhere is what it would have been, read in one go or not. */
static void
test_continuation (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxCompletionSpec) spec = make_spec ("some words");
  g_auto (Watch) whole = { 0 };

  complete (engine, spec, &whole);
  g_assert_cmpuint (whole.ids[0]->len, >, 3);
  for (guint n = 1; n < whole.ids[0]->len; n++)
    {
      g_autofree char *tokens = format_tokens (&whole, n);
      g_auto (Watch) rest = { 0 };

      g_object_set (spec, "continuation", tokens, "max-tokens", 12 - n, NULL);
      complete (engine, spec, &rest);
      g_assert_cmpuint (rest.prompt->n_ids, ==, whole.prompt->n_ids + n);
      g_assert_cmpmem (rest.prompt->ids + whole.prompt->n_ids, n * sizeof (int), whole.ids[0]->data,
                       n * sizeof (int));
      g_assert_cmpmem (rest.ids[0]->data, rest.ids[0]->len * sizeof (int),
                       &g_array_index (whole.ids[0], int, n), (whole.ids[0]->len - n) * sizeof (int));
      g_assert_true (g_str_has_suffix (whole.texts[0]->str, rest.texts[0]->str));
      g_assert_cmpint (rest.reasons[0], ==, whole.reasons[0]);
    }
}

/* One of several samples that is gone on with by itself: what it had read is not read again, whether its
 * memory has the room or not. */
static void
test_continued_sample (void)
{
  static const guint lengths[] = { 1, 300 };
  const guint sample = 3;
  g_autoptr (GboxEngine) fresh = count_make_engine (2);
  g_autoptr (GboxCompletionSpec) spec = make_spec ("some words");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GboxEngine) engine = count_make_engine (2);
      g_autofree char *tokens = NULL;
      g_auto (Watch) several = { 0 };
      g_auto (Watch) rest = { 0 };
      g_auto (Watch) expected = { 0 };
      guint n_kept;

      g_object_set (spec, "continuation", "", "samples", 5u, "max-tokens", 12u, NULL);
      complete (engine, spec, &several);
      n_kept = several.ids[sample]->len - 1;
      g_assert_cmpuint (n_kept, >, 2);
      tokens = gbox_completion_format_tokens ((const int *) (gpointer) several.ids[sample]->data, n_kept);
      g_object_set (spec, "continuation", tokens, "samples", 1u, "max-tokens", lengths[i], NULL);
      complete (engine, spec, &rest);
      complete (fresh, spec, &expected);
      g_assert_cmpfloat (rest.last.values[GBOX_COMPLETION_REUSED], ==, several.prompt->n_ids + n_kept - 1);
      assert_same_sample (&rest, 0, &expected, 0);
    }
}

/* What is written first is what was asked for, in every sample, whatever the settings leave. */
static void
test_first_token (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxCompletionSpec) spec = make_spec ("some words");
  g_auto (Watch) free_choice = { 0 };
  g_auto (Watch) forced = { 0 };
  const int first = 7;

  g_object_set (spec, "temperature", 0.0, NULL);
  complete (engine, spec, &free_choice);
  g_assert_cmpint (g_array_index (free_choice.ids[0], int, 0), !=, first);
  g_object_set (spec, "first-token", first, "samples", 3u, NULL);
  complete (engine, spec, &forced);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (g_array_index (forced.ids[i], int, 0), ==, first);
}

static void
test_stop_reasons (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxCompletionSpec) spec = make_spec ("ab");
  g_auto (Watch) several = { 0 };
  g_auto (Watch) filled = { 0 };
  guint n_ends = 0;

  g_object_set (spec, "samples", 64u, "max-tokens", 10u, NULL);
  complete (engine, spec, &several);
  for (guint i = 0; i < 64; i++)
    {
      const GArray *ids = several.ids[i];

      if (several.reasons[i] == GBOX_STOP_END)
        g_assert_cmpint (g_array_index (ids, int, ids->len - 1), ==, 2);
      else
        g_assert_cmpint (ids->len, ==, 10);
      n_ends += several.reasons[i] == GBOX_STOP_END;
    }
  g_test_message ("%u of 64 ended by themselves", n_ends);
  g_assert_cmpuint (n_ends, >, 0);
  g_assert_cmpuint (n_ends, <, 64);
  /* More is asked for than the model, which reads 32 tokens, can: some sample gets there. */
  g_object_set (spec, "max-tokens", 1000u, NULL);
  complete (engine, spec, &filled);
  n_ends = 0;
  for (guint i = 0; i < 64; i++)
    n_ends += filled.reasons[i] == GBOX_STOP_CONTEXT;
  g_assert_cmpuint (n_ends, >, 0);
}

static void
assert_fails (GboxEngine *engine, GboxCompletionSpec *spec, const char *word)
{
  g_auto (Watch) watch = { 0 };
  g_autoptr (GboxRun) run = start (engine, spec, &watch);

  while (!gbox_run_is_final (run))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_FAILED);
  g_test_message ("%s", gbox_run_get_error (run)->message);
  g_assert_nonnull (strstr (gbox_run_get_error (run)->message, word));
}

static void
test_refused (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxCompletionSpec) too_long
    = make_spec ("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
  g_autoptr (GboxCompletionSpec) no_model = make_spec ("a");
  g_autoptr (GboxCompletionSpec) no_token = make_spec ("a");

  assert_fails (engine, too_long, "Shorten");
  g_object_set (no_model, "model", "/nowhere/model.gguf", NULL);
  assert_fails (engine, no_model, "nowhere");
  g_object_set (no_token, "continuation", "3,x", NULL);
  assert_fails (engine, no_token, "“x”");
  g_object_set (no_token, "continuation", "3,1000000", NULL);
  assert_fails (engine, no_token, "1000000");
  g_object_set (no_token, "continuation", "3", "first-token", 1000000, NULL);
  assert_fails (engine, no_token, "1000000");
}

/* After the stop nothing comes any more, here while the prompt is read. */
static void
test_stop (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxCompletionSpec) spec = make_spec ("some words");
  g_auto (Watch) watch = { 0 };
  GboxRun *held = count_hold (engine);
  g_autoptr (GboxRun) run = start (engine, spec, &watch);
  guint n;

  gbox_run_step (run);
  count_release (held);
  while (watch.n_points == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (gbox_run_get_state (run), !=, GBOX_RUN_FINISHED);
  gbox_run_resume (run);
  gbox_run_stop (run);
  n = watch.n_points;
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_STOPPED);
  for (guint i = 0; i < 20; i++)
    {
      g_usleep (1000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_cmpuint (watch.n_points, ==, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/completion/same-text", test_same_text);
  g_test_add_func ("/completion/reuse", test_reuse);
  g_test_add_func ("/completion/continuation", test_continuation);
  g_test_add_func ("/completion/continued-sample", test_continued_sample);
  g_test_add_func ("/completion/first-token", test_first_token);
  g_test_add_func ("/completion/stop-reasons", test_stop_reasons);
  g_test_add_func ("/completion/refused", test_refused);
  g_test_add_func ("/completion/stop", test_stop);
  return g_test_run ();
}
