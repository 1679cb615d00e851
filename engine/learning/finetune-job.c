/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of finetuning a language model by policy gradient. */
#include "learning/finetune-job.h"

#include "base/error.h"
#include "language/completion-spec.h"
#include "learning/code-reward.h"
#include "learning/finetune-batch.h"
#include "learning/finetune-checkpoint.h"
#include "learning/finetune-warnings.h"
#include "models/policy-file.h"

#define CHECKPOINT_SUFFIX ".safetensors"

/* How long a step waits for programs, in milliseconds. */
#define CHECK_TIME 40

typedef enum
{
  STAGE_PROMPT,   /* reading it */
  STAGE_BEFORE,   /* writing completions to compare with */
  STAGE_LOAD,     /* the checkpoint to go on from */
  STAGE_ROLLOUT,  /* writing a batch */
  STAGE_GRADIENT, /* slice by slice */
  STAGE_UPDATE,   /* part by part */
  STAGE_SAVE,     /* a checkpoint */
  STAGE_AFTER,    /* writing the completions again */
  STAGE_END,
} Stage;

struct _GboxFinetuneJob
{
  GboxJob parent_instance;

  GboxFinetuneSpec *spec;
  GboxTeam *team;
  GboxLanguageModel *model;
  GboxFinetuneBase base;
  GboxTrainee *trainee;
  GboxRollout *rollout;
  GboxReward *reward;
  GboxCodeReward *code; /* NULL where no program is to be run */

  Stage stage;
  gboolean is_checking; /* the programs that the stage has written */
  GboxFinetuneProgress progress;
  GboxFinetuneProgress next; /* what it is after the training step that goes on */
  GboxFinetuneBatch *batch;
  GboxFinetuneWarnings warnings;
  guint saved_step;      /* of the newest checkpoint */
  gboolean is_save_lost; /* the last one could not be saved, which was told */
  double seconds;
  double step_begin; /* @seconds when the training step began */
};

G_DEFINE_FINAL_TYPE (GboxFinetuneJob, gbox_finetune_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxFinetuneJob *self = GBOX_FINETUNE_JOB (object);

  g_clear_pointer (&self->batch, gbox_finetune_batch_free);
  g_clear_pointer (&self->rollout, gbox_rollout_free);
  g_clear_pointer (&self->trainee, gbox_trainee_free);
  g_clear_pointer (&self->reward, gbox_reward_free);
  g_clear_pointer (&self->code, gbox_code_reward_free);
  g_clear_pointer (&self->model, gbox_language_model_unref);
  g_clear_object (&self->spec);
  g_free (self->base.path);
  g_free (self->base.sum);
  G_OBJECT_CLASS (gbox_finetune_job_parent_class)->finalize (object);
}

gboolean
gbox_finetune_check_path (const char *path, GError **error)
{
  if (g_str_has_suffix (path, CHECKPOINT_SUFFIX))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "“%s” does not say what to save: end the name in .safetensors.", path);
  return FALSE;
}

/* What is saved holds one part: another that has been finetuned before would be lost. */
static gboolean
check_part (const GboxTensorFile *file, GboxTrain train, GError **error)
{
  const gboolean is_block = gbox_tensor_file_lookup (file, GBOX_POLICY_FILE_LAST_BLOCK) != NULL;

  if (is_block == (train == GBOX_TRAIN_LAST_BLOCK))
    return TRUE;
  g_set_error (
    error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
    "“%s” was finetuned in its %s, which would be lost. Train that, or start from the model it was.",
    gbox_tensor_file_get_display_name (file), is_block ? "last block" : "head");
  return FALSE;
}

/* The file that has all but the head, also where the model is itself finetuned. */
static char *
find_base (const GboxCatalogue *catalogue, const GboxFinetuneValues *values, GError **error)
{
  const char *model = values->model;
  g_autofree char *path
    = gbox_catalogue_locate (catalogue,
                             *model != '\0' ? model
                                            : gbox_catalogue_get_default (catalogue, GBOX_MODEL_LANGUAGE),
                             error);
  g_autoptr (GboxTensorFile) file = path != NULL ? gbox_policy_file_open (path) : NULL;
  const char *base;

  if (file == NULL)
    return path != NULL ? g_canonicalize_filename (path, NULL) : NULL;
  base = check_part (file, values->train, error) ? gbox_policy_file_get_base (file, error) : NULL;
  return g_strdup (base);
}

