/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of completing a text. */
#include "language/completion-job.h"

#include "base/error.h"
#include "models/language-model.h"
#include "models/missing-bytes.h"
#include "models/token-decoder.h"
#include "models/token-description.h"

#include <string.h>

/* A step that reads the prompt takes about this long, µs: how many tokens that is is found on the way. */
#define STEP_TIME   40000
#define FIRST_CHUNK 8

/* Contexts have room for a multiple of this, so that a prompt that grows a little finds its own again. */
#define ROUND 256

/* One completion. */
typedef struct
{
  gboolean ended;
  int last; /* token that was chosen and not read yet */
  guint n_tokens;
  double logprob;
  guint8 *seen; /* (n_vocab): whether the text has the token */
  GboxTokenDecoder *decoder;
  GboxSample sample;
  gboolean finite; /* whether the last choice could be made */
} Sequence;

struct _GboxCompletionJob
{
  GboxJob parent_instance;

  GboxCompletionSpec *spec;
  GboxTeam *team;
  GboxLanguageModel *model;
  GboxTransformerContext *context;
  int n_vocab;
  int n_context;
  GArray *prompt;       /* of int */
  guint n_continuation; /* of the last of them */
  int n_read;           /* tokens of it */
  int n_reused;
  int chunk;
  Sequence *sequences;
  guint n_sequences;
  guint n_written;
  guint step;
  double seconds;

  float *logits;          /* (n_sequences, n_vocab) */
  GboxSampler **samplers; /* of each worker */
  guint n_samplers;
  int active[GBOX_MAX_SAMPLES]; /* which sequences the rows of @logits are of */
  guint n_active;
};

G_DEFINE_FINAL_TYPE (GboxCompletionJob, gbox_completion_job, GBOX_TYPE_JOB)

/* What was read may be of use to the next run. */
static void
give_context (GboxCompletionJob *self)
{
  if (self->context != NULL)
    gbox_language_model_give_context (self->model, g_steal_pointer (&self->context));
}

static void
finalize (GObject *object)
{
  GboxCompletionJob *self = GBOX_COMPLETION_JOB (object);

  give_context (self);
  for (guint i = 0; self->sequences != NULL && i < self->n_sequences; i++)
    {
      g_free (self->sequences[i].seen);
      g_clear_pointer (&self->sequences[i].decoder, gbox_token_decoder_free);
    }
  for (guint i = 0; i < self->n_samplers; i++)
    gbox_sampler_free (self->samplers[i]);
  g_free (self->samplers);
  g_free (self->sequences);
  g_free (self->logits);
  g_clear_pointer (&self->prompt, g_array_unref);
  g_clear_pointer (&self->model, gbox_language_model_unref);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_completion_job_parent_class)->finalize (object);
}

/* Whether the model has these tokens. */
static gboolean
check_tokens (const GboxCompletionJob *self, const int *ids, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (ids[i] >= self->n_vocab)
      {
        g_set_error (
          error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
          "The model has no token %d; its last is %d. It may not be the model that wrote the text.", ids[i],
          self->n_vocab - 1);
        return FALSE;
      }
  return TRUE;
}

static gboolean
append_continuation (GboxCompletionJob *self, GError **error)
{
  const GboxCompletionValues *values = gbox_completion_spec_get_values (self->spec);
  g_autoptr (GArray) ids = gbox_completion_parse_tokens (values->continuation, error);

  if (ids == NULL || !check_tokens (self, (const int *) (gpointer) ids->data, ids->len, error))
    return FALSE;
  self->n_continuation = ids->len;
  if (ids->len > 0)
    g_array_append_vals (self->prompt, ids->data, ids->len);
  return check_tokens (self, &values->first_token, 1, error);
}

