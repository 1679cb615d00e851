/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of finding what training changed beside the reward. */
#include "learning/comparison-job.h"

#include "base/error.h"
#include "language/score.h"
#include "learning/comparison-private.h"
#include "learning/finetune-checkpoint.h"
#include "models/language-model.h"
#include "models/policy-file.h"
#include "models/token-decoder.h"

#include <string.h>

/* Completions written at a time. */
#define BATCH 64

/* One completion. */
typedef struct
{
  gboolean is_ended;
  gboolean is_finite;
  int first;
  GboxSample sample;
  GString *text;
  GboxTokenDecoder *decoder;
} Sequence;

struct _GboxComparisonJob
{
  GboxJob parent_instance;

  GboxComparisonSpec *spec;
  GboxFinetuneSpec *trained; /* what the checkpoint says */
  GboxTeam *team;
  GboxLanguageModel *model;
  GboxTransformer *transformers[GBOX_COMPARISON_N_POLICIES];
  GboxReward *reward;
  GboxComparison *comparison;
  int n_vocab;

  /* Which texts are being written. */
  guint prompt;
  guint policy;
  guint n_written; /* of this prompt, by this policy */
  GArray *tokens;  /* of int: the prompt */
  GboxTransformerContext *context;
  Sequence sequences[BATCH];
  guint n;
  int active[BATCH];
  int n_active;
  guint position;
  float *logits;                            /* (BATCH, n_vocab) */
  float *first[GBOX_COMPARISON_N_POLICIES]; /* (n_vocab): after the trained prompt */
  GboxSampler **samplers;                   /* of each worker */
  guint n_batches;
  double seconds;
};

G_DEFINE_FINAL_TYPE (GboxComparisonJob, gbox_comparison_job, GBOX_TYPE_JOB)

static void
clear_sequences (GboxComparisonJob *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      g_string_free (self->sequences[i].text, TRUE);
      gbox_token_decoder_free (self->sequences[i].decoder);
    }
  self->n = 0;
}

static void
finalize (GObject *object)
{
  GboxComparisonJob *self = GBOX_COMPARISON_JOB (object);

  clear_sequences (self);
  for (guint i = 0; self->samplers != NULL && i < gbox_team_get_n_threads (self->team); i++)
    gbox_sampler_free (self->samplers[i]);
  g_free (self->samplers);
  g_free (self->logits);
  g_clear_pointer (&self->context, gbox_transformer_context_free);
  g_clear_pointer (&self->tokens, g_array_unref);
  for (guint i = 0; i < GBOX_COMPARISON_N_POLICIES; i++)
    {
      g_free (self->first[i]);
      g_clear_pointer (&self->transformers[i], gbox_transformer_unref);
    }
  g_clear_pointer (&self->comparison, gbox_comparison_unref);
  g_clear_pointer (&self->reward, gbox_reward_free);
  g_clear_pointer (&self->model, gbox_language_model_unref);
  g_clear_object (&self->trained);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_comparison_job_parent_class)->finalize (object);
}

/* The starting model, and the trained one. */
static gboolean
load_models (GboxComparisonJob *self, GboxModelStore *store, GError **error)
{
  const char *path = gbox_comparison_spec_get_values (self->spec)->policy;
  g_autoptr (GboxTensorFile) file = NULL;
  const char *base;

  self->trained = gbox_finetune_checkpoint_load_spec (path, NULL, error);
  file = self->trained != NULL ? gbox_tensor_file_open (path, error) : NULL;
  base = file != NULL ? gbox_policy_file_get_base (file, error) : NULL;
  if (base == NULL)
    return FALSE;
  self->model = gbox_model_store_get_language_model (store, base, error);
  if (self->model == NULL)
    return FALSE;
  self->transformers[0] = gbox_transformer_ref (gbox_language_model_get_transformer (self->model));
  self->transformers[1] = gbox_policy_file_apply (file, self->transformers[0], error);
  return self->transformers[1] != NULL;
}

/* The text as tokens; what begins texts where it is empty. */
static GArray *
encode (GboxComparisonJob *self, const char *text)
{
  GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (self->model);
  const int begin = gbox_tokenizer_get_begin (tokenizer);
  GArray *tokens
    = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_SPECIAL | GBOX_TOKENIZE_BEGIN);

  if (tokens->len == 0)
    g_array_append_val (tokens, begin);
  return tokens;
}

/* A model of short texts says so at once, and not after all completions have been written. */
static gboolean
check_lengths (GboxComparisonJob *self, GError **error)
{
  const guint n_most = (guint) gbox_transformer_get_config (self->transformers[0])->n_context;
  const guint length = gbox_finetune_spec_get_values (self->trained)->length;
  g_autoptr (GArray) text = encode (self, self->comparison->text);

  for (guint i = 0; i < self->comparison->prompts->len; i++)
    {
      g_autoptr (GArray) prompt = encode (self, self->comparison->prompts->pdata[i]);

      if (prompt->len + length <= n_most)
        continue;
      g_set_error (
        error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
        "The model reads no more than %u tokens, and “%s” with a completion has up to %u: finetune "
        "it for shorter completions.",
        n_most, (const char *) self->comparison->prompts->pdata[i], prompt->len + length);
      return FALSE;
    }
  if (text->len <= n_most)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "The model reads no more than %u tokens, and the text that perplexity is measured on has %u: "
               "give a shorter one with --text.",
               n_most, text->len);
  return FALSE;
}