static gboolean
load_model (GboxFinetuneJob *self, GboxModelStore *store, GError **error)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);

  self->base.path = find_base (gbox_model_store_get_catalogue (store), values, error);
  if (self->base.path != NULL)
    self->base.sum = gbox_policy_file_sum_base (self->base.path, error);
  if (self->base.sum != NULL)
    self->model = gbox_model_store_get_language_model (store, values->model, error);
  return self->model != NULL;
}

/* What would fail after minutes, or go on with something else than is meant, fails at once. */
static gboolean
check_resume (const GboxFinetuneValues *values, GError **error)
{
  g_autoptr (GboxFinetuneSpec) saved = NULL;
  guint step;

  if (values->resume[0] == '\0')
    return TRUE;
  saved = gbox_finetune_checkpoint_load_spec (values->resume, &step, error);
  if (saved == NULL)
    return FALSE;
  if (gbox_finetune_spec_get_values (saved)->train != values->train)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                 "“%s” was finetuned in its %s. Go on training that, or start anew from the model it was.",
                 values->resume, values->train == GBOX_TRAIN_HEAD ? "last block" : "head");
  else if (step >= values->steps)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "“%s” was saved after %u steps already; ask for more steps than that to go on.",
                 values->resume, step);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_files (const GboxFinetuneValues *values, GError **error)
{
  return (values->checkpoint[0] == '\0' || gbox_finetune_checkpoint_check_place (values->checkpoint, error))
         && check_resume (values, error);
}

static double
get_code_share (const char *text, GArray *ranges, gpointer code)
{
  return gbox_code_reward_get (code, text);
}

static gboolean
make_reward (GboxFinetuneJob *self, GError **error)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);

  self->reward = gbox_reward_parse (values->reward, error);
  if (self->reward == NULL || !gbox_reward_has_code_checks (self->reward))
    return self->reward != NULL;
  self->code = gbox_code_reward_new (values->prompt, error);
  gbox_reward_set_code_checks (self->reward, get_code_share, self->code);
  return self->code != NULL;
}

static gboolean
make_trainee (GboxFinetuneJob *self, GError **error)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);
  const guint n_most = MAX (values->batch, values->samples);

  self->rollout = gbox_rollout_new (self->model, self->team, values->precision, values->prompt, n_most,
                                    values->length, error);
  if (self->rollout == NULL)
    return FALSE;
  self->trainee = gbox_trainee_new (values->train, self->model, self->team,
                                    gbox_rollout_get_n_prompt (self->rollout), n_most, values->length, error);
  return self->trainee != NULL;
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxFinetuneJob *self = GBOX_FINETUNE_JOB (job);
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);

  self->team = context->team;
  if (!check_files (values, error) || !make_reward (self, error) || !load_model (self, context->store, error)
      || !make_trainee (self, error))
    return FALSE;
  self->batch = gbox_finetune_batch_new (values->batch, values->length);
  self->progress.kl = values->kl;
  self->stage = STAGE_PROMPT;
  gbox_job_post_length (job, values->steps);
  return TRUE;
}

static void
begin_comparison (GboxFinetuneJob *self, Stage stage)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);

  self->stage = stage;
  self->is_checking = FALSE;
  if (values->samples == 0)
    self->stage = stage == STAGE_BEFORE ? STAGE_LOAD : STAGE_END;
  else
    gbox_rollout_begin (self->rollout, gbox_trainee_get_policy (self->trainee),
                        gbox_trainee_get_block (self->trainee), values->samples, values->temperature,
                        values->seed, GBOX_PURPOSE_COMPARE, 0);
}

static void
begin_training_step (GboxFinetuneJob *self)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);

  self->stage = STAGE_ROLLOUT;
  self->is_checking = FALSE;
  self->next = self->progress;
  self->next.step++;
  gbox_rollout_begin (self->rollout, gbox_trainee_get_policy (self->trainee),
                      gbox_trainee_get_block (self->trainee), values->batch, values->temperature,
                      values->seed, GBOX_PURPOSE_ROLLOUT, self->next.step);
}

