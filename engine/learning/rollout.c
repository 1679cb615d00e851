/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completions of one prompt, all written at the same time by a policy. */
#include "learning/rollout.h"

#include "base/error.h"
#include "base/philox.h"

#include <string.h>

/* Tokens of the prompt that are read at a time: some 20 ms. */
#define PROMPT_CHUNK 16

struct _GboxRollout
{
  GboxLanguageModel *model;
  GboxTransformerContext *context;
  gsize d_model;
  GArray *prompt; /* of int */
  guint n_read;
  guint length;
  GboxRolloutSequence sequences[GBOX_HEAD_POLICY_ROWS];
  guint n_made; /* of @sequences */
  guint *owners;

  float *tapped;     /* (n_layers + 1, chunk, d_model) */
  gsize last_layer;  /* its index */
  float *inputs;     /* (n_prompt, d_model): what came into the last layer */
  float *outputs;    /* (n_prompt or ROWS, d_model): what goes out of the block that replaces it */
  float *first;      /* (d_model): the model's own state after the prompt */
  float *own_states; /* (n_states, d_model): the model's, without the block */
  float *states;     /* (n_states, d_model) */
  float *reference;  /* (n_states, n_vocab) */

  GboxLapClock *clock; /* (nullable) */

  /* The completions that are being written. */
  GboxHeadPolicy *policy;
  GboxBlock *block; /* (nullable) */
  guint n;
  guint64 seed;
  GboxLearningPurpose purpose;
  guint step;
  guint position;
  gboolean is_read; /* whether @states are those of the newest tokens */
  int active[GBOX_HEAD_POLICY_ROWS];
  int rows[GBOX_HEAD_POLICY_ROWS]; /* which state each of them is in */
  int n_active;

  /* Completions that have begun alike are in the same state, and are computed once. */
  int branches[GBOX_HEAD_POLICY_ROWS]; /* which branch of the context each state is the end of */
  int tokens[GBOX_HEAD_POLICY_ROWS];   /* and which token comes next there */
  int n_states;
};

/* An empty prompt begins with what begins texts, if the model has such a token. */
static gboolean
encode_prompt (GboxRollout *rollout, const char *text, GError **error)
{
  GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (rollout->model);
  const int begin = gbox_tokenizer_get_begin (tokenizer);

  rollout->prompt
    = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_SPECIAL | GBOX_TOKENIZE_BEGIN);
  if (rollout->prompt->len == 0 && begin >= 0)
    g_array_append_val (rollout->prompt, begin);
  if (rollout->prompt->len > 0)
    return TRUE;
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "There is no text to complete, and this model does not begin one. Write a prompt.");
  return FALSE;
}

GboxRollout *
gbox_rollout_new (GboxLanguageModel *model,
                  GboxTeam *team,
                  GboxPrecision precision,
                  const char *prompt,
                  guint n_sequences,
                  guint length,
                  GError **error)
{
  g_autoptr (GboxRollout) rollout = g_new0 (GboxRollout, 1);
  GboxTransformer *transformer = gbox_language_model_get_transformer (model);
  const GboxLanguageConfig *config = gbox_transformer_get_config (transformer);

  rollout->model = gbox_language_model_ref (model);
  rollout->d_model = (gsize) config->d_model;
  rollout->length = length;
  if (!encode_prompt (rollout, prompt, error))
    return NULL;
  rollout->context = gbox_transformer_context_new (transformer, team, precision, (int) rollout->prompt->len,
                                                   (int) n_sequences, (int) length, error);
  if (rollout->context == NULL)
    return NULL;
  rollout->last_layer = (gsize) config->n_layers - 1;
  rollout->tapped = g_new (float, (gsize) (config->n_layers + 1) * GBOX_TRANSFORMER_CHUNK * rollout->d_model);
  gbox_transformer_context_set_tap (rollout->context, &(GboxTransformerTap){ .hidden = rollout->tapped });
  rollout->inputs = g_new (float, rollout->prompt->len * rollout->d_model);
  rollout->outputs
    = g_new (float, (gsize) MAX (rollout->prompt->len, GBOX_HEAD_POLICY_ROWS) * rollout->d_model);
  rollout->own_states = g_new (float, GBOX_HEAD_POLICY_ROWS * rollout->d_model);
  rollout->first = g_new (float, rollout->d_model);
  rollout->states = g_new (float, GBOX_HEAD_POLICY_ROWS * rollout->d_model);
  rollout->reference = g_new (float, GBOX_HEAD_POLICY_ROWS *(gsize) config->n_vocab);
  rollout->owners = g_new (guint, (gsize) n_sequences * length);
  return g_steal_pointer (&rollout);
}

static void
clear_sequences (GboxRollout *rollout)
{
  for (guint i = 0; i < rollout->n_made; i++)
    {
      g_string_free (rollout->sequences[i].text, TRUE);
      gbox_token_decoder_free (rollout->sequences[i].decoder);
    }
  rollout->n_made = 0;
}