static guint
get_n_batches (GboxComparisonJob *self)
{
  const guint n = gbox_comparison_spec_get_values (self->spec)->samples;

  return GBOX_COMPARISON_N_PROMPTS * GBOX_COMPARISON_N_POLICIES * ((n + BATCH - 1) / BATCH);
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxComparisonJob *self = GBOX_COMPARISON_JOB (job);
  const guint n_workers = gbox_team_get_n_threads (context->team);

  self->team = context->team;
  if (!load_models (self, context->store, error))
    return FALSE;
  self->reward = gbox_reward_parse (gbox_finetune_spec_get_values (self->trained)->reward, error);
  if (self->reward == NULL)
    return FALSE;
  self->comparison = gbox_comparison_new (gbox_finetune_spec_get_values (self->trained)->prompt,
                                          gbox_comparison_spec_get_values (self->spec)->text);
  if (!check_lengths (self, error))
    return FALSE;
  self->n_vocab = gbox_transformer_get_config (self->transformers[0])->n_vocab;
  self->logits = g_new (float, BATCH *(gsize) self->n_vocab);
  for (guint i = 0; i < GBOX_COMPARISON_N_POLICIES; i++)
    self->first[i] = g_new (float, (gsize) self->n_vocab);
  self->samplers = g_new (GboxSampler *, n_workers);
  for (guint i = 0; i < n_workers; i++)
    self->samplers[i] = gbox_sampler_new (self->n_vocab);
  gbox_job_post_length (job, get_n_batches (self));
  return TRUE;
}

/* Reads the prompt anew and begins a batch; all of it begin with the same logits. */
static gboolean
begin_batch (GboxComparisonJob *self, GError **error)
{
  const GboxFinetuneValues *trained = gbox_finetune_spec_get_values (self->trained);
  const guint n_left = gbox_comparison_spec_get_values (self->spec)->samples - self->n_written;
  GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (self->model);
  int n_read = 0;

  g_clear_pointer (&self->tokens, g_array_unref);
  g_clear_pointer (&self->context, gbox_transformer_context_free);
  self->tokens = encode (self, self->comparison->prompts->pdata[self->prompt]);
  self->context
    = gbox_transformer_context_new (self->transformers[self->policy], self->team, trained->precision,
                                    (int) self->tokens->len, BATCH, (int) trained->length, error);
  if (self->context == NULL)
    return FALSE;
  for (guint i = 0; i < self->tokens->len; i += (guint) n_read)
    {
      n_read = (int) MIN (GBOX_TRANSFORMER_CHUNK, self->tokens->len - i);
      gbox_transformer_context_read (self->context, &g_array_index (self->tokens, int, i), n_read);
    }
  gbox_transformer_context_get_logits (self->context, n_read - 1, 1, self->logits);
  if (self->prompt == 0 && self->n_written == 0)
    memcpy (self->first[self->policy], self->logits, (gsize) self->n_vocab * sizeof (float));
  self->n = MIN (BATCH, n_left);
  self->n_active = (int) self->n;
  self->position = 0;
  for (guint i = 0; i < self->n; i++)
    {
      self->sequences[i]
        = (Sequence){ .text = g_string_new (NULL), .decoder = gbox_token_decoder_new (tokenizer, FALSE) };
      self->active[i] = (int) i;
      if (i > 0)
        memcpy (self->logits + i * (gsize) self->n_vocab, self->logits,
                (gsize) self->n_vocab * sizeof (float));
    }
  return TRUE;
}

static void
sample_task (gpointer data, guint task, guint worker)
{
  GboxComparisonJob *self = data;
  const guint n_samples = gbox_comparison_spec_get_values (self->spec)->samples;
  const GboxSamplerSettings settings = {
    .temperature = gbox_finetune_spec_get_values (self->trained)->temperature,
    .top_p = 1,
    .repetition_penalty = 1,
    .seed = gbox_comparison_spec_get_values (self->spec)->seed,
  };
  Sequence *sequence = &self->sequences[self->active[task]];

  sequence->is_finite
    = gbox_sampler_sample (self->samplers[worker], &settings, self->logits + task * (gsize) self->n_vocab,
                           NULL, self->prompt * n_samples + self->n_written + (guint) self->active[task],
                           self->position, &sequence->sample);
}

/* Chooses a token of each active sequence and drops those that it ended. */
static gboolean
choose (GboxComparisonJob *self, GError **error)
{
  const GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (self->model);
  const guint length = gbox_finetune_spec_get_values (self->trained)->length;
  int n_left = 0;

  gbox_team_run (self->team, (guint) self->n_active, sample_task, self);
  self->position++;
  for (int i = 0; i < self->n_active; i++)
    {
      Sequence *sequence = &self->sequences[self->active[i]];
      const int id = sequence->sample.chosen.id;

      if (!sequence->is_finite)
        {
          g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                               "The model's numbers are beyond what can be computed with; the checkpoint "
                               "may be damaged. Choose another.");
          return FALSE;
        }
      if (self->position == 1)
        sequence->first = id;
      gbox_token_decoder_push (sequence->decoder, id, sequence->text);
      sequence->is_ended = gbox_tokenizer_is_end (tokenizer, id) || self->position >= length;
      if (!sequence->is_ended)
        self->active[n_left++] = self->active[i];
    }
  self->n_active = n_left;
  return TRUE;
}