static void
go_on (GboxFinetuneJob *self)
{
  if (self->progress.step < gbox_finetune_spec_get_values (self->spec)->steps)
    begin_training_step (self);
  else
    begin_comparison (self, STAGE_AFTER);
}

static void
post_pieces (GboxFinetuneJob *self)
{
  for (guint i = 0; i < gbox_rollout_get_n_sequences (self->rollout); i++)
    {
      GboxRolloutSequence *sequence = gbox_rollout_get_sequence (self->rollout, i);
      GboxFinetunePiece *piece;

      if (sequence->text->len == sequence->n_told)
        continue;
      piece = g_new0 (GboxFinetunePiece, 1);
      piece->step = self->next.step;
      piece->sequence = i;
      piece->text = g_strdup (sequence->text->str + sequence->n_told);
      sequence->n_told = sequence->text->len;
      gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_FINETUNE_PIECE, piece);
    }
}

static void
post_completion (
  GboxFinetuneJob *self, GboxFinetunePhase phase, guint i, guint step, double reward, double advantage)
{
  const GboxRolloutSequence *sequence = gbox_rollout_get_sequence (self->rollout, i);
  GboxFinetuneCompletion *completion = g_new0 (GboxFinetuneCompletion, 1);

  *completion = (GboxFinetuneCompletion){
    .phase = phase,
    .step = step,
    .sequence = i,
    .n_tokens = sequence->n_tokens,
    .is_ended = sequence->ends_itself,
    .reward = reward,
    .advantage = advantage,
    .kl = sequence->kl,
    .text = g_strdup (sequence->text->str),
  };
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_FINETUNE_COMPLETION, completion);
}

static void
end_comparison (GboxFinetuneJob *self)
{
  const gboolean is_before = self->stage == STAGE_BEFORE;

  for (guint i = 0; i < gbox_rollout_get_n_sequences (self->rollout); i++)
    post_completion (self, is_before ? GBOX_FINETUNE_BEFORE : GBOX_FINETUNE_AFTER, i, self->progress.step,
                     gbox_reward_score (self->reward, gbox_rollout_get_sequence (self->rollout, i)->text->str,
                                        NULL),
                     0);
  self->stage = is_before ? STAGE_LOAD : STAGE_END;
}

static void
evaluate_batch (GboxFinetuneJob *self)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);

  gbox_finetune_batch_evaluate (self->batch, self->rollout, self->reward, values, &self->progress,
                                &self->next);
  for (guint i = 0; i < values->batch; i++)
    post_completion (self, GBOX_FINETUNE_TRAINING, i, self->next.step, self->batch->rewards[i],
                     self->batch->advantages[i]);
  gbox_finetune_batch_prepare (self->batch, self->rollout, self->trainee,
                               1.0 / ((double) values->batch * values->length));
  self->stage = STAGE_GRADIENT;
}

static double
get_learning_rate (GboxFinetuneJob *self)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);

  return values->learning_rate
         * (values->warm_up > 0 ? MIN (1, (double) self->next.step / values->warm_up) : 1);
}

static void
post_point (GboxFinetuneJob *self)
{
  const double seconds = MAX (self->seconds - self->step_begin, 1e-6);
  GboxPoint point
    = { .step = self->progress.step, .seconds = self->seconds, .n_values = GBOX_FINETUNE_N_VALUES };

  gbox_finetune_batch_fill_point (self->batch, &point);
  point.values[GBOX_FINETUNE_GRADIENT_NORM] = gbox_trainee_get_gradient_norm (self->trainee);
  point.values[GBOX_FINETUNE_TOKENS_PER_SECOND] = point.values[GBOX_FINETUNE_N_TOKENS] / seconds;
  gbox_job_post_point (GBOX_JOB (self), &point);
  gbox_finetune_warnings_look (&self->warnings, GBOX_JOB (self), &point, self->progress.first_entropy);
}