void
gbox_rollout_free (GboxRollout *rollout)
{
  if (rollout == NULL)
    return;
  clear_sequences (rollout);
  gbox_transformer_context_free (rollout->context);
  g_clear_pointer (&rollout->prompt, g_array_unref);
  gbox_language_model_unref (rollout->model);
  g_free (rollout->tapped);
  g_free (rollout->inputs);
  g_free (rollout->outputs);
  g_free (rollout->own_states);
  g_free (rollout->first);
  g_free (rollout->states);
  g_free (rollout->reference);
  g_free (rollout->owners);
  g_free (rollout);
}

gboolean
gbox_rollout_read_prompt (GboxRollout *rollout)
{
  const int n = (int) MIN (PROMPT_CHUNK, rollout->prompt->len - rollout->n_read);

  if (n == 0)
    return TRUE;
  gbox_transformer_context_read (rollout->context, &g_array_index (rollout->prompt, int, rollout->n_read), n);
  memcpy (rollout->inputs + rollout->n_read * rollout->d_model,
          rollout->tapped + rollout->last_layer * (gsize) n * rollout->d_model,
          (gsize) n * rollout->d_model * sizeof (float));
  rollout->n_read += (guint) n;
  if (rollout->n_read < rollout->prompt->len)
    return FALSE;
  gbox_transformer_context_get_normed (rollout->context, n - 1, 1, rollout->first);
  return TRUE;
}

guint
gbox_rollout_get_n_prompt (const GboxRollout *rollout)
{
  return rollout->prompt->len;
}

/* The state after the prompt, of the model itself and with the block. */
static void
fill_first (GboxRollout *rollout)
{
  const gsize d_model = rollout->d_model, last = rollout->prompt->len - 1;
  const int n = rollout->n_states;

  for (gsize i = 0; i < (gsize) n; i++)
    memcpy (rollout->own_states + i * d_model, rollout->first, d_model * sizeof (float));
  if (rollout->block == NULL)
    {
      memcpy (rollout->states, rollout->own_states, (gsize) n * d_model * sizeof (float));
      return;
    }
  gbox_block_begin (rollout->block, rollout->inputs, rollout->outputs);
  gbox_transformer_context_normalize (rollout->context, rollout->outputs + last * d_model, 1,
                                      rollout->states);
  for (gsize i = 1; i < (gsize) n; i++)
    memcpy (rollout->states + i * d_model, rollout->states, d_model * sizeof (float));
}

/* Those after the tokens that were read last. */
static void
fill_states (GboxRollout *rollout)
{
  const gsize d_model = rollout->d_model;
  const int n = rollout->n_states;

  gbox_transformer_context_get_normed (rollout->context, 0, n, rollout->own_states);
  if (rollout->block == NULL)
    {
      memcpy (rollout->states, rollout->own_states, (gsize) n * d_model * sizeof (float));
      return;
    }
  gbox_block_forward (rollout->block, rollout->tapped + rollout->last_layer * (gsize) n * d_model,
                      rollout->branches, n, rollout->outputs);
  gbox_transformer_context_normalize (rollout->context, rollout->outputs, n, rollout->states);
}

void
gbox_rollout_begin (GboxRollout *rollout,
                    GboxHeadPolicy *policy,
                    GboxBlock *block,
                    guint n,
                    double temperature,
                    guint64 seed,
                    GboxLearningPurpose purpose,
                    guint step)
{
  GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (rollout->model);

  clear_sequences (rollout);
  gbox_transformer_context_truncate (rollout->context, (int) rollout->prompt->len);
  gbox_head_policy_begin (policy, temperature);
  rollout->policy = policy;
  rollout->block = block;
  rollout->n = rollout->n_made = n;
  rollout->seed = seed;
  rollout->purpose = purpose;
  rollout->step = step;
  rollout->position = 0;
  rollout->n_active = (int) n;
  /* A block keeps what each completion has told it: with one they are computed one by one. */
  rollout->n_states = block != NULL ? (int) n : 1;
  for (guint i = 0; i < n; i++)
    {
      rollout->sequences[i] = (GboxRolloutSequence){
        .text = g_string_new (NULL),
        .decoder = gbox_token_decoder_new (tokenizer, FALSE),
      };
      rollout->active[i] = rollout->branches[i] = (int) i;
      rollout->rows[i] = block != NULL ? (int) i : 0;
    }
  fill_first (rollout);
  rollout->is_read = TRUE;
}

void
gbox_rollout_set_clock (GboxRollout *rollout, GboxLapClock *clock)
{
  rollout->clock = clock;
}

/* Uniform in [0, 1), a multiple of 2⁻⁵³. */
static double
draw (const GboxRollout *rollout, guint sequence)
{
  GboxPhilox philox;
  guint64 high;

  gbox_philox_init (&philox, rollout->seed, (guint32) rollout->purpose,
                    (guint64) rollout->step << 32 | (guint64) sequence << 16 | rollout->position);
  high = gbox_philox_next (&philox);
  return (double) ((high << 32 | gbox_philox_next (&philox)) >> 11) * 0x1p-53;
}

