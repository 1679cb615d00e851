/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What finetuning tells: its completions as they are written, and what became of them. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxFinetunePiece:
 * @step: the training step whose batch it belongs to, from 1 on
 * @sequence: which completion of the batch, from 0 on
 * @text: characters that a token made complete; not empty
 *
 * A record of a finetuning run: a completion goes on.
 */
typedef struct
{
  guint step;
  guint sequence;
  char *text;
} GboxFinetunePiece;

#define GBOX_TYPE_FINETUNE_PIECE (gbox_finetune_piece_get_type ())
GType gbox_finetune_piece_get_type (void);
GboxFinetunePiece *gbox_finetune_piece_copy (const GboxFinetunePiece *piece);
void gbox_finetune_piece_free (GboxFinetunePiece *piece);

/* What a completion was written for. */
typedef enum
{
  GBOX_FINETUNE_BEFORE,   /* "before": to compare, by the starting model */
  GBOX_FINETUNE_TRAINING, /* "training": of a step's batch */
  GBOX_FINETUNE_AFTER,    /* "after": to compare, by the policy, with the same random numbers */
} GboxFinetunePhase;

/* "before", "training" or "after". */
const char *gbox_finetune_phase_get_name (GboxFinetunePhase phase);

/**
 * GboxFinetuneCompletion:
 * @phase: see there
 * @step: the training step, or how many there were
 * @sequence: which completion of the batch, from 0 on
 * @n_tokens: tokens, the one that ended it included
 * @is_ended: whether the model ended it
 * @reward: what the reward says of it, the divergence not counted
 * @advantage: what it counts in the gradient; 0 but in training
 * @kl: Σ KL of its decisions, nats
 * @text: the completion, without the prompt
 *
 * A record of a finetuning run.
 */
typedef struct
{
  GboxFinetunePhase phase;
  guint step;
  guint sequence;
  guint n_tokens;
  gboolean is_ended;
  double reward;
  double advantage;
  double kl;
  char *text;
} GboxFinetuneCompletion;

#define GBOX_TYPE_FINETUNE_COMPLETION (gbox_finetune_completion_get_type ())
GType gbox_finetune_completion_get_type (void);
GboxFinetuneCompletion *gbox_finetune_completion_copy (const GboxFinetuneCompletion *completion);
void gbox_finetune_completion_free (GboxFinetuneCompletion *completion);

G_END_DECLS
