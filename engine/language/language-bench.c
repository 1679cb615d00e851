/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times what a language model does over and over: reading a prompt, and going on with it. */
#include "language/language-bench.h"

#include "language/sampler.h"

#define NANOSECONDS 1e-9

/* Some token of those that every vocabulary has. */
#define TOKEN_FACTOR 7919
#define TOKEN_FIRST  13
#define MAX_TOKENS   1000
/* Each sequence has tokens of its own. */
#define SEQUENCE_TOKENS 17

struct _GboxLanguageBench
{
  GboxTransformerContext *context;
  GboxTeam *team;
  GboxLanguageWork work;
  int n; /* of the prompt, or sequences */
  int n_vocab;
  int n_tokens; /* that are used */
  int branches[GBOX_TRANSFORMER_CHUNK];
  int n_branch;           /* tokens of each */
  float *logits;          /* of one pass */
  GboxSampler **samplers; /* of each worker */
  guint n_samplers;
  gint64 laps[GBOX_N_TRANSFORMER_LAPS];
  GboxLapClock clock;
};

GboxLanguageBench *
gbox_language_bench_new (GboxTransformer *transformer,
                         GboxTeam *team,
                         GboxPrecision precision,
                         GboxLanguageWork work,
                         int n,
                         GError **error)
{
  const gboolean branches = work == GBOX_LANGUAGE_SEQUENCES;
  const int n_after = work == GBOX_LANGUAGE_DECODE ? GBOX_LANGUAGE_BENCH_DECODE_STEPS : 0;
  const int n_trunk = work == GBOX_LANGUAGE_PROMPT ? n : GBOX_LANGUAGE_BENCH_TRUNK + n_after;
  g_autoptr (GboxLanguageBench) self = g_new0 (GboxLanguageBench, 1);

  g_return_val_if_fail (n >= 1 && (!branches || n <= GBOX_TRANSFORMER_CHUNK), NULL);

  self->work = work;
  self->n = n;
  self->n_vocab = gbox_transformer_get_config (transformer)->n_vocab;
  self->n_tokens = MIN (self->n_vocab, MAX_TOKENS);
  self->context = gbox_transformer_context_new (transformer, team, precision, n_trunk, branches ? n : 0,
                                                branches ? GBOX_LANGUAGE_BENCH_BRANCH : 0, error);
  if (self->context == NULL)
    return NULL;
  self->logits = g_new (float, (gsize) (branches ? n : 1) * (gsize) self->n_vocab);
  self->team = team;
  self->n_samplers = gbox_team_get_n_threads (team);
  self->samplers = g_new (GboxSampler *, self->n_samplers);
  for (guint i = 0; i < self->n_samplers; i++)
    self->samplers[i] = gbox_sampler_new (self->n_vocab);
  self->clock.laps = self->laps;
  for (int i = 0; i < GBOX_TRANSFORMER_CHUNK; i++)
    self->branches[i] = i;
  return g_steal_pointer (&self);
}

void
gbox_language_bench_free (GboxLanguageBench *self)
{
  if (self == NULL)
    return;
  gbox_transformer_context_free (self->context);
  for (guint i = 0; i < self->n_samplers; i++)
    gbox_sampler_free (self->samplers[i]);
  g_free (self->samplers);
  g_free (self->logits);
  g_free (self);
}

int
gbox_language_bench_get_n_tokens (const GboxLanguageBench *self)
{
  return self->work == GBOX_LANGUAGE_DECODE ? GBOX_LANGUAGE_BENCH_DECODE_STEPS : self->n;
}

int
gbox_language_bench_get_n_passes (const GboxLanguageBench *self)
{
  if (self->work == GBOX_LANGUAGE_DECODE)
    return GBOX_LANGUAGE_BENCH_DECODE_STEPS;
  return self->work == GBOX_LANGUAGE_PROMPT ? (self->n + GBOX_TRANSFORMER_CHUNK - 1) / GBOX_TRANSFORMER_CHUNK
                                            : 1;
}

int
gbox_language_bench_get_n_logits (const GboxLanguageBench *self)
{
  return self->work == GBOX_LANGUAGE_PROMPT ? 1 : gbox_language_bench_get_n_tokens (self);
}

static int
get_token (const GboxLanguageBench *self, int i)
{
  return (i * TOKEN_FACTOR + TOKEN_FIRST) % self->n_tokens;
}

/* Returns how many tokens the last pass read. */
static int
read_trunk (GboxLanguageBench *self, int n)
{
  int size = 0;

  for (int at = 0; at < n; at += size)
    {
      int tokens[GBOX_TRANSFORMER_CHUNK];

      size = MIN (n - at, GBOX_TRANSFORMER_CHUNK);
      for (int i = 0; i < size; i++)
        tokens[i] = get_token (self, at + i);
      gbox_transformer_context_read (self->context, tokens, size);
    }
  return size;
}

