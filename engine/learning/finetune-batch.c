/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the completions of a training step were worth, and what that tells. */
#include "learning/finetune-batch.h"

#include "learning/finetune-job.h"

#include <math.h>

GboxFinetuneBatch *
gbox_finetune_batch_new (guint n, guint length)
{
  GboxFinetuneBatch *batch = g_new0 (GboxFinetuneBatch, 1);

  batch->n = n;
  batch->rewards = g_new0 (double, n);
  batch->advantages = g_new0 (double, n);
  batch->returns = g_new0 (double, n);
  batch->weights = g_new0 (double, (gsize) n *length);
  return batch;
}

void
gbox_finetune_batch_free (GboxFinetuneBatch *batch)
{
  g_free (batch->rewards);
  g_free (batch->advantages);
  g_free (batch->returns);
  g_free (batch->weights);
  g_free (batch);
}

static void
sum_up (GboxFinetuneBatch *batch, GboxRollout *rollout)
{
  guint n_ended = 0;

  batch->kl = batch->entropy = 0;
  batch->n_tokens = 0;
  for (guint i = 0; i < batch->n; i++)
    {
      const GboxRolloutSequence *sequence = gbox_rollout_get_sequence (rollout, i);

      batch->kl += sequence->kl / batch->n;
      batch->entropy += sequence->entropy;
      batch->n_tokens += sequence->n_tokens;
      n_ended += sequence->ends_itself;
    }
  batch->entropy /= batch->n_tokens;
  batch->end_rate = (double) n_ended / batch->n;
}

void
gbox_finetune_batch_evaluate (GboxFinetuneBatch *batch,
                              GboxRollout *rollout,
                              const GboxReward *reward,
                              const GboxFinetuneValues *values,
                              const GboxFinetuneProgress *now,
                              GboxFinetuneProgress *next)
{
  sum_up (batch, rollout);
  for (guint i = 0; i < batch->n; i++)
    {
      const GboxRolloutSequence *sequence = gbox_rollout_get_sequence (rollout, i);

      batch->rewards[i] = gbox_reward_score (reward, sequence->text->str, NULL);
      batch->returns[i] = batch->rewards[i] - now->kl * sequence->log_ratio;
    }
  batch->coefficient = now->kl;
  if (values->baseline == GBOX_BASELINE_LEAVE_ONE_OUT)
    gbox_advantages_leave_one_out (batch->returns, batch->n, batch->advantages);
  else
    gbox_advantages_moving (batch->returns, batch->n, &next->baseline, now->step == 0, batch->advantages);
  if (values->kl_target > 0)
    next->kl = MIN (gbox_adapt_kl_coefficient (now->kl, batch->kl, values->kl_target, batch->n),
                    GBOX_FINETUNE_MAX_KL);
  if (now->step == 0)
    next->first_entropy = batch->entropy;
}

void
gbox_finetune_batch_prepare (GboxFinetuneBatch *batch,
                             GboxRollout *rollout,
                             GboxTrainee *trainee,
                             double scale)
{
  const guint *owners = gbox_rollout_get_owners (rollout);
  const int n = gbox_head_policy_get_n_decisions (gbox_trainee_get_policy (trainee));

  for (int i = 0; i < n; i++)
    batch->weights[i] = scale * batch->advantages[owners[i]];
  gbox_trainee_prepare_gradient (trainee, batch->weights);
}

void
gbox_finetune_batch_fill_point (const GboxFinetuneBatch *batch, GboxPoint *point)
{
  double mean = 0, square = 0, least = batch->rewards[0], most = batch->rewards[0];

  for (guint i = 0; i < batch->n; i++)
    {
      mean += batch->rewards[i] / batch->n;
      least = MIN (least, batch->rewards[i]);
      most = MAX (most, batch->rewards[i]);
    }
  for (guint i = 0; i < batch->n; i++)
    square += (batch->rewards[i] - mean) * (batch->rewards[i] - mean) / batch->n;
  point->values[GBOX_FINETUNE_REWARD_MEAN] = mean;
  point->values[GBOX_FINETUNE_REWARD_STD] = sqrt (square);
  point->values[GBOX_FINETUNE_REWARD_MIN] = least;
  point->values[GBOX_FINETUNE_REWARD_MAX] = most;
  point->values[GBOX_FINETUNE_KL] = batch->kl;
  point->values[GBOX_FINETUNE_ENTROPY] = batch->entropy;
  point->values[GBOX_FINETUNE_LEARNING_RATE] = batch->learning_rate;
  point->values[GBOX_FINETUNE_COEFFICIENT] = batch->coefficient;
  point->values[GBOX_FINETUNE_END_RATE] = batch->end_rate;
  point->values[GBOX_FINETUNE_NO_SIGNAL] = most > least ? 0 : 1;
  point->values[GBOX_FINETUNE_N_TOKENS] = batch->n_tokens;
  point->values[GBOX_FINETUNE_BATCH] = batch->n;
}
