/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What training changed beside the reward. */
#include "learning/comparison-private.h"

G_DEFINE_BOXED_TYPE (GboxComparison, gbox_comparison, gbox_comparison_ref, gbox_comparison_unref)

static const char *const other_prompts[GBOX_COMPARISON_N_PROMPTS - 1]
  = { "The capital of France", "Once upon a time", "To install the program" };

GboxComparison *
gbox_comparison_new (const char *prompt, const char *text)
{
  GboxComparison *comparison = g_new0 (GboxComparison, 1);

  g_atomic_int_set (&comparison->n_references, 1);
  comparison->prompts = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (comparison->prompts, g_strdup (prompt));
  for (gsize i = 0; i < G_N_ELEMENTS (other_prompts); i++)
    g_ptr_array_add (comparison->prompts, g_strdup (other_prompts[i]));
  for (guint i = 0; i < GBOX_COMPARISON_N_PROMPTS; i++)
    for (guint j = 0; j < GBOX_COMPARISON_N_POLICIES; j++)
      comparison->texts[i][j] = g_ptr_array_new_with_free_func (g_free);
  for (guint j = 0; j < GBOX_COMPARISON_N_POLICIES; j++)
    comparison->first_tokens[j] = g_array_new (FALSE, FALSE, sizeof (int));
  comparison->text = g_strdup (text);
  return comparison;
}

GboxComparison *
gbox_comparison_ref (GboxComparison *comparison)
{
  g_atomic_int_inc (&comparison->n_references);
  return comparison;
}

void
gbox_comparison_unref (GboxComparison *comparison)
{
  if (!g_atomic_int_dec_and_test (&comparison->n_references))
    return;
  for (guint i = 0; i < GBOX_COMPARISON_N_PROMPTS; i++)
    for (guint j = 0; j < GBOX_COMPARISON_N_POLICIES; j++)
      g_ptr_array_unref (comparison->texts[i][j]);
  for (guint j = 0; j < GBOX_COMPARISON_N_POLICIES; j++)
    g_array_unref (comparison->first_tokens[j]);
  g_free (comparison->text);
  g_ptr_array_unref (comparison->prompts);
  g_clear_pointer (&comparison->words, g_array_unref);
  g_clear_pointer (&comparison->pairs, g_array_unref);
  g_clear_pointer (&comparison->other_words, g_array_unref);
  g_clear_pointer (&comparison->other_pairs, g_array_unref);
  for (guint i = 0; i < comparison->n_tokens; i++)
    g_free (comparison->token_texts[i]);
  g_free (comparison);
}

static GboxTextSample
get_sample (const GPtrArray *texts)
{
  return (GboxTextSample){ .texts = (const char *const *) texts->pdata, .n = texts->len };
}

void
gbox_comparison_evaluate_texts (GboxComparison *comparison, const GboxReward *reward)
{
  GboxTextSample own[GBOX_COMPARISON_N_POLICIES], others[GBOX_COMPARISON_N_POLICIES];
  GPtrArray *joined[GBOX_COMPARISON_N_POLICIES];

  for (guint j = 0; j < GBOX_COMPARISON_N_POLICIES; j++)
    {
      joined[j] = g_ptr_array_new ();
      for (guint i = 1; i < GBOX_COMPARISON_N_PROMPTS; i++)
        g_ptr_array_extend (joined[j], comparison->texts[i][j], NULL, NULL);
      own[j] = get_sample (comparison->texts[0][j]);
      others[j] = get_sample (joined[j]);
      comparison->habits[j] = gbox_measure_habits (&own[j]);
      comparison->other_habits[j] = gbox_measure_habits (&others[j]);
    }
  comparison->words = gbox_find_term_changes (&own[0], &own[1], 1, reward);
  comparison->pairs = gbox_find_term_changes (&own[0], &own[1], 2, reward);
  comparison->other_words = gbox_find_term_changes (&others[0], &others[1], 1, reward);
  comparison->other_pairs = gbox_find_term_changes (&others[0], &others[1], 2, reward);
  for (guint j = 0; j < GBOX_COMPARISON_N_POLICIES; j++)
    g_ptr_array_unref (joined[j]);
}
