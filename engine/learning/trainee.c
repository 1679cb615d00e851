/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a language model is trained: its head, or its last layer. */
#include "learning/trainee.h"

#include "kernels/adam.h"
#include "kernels/norm.h"
#include "models/policy-file.h"
#include "models/transformer-layer.h"

#include <math.h>
#include <string.h>

/* Multiplications that a step of the gradient does: some 40 ms on two cores. */
#define STEP_WORK 4e9

struct _GboxTrainee
{
  GboxTransformer *transformer;
  const GboxLanguageConfig *config;
  GboxTeam *team;
  gsize d_model;
  guint n_prompt;
  guint n_first; /* decisions that were made from the prompt's last row: one of each sequence */
  GboxHeadPolicy *policy;
  GboxBlock *block; /* (nullable) */
  float *m;         /* of the block */
  float *v;
  float *d_states; /* (decisions, d_model) */
  float *dz;       /* (rows, d_model) */
  float *scratch;  /* (d_model) */
  const double *weights;
  double norm;
  guint next;
};

/* The policy begins as the model's own head. */
static void
fill_head (GboxTrainee *trainee)
{
  const gsize n_vocab = (gsize) trainee->config->n_vocab;
  const GboxHeadState state = gbox_head_policy_get_state (trainee->policy);
  g_autofree float *row = g_new (float, trainee->d_model);

  for (gsize i = 0; i < n_vocab; i++)
    {
      gbox_transformer_get_head_row (trainee->transformer, (int) i, row);
      for (gsize j = 0; j < trainee->d_model; j++)
        state.weights[j * n_vocab + i] = row[j];
    }
}

static gboolean
make_block (GboxTrainee *trainee, guint n_sequences, guint length, GError **error)
{
  const gsize size = gbox_block_get_size (trainee->config), d_model = trainee->d_model;

  trainee->block = gbox_block_new (trainee->config, trainee->team, (int) trainee->n_prompt, (int) n_sequences,
                                   (int) length, error);
  if (trainee->block == NULL)
    return FALSE;
  gbox_transformer_read_layer (trainee->transformer, trainee->config->n_layers - 1,
                               gbox_block_get_parameters (trainee->block));
  trainee->m = g_new0 (float, size);
  trainee->v = g_new0 (float, size);
  trainee->d_states = g_new0 (float, (gsize) n_sequences *length *d_model);
  trainee->dz = g_new0 (float, (trainee->n_prompt + (gsize) n_sequences * length) * d_model);
  trainee->scratch = g_new0 (float, d_model);
  return TRUE;
}

GboxTrainee *
gbox_trainee_new (GboxTrain train,
                  GboxLanguageModel *model,
                  GboxTeam *team,
                  guint n_prompt,
                  guint n_sequences,
                  guint length,
                  GError **error)
{
  g_autoptr (GboxTrainee) trainee = g_new0 (GboxTrainee, 1);

  trainee->transformer = gbox_transformer_ref (gbox_language_model_get_transformer (model));
  trainee->config = gbox_transformer_get_config (trainee->transformer);
  trainee->team = team;
  trainee->d_model = (gsize) trainee->config->d_model;
  trainee->n_prompt = n_prompt;
  if (train == GBOX_TRAIN_LAST_BLOCK && !make_block (trainee, n_sequences, length, error))
    return NULL;
  trainee->policy = gbox_head_policy_new (team, trainee->config->n_vocab, trainee->config->d_model,
                                          (int) (n_sequences * length), train == GBOX_TRAIN_HEAD, error);
  if (trainee->policy == NULL)
    return NULL;
  fill_head (trainee);
  return g_steal_pointer (&trainee);
}

void
gbox_trainee_free (GboxTrainee *trainee)
{
  if (trainee == NULL)
    return;
  gbox_head_policy_free (trainee->policy);
  gbox_block_free (trainee->block);
  gbox_transformer_unref (trainee->transformer);
  g_free (trainee->m);
  g_free (trainee->v);
  g_free (trainee->d_states);
  g_free (trainee->dz);
  g_free (trainee->scratch);
  g_free (trainee);
}

GboxHeadPolicy *
gbox_trainee_get_policy (GboxTrainee *trainee)
{
  return trainee->policy;
}

GboxBlock *
gbox_trainee_get_block (GboxTrainee *trainee)
{
  return trainee->block;
}

GboxTraineeState
gbox_trainee_get_state (GboxTrainee *trainee)
{
  const GboxHeadState head = gbox_head_policy_get_state (trainee->policy);

  if (trainee->block == NULL)
    return (GboxTraineeState){ .name = GBOX_POLICY_FILE_HEAD,
                               .n_rows = trainee->d_model,
                               .n_columns = head.n / trainee->d_model,
                               .weights = head.weights,
                               .m = head.m,
                               .v = head.v };
  return (GboxTraineeState){ .name = GBOX_POLICY_FILE_LAST_BLOCK,
                             .n_rows = trainee->d_model,
                             .n_columns = gbox_block_get_size (trainee->config) / trainee->d_model,
                             .weights = gbox_block_get_parameters (trainee->block),
                             .m = trainee->m,
                             .v = trainee->v };
}