/* An empty prompt begins with what begins or ends texts, if the model has such a token. */
static gboolean
encode_prompt (GboxCompletionJob *self, GError **error)
{
  const char *text = gbox_completion_spec_get_values (self->spec)->prompt;
  GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (self->model);
  int begin = gbox_tokenizer_get_begin (tokenizer);
  g_autofree char *missing = NULL;

  self->prompt
    = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_SPECIAL | GBOX_TOKENIZE_BEGIN);
  missing = gbox_missing_bytes_describe (tokenizer, text, strlen (text), self->prompt,
                                         GBOX_TOKENIZE_SPECIAL | GBOX_TOKENIZE_BEGIN);
  if (missing != NULL)
    gbox_job_post_notice (GBOX_JOB (self), "missing-bytes", missing);
  if (self->prompt->len == 0 && begin >= 0)
    g_array_append_val (self->prompt, begin);
  if (!append_continuation (self, error))
    return FALSE;
  if (self->prompt->len == 0)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                         "There is no text to complete, and this model does not begin one. Write some.");
  else if (self->prompt->len >= (guint) self->n_context)
    g_set_error (
      error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
      "The prompt has %u tokens, and the model reads no more than %d with what it adds. Shorten it.",
      self->prompt->len, self->n_context);
  else
    return TRUE;
  return FALSE;
}

/* A single sample goes on in the trunk, so that what it wrote is known to the next run. */
static gboolean
take_context (GboxCompletionJob *self, GError **error)
{
  const GboxCompletionValues *values = gbox_completion_spec_get_values (self->spec);
  const int *prompt = (const int *) (gpointer) self->prompt->data;
  const int n_prompt = (int) self->prompt->len;
  const int n_new = (int) MIN (values->max_tokens, (guint) (self->n_context - n_prompt));
  const int n_branches = values->samples > 1 ? (int) values->samples : 0;
  const int n_own = n_branches > 0 ? n_new : 0;
  const int trunk = n_branches > 0 ? n_prompt : n_prompt + n_new;
  const int rounded = MIN ((trunk + ROUND - 1) / ROUND * ROUND, self->n_context - n_own);

  self->context
    = gbox_language_model_take_context (self->model, self->team, values->precision, prompt, n_prompt, rounded,
                                        n_branches, n_own, &self->n_reused, error);
  if (self->context == NULL)
    return FALSE;
  /* The last token is read in any case: what follows it is wanted. */
  self->n_reused = MIN (self->n_reused, n_prompt - 1);
  gbox_transformer_context_truncate (self->context, self->n_reused);
  self->n_read = self->n_reused;
  return TRUE;
}

/* What was written goes on, within a character if it ended in one. */
static GboxTokenDecoder *
make_decoder (GboxCompletionJob *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GboxTokenDecoder *decoder = gbox_token_decoder_new (gbox_language_model_get_tokenizer (self->model), FALSE);

  for (guint i = self->prompt->len - self->n_continuation; i < self->prompt->len; i++)
    gbox_token_decoder_push (decoder, g_array_index (self->prompt, int, i), text);
  return decoder;
}

static void
make_sequences (GboxCompletionJob *self)
{
  self->n_sequences = gbox_completion_spec_get_values (self->spec)->samples;
  self->sequences = g_new0 (Sequence, self->n_sequences);
  for (guint i = 0; i < self->n_sequences; i++)
    {
      Sequence *sequence = &self->sequences[i];

      sequence->decoder = make_decoder (self);
      sequence->seen = g_new0 (guint8, (gsize) self->n_vocab);
      for (guint j = 0; j < self->prompt->len; j++)
        sequence->seen[g_array_index (self->prompt, int, j)] = TRUE;
    }
  self->logits = g_new (float, (gsize) self->n_sequences *(gsize) self->n_vocab);
  self->n_samplers = gbox_team_get_n_threads (self->team);
  self->samplers = g_new (GboxSampler *, self->n_samplers);
  for (guint i = 0; i < self->n_samplers; i++)
    self->samplers[i] = gbox_sampler_new (self->n_vocab);
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxCompletionJob *self = GBOX_COMPLETION_JOB (job);
  const GboxLanguageConfig *config;

  self->team = context->team;
  self->model
    = gbox_model_store_get_language_model (context->store,
                                           gbox_completion_spec_get_values (self->spec)->model, error);
  if (self->model == NULL)
    return FALSE;
  config = gbox_transformer_get_config (gbox_language_model_get_transformer (self->model));
  self->n_vocab = config->n_vocab;
  self->n_context = config->n_context;
  self->chunk = FIRST_CHUNK;
  if (!encode_prompt (self, error) || !take_context (self, error))
    return FALSE;
  make_sequences (self);
  gbox_job_post_record (job, GBOX_TYPE_COMPLETION_PROMPT,
                        gbox_completion_prompt_new ((const int *) (gpointer) self->prompt->data,
                                                    self->prompt->len, (guint) self->n_vocab));
  return TRUE;
}

