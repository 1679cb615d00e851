/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli what-changed: what finetuning did beside what it was rewarded for. */
#include <limits.h>
#include <unistd.h>

#include "base/error.h"
#include "cli.h"
#include "learning/comparison-job.h"
#include "runtime/engine.h"

/* Terms of each kind that are told. */
#define N_TERMS 20
/* Of the reward's own, each kind. */
#define N_OWN 5

#define NAME_COLUMNS 24

typedef struct
{
  GMainLoop *loop;
  GboxComparison *comparison; /* (nullable) */
  int code;
} Session;

static void
print_name (const char *name)
{
  const glong length = g_utf8_strlen (name, -1);

  g_print ("  %s%*s ", name, (int) MAX (0, NAME_COLUMNS - length), "");
}

static void
print_term (gboolean json, const char *prompts, const char *kind, const GboxTermChange *change)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!json)
    {
      print_name (change->term);
      g_print ("%5u → %-5u log-odds %+.1f  z %+.1f\n", change->n_before, change->n_after, change->log_odds,
               change->z);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_text (builder, "kind", kind);
  cli_add_text (builder, "prompts", prompts);
  cli_add_text (builder, "term", change->term);
  cli_add_integer (builder, "before", change->n_before);
  cli_add_integer (builder, "after", change->n_after);
  cli_add_number (builder, "log_odds", change->log_odds);
  cli_add_number (builder, "z", change->z);
  json_builder_set_member_name (builder, "rewarded");
  json_builder_add_boolean_value (builder, change->is_own);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

/* The first @n that are the reward's own, or are not. */
static void
print_some (
  gboolean json, const char *prompts, const char *kind, const GArray *changes, gboolean is_own, guint n)
{
  for (guint i = 0; i < changes->len && n > 0; i++)
    {
      const GboxTermChange *change = &g_array_index (changes, GboxTermChange, i);

      if (change->is_own != is_own)
        continue;
      print_term (json, prompts, kind, change);
      n--;
    }
}

static void
print_terms (gboolean json, const char *prompts, const char *kind, const char *title, const GArray *changes)
{
  if (!json)
    g_print ("%s\n", title);
  print_some (json, prompts, kind, changes, FALSE, N_TERMS);
}

static void
print_own (gboolean json, const char *prompts, const char *title, const GArray *words, const GArray *pairs)
{
  if (!json)
    g_print ("%s\n", title);
  print_some (json, prompts, "word", words, TRUE, N_OWN);
  print_some (json, prompts, "pair", pairs, TRUE, N_OWN);
}

/* What would move the cursor or is no text is told by its bytes. */
static char *
escape (const char *text)
{
  char kept[UCHAR_MAX - SCHAR_MAX + 1] = "";

  if (g_utf8_validate (text, -1, NULL))
    for (int i = SCHAR_MAX + 1; i <= UCHAR_MAX; i++)
      kept[i - SCHAR_MAX - 1] = (char) i;
  return g_strescape (text, kept);
}

static void
print_tokens (gboolean json, const GboxComparison *comparison)
{
  if (!json)
    g_print ("Tokens after the prompt whose probability moved most\n");
  for (guint i = 0; i < comparison->n_tokens; i++)
    {
      const GboxTokenChange *change = &comparison->tokens[i];
      g_autoptr (JsonBuilder) builder = NULL;

      if (!json)
        {
          g_autofree char *text = escape (comparison->token_texts[i]);

          print_name (text);
          g_print ("%.4f → %.4f\n", change->before, change->after);
          continue;
        }
      builder = json_builder_new ();
      json_builder_begin_object (builder);
      cli_add_text (builder, "kind", "token");
      cli_add_integer (builder, "id", change->id);
      cli_add_text (builder, "text", comparison->token_texts[i]);
      cli_add_number (builder, "before", change->before);
      cli_add_number (builder, "after", change->after);
      json_builder_end_object (builder);
      cli_print_json (builder);
    }
}

static void
print_pair (
  gboolean json, const char *prompts, const char *kind, const char *title, double before, double after)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!json)
    {
      g_print ("%s: %.4g → %.4g\n", title, before, after);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_text (builder, "kind", kind);
  if (prompts != NULL)
    cli_add_text (builder, "prompts", prompts);
  cli_add_number (builder, "before", before);
  cli_add_number (builder, "after", after);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_habits (gboolean json, const char *prompts, const GboxTextHabits *habits)
{
  print_pair (json, prompts, "characters", "Characters a text", habits[0].n_characters,
              habits[1].n_characters);
  print_pair (json, prompts, "words", "Words a text", habits[0].n_words, habits[1].n_words);
  print_pair (json, prompts, "distinct_words", "Different words, of all", habits[0].distinct_words,
              habits[1].distinct_words);
  print_pair (json, prompts, "distinct_pairs", "Different pairs, of all", habits[0].distinct_pairs,
              habits[1].distinct_pairs);
  print_pair (json, prompts, "repetition", "Pairs a text had before", habits[0].repetition,
              habits[1].repetition);
}

static void
print_comparison (gboolean json, const GboxComparison *comparison)
{
  print_terms (json, "trained", "word", "Words, after the trained prompt", comparison->words);
  print_terms (json, "trained", "pair", "Pairs of words, after the trained prompt", comparison->pairs);
  print_own (json, "trained", "With the reward’s own characters, after the trained prompt", comparison->words,
             comparison->pairs);
  print_terms (json, "other", "word", "Words, after other prompts", comparison->other_words);
  print_terms (json, "other", "pair", "Pairs of words, after other prompts", comparison->other_pairs);
  print_own (json, "other", "With the reward’s own characters, after other prompts", comparison->other_words,
             comparison->other_pairs);
  print_tokens (json, comparison);
  if (!json)
    g_print ("After the trained prompt\n");
  print_habits (json, "trained", comparison->habits);
  if (!json)
    g_print ("After other prompts\n");
  print_habits (json, "other", comparison->other_habits);
  print_pair (json, NULL, "perplexity", "Perplexity of a text nobody trained on", comparison->perplexity[0],
              comparison->perplexity[1]);
}

static void
on_record (GboxRun *run, GType type, gconstpointer record, Session *session)
{
  if (type == GBOX_TYPE_COMPARISON)
    session->comparison = gbox_comparison_ref ((gpointer) record);
}

static void
on_point (GboxRun *run, const GboxPoint *point, gpointer user_data)
{
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[KWriting texts: %u of %u batches", point->step, gbox_run_get_n_steps (run));
}

static void
on_state (GboxRun *run, GParamSpec *pspec, Session *session)
{
  if (!gbox_run_is_final (run))
    return;
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");
  if (gbox_run_get_state (run) == GBOX_RUN_FAILED)
    session->code = cli_failure (gbox_run_get_error (run));
  g_main_loop_quit (session->loop);
}

static int
run_session (GboxEngine *engine, GboxComparisonSpec *spec, gboolean json)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GboxRun) run = gbox_engine_start (engine, GBOX_SPEC (spec));
  Session session = { .loop = loop };

  g_signal_connect (run, "record", G_CALLBACK (on_record), &session);
  g_signal_connect (run, "point", G_CALLBACK (on_point), NULL);
  g_signal_connect (run, "notify::state", G_CALLBACK (on_state), &session);
  g_main_loop_run (loop);
  g_signal_handlers_disconnect_by_data (run, &session);
  if (session.comparison != NULL)
    print_comparison (json, session.comparison);
  g_clear_pointer (&session.comparison, gbox_comparison_unref);
  return session.code;
}