static void
decode (GboxLanguageBench *self)
{
  for (int step = 0; step < GBOX_LANGUAGE_BENCH_DECODE_STEPS; step++)
    {
      const int token = get_token (self, GBOX_LANGUAGE_BENCH_TRUNK + step);

      gbox_transformer_context_read (self->context, &token, 1);
      gbox_transformer_context_get_logits (self->context, 0, 1, self->logits);
    }
}

static void
go_on (GboxLanguageBench *self)
{
  int tokens[GBOX_TRANSFORMER_CHUNK];

  for (int i = 0; i < self->n; i++)
    tokens[i] = get_token (self, GBOX_LANGUAGE_BENCH_TRUNK + self->n_branch + SEQUENCE_TOKENS * i);
  self->n_branch++;
  gbox_transformer_context_read_branches (self->context, self->branches, tokens, self->n);
  gbox_transformer_context_get_logits (self->context, 0, self->n, self->logits);
}

/* What is not timed. */
static void
prepare (GboxLanguageBench *self)
{
  const int n_trunk = self->work == GBOX_LANGUAGE_PROMPT ? 0 : GBOX_LANGUAGE_BENCH_TRUNK;
  int n_read;

  if (self->n_branch > 0 && self->n_branch < GBOX_LANGUAGE_BENCH_BRANCH)
    return;
  self->n_branch = 0;
  gbox_transformer_context_truncate (self->context, n_trunk);
  gbox_transformer_context_get_tokens (self->context, &n_read);
  if (n_read < n_trunk)
    read_trunk (self, n_trunk);
}

static double
work (GboxLanguageBench *self)
{
  const gint64 begin = gbox_lap_clock_now ();

  switch (self->work)
    {
    case GBOX_LANGUAGE_DECODE:
      decode (self);
      break;
    case GBOX_LANGUAGE_PROMPT:
      gbox_transformer_context_get_logits (self->context, read_trunk (self, self->n) - 1, 1, self->logits);
      break;
    case GBOX_LANGUAGE_SEQUENCES:
      go_on (self);
      break;
    }
  return (double) (gbox_lap_clock_now () - begin) * NANOSECONDS;
}

double
gbox_language_bench_run (GboxLanguageBench *self)
{
  prepare (self);
  return work (self);
}

/* As where a text is completed: a task a sequence. */
static void
sample_task (gpointer data, guint task, guint worker)
{
  static const GboxSamplerSettings settings
    = { .temperature = 1, .top_p = 1, .repetition_penalty = 1, .seed = 1 };
  const GboxLanguageBench *self = data;
  const guint n_rows = self->work == GBOX_LANGUAGE_SEQUENCES ? (guint) self->n : 1;
  GboxSample sample;

  gbox_sampler_sample (self->samplers[worker], &settings,
                       self->logits + (gsize) (task % n_rows) * (gsize) self->n_vocab, NULL, task,
                       GBOX_LANGUAGE_BENCH_TRUNK, &sample);
}

double
gbox_language_bench_run_parts (GboxLanguageBench *self, double *seconds)
{
  const guint n_logits = (guint) gbox_language_bench_get_n_logits (self);
  double whole;
  gint64 begin;

  prepare (self);
  for (guint i = 0; i < GBOX_N_TRANSFORMER_LAPS; i++)
    self->laps[i] = 0;
  gbox_transformer_context_set_clock (self->context, &self->clock);
  whole = work (self);
  gbox_transformer_context_set_clock (self->context, NULL);
  begin = gbox_lap_clock_now ();
  /* Where a token depends on the one before, one at a time. */
  if (self->work == GBOX_LANGUAGE_SEQUENCES)
    gbox_team_run (self->team, n_logits, sample_task, self);
  else
    for (guint i = 0; i < n_logits; i++)
      sample_task (self, i, 0);
  seconds[GBOX_LANGUAGE_BENCH_SAMPLER] = (double) (gbox_lap_clock_now () - begin) * NANOSECONDS;
  for (guint i = 0; i < GBOX_N_TRANSFORMER_LAPS; i++)
    seconds[i] = (double) self->laps[i] * NANOSECONDS;
  return whole + seconds[GBOX_LANGUAGE_BENCH_SAMPLER];
}

const char *
gbox_language_bench_get_part_name (guint part)
{
  static const char *const names[GBOX_LANGUAGE_BENCH_N_PARTS] = {
    [GBOX_LAP_EMBEDDING] = "embedding",
    [GBOX_LAP_NORMS] = "norms",
    [GBOX_LAP_QKV] = "matrix qkv",
    [GBOX_LAP_POSITIONS] = "rotation, cache",
    [GBOX_LAP_ATTENTION] = "attention",
    [GBOX_LAP_OUTPUT] = "matrix output",
    [GBOX_LAP_UP] = "matrices gate, up",
    [GBOX_LAP_GATE] = "gate",
    [GBOX_LAP_DOWN] = "matrix down",
    [GBOX_LAP_HEAD] = "head",
    [GBOX_LANGUAGE_BENCH_SAMPLER] = "sampler",
  };

  g_return_val_if_fail (part < GBOX_LANGUAGE_BENCH_N_PARTS, NULL);

  return names[part];
}