static void
post_point (GboxCompletionJob *self)
{
  GboxPoint point = { .step = ++self->step, .seconds = self->seconds, .n_values = GBOX_COMPLETION_N_VALUES };

  point.values[GBOX_COMPLETION_PROMPT_READ] = self->n_read;
  point.values[GBOX_COMPLETION_PROMPT] = self->prompt->len;
  point.values[GBOX_COMPLETION_REUSED] = self->n_reused;
  point.values[GBOX_COMPLETION_WRITTEN] = self->n_written;
  point.values[GBOX_COMPLETION_CONTEXT] = self->n_context;
  gbox_job_post_point (GBOX_JOB (self), &point);
}

static void
sample_task (gpointer data, guint task, guint worker)
{
  GboxCompletionJob *self = data;
  const GboxSamplerSettings settings = gbox_completion_spec_get_settings (self->spec);
  const int first_token = gbox_completion_spec_get_values (self->spec)->first_token;
  const float *logits = self->logits + (gsize) task * (gsize) self->n_vocab;
  GboxSampler *sampler = self->samplers[worker];
  Sequence *sequence = &self->sequences[self->active[task]];

  if (sequence->n_tokens == 0 && first_token >= 0)
    sequence->finite
      = gbox_sampler_take (sampler, &settings, logits, sequence->seen, first_token, &sequence->sample);
  else
    sequence->finite
      = gbox_sampler_sample (sampler, &settings, logits, sequence->seen, (guint) self->active[task],
                             self->prompt->len + sequence->n_tokens, &sequence->sample);
}

static void
post_end (GboxCompletionJob *self, guint index, GboxStopReason reason)
{
  Sequence *sequence = &self->sequences[index];
  g_autoptr (GString) text = g_string_new (NULL);
  GboxCompletionEnd *end = g_new0 (GboxCompletionEnd, 1);

  gbox_token_decoder_finish (sequence->decoder, text);
  *end = (GboxCompletionEnd){
    .sequence = index,
    .reason = reason,
    .n_tokens = sequence->n_tokens,
    .logprob = sequence->logprob,
    .text = g_string_free (g_steal_pointer (&text), FALSE),
  };
  sequence->ended = TRUE;
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_COMPLETION_END, end);
}

/* Posts what was chosen for a sequence, and its end if that is one. */
static void
take_choice (GboxCompletionJob *self, guint index)
{
  const GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (self->model);
  Sequence *sequence = &self->sequences[index];
  const int id = sequence->sample.chosen.id;
  g_autoptr (GString) text = g_string_new (NULL);
  GboxCompletionToken *token = g_new0 (GboxCompletionToken, 1);

  gbox_token_decoder_push (sequence->decoder, id, text);
  token->sequence = index;
  token->position = self->prompt->len + sequence->n_tokens;
  token->sample = sequence->sample;
  token->text = g_string_free (g_steal_pointer (&text), FALSE);
  token->description = gbox_token_describe (tokenizer, id);
  for (guint i = 0; i < token->sample.n_top; i++)
    token->top_texts[i] = gbox_token_describe (tokenizer, token->sample.top[i].id);
  sequence->seen[id] = TRUE;
  sequence->last = id;
  sequence->n_tokens++;
  sequence->logprob += (double) sequence->sample.chosen.logprob;
  self->n_written++;
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_COMPLETION_TOKEN, token);
  if (gbox_tokenizer_is_end (tokenizer, id))
    post_end (self, index, GBOX_STOP_END);
  else if (self->prompt->len + sequence->n_tokens >= (guint) self->n_context)
    post_end (self, index, GBOX_STOP_CONTEXT);
  else if (sequence->n_tokens >= gbox_completion_spec_get_values (self->spec)->max_tokens)
    post_end (self, index, GBOX_STOP_LENGTH);
}

