/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finding of a comparison, and the completions it came from. */
#include "learning/finding.h"

#include <string.h>

/* A sample on its way, and what it is sorted by: the largest first, then as written. */
typedef struct
{
  GboxFindingSample sample;
  double key;
  guint position;
} Candidate;

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *first = a, *second = b;

  if (first->key < second->key || first->key > second->key)
    return first->key > second->key ? -1 : 1;
  return first->position < second->position ? -1 : first->position > second->position;
}

static void
clear_sample (gpointer data)
{
  g_array_unref (((GboxFindingSample *) data)->ranges);
}

static gboolean
has_first_token (const GboxFinding *finding, const GboxComparison *comparison, guint policy, guint i)
{
  return finding->token == g_array_index (comparison->first_tokens[policy], int, i);
}

/* The token's text at the beginning; one that is cut through a character is not found as such. */
static void
mark_token (const GboxFinding *finding, const GboxComparison *comparison, Candidate *candidate)
{
  for (guint i = 0; i < comparison->n_tokens; i++)
    if (comparison->tokens[i].id == finding->token
        && g_str_has_prefix (candidate->sample.text, comparison->token_texts[i]))
      {
        const GboxRewardRange range = { .end = strlen (comparison->token_texts[i]) };

        g_array_append_val (candidate->sample.ranges, range);
      }
}

/* Whether the finding came from completion @i of a prompt; says where, and how much of it is there. */
static gboolean
is_found (
  const GboxFinding *finding, const GboxComparison *comparison, guint policy, guint i, Candidate *candidate)
{
  switch (finding->kind)
    {
    case GBOX_FINDING_TERM:
      return gbox_text_find_term (candidate->sample.text, finding->term, candidate->sample.ranges);
    case GBOX_FINDING_TOKEN:
      mark_token (finding, comparison, candidate);
      return has_first_token (finding, comparison, policy, i);
    case GBOX_FINDING_REPETITION:
      candidate->key = gbox_text_find_repetition (candidate->sample.text, candidate->sample.ranges);
      return candidate->key > 0;
    case GBOX_FINDING_LENGTH:
    case GBOX_FINDING_PERPLEXITY:
    default:
      candidate->key = (double) g_utf8_strlen (candidate->sample.text, -1);
      return TRUE;
    }
}

static void
add_candidate (GArray *candidates, const char *prompt, const char *text)
{
  const Candidate candidate = {
    .sample
    = { .text = text, .prompt = prompt, .ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange)) },
    .position = candidates->len,
  };

  g_array_append_val (candidates, candidate);
}

static void
add_prompt (GArray *candidates,
            const GboxFinding *finding,
            const GboxComparison *comparison,
            guint policy,
            guint prompt)
{
  const GPtrArray *texts = comparison->texts[prompt][policy];

  for (guint i = 0; i < texts->len; i++)
    {
      Candidate *candidate;

      add_candidate (candidates, comparison->prompts->pdata[prompt], texts->pdata[i]);
      candidate = &g_array_index (candidates, Candidate, candidates->len - 1);
      if (is_found (finding, comparison, policy, i, candidate))
        continue;
      clear_sample (&candidate->sample);
      g_array_set_size (candidates, candidates->len - 1);
    }
}

GArray *
gbox_finding_list_samples (const GboxFinding *finding, const GboxComparison *comparison, guint policy)
{
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (GboxFindingSample));

  g_return_val_if_fail (policy < GBOX_COMPARISON_N_POLICIES, samples);

  g_array_set_clear_func (samples, clear_sample);
  if (finding->kind == GBOX_FINDING_PERPLEXITY)
    add_candidate (candidates, "", comparison->text);
  else if (finding->is_other)
    for (guint i = 1; i < GBOX_COMPARISON_N_PROMPTS; i++)
      add_prompt (candidates, finding, comparison, policy, i);
  else
    add_prompt (candidates, finding, comparison, policy, 0);
  g_array_sort (candidates, compare_candidates);
  for (guint i = 0; i < candidates->len; i++)
    g_array_append_val (samples, g_array_index (candidates, Candidate, i).sample);
  return samples;
}