static void
take_decision (GboxRollout *rollout, GboxRolloutSequence *sequence, const GboxDecision *decision)
{
  const GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (rollout->model);

  sequence->n_tokens++;
  sequence->log_ratio += decision->logprob - decision->reference_logprob;
  sequence->kl += decision->kl;
  sequence->entropy += decision->entropy;
  sequence->ends_itself = gbox_tokenizer_is_end (tokenizer, decision->action);
  sequence->is_ended = sequence->ends_itself || sequence->n_tokens >= rollout->length;
  gbox_token_decoder_push (sequence->decoder, decision->action, sequence->text);
  if (sequence->is_ended)
    gbox_token_decoder_finish (sequence->decoder, sequence->text);
}

/* The state that completion @i of the active ones will be in, among those found already; −1 for another. */
static int
find_state (const GboxRollout *rollout, const int *parents, int n, int i, int token)
{
  for (int state = 0; rollout->block == NULL && state < n; state++)
    if (parents[state] == rollout->rows[i] && rollout->tokens[state] == token)
      return state;
  return -1;
}

/*
 * From the states in which tokens were chosen to those that follow. A state goes on in the branch of one of
 * its completions, its parent's if that is among them; the other branches take over what the parent has read.
 */
static void
follow (GboxRollout *rollout, const int *parents, const int *branches, int n)
{
  for (int i = 0; i < n; i++)
    {
      const int from = rollout->branches[parents[i]];

      if (branches[i] != from)
        gbox_transformer_context_copy_branch (rollout->context, from, branches[i]);
    }
  memcpy (rollout->branches, branches, (gsize) n * sizeof (int));
  rollout->n_states = n;
}

/* Leaves the completions that go on, and the states they will be in once their tokens are read. */
static void
take_decisions (GboxRollout *rollout, const GboxDecision *decisions)
{
  const int n_before = gbox_head_policy_get_n_decisions (rollout->policy) - rollout->n_active;
  int parents[GBOX_HEAD_POLICY_ROWS], branches[GBOX_HEAD_POLICY_ROWS], n_left = 0, n_states = 0;

  for (int i = 0; i < rollout->n_active; i++)
    {
      const int index = rollout->active[i], token = decisions[i].action;
      GboxRolloutSequence *sequence = &rollout->sequences[index];
      int state;

      rollout->owners[n_before + i] = (guint) index;
      take_decision (rollout, sequence, &decisions[i]);
      if (sequence->is_ended)
        continue;
      state = find_state (rollout, parents, n_states, i, token);
      if (state < 0)
        {
          state = n_states++;
          parents[state] = rollout->rows[i];
          rollout->tokens[state] = token;
          branches[state] = index;
        }
      if (index == rollout->branches[rollout->rows[i]])
        branches[state] = index;
      rollout->rows[n_left] = state;
      rollout->active[n_left++] = index;
    }
  follow (rollout, parents, branches, n_states);
  rollout->n_active = n_left;
}

static GboxRolloutResult
choose (GboxRollout *rollout, GError **error)
{
  double uniforms[GBOX_HEAD_POLICY_ROWS];
  GboxDecision decisions[GBOX_HEAD_POLICY_ROWS];

  for (int i = 0; i < rollout->n_active; i++)
    uniforms[i] = draw (rollout, (guint) rollout->active[i]);
  gbox_transformer_context_apply_head (rollout->context, rollout->own_states, rollout->n_states,
                                       rollout->reference);
  gbox_lap_clock_note (rollout->clock, GBOX_FINETUNE_LAP_REFERENCE);
  if (!gbox_head_policy_decide (rollout->policy, rollout->states, rollout->reference, rollout->n_states,
                                rollout->rows, uniforms, rollout->n_active, decisions))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                           "The numbers grew beyond what can be computed with; start again with a smaller "
                           "learning rate.");
      return GBOX_ROLLOUT_FAILED;
    }
  take_decisions (rollout, decisions);
  rollout->position++;
  rollout->is_read = FALSE;
  gbox_lap_clock_note (rollout->clock, GBOX_FINETUNE_LAP_TEXT);
  return rollout->n_active > 0 ? GBOX_ROLLOUT_GOES_ON : GBOX_ROLLOUT_DONE;
}

GboxRolloutResult
gbox_rollout_advance (GboxRollout *rollout, GError **error)
{
  if (rollout->is_read)
    return choose (rollout, error);
  gbox_transformer_context_read_branches (rollout->context, rollout->branches, rollout->tokens,
                                          rollout->n_states);
  fill_states (rollout);
  gbox_lap_clock_note (rollout->clock, GBOX_FINETUNE_LAP_LAYERS);
  rollout->is_read = TRUE;
  return GBOX_ROLLOUT_GOES_ON;
}

guint
gbox_rollout_get_n_sequences (const GboxRollout *rollout)
{
  return rollout->n;
}

GboxRolloutSequence *
gbox_rollout_get_sequence (GboxRollout *rollout, guint i)
{
  return &rollout->sequences[i];
}

const guint *
gbox_rollout_get_owners (const GboxRollout *rollout)
{
  return rollout->owners;
}
