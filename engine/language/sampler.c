/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the next token is chosen from what a model says. */
#include "language/sampler.h"

#include "base/philox.h"
#include "kernels/softmax.h"

#include <math.h>
#include <stdlib.h>

/* What random numbers are drawn for; part of what makes a text again: never change it. */
#define PURPOSE_SAMPLE 0x200

/* A token that may still be chosen. */
typedef struct
{
  int id;
  float logit;   /* after penalty and temperature */
  double weight; /* its probability, not normalized */
} Candidate;

struct _GboxSampler
{
  int n_vocab;
  const guint8 *seen; /* (nullable): of the text that is being worked on */
  Candidate *candidates;
  int n;
  float *numbers; /* (n_vocab): logits after penalty and temperature, then their exponentials */
};

GboxSampler *
gbox_sampler_new (int n_vocab)
{
  GboxSampler *sampler = g_new0 (GboxSampler, 1);

  sampler->n_vocab = n_vocab;
  sampler->candidates = g_new (Candidate, (gsize) n_vocab);
  sampler->numbers = g_new (float, (gsize) n_vocab);
  return sampler;
}

void
gbox_sampler_free (GboxSampler *sampler)
{
  if (sampler == NULL)
    return;
  g_free (sampler->candidates);
  g_free (sampler->numbers);
  g_free (sampler);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Candidate *first = a, *second = b;

  if (first->logit > second->logit || first->logit < second->logit)
    return first->logit > second->logit ? -1 : 1;
  return first->id < second->id ? -1 : 1;
}

/* Keeps the @k best of an array in it, best first: insertion into a short sorted list, which almost no
 * number of a long row enters. */
static void
insert (Candidate *best, int *n, int k, Candidate candidate)
{
  int at;

  if (*n == k && compare (&candidate, &best[k - 1]) > 0)
    return;
  at = *n < k ? (*n)++ : k - 1;
  for (; at > 0 && compare (&candidate, &best[at - 1]) < 0; at--)
    best[at] = best[at - 1];
  best[at] = candidate;
}

static void
describe (const float *logits, int n_vocab, GboxSample *sample, float *max, double *log_sum)
{
  Candidate best[GBOX_SAMPLER_N_TOP];
  float least = -INFINITY; /* of @best, once that is full */
  GboxSoftmax sums;
  int n = 0;

  gbox_softmax (NULL, logits, (gsize) n_vocab, 1, n_vocab, 1, NULL, &sums);
  *max = sums.max;
  *log_sum = log (sums.sum);
  for (int i = 0; i < n_vocab; i++)
    if (n < GBOX_SAMPLER_N_TOP || logits[i] > least)
      {
        insert (best, &n, GBOX_SAMPLER_N_TOP, (Candidate){ .id = i, .logit = logits[i] });
        least = best[n - 1].logit;
      }
  sample->entropy = (float) (*log_sum - sums.moment / sums.sum);
  sample->n_top = (guint) n;
  for (int i = 0; i < n; i++)
    sample->top[i]
      = (GboxChoice){ .id = best[i].id, .logprob = (float) ((double) (best[i].logit - *max) - *log_sum) };
}

static float
penalize (const GboxSampler *sampler, const GboxSamplerSettings *settings, int id, float logit)
{
  const float penalty = (float) settings->repetition_penalty;

  if (sampler->seen == NULL || !sampler->seen[id])
    return logit;
  return logit > 0 ? logit / penalty : logit * penalty;
}

static void
choose_best (GboxSampler *sampler, const GboxSamplerSettings *settings, const float *logits)
{
  sampler->n = 0;
  for (int i = 0; i < sampler->n_vocab; i++)
    insert (sampler->candidates, &sampler->n, 1,
            (Candidate){ .id = i, .logit = penalize (sampler, settings, i, logits[i]), .weight = 1 });
}

/* Gives candidates their weights, from their logits in @numbers. Returns the sum of all. */
static double
weigh (GboxSampler *sampler)
{
  GboxSoftmax sums;

  gbox_softmax (NULL, sampler->numbers, (gsize) sampler->n, 1, sampler->n, 1, sampler->numbers, &sums);
  for (int i = 0; i < sampler->n; i++)
    sampler->candidates[i].weight = (double) sampler->numbers[i];
  return sums.sum;
}

static void
drop_below (GboxSampler *sampler, double least)
{
  int n = 0;

  for (int i = 0; i < sampler->n; i++)
    if (sampler->candidates[i].weight >= least)
      sampler->candidates[n++] = sampler->candidates[i];
  sampler->n = n;
}

/* Returns the sum of what is left. */
static double
cut_top_k (GboxSampler *sampler, int k, double sum)
{
  double kept = 0;

  if (k <= 0 || k >= sampler->n)
    return sum;
  qsort (sampler->candidates, (gsize) sampler->n, sizeof (Candidate), compare);
  sampler->n = k;
  for (int i = 0; i < k; i++)
    kept += sampler->candidates[i].weight;
  return kept;
}

static void
cut_top_p (GboxSampler *sampler, double p, double sum)
{
  double before = 0;
  int n = 0;

  if (p >= 1)
    return;
  /* All that are less probable than this have together less than 1 − p, so none is needed to reach p. */
  drop_below (sampler, (1 - p) * sum / sampler->n * (1 - 1e-6));
  qsort (sampler->candidates, (gsize) sampler->n, sizeof (Candidate), compare);
  while (n < sampler->n && (n == 0 || before < p * sum))
    before += sampler->candidates[n++].weight;
  sampler->n = n;
}

