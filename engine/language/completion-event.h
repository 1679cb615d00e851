/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a completion tells: its tokens, and why each sample ended. */
#pragma once

#include "language/sampler.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxCompletionPrompt:
 * @ids: (array length=n_ids): the tokens of the prompt, those of the continuation included
 * @n_ids: how many
 * @n_vocab: how many tokens the model knows
 *
 * The first record of a completion's run.
 */
typedef struct
{
  int *ids;
  guint n_ids;
  guint n_vocab;
} GboxCompletionPrompt;

#define GBOX_TYPE_COMPLETION_PROMPT (gbox_completion_prompt_get_type ())
GType gbox_completion_prompt_get_type (void);
/* Transfer full; @ids are copied. */
GboxCompletionPrompt *gbox_completion_prompt_new (const int *ids, guint n_ids, guint n_vocab);
GboxCompletionPrompt *gbox_completion_prompt_copy (const GboxCompletionPrompt *prompt);
void gbox_completion_prompt_free (GboxCompletionPrompt *prompt);

/**
 * GboxCompletionToken:
 * @sequence: which sample, from 0 on
 * @position: where in the text the token stands; the prompt's come first
 * @sample: the token, and what else could have been chosen
 * @text: the characters that it made complete: UTF-8, perhaps none
 * @description: what the token alone stands for, of gbox_token_describe()
 * @top_texts: (array length=sample.n_top): the same of each of the most probable tokens
 *
 * A record of a completion's run.
 */
typedef struct
{
  guint sequence;
  guint position;
  GboxSample sample;
  char *text;
  char *description;
  char *top_texts[GBOX_SAMPLER_N_TOP];
} GboxCompletionToken;

#define GBOX_TYPE_COMPLETION_TOKEN (gbox_completion_token_get_type ())
GType gbox_completion_token_get_type (void);
GboxCompletionToken *gbox_completion_token_copy (const GboxCompletionToken *token);
void gbox_completion_token_free (GboxCompletionToken *token);

/* Why a sample goes on no more. */
typedef enum
{
  GBOX_STOP_END,     /* "end": the model said so */
  GBOX_STOP_LENGTH,  /* "length": as many tokens as were asked for */
  GBOX_STOP_CONTEXT, /* "context": the model reads no longer texts */
} GboxStopReason;

/* "end", "length" or "context". */
const char *gbox_stop_reason_get_name (GboxStopReason reason);

/**
 * GboxCompletionEnd:
 * @sequence: which sample
 * @reason: why it ended
 * @n_tokens: how many tokens it has, the one that ended it included
 * @logprob: sum of their log-probabilities
 * @text: what was held back: U+FFFD where the tokens ended within a character
 *
 * A record of a completion's run: the last of a sample.
 */
typedef struct
{
  guint sequence;
  GboxStopReason reason;
  guint n_tokens;
  double logprob;
  char *text;
} GboxCompletionEnd;

#define GBOX_TYPE_COMPLETION_END (gbox_completion_end_get_type ())
GType gbox_completion_end_get_type (void);
GboxCompletionEnd *gbox_completion_end_copy (const GboxCompletionEnd *end);
void gbox_completion_end_free (GboxCompletionEnd *end);

G_END_DECLS