void
gbox_trainee_prepare_gradient (GboxTrainee *trainee, const double *weights)
{
  trainee->next = 0;
  trainee->weights = weights;
  if (trainee->block == NULL)
    gbox_head_policy_prepare_gradient (trainee->policy, weights);
  else
    /* Each sequence has one row less than decisions: its first comes from the prompt. */
    trainee->n_first = (guint) gbox_head_policy_get_n_decisions (trainee->policy) + trainee->n_prompt
                       - (guint) gbox_block_get_n_rows (trainee->block);
}

/* How many of @n_slices, each with @work multiplications, to do now. */
static guint
get_n_now (const GboxTrainee *trainee, guint n_slices, double work)
{
  const guint wanted = MAX ((guint) MIN (STEP_WORK / work, n_slices), gbox_team_get_active (trainee->team));

  return MIN (wanted, n_slices - trainee->next);
}

static gboolean
compute_head (GboxTrainee *trainee)
{
  const guint n_slices = gbox_head_policy_get_n_slices (trainee->policy);
  const double n_weights = (double) trainee->d_model * trainee->config->n_vocab;
  const guint n = get_n_now (trainee, n_slices,
                             n_weights / n_slices * gbox_head_policy_get_n_decisions (trainee->policy));

  gbox_head_policy_compute_gradient (trainee->policy, trainee->next, n);
  trainee->next += n;
  if (trainee->next < n_slices)
    return FALSE;
  trainee->norm = gbox_head_policy_get_gradient_norm (trainee->policy);
  return TRUE;
}

/* From the states to what went out of the layer, through the norm between. */
static void
pass_final_norm (GboxTrainee *trainee)
{
  const gsize d_model = trainee->d_model;
  const float *z = gbox_block_get_z (trainee->block);
  const float *weight = gbox_transformer_get_final_norm (trainee->transformer);

  memset (trainee->dz, 0, (gsize) gbox_block_get_n_rows (trainee->block) * d_model * sizeof (float));
  for (guint i = 0; i < (guint) gbox_head_policy_get_n_decisions (trainee->policy); i++)
    {
      const gsize row
        = i < trainee->n_first ? trainee->n_prompt - 1 : trainee->n_prompt + i - trainee->n_first;

      gbox_rms_norm_backward (z + row * d_model, 1, (int) d_model, weight, trainee->config->norm_eps,
                              trainee->d_states + i * d_model, trainee->dz + row * d_model, trainee->scratch);
    }
}

static double
measure (const float *x, gsize n)
{
  double square = 0;

  for (gsize i = 0; i < n; i++)
    square += (double) x[i] * (double) x[i];
  return sqrt (square);
}

/* First the states' gradients, some at a time, then the norm, then the layer. */
static gboolean
compute_block (GboxTrainee *trainee)
{
  const guint n_decisions = (guint) gbox_head_policy_get_n_decisions (trainee->policy);
  const guint n_slices = (n_decisions + GBOX_HEAD_POLICY_STATE_SLICE - 1) / GBOX_HEAD_POLICY_STATE_SLICE;
  const double work = (double) trainee->d_model * trainee->config->n_vocab * GBOX_HEAD_POLICY_STATE_SLICE;

  if (trainee->next < n_slices)
    {
      const guint n = get_n_now (trainee, n_slices, work);

      gbox_head_policy_compute_state_gradient (trainee->policy, trainee->weights, trainee->next, n,
                                               trainee->d_states);
      trainee->next += n;
      return FALSE;
    }
  if (trainee->next == n_slices)
    pass_final_norm (trainee);
  gbox_block_backward (trainee->block, trainee->next - n_slices, trainee->dz);
  if (++trainee->next < n_slices + GBOX_BLOCK_N_STAGES)
    return FALSE;
  trainee->norm = measure (gbox_block_get_gradient (trainee->block), gbox_block_get_size (trainee->config));
  return TRUE;
}

gboolean
gbox_trainee_compute_gradient (GboxTrainee *trainee)
{
  const gboolean is_done = trainee->block == NULL ? compute_head (trainee) : compute_block (trainee);

  if (is_done)
    trainee->next = 0;
  return is_done;
}

double
gbox_trainee_get_gradient_norm (const GboxTrainee *trainee)
{
  return trainee->norm;
}

static void
update_block (GboxTrainee *trainee, double scale, guint step, double learning_rate)
{
  const gsize n = gbox_block_get_size (trainee->config);
  float *gradient = gbox_block_get_gradient (trainee->block);

  for (gsize i = 0; scale < 1 && i < n; i++)
    gradient[i] *= (float) scale;
  gbox_adam_step (trainee->team, gbox_block_get_parameters (trainee->block), gradient, trainee->m, trainee->v,
                  n, step, learning_rate);
}

gboolean
gbox_trainee_update (GboxTrainee *trainee, double scale, guint step, double learning_rate)
{
  if (trainee->block != NULL)
    {
      update_block (trainee, scale, step, learning_rate);
      return TRUE;
    }
  gbox_head_policy_update (trainee->policy, trainee->next++, scale, step, learning_rate);
  return trainee->next >= gbox_head_policy_get_n_parts (trainee->policy);
}