static gboolean
parse (GboxComparisonSpec *spec, char **argv, gboolean *json, GError **error)
{
  GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, json, "Print a JSON object a line for each finding", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— what finetuning did beside what it was rewarded for");
  g_auto (GStrv) words = g_strdupv (argv);

  g_option_context_set_description (context,
                                    "Compares a checkpoint of “glassbox-cli finetune” with the model it "
                                    "started as: words and pairs by their log-odds\n"
                                    "ratio (z beyond ±1.96 is rare by chance), on the trained prompt and on "
                                    "three others.");
  g_option_context_set_main_group (context, gbox_spec_get_options (GBOX_SPEC (spec)));
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, error))
    return FALSE;
  if (g_strv_length (words) > 1)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is one word too many.", words[1]);
  else if (gbox_comparison_spec_get_values (spec)->policy[0] == '\0')
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                         "say which checkpoint to look at: --policy FILE.");
  else
    return TRUE;
  return FALSE;
}

int
cli_what_changed (char **argv)
{
  g_autoptr (GboxComparisonSpec) spec = gbox_comparison_spec_new ();
  g_autoptr (GboxEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  int code;

  if (!parse (spec, argv, &json, &error))
    return cli_usage_error (argv[0], error);
  engine = gbox_engine_new (0, &error);
  if (engine == NULL)
    return cli_failure (error);
  code = run_session (engine, spec, json);
  gbox_engine_shutdown (engine);
  return code;
}