/* Returns whether the training step is done. */
static gboolean
update (GboxFinetuneJob *self)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);
  const double norm = gbox_trainee_get_gradient_norm (self->trainee);
  const double scale = values->clip > 0 && norm > values->clip ? values->clip / norm : 1;

  if (!gbox_trainee_update (self->trainee, scale, self->next.step, get_learning_rate (self)))
    return FALSE;
  self->batch->learning_rate = get_learning_rate (self);
  self->progress = self->next;
  if (values->checkpoint[0] != '\0'
      && (self->progress.step % values->checkpoint_every == 0 || self->progress.step >= values->steps))
    self->stage = STAGE_SAVE;
  else
    go_on (self);
  return TRUE;
}

static gboolean
save_to (GboxFinetuneJob *self, const char *path, GError **error)
{
  const GboxTraineeState state = gbox_trainee_get_state (self->trainee);
  g_autoptr (GboxFinetuneSpec) spec = GBOX_FINETUNE_SPEC (gbox_spec_copy (GBOX_SPEC (self->spec)));

  g_object_set (spec, "resume", "", NULL);
  return gbox_finetune_checkpoint_save (path, &state, spec, &self->base, &self->progress, error);
}

static gboolean
save_checkpoint (GboxFinetuneJob *self, GError **error)
{
  if (!save_to (self, gbox_finetune_spec_get_values (self->spec)->checkpoint, error))
    return FALSE;
  self->saved_step = self->progress.step;
  if (self->is_save_lost)
    gbox_job_post_notice (GBOX_JOB (self), "checkpoint", "");
  self->is_save_lost = FALSE;
  return TRUE;
}

/* After the completions to compare with, which are those of the model as it was. */
static gboolean
load_checkpoint (GboxFinetuneJob *self, GError **error)
{
  const GboxFinetuneValues *values = gbox_finetune_spec_get_values (self->spec);
  const GboxTraineeState state = gbox_trainee_get_state (self->trainee);

  if (values->resume[0] == '\0')
    return TRUE;
  if (!gbox_finetune_checkpoint_load (values->resume, &self->base, &state, &self->progress, error))
    return FALSE;
  self->saved_step = self->progress.step;
  return TRUE;
}

/* All completions of the stage are written, and it is known what they are worth. */
static void
end_writing (GboxFinetuneJob *self)
{
  if (self->stage == STAGE_ROLLOUT)
    evaluate_batch (self);
  else
    end_comparison (self);
}

static gboolean
check_programs (GboxFinetuneJob *self, GError **error)
{
  gboolean is_done;

  if (!gbox_code_reward_advance (self->code, CHECK_TIME, &is_done, error))
    return FALSE;
  if (is_done)
    {
      self->is_checking = FALSE;
      end_writing (self);
    }
  return TRUE;
}

static void
ask_for_checks (GboxFinetuneJob *self)
{
  const guint n = gbox_rollout_get_n_sequences (self->rollout);
  g_autofree const char **texts = g_new (const char *, n);

  for (guint i = 0; i < n; i++)
    texts[i] = gbox_rollout_get_sequence (self->rollout, i)->text->str;
  gbox_code_reward_ask (self->code, texts, n);
  self->is_checking = TRUE;
}

/* Writes on at a batch, or at the completions to compare. */
static gboolean
write_on (GboxFinetuneJob *self, GError **error)
{
  const gboolean is_batch = self->stage == STAGE_ROLLOUT;
  GboxRolloutResult result;

  if (is_batch && gbox_head_policy_get_n_decisions (gbox_trainee_get_policy (self->trainee)) == 0)
    self->step_begin = self->seconds;
  result = gbox_rollout_advance (self->rollout, error);
  if (is_batch && result != GBOX_ROLLOUT_FAILED)
    post_pieces (self);
  if (result == GBOX_ROLLOUT_DONE && self->code != NULL)
    ask_for_checks (self);
  else if (result == GBOX_ROLLOUT_DONE)
    end_writing (self);
  return result != GBOX_ROLLOUT_FAILED;
}

