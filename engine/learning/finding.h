/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finding of a comparison, and the completions it came from. */
#pragma once

#include "learning/comparison-job.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_FINDING_TERM,       /* a word, a sign or a pair: the completions that have it */
  GBOX_FINDING_TOKEN,      /* one that moved: the completions that begin with it */
  GBOX_FINDING_LENGTH,     /* all completions, the longest first */
  GBOX_FINDING_REPETITION, /* those that repeat pairs of words, the most repetitive first */
  GBOX_FINDING_PERPLEXITY, /* the text it was measured on */
} GboxFindingKind;

/**
 * GboxFinding:
 * @kind: see there
 * @is_other: of the other prompts, not of the trained one; not for tokens and perplexity
 * @term: (nullable): the term; not owned
 * @token: the token's number
 */
typedef struct
{
  GboxFindingKind kind;
  gboolean is_other;
  const char *term;
  int token;
} GboxFinding;

/**
 * GboxFindingSample:
 * @text: the completion, UTF-8; the comparison's
 * @prompt: what it is a completion of; the comparison's; empty for the text of perplexity
 * @ranges: (element-type GboxRewardRange): what the finding is about in it
 */
typedef struct
{
  const char *text;
  const char *prompt;
  GArray *ranges;
} GboxFindingSample;

/**
 * gbox_finding_list_samples:
 * @finding: a finding of @comparison
 * @comparison: a comparison; must outlive what is returned
 * @policy: 0 for the completions before training, 1 for those after it
 *
 * Returns: (transfer full) (element-type GboxFindingSample): what the finding came from, in the order written
 * where its kind says no other; free with g_array_unref()
 */
GArray *
gbox_finding_list_samples (const GboxFinding *finding, const GboxComparison *comparison, guint policy);

G_END_DECLS
