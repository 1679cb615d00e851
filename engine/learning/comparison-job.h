/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of finding what training changed beside the reward. */
#pragma once

#include "learning/comparison-spec.h"
#include "learning/what-changed.h"
#include "runtime/job.h"

G_BEGIN_DECLS

/* The prompt that was trained on, and others that have nothing to do with it. */
#define GBOX_COMPARISON_N_PROMPTS 4

/* Before training and after it. */
#define GBOX_COMPARISON_N_POLICIES 2

#define GBOX_COMPARISON_N_TOKENS 20

/**
 * GboxComparison:
 * @prompts: (element-type utf8): see there, the trained one first
 * @texts: (element-type utf8): completions of each prompt by each policy; those of the same index had the
 * same random numbers
 * @first_tokens: (element-type int): what the completions of the trained prompt begin with, one for each
 * @text: what perplexity was measured on
 * @words: (element-type GboxTermChange): of the trained prompt
 * @pairs: (element-type GboxTermChange): see there
 * @other_words: (element-type GboxTermChange): of the other prompts
 * @other_pairs: (element-type GboxTermChange): see there
 * @tokens: whose probability after the trained prompt moved most
 * @token_texts: what they stand for
 * @habits: of each policy on the trained prompt
 * @other_habits: on the others
 * @perplexity: of the text that nobody trained on, for each policy
 *
 * A record of a comparison's run, the last. Immutable, reference counted.
 */
typedef struct
{
  gint n_references; /* atomic */
  GPtrArray *prompts;
  GPtrArray *texts[GBOX_COMPARISON_N_PROMPTS][GBOX_COMPARISON_N_POLICIES];
  GArray *first_tokens[GBOX_COMPARISON_N_POLICIES];
  char *text;
  GArray *words;
  GArray *pairs;
  GArray *other_words;
  GArray *other_pairs;
  GboxTokenChange tokens[GBOX_COMPARISON_N_TOKENS];
  char *token_texts[GBOX_COMPARISON_N_TOKENS];
  guint n_tokens;
  GboxTextHabits habits[GBOX_COMPARISON_N_POLICIES];
  GboxTextHabits other_habits[GBOX_COMPARISON_N_POLICIES];
  double perplexity[GBOX_COMPARISON_N_POLICIES];
} GboxComparison;

#define GBOX_TYPE_COMPARISON (gbox_comparison_get_type ())
GType gbox_comparison_get_type (void);
GboxComparison *gbox_comparison_ref (GboxComparison *comparison);
void gbox_comparison_unref (GboxComparison *comparison);

/**
 * GboxComparisonJob:
 *
 * Completes each prompt with both policies, a token of up to 64 completions a step of the job, and then posts
 * a #GboxComparison. A point is a batch of completions; its value is how many there are so far.
 */
#define GBOX_TYPE_COMPARISON_JOB (gbox_comparison_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxComparisonJob, gbox_comparison_job, GBOX, COMPARISON_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_comparison_job_new (GboxComparisonSpec *spec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxComparison, gbox_comparison_unref)

G_END_DECLS