/* From the logits of all active sequences. */
static gboolean
choose (GboxCompletionJob *self, GError **error)
{
  gbox_team_run (self->team, self->n_active, sample_task, self);
  for (guint i = 0; i < self->n_active; i++)
    {
      if (!self->sequences[self->active[i]].finite)
        {
          g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                               "The model's numbers are beyond what can be computed with; its file may be "
                               "damaged. Get it again or choose another.");
          return FALSE;
        }
      take_choice (self, (guint) self->active[i]);
    }
  return TRUE;
}

static gboolean
read_prompt (GboxCompletionJob *self, GError **error)
{
  const gint64 begin = g_get_monotonic_time ();
  const int n = MIN (self->chunk, (int) self->prompt->len - self->n_read);
  gint64 time;

  gbox_transformer_context_read (self->context, &g_array_index (self->prompt, int, self->n_read), n);
  self->n_read += n;
  time = MAX (g_get_monotonic_time () - begin, 1);
  self->chunk = (int) CLAMP (n * STEP_TIME / time, 1, GBOX_TRANSFORMER_CHUNK);
  if (self->n_read < (int) self->prompt->len)
    return TRUE;
  gbox_transformer_context_get_logits (self->context, n - 1, 1, self->logits);
  self->n_active = self->n_sequences;
  for (guint i = 0; i < self->n_sequences; i++)
    {
      self->active[i] = (int) i;
      if (i > 0)
        memcpy (self->logits + (gsize) i * (gsize) self->n_vocab, self->logits,
                (gsize) self->n_vocab * sizeof (float));
    }
  return choose (self, error);
}

static gboolean
write_tokens (GboxCompletionJob *self, GError **error)
{
  int tokens[GBOX_MAX_SAMPLES];

  self->n_active = 0;
  for (guint i = 0; i < self->n_sequences; i++)
    if (!self->sequences[i].ended)
      {
        tokens[self->n_active] = self->sequences[i].last;
        self->active[self->n_active++] = (int) i;
      }
  if (self->n_active == 0)
    return TRUE;
  if (self->n_sequences == 1)
    gbox_transformer_context_read (self->context, tokens, 1);
  else
    gbox_transformer_context_read_branches (self->context, self->active, tokens, (int) self->n_active);
  gbox_transformer_context_get_logits (self->context, 0, (int) self->n_active, self->logits);
  return choose (self, error);
}

static gboolean
has_ended (const GboxCompletionJob *self)
{
  for (guint i = 0; i < self->n_sequences; i++)
    if (!self->sequences[i].ended)
      return FALSE;
  return TRUE;
}

static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxCompletionJob *self = GBOX_COMPLETION_JOB (job);
  const gint64 begin = g_get_monotonic_time ();

  if (has_ended (self))
    return GBOX_STEP_FINISHED;
  if (!(self->n_read < (int) self->prompt->len ? read_prompt (self, error) : write_tokens (self, error)))
    return GBOX_STEP_FAILED;
  self->seconds += (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  post_point (self);
  if (!has_ended (self))
    return GBOX_STEP_CONTINUE;
  give_context (self);
  return GBOX_STEP_FINISHED;
}

/* Tokens are chosen so from now on. Memory was laid out for as many tokens as were asked for first, so no
 * more can be had than those. */
static gboolean
adjust (GboxJob *job, GboxSpec *spec, GError **error)
{
  GboxCompletionJob *self = GBOX_COMPLETION_JOB (job);

  if (!GBOX_IS_COMPLETION_SPEC (spec)
      || gbox_completion_spec_get_values (GBOX_COMPLETION_SPEC (spec))->max_tokens
           > gbox_completion_spec_get_values (self->spec)->max_tokens)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "A completion cannot be made longer while it is written. Start it again.");
      return FALSE;
    }
  gbox_spec_assign (GBOX_SPEC (self->spec), spec);
  return TRUE;
}

static void
gbox_completion_job_class_init (GboxCompletionJobClass *class)
{
  GboxJobClass *job_class = GBOX_JOB_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = finalize;
  job_class->start = start;
  job_class->step = step;
  job_class->adjust = adjust;
}

static void
gbox_completion_job_init (GboxCompletionJob *self)
{
}

GboxJob *
gbox_completion_job_new (GboxCompletionSpec *spec)
{
  GboxCompletionJob *self = g_object_new (GBOX_TYPE_COMPLETION_JOB, NULL);

  self->spec = GBOX_COMPLETION_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}