/* One step of a stage. @is_point: whether a training step has just ended. */
static gboolean
do_stage (GboxFinetuneJob *self, gboolean *is_point, GError **error)
{
  switch (self->stage)
    {
    case STAGE_PROMPT:
      if (gbox_rollout_read_prompt (self->rollout))
        begin_comparison (self, STAGE_BEFORE);
      return TRUE;
    case STAGE_LOAD:
      if (!load_checkpoint (self, error))
        return FALSE;
      go_on (self);
      return TRUE;
    case STAGE_BEFORE:
    case STAGE_AFTER:
    case STAGE_ROLLOUT:
      return self->is_checking ? check_programs (self, error) : write_on (self, error);
    case STAGE_GRADIENT:
      if (gbox_trainee_compute_gradient (self->trainee))
        self->stage = STAGE_UPDATE;
      return TRUE;
    case STAGE_UPDATE:
      *is_point = update (self);
      return TRUE;
    case STAGE_SAVE:
      if (!save_checkpoint (self, error))
        return FALSE;
      go_on (self);
      return TRUE;
    case STAGE_END:
    default:
      return TRUE;
    }
}

/* A single step that is asked for after the last one does nothing: there is no training step of that length.
 */
static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxFinetuneJob *self = GBOX_FINETUNE_JOB (job);
  const gint64 begin = g_get_monotonic_time ();
  gboolean is_point = FALSE;

  if (!do_stage (self, &is_point, error))
    return GBOX_STEP_FAILED;
  self->seconds += (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  if (is_point)
    post_point (self);
  return self->stage == STAGE_END ? GBOX_STEP_FINISHED : GBOX_STEP_CONTINUE;
}

/* In the middle of an update the weights are those of no step: it is ended first. */
static void
end_update (GboxFinetuneJob *self)
{
  if (self->stage != STAGE_UPDATE)
    return;
  while (!update (self))
    ;
  post_point (self);
}

static gboolean
save (GboxJob *job, const char *path, GError **error)
{
  GboxFinetuneJob *self = GBOX_FINETUNE_JOB (job);

  end_update (self);
  if (self->progress.step == 0)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "There is nothing to save before the first training step: wait for it.");
      return FALSE;
    }
  return gbox_finetune_check_path (path, error) && save_to (self, path, error);
}

static gboolean
adjust (GboxJob *job, GboxSpec *spec, GError **error)
{
  GboxFinetuneJob *self = GBOX_FINETUNE_JOB (job);
  const double kl = gbox_finetune_spec_get_values (self->spec)->kl;

  if (!GBOX_IS_FINETUNE_SPEC (spec))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "Finetuning can only be adjusted with the parameters of finetuning.");
      return FALSE;
    }
  gbox_spec_assign (GBOX_SPEC (self->spec), spec);
  if (gbox_finetune_spec_get_values (self->spec)->kl != kl)
    self->progress.kl = self->next.kl = gbox_finetune_spec_get_values (self->spec)->kl;
  gbox_job_post_length (job, gbox_finetune_spec_get_values (self->spec)->steps);
  if ((self->stage == STAGE_END || self->stage == STAGE_AFTER)
      && self->progress.step < gbox_finetune_spec_get_values (self->spec)->steps)
    begin_training_step (self);
  return TRUE;
}

/* The completions after the last training step are still to be written then. */
static gboolean
has_steps_left (GboxJob *job)
{
  return GBOX_FINETUNE_JOB (job)->stage != STAGE_END;
}

static void
pause_work (GboxJob *job)
{
  GboxFinetuneJob *self = GBOX_FINETUNE_JOB (job);
  g_autoptr (GError) error = NULL;

  end_update (self);
  /* Before anything is loaded the step is 0, and so is that of the checkpoint. */
  if (gbox_finetune_spec_get_values (self->spec)->checkpoint[0] == '\0'
      || self->progress.step == self->saved_step)
    return;
  if (save_checkpoint (self, &error))
    return;
  self->is_save_lost = TRUE;
  gbox_job_post_notice (job, "checkpoint", error->message);
}

static void
gbox_finetune_job_class_init (GboxFinetuneJobClass *class)
{
  GboxJobClass *job_class = GBOX_JOB_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = finalize;
  job_class->start = start;
  job_class->step = step;
  job_class->adjust = adjust;
  job_class->save = save;
  job_class->pause = pause_work;
  job_class->has_steps_left = has_steps_left;
}

static void
gbox_finetune_job_init (GboxFinetuneJob *self)
{
}

GboxJob *
gbox_finetune_job_new (GboxFinetuneSpec *spec)
{
  GboxFinetuneJob *self = g_object_new (GBOX_TYPE_FINETUNE_JOB, NULL);

  self->spec = GBOX_FINETUNE_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}
