/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a completion tells: its tokens, and why each sample ended. */
#pragma once

#include "language/sampler.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxCompletionToken:
 * @sequence: which sample, from 0 on
 * @position: where in the text the token stands; the prompt's come first
 * @sample: the token, and what else could have been chosen
 * @text: the characters that it made complete: UTF-8, perhaps none
 *
 * A record of a completion's run.
 */
typedef struct
{
  guint sequence;
  guint position;
  GboxSample sample;
  char *text;
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
