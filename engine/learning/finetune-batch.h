/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the completions of a training step were worth, and what that tells. */
#pragma once

#include "learning/finetune-checkpoint.h"
#include "learning/reward.h"
#include "learning/trainee.h"
#include "runtime/event.h"

G_BEGIN_DECLS

/**
 * GboxFinetuneBatch:
 * @n: completions
 * @rewards: (array length=n): the divergence not counted
 * @advantages: (array length=n): what each counts in the gradient
 * @coefficient: β that was used
 * @learning_rate: that was used
 * @kl: of a completion, mean
 * @entropy: of a decision, mean
 * @end_rate: share of completions that ended themselves
 * @n_tokens: of all
 */
typedef struct
{
  guint n;
  double *rewards;
  double *advantages;
  double *returns; /* rewards less the divergence */
  double *weights; /* of decisions */
  double coefficient;
  double learning_rate;
  double kl;
  double entropy;
  double end_rate;
  guint n_tokens;
} GboxFinetuneBatch;

/* For @n completions of at most @length tokens. Transfer full. */
GboxFinetuneBatch *gbox_finetune_batch_new (guint n, guint length);
void gbox_finetune_batch_free (GboxFinetuneBatch *batch);

/**
 * gbox_finetune_batch_evaluate:
 * @batch: (inout): all is filled in but @learning_rate
 * @rollout: completions that have ended
 * @reward: see there
 * @values: how to learn
 * @now: coefficient and baseline of this step
 * @next: (inout): gets those of the next one
 */
void gbox_finetune_batch_evaluate (GboxFinetuneBatch *batch,
                                   GboxRollout *rollout,
                                   const GboxReward *reward,
                                   const GboxFinetuneValues *values,
                                   const GboxFinetuneProgress *now,
                                   GboxFinetuneProgress *next);

/* Tells the trainee what each decision of its policy counts: the advantage of its completion times @scale. */
void gbox_finetune_batch_prepare (GboxFinetuneBatch *batch,
                                  GboxRollout *rollout,
                                  GboxTrainee *trainee,
                                  double scale);

/* Fills in the values of a point that the batch knows. */
void gbox_finetune_batch_fill_point (const GboxFinetuneBatch *batch, GboxPoint *point);

G_END_DECLS
