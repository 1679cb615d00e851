/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What else training changed: words, tokens, and habits of two policies' texts. */
#pragma once

#include "learning/reward.h"

G_BEGIN_DECLS

/**
 * GboxTextSample:
 * @texts: (array length=n): completions, UTF-8
 * @n: how many
 *
 * What a policy writes. A view, not an owner.
 */
typedef struct
{
  const char *const *texts;
  guint n;
} GboxTextSample;

/**
 * GboxTermChange:
 * @term: a word in lower case, a sign, or two of them with a space between
 * @n_before: how often the one policy wrote it
 * @n_after: how often the other
 * @log_odds: δ: how much more likely it has become, the prior included
 * @z: δ over its standard deviation; beyond ±1.96 chance alone would be rare, for one term looked at by
 * itself
 * @is_own: whether a word of it consists of the reward's own characters: expected, and no finding
 */
typedef struct
{
  char *term;
  guint n_before;
  guint n_after;
  double log_odds;
  double z;
  gboolean is_own;
} GboxTermChange;

/**
 * gbox_find_term_changes:
 * @before: texts of the starting policy
 * @after: texts of the trained one
 * @n_words: 1 for words, 2 for pairs of neighbours
 * @reward: (nullable): whose own characters are marked
 *
 * Log-odds ratios with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, equations 16, 19, 20
 * and 22): with y counts, n their sums and α_w = 500 times the term's share in both samples together,
 * δ = log ((y₂ + α_w) / (n₂ + 500 − y₂ − α_w)) − log ((y₁ + α_w) / (n₁ + 500 − y₁ − α_w)), and its variance
 * 1 / (y₂ + α_w) + 1 / (y₁ + α_w). A word is a run of letters, marks, digits and apostrophes; any other sign
 * that is no white space is a term by itself.
 *
 * Returns: (transfer full) (element-type GboxTermChange): by falling |z|, then by the term; free with
 * g_array_unref()
 */
GArray *gbox_find_term_changes (const GboxTextSample *before,
                                const GboxTextSample *after,
                                guint n_words,
                                const GboxReward *reward);

/**
 * gbox_text_find_term:
 * @text: UTF-8
 * @term: of gbox_find_term_changes()
 * @ranges: (nullable) (element-type GboxRewardRange): where the text has it is appended, as term 0
 *
 * Returns: whether the text has it
 */
gboolean gbox_text_find_term (const char *text, const char *term, GArray *ranges);

/**
 * gbox_text_find_repetition:
 * @text: UTF-8
 * @ranges: (nullable) (element-type GboxRewardRange): the pairs of words that the text had before are
 * appended, as term 0
 *
 * Returns: their share of its pairs, as in #GboxTextHabits; 0 where there are none
 */
double gbox_text_find_repetition (const char *text, GArray *ranges);

/**
 * GboxTokenChange:
 * @id: a token
 * @before: its probability
 * @after: and then
 */
typedef struct
{
  int id;
  double before;
  double after;
} GboxTokenChange;

/**
 * gbox_find_token_changes:
 * @before: (array length=n_vocab): logits of the starting policy
 * @after: (array length=n_vocab): of the trained one, in the same state
 * @n_vocab: see there
 * @changes: (out) (array length=n): the tokens whose probability moved most, the farthest first
 * @n: how many, at most @n_vocab
 */
void gbox_find_token_changes (
  const float *before, const float *after, int n_vocab, GboxTokenChange *changes, guint n);

/**
 * GboxTextHabits:
 * @n_characters: of a text, mean
 * @n_words: of a text, mean; signs are no words
 * @distinct_words: different words of all texts, over all their words
 * @distinct_pairs: the same of neighbours
 * @repetition: share of a text's pairs of words that it had before; the mean over texts with pairs
 */
typedef struct
{
  double n_characters;
  double n_words;
  double distinct_words;
  double distinct_pairs;
  double repetition;
} GboxTextHabits;

GboxTextHabits gbox_measure_habits (const GboxTextSample *sample);

/**
 * gbox_get_perplexity:
 * @logprobs: (array length=n): of a text's tokens, as gbox_score() gives them
 * @n: tokens; the first, which nothing comes before, does not count
 *
 * Returns: exp of minus their mean; 1 for a single token
 */
double gbox_get_perplexity (const float *logprobs, int n);

G_END_DECLS
