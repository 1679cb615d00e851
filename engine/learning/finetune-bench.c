/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times a training step of finetuning. */
#include "learning/finetune-bench.h"

#include "learning/finetune-batch.h"
#include "learning/purpose.h"

#define NANOSECONDS 1e-9

struct _GboxFinetuneBench
{
  GboxFinetuneSpec *spec; /* whose values are the defaults of finetuning */
  GboxReward *reward;
  GboxRollout *rollout;
  GboxTrainee *trainee;
  GboxFinetuneBatch *batch;
  GboxFinetuneProgress progress;
  gint64 laps[GBOX_N_FINETUNE_LAPS];
  GboxLapClock clock;
};

GboxFinetuneBench *
gbox_finetune_bench_new (GboxLanguageModel *model, GboxTeam *team, GError **error)
{
  g_autoptr (GboxFinetuneBench) self = g_new0 (GboxFinetuneBench, 1);
  const GboxFinetuneValues *values;

  self->spec = gbox_finetune_spec_new ();
  values = gbox_finetune_spec_get_values (self->spec);
  self->progress.kl = values->kl;
  self->clock.laps = self->laps;
  self->reward = gbox_reward_parse (values->reward, error);
  if (self->reward == NULL)
    return NULL;
  self->rollout = gbox_rollout_new (model, team, values->precision, GBOX_FINETUNE_BENCH_PROMPT,
                                    GBOX_FINETUNE_BENCH_BATCH, GBOX_FINETUNE_BENCH_LENGTH, error);
  if (self->rollout == NULL)
    return NULL;
  self->trainee = gbox_trainee_new (GBOX_TRAIN_HEAD, model, team, gbox_rollout_get_n_prompt (self->rollout),
                                    GBOX_FINETUNE_BENCH_BATCH, GBOX_FINETUNE_BENCH_LENGTH, error);
  if (self->trainee == NULL)
    return NULL;
  self->batch = gbox_finetune_batch_new (GBOX_FINETUNE_BENCH_BATCH, GBOX_FINETUNE_BENCH_LENGTH);
  while (!gbox_rollout_read_prompt (self->rollout))
    ;
  return g_steal_pointer (&self);
}

void
gbox_finetune_bench_free (GboxFinetuneBench *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->batch, gbox_finetune_batch_free);
  g_clear_pointer (&self->rollout, gbox_rollout_free);
  g_clear_pointer (&self->trainee, gbox_trainee_free);
  g_clear_pointer (&self->reward, gbox_reward_free);
  g_clear_object (&self->spec);
  g_free (self);
}

guint
gbox_finetune_bench_get_n_tokens (const GboxFinetuneBench *self)
{
  return self->batch->n_tokens;
}

static void
begin (GboxFinetuneBench *self)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);

  gbox_rollout_begin (self->rollout, gbox_trainee_get_policy (self->trainee), NULL, GBOX_FINETUNE_BENCH_BATCH,
                      values->temperature, values->seed, GBOX_PURPOSE_ROLLOUT, self->progress.step + 1);
}

double
gbox_finetune_bench_get_first_entropy (GboxFinetuneBench *self)
{
  begin (self);
  if (gbox_rollout_advance (self->rollout, NULL) == GBOX_ROLLOUT_FAILED)
    return 0;
  return gbox_rollout_get_sequence (self->rollout, 0)->entropy;
}

static gboolean
write_batch (GboxFinetuneBench *self)
{
  GboxRolloutResult result;

  begin (self);
  do
    result = gbox_rollout_advance (self->rollout, NULL);
  while (result == GBOX_ROLLOUT_GOES_ON);
  return result == GBOX_ROLLOUT_DONE;
}

static void
learn (GboxFinetuneBench *self, GboxLapClock *clock)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);
  GboxFinetuneProgress next = self->progress;
  double norm;

  next.step++;
  gbox_finetune_batch_evaluate (self->batch, self->rollout, self->reward, values, &self->progress, &next);
  gbox_lap_clock_note (clock, GBOX_FINETUNE_LAP_TEXT);
  gbox_finetune_batch_prepare (self->batch, self->rollout, self->trainee,
                               1.0 / (GBOX_FINETUNE_BENCH_BATCH * GBOX_FINETUNE_BENCH_LENGTH));
  while (!gbox_trainee_compute_gradient (self->trainee))
    ;
  norm = gbox_trainee_get_gradient_norm (self->trainee);
  gbox_lap_clock_note (clock, GBOX_FINETUNE_LAP_GRADIENT);
  while (!gbox_trainee_update (self->trainee, norm > values->clip ? values->clip / norm : 1, next.step,
                               values->learning_rate))
    ;
  gbox_lap_clock_note (clock, GBOX_FINETUNE_LAP_UPDATE);
  self->progress = next;
}

static double
do_step (GboxFinetuneBench *self, GboxLapClock *clock)
{
  const gint64 start = gbox_lap_clock_now ();
  gboolean written;

  gbox_rollout_set_clock (self->rollout, clock);
  gbox_head_policy_set_clock (gbox_trainee_get_policy (self->trainee), clock);
  gbox_lap_clock_start (clock);
  written = write_batch (self);
  if (written)
    learn (self, clock);
  gbox_rollout_set_clock (self->rollout, NULL);
  gbox_head_policy_set_clock (gbox_trainee_get_policy (self->trainee), NULL);
  return written ? (double) (gbox_lap_clock_now () - start) * NANOSECONDS : 0;
}

double
gbox_finetune_bench_run (GboxFinetuneBench *self)
{
  return do_step (self, NULL);
}

double
gbox_finetune_bench_run_parts (GboxFinetuneBench *self, double *seconds)
{
  double whole;

  for (guint i = 0; i < GBOX_N_FINETUNE_LAPS; i++)
    self->laps[i] = 0;
  whole = do_step (self, &self->clock);
  for (guint i = 0; i < GBOX_N_FINETUNE_LAPS; i++)
    seconds[i] = (double) self->laps[i] * NANOSECONDS;
  return whole;
}

const char *
gbox_finetune_lap_get_name (GboxFinetuneLap lap)
{
  static const char *const names[GBOX_N_FINETUNE_LAPS] = {
    [GBOX_FINETUNE_LAP_LAYERS] = "layers",         [GBOX_FINETUNE_LAP_REFERENCE] = "starting head",
    [GBOX_FINETUNE_LAP_HEAD] = "trained head",     [GBOX_FINETUNE_LAP_DISTRIBUTIONS] = "distributions, draws",
    [GBOX_FINETUNE_LAP_TEXT] = "texts, rewards",   [GBOX_FINETUNE_LAP_GRADIENT] = "gradient",
    [GBOX_FINETUNE_LAP_UPDATE] = "clipping, Adam",
  };

  g_return_val_if_fail (lap < GBOX_N_FINETUNE_LAPS, NULL);

  return names[lap];
}
