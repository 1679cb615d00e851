/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completions of one prompt, all written at the same time by a policy. */
#pragma once

#include "learning/block.h"
#include "learning/finetune-lap.h"
#include "learning/head-policy.h"
#include "learning/purpose.h"
#include "models/language-model.h"
#include "models/token-decoder.h"

G_BEGIN_DECLS

/**
 * GboxRolloutSequence:
 * @is_ended: whether it goes on no more
 * @ends_itself: whether the model ended it
 * @n_tokens: tokens, the one that ends it included
 * @text: the text of them
 * @n_told: bytes of it that its reader has seen: the reader's
 * @log_ratio: Σ log π − log π_ref of its tokens
 * @kl: Σ KL of its decisions
 * @entropy: Σ entropy of them
 *
 * One completion.
 */
typedef struct
{
  gboolean is_ended;
  gboolean ends_itself;
  guint n_tokens;
  GString *text;
  gsize n_told;
  double log_ratio;
  double kl;
  double entropy;

  GboxTokenDecoder *decoder;
} GboxRolloutSequence;

/* Memory for completions, and the prompt as the model has read it. For one thread at a time. */
typedef struct _GboxRollout GboxRollout;

/**
 * gbox_rollout_new:
 * @model: the model
 * @team: the workers
 * @precision: how exactly the layers before the head compute
 * @prompt: a text
 * @n_sequences: completions at a time, at most; no more than %GBOX_HEAD_POLICY_ROWS
 * @length: tokens of each, at most
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): nothing read yet; %NULL with %GBOX_ERROR_INVALID_ARGUMENT or
 * %GBOX_ERROR_MEMORY
 */
GboxRollout *gbox_rollout_new (GboxLanguageModel *model,
                               GboxTeam *team,
                               GboxPrecision precision,
                               const char *prompt,
                               guint n_sequences,
                               guint length,
                               GError **error);
void gbox_rollout_free (GboxRollout *rollout);

/* Tokens of the prompt. */
guint gbox_rollout_get_n_prompt (const GboxRollout *rollout);

/* Reads a part of the prompt. Returns whether all of it has been read. */
gboolean gbox_rollout_read_prompt (GboxRollout *rollout);

/**
 * gbox_rollout_begin:
 * @rollout: one that has read its prompt
 * @policy: who writes; its decisions begin anew
 * @block: (nullable): the last layer, where it is another than the model's
 * @n: completions
 * @temperature: see there
 * @seed: of the random numbers
 * @purpose: what they are for
 * @step: and in which step
 *
 * A token is drawn by (seed, purpose, step, sequence, position) alone.
 */
void gbox_rollout_begin (GboxRollout *rollout,
                         GboxHeadPolicy *policy,
                         GboxBlock *block,
                         guint n,
                         double temperature,
                         guint64 seed,
                         GboxLearningPurpose purpose,
                         guint step);

/* Times what is done from now on; @clock: (nullable): with #GboxFinetuneLap laps. */
void gbox_rollout_set_clock (GboxRollout *rollout, GboxLapClock *clock);

typedef enum
{
  GBOX_ROLLOUT_GOES_ON,
  GBOX_ROLLOUT_DONE,   /* all completions have ended */
  GBOX_ROLLOUT_FAILED, /* with %GBOX_ERROR_NUMERIC */
} GboxRolloutResult;

/* Reads the newest tokens, or chooses the next ones, in turn. */
GboxRolloutResult gbox_rollout_advance (GboxRollout *rollout, GError **error);

guint gbox_rollout_get_n_sequences (const GboxRollout *rollout);
GboxRolloutSequence *gbox_rollout_get_sequence (GboxRollout *rollout, guint i);

/* (array length=decisions of the policy): which sequence each is of. */
const guint *gbox_rollout_get_owners (const GboxRollout *rollout);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxRollout, gbox_rollout_free)

G_END_DECLS