/* All tokens, then what the settings leave of them. */
static void
cut (GboxSampler *sampler, const GboxSamplerSettings *settings, const float *logits)
{
  const float scale = (float) (1 / settings->temperature);
  double sum;

  sampler->n = 0;
  if (settings->top_k > 0 && settings->top_k <= GBOX_SAMPLER_N_TOP * GBOX_SAMPLER_N_TOP)
    for (int i = 0; i < sampler->n_vocab; i++)
      insert (sampler->candidates, &sampler->n, settings->top_k,
              (Candidate){ .id = i, .logit = scale * penalize (sampler, settings, i, logits[i]) });
  else
    for (; sampler->n < sampler->n_vocab; sampler->n++)
      sampler->candidates[sampler->n]
        = (Candidate){ .id = sampler->n,
                       .logit = scale * penalize (sampler, settings, sampler->n, logits[sampler->n]) };
  for (int i = 0; i < sampler->n; i++)
    sampler->numbers[i] = sampler->candidates[i].logit;
  sum = weigh (sampler);
  sum = cut_top_k (sampler, settings->top_k, sum);
  cut_top_p (sampler, settings->top_p, sum);
  if (settings->min_p > 0)
    drop_below (sampler, settings->min_p);
}

/* Uniform in [0, 1), a multiple of 2⁻⁵³. */
static double
draw (const GboxSamplerSettings *settings, guint sequence, guint position)
{
  GboxPhilox philox;
  guint64 high;

  gbox_philox_init (&philox, settings->seed, PURPOSE_SAMPLE, (guint64) sequence << 32 | position);
  high = gbox_philox_next (&philox);
  return (double) ((high << 32 | gbox_philox_next (&philox)) >> 11) * 0x1p-53;
}

static int
pick (const GboxSampler *sampler, double sum, double uniform)
{
  double left = uniform * sum;

  for (int i = 0; i < sampler->n; i++)
    {
      left -= sampler->candidates[i].weight;
      if (left < 0)
        return i;
    }
  return sampler->n - 1;
}

/* What the token is drawn with; @sum: of all weights. 0 for one that is none of the candidates. */
static float
find_probability (const GboxSampler *sampler, int id, double sum)
{
  /* As long as nothing has been cut or sorted, each stands at its own place. */
  if (id < sampler->n && sampler->candidates[id].id == id)
    return (float) (sampler->candidates[id].weight / sum);
  for (int i = 0; i < sampler->n; i++)
    if (sampler->candidates[i].id == id)
      return (float) (sampler->candidates[i].weight / sum);
  return 0;
}

/* What the settings leave of the model's distribution. */
typedef struct
{
  float max;
  double log_sum;
  double sum; /* of the candidates' weights */
} Remainder;

static gboolean
weigh_choices (GboxSampler *sampler,
               const GboxSamplerSettings *settings,
               const float *logits,
               const guint8 *seen,
               GboxSample *sample,
               Remainder *remainder)
{
  *remainder = (Remainder){ 0 };
  sampler->seen = seen;
  describe (logits, sampler->n_vocab, sample, &remainder->max, &remainder->log_sum);
  if (!isfinite (remainder->log_sum) || !isfinite (remainder->max))
    return FALSE;
  if (settings->temperature <= 0)
    choose_best (sampler, settings, logits);
  else
    cut (sampler, settings, logits);
  for (int i = 0; i < sampler->n; i++)
    remainder->sum += sampler->candidates[i].weight;
  for (guint j = 0; j < sample->n_top; j++)
    sample->top[j].probability = find_probability (sampler, sample->top[j].id, remainder->sum);
  return TRUE;
}

static GboxChoice
describe_choice (const float *logits, int id, float probability, const Remainder *remainder)
{
  return (GboxChoice){ .id = id,
                       .logprob = (float) ((double) (logits[id] - remainder->max) - remainder->log_sum),
                       .probability = probability };
}

gboolean
gbox_sampler_sample (GboxSampler *sampler,
                     const GboxSamplerSettings *settings,
                     const float *logits,
                     const guint8 *seen,
                     guint sequence,
                     guint position,
                     GboxSample *sample)
{
  Remainder remainder;
  const Candidate *chosen;

  if (!weigh_choices (sampler, settings, logits, seen, sample, &remainder))
    return FALSE;
  chosen = &sampler->candidates[pick (sampler, remainder.sum, draw (settings, sequence, position))];
  sample->chosen = describe_choice (logits, chosen->id, (float) (chosen->weight / remainder.sum), &remainder);
  return TRUE;
}

gboolean
gbox_sampler_take (GboxSampler *sampler,
                   const GboxSamplerSettings *settings,
                   const float *logits,
                   const guint8 *seen,
                   int id,
                   GboxSample *sample)
{
  Remainder remainder;

  if (!weigh_choices (sampler, settings, logits, seen, sample, &remainder))
    return FALSE;
  sample->chosen = describe_choice (logits, id, find_probability (sampler, id, remainder.sum), &remainder);
  return TRUE;
}