/* Keeps the texts and goes on to the next batch, policy or prompt. */
static void
end_batch (GboxComparisonJob *self)
{
  GPtrArray *texts = self->comparison->texts[self->prompt][self->policy];
  GboxPoint point = { .step = ++self->n_batches, .seconds = self->seconds, .n_values = 1 };

  for (guint i = 0; i < self->n; i++)
    {
      gbox_token_decoder_finish (self->sequences[i].decoder, self->sequences[i].text);
      g_ptr_array_add (texts, g_strdup (self->sequences[i].text->str));
      if (self->prompt == 0)
        g_array_append_val (self->comparison->first_tokens[self->policy], self->sequences[i].first);
    }
  self->n_written += self->n;
  clear_sequences (self);
  if (self->n_written >= gbox_comparison_spec_get_values (self->spec)->samples)
    {
      self->n_written = 0;
      self->prompt += self->policy;
      self->policy = 1 - self->policy;
    }
  point.values[0] = self->n_batches;
  gbox_job_post_point (GBOX_JOB (self), &point);
}

static gboolean
write_tokens (GboxComparisonJob *self, GError **error)
{
  int tokens[BATCH];

  for (int i = 0; i < self->n_active; i++)
    tokens[i] = self->sequences[self->active[i]].sample.chosen.id;
  gbox_transformer_context_read_branches (self->context, self->active, tokens, self->n_active);
  gbox_transformer_context_get_logits (self->context, 0, self->n_active, self->logits);
  return choose (self, error);
}

static gboolean
measure_perplexity (GboxComparisonJob *self, guint policy, GError **error)
{
  g_autoptr (GArray) tokens = encode (self, gbox_comparison_spec_get_values (self->spec)->text);
  g_autofree float *logprobs = g_new (float, tokens->len);
  GboxSample next;

  if (!gbox_score (self->transformers[policy], self->team,
                   gbox_finetune_spec_get_values (self->trained)->precision,
                   (const int *) (gpointer) tokens->data, (int) tokens->len, logprobs, &next, error))
    return FALSE;
  self->comparison->perplexity[policy] = gbox_get_perplexity (logprobs, (int) tokens->len);
  return TRUE;
}

static char *
get_token_text (GboxComparisonJob *self, int id)
{
  g_autoptr (GBytes) bytes
    = gbox_tokenizer_decode (gbox_language_model_get_tokenizer (self->model), &id, 1, GBOX_TOKENIZE_SPECIAL);
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);

  return g_utf8_make_valid (n > 0 ? data : "", (gssize) n);
}

static gboolean
evaluate (GboxComparisonJob *self, GError **error)
{
  GboxComparison *comparison = self->comparison;

  for (guint i = 0; i < GBOX_COMPARISON_N_POLICIES; i++)
    if (!measure_perplexity (self, i, error))
      return FALSE;
  gbox_comparison_evaluate_texts (comparison, self->reward);
  comparison->n_tokens = MIN (GBOX_COMPARISON_N_TOKENS, (guint) self->n_vocab);
  gbox_find_token_changes (self->first[0], self->first[1], self->n_vocab, comparison->tokens,
                           comparison->n_tokens);
  for (guint i = 0; i < comparison->n_tokens; i++)
    comparison->token_texts[i] = get_token_text (self, comparison->tokens[i].id);
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_COMPARISON, gbox_comparison_ref (comparison));
  return TRUE;
}

static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxComparisonJob *self = GBOX_COMPARISON_JOB (job);
  const gint64 begin = g_get_monotonic_time ();
  gboolean is_right;

  if (self->prompt >= GBOX_COMPARISON_N_PROMPTS)
    return evaluate (self, error) ? GBOX_STEP_FINISHED : GBOX_STEP_FAILED;
  if (self->n == 0)
    is_right = begin_batch (self, error) && choose (self, error);
  else
    is_right = write_tokens (self, error);
  self->seconds += (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  if (!is_right)
    return GBOX_STEP_FAILED;
  if (self->n_active == 0)
    end_batch (self);
  return GBOX_STEP_CONTINUE;
}

static void
gbox_comparison_job_class_init (GboxComparisonJobClass *class)
{
  GboxJobClass *job_class = GBOX_JOB_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = finalize;
  job_class->start = start;
  job_class->step = step;
}

static void
gbox_comparison_job_init (GboxComparisonJob *self)
{
}

GboxJob *
gbox_comparison_job_new (GboxComparisonSpec *spec)
{
  GboxComparisonJob *self = g_object_new (GBOX_TYPE_COMPARISON_JOB, NULL);

  self->spec = GBOX_COMPARISON_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}
