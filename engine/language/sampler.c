/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the next token is chosen from what a model says. */
#include "language/sampler.h"

#include "base/philox.h"
#include "kernels/softmax.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What random numbers are drawn for; part of what makes a text again: never change it. */
#define PURPOSE_SAMPLE 0x200

/* Logits are put in so many bins before they are sorted, this many for each factor e of probability; the last
 * has all that are less. */
#define N_BINS       1024
#define BINS_PER_NAT 32

/* Numbers of which it is first asked whether any is among the most probable. */
#define BLOCK 64
#define LANES 16

/* A token that may still be chosen. */
typedef struct
{
  int id;
  float logit; /* after penalty and temperature */
} Candidate;

struct _GboxSampler
{
  int n_vocab;
  float *logits;         /* (n_vocab): after penalty and temperature */
  float *weights;        /* (n_vocab): probabilities, not normalized; 0 of what has been cut */
  double sum;            /* of all weights */
  gboolean is_list;      /* whether something was cut; else all stand at their places */
  Candidate *candidates; /* what is left of a list, in the order in which tokens are drawn */
  int n;
  guint counts[N_BINS];
  double masses[N_BINS];
};

GboxSampler *
gbox_sampler_new (int n_vocab)
{
  GboxSampler *sampler = g_new0 (GboxSampler, 1);

  sampler->n_vocab = n_vocab;
  sampler->candidates = g_new (Candidate, (gsize) n_vocab);
  sampler->logits = g_new (float, (gsize) n_vocab);
  sampler->weights = g_new (float, (gsize) n_vocab);
  return sampler;
}

void
gbox_sampler_free (GboxSampler *sampler)
{
  if (sampler == NULL)
    return;
  g_free (sampler->candidates);
  g_free (sampler->logits);
  g_free (sampler->weights);
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

/* Whether any of a block is more than @least. */
static gboolean
has_more (const float *x, float least)
{
  gint32 more[LANES] = { 0 };
  gint32 any = 0;

  for (int i = 0; i < BLOCK; i += LANES)
    for (int j = 0; j < LANES; j++)
      more[j] |= x[i + j] > least;
  for (int j = 0; j < LANES; j++)
    any |= more[j];
  return any != 0;
}

static int
find_best (const float *logits, int n_vocab, Candidate *best)
{
  float least = -INFINITY; /* of @best, once that is full */
  int n = 0;

  for (int begin = 0; begin < n_vocab; begin += BLOCK)
    {
      const int end = MIN (begin + BLOCK, n_vocab);

      if (n == GBOX_SAMPLER_N_TOP && end - begin == BLOCK && !has_more (logits + begin, least))
        continue;
      for (int i = begin; i < end; i++)
        if (n < GBOX_SAMPLER_N_TOP || logits[i] > least)
          {
            insert (best, &n, GBOX_SAMPLER_N_TOP, (Candidate){ .id = i, .logit = logits[i] });
            least = best[n - 1].logit;
          }
    }
  return n;
}

/* What the model says. Leaves the weights of its distribution and their sum in @sampler. */
static void
describe (GboxSampler *sampler, const float *logits, GboxSample *sample, float *max, double *log_sum)
{
  Candidate best[GBOX_SAMPLER_N_TOP];
  GboxSoftmax sums;
  int n;

  gbox_softmax (NULL, logits, (gsize) sampler->n_vocab, 1, sampler->n_vocab, 1, sampler->weights, &sums);
  sampler->sum = sums.sum;
  *max = sums.max;
  *log_sum = log (sums.sum);
  n = find_best (logits, sampler->n_vocab, best);
  sample->entropy = (float) (*log_sum - sums.moment / sums.sum);
  sample->n_top = (guint) n;
  for (int i = 0; i < n; i++)
    sample->top[i]
      = (GboxChoice){ .id = best[i].id, .logprob = (float) ((double) (best[i].logit - *max) - *log_sum) };
}

/* Penalty and temperature; @scale: 1 / temperature. */
static void
scale_logits (GboxSampler *sampler,
              const GboxSamplerSettings *settings,
              const float *logits,
              const guint8 *seen,
              float scale)
{
  const float penalty = (float) settings->repetition_penalty;

  for (int i = 0; i < sampler->n_vocab; i++)
    sampler->logits[i] = scale * logits[i];
  if (seen == NULL || settings->repetition_penalty == 1)
    return;
  for (int i = 0; i < sampler->n_vocab; i++)
    if (seen[i])
      sampler->logits[i] = scale * (logits[i] > 0 ? logits[i] / penalty : logits[i] * penalty);
}

static void
begin_list (GboxSampler *sampler)
{
  sampler->is_list = TRUE;
  sampler->n = 0;
}

/* Takes the weights of what is no candidate away, and adds up the others'. */
static void
end_list (GboxSampler *sampler)
{
  sampler->sum = 0;
  for (int i = 0; i < sampler->n; i++)
    {
      /* Nothing else needs the logits any more. */
      sampler->candidates[i].logit = sampler->weights[sampler->candidates[i].id];
      sampler->sum += (double) sampler->candidates[i].logit;
    }
  memset (sampler->weights, 0, (gsize) sampler->n_vocab * sizeof (float));
  for (int i = 0; i < sampler->n; i++)
    sampler->weights[sampler->candidates[i].id] = sampler->candidates[i].logit;
}

/* The first of the most probable. */
static void
choose_best (GboxSampler *sampler)
{
  int best = 0;

  for (int i = 1; i < sampler->n_vocab; i++)
    if (sampler->logits[i] > sampler->logits[best])
      best = i;
  begin_list (sampler);
  sampler->weights[best] = 1;
  sampler->candidates[sampler->n++] = (Candidate){ .id = best };
  end_list (sampler);
}

/* Gives all tokens their weights. Returns the largest logit. */
static float
weigh (GboxSampler *sampler)
{
  GboxSoftmax sums;

  gbox_softmax (NULL, sampler->logits, (gsize) sampler->n_vocab, 1, sampler->n_vocab, 1, sampler->weights,
                &sums);
  sampler->sum = sums.sum;
  return sums.max;
}

/* The lower, the more probable. */
static int
get_bin (float logit, float max)
{
  const float at = (max - logit) * BINS_PER_NAT;

  return at < N_BINS - 1 ? (int) at : N_BINS - 1;
}

/* Candidates become the tokens of bins 0 … @last, sorted: bin after bin, so that only a few at a time have to
 * be compared. */
static void
sort_bins (GboxSampler *sampler, float max, int last)
{
  guint ends[N_BINS];
  guint end = 0;

  for (int bin = 0; bin <= last; bin++)
    {
      ends[bin] = end;
      end += sampler->counts[bin];
    }
  for (int i = 0; i < sampler->n_vocab; i++)
    {
      const int bin = get_bin (sampler->logits[i], max);

      if (bin <= last)
        sampler->candidates[ends[bin]++] = (Candidate){ .id = i, .logit = sampler->logits[i] };
    }
  for (int bin = 0; bin <= last; bin++)
    qsort (sampler->candidates + ends[bin] - sampler->counts[bin], sampler->counts[bin], sizeof (Candidate),
           compare);
  sampler->n = (int) end;
}

static void
fill_bins (GboxSampler *sampler, float max)
{
  memset (sampler->counts, 0, sizeof sampler->counts);
  memset (sampler->masses, 0, sizeof sampler->masses);
  for (int i = 0; i < sampler->n_vocab; i++)
    {
      const int bin = get_bin (sampler->logits[i], max);

      sampler->counts[bin]++;
      sampler->masses[bin] += (double) sampler->weights[i];
    }
}

/* The @k most probable, best first. */
static void
cut_top_k (GboxSampler *sampler, int k, float max)
{
  int last = 0;

  begin_list (sampler);
  fill_bins (sampler, max);
  for (guint n = sampler->counts[0]; n < (guint) k && last < N_BINS - 1; n += sampler->counts[last])
    last++;
  sort_bins (sampler, max, last);
  sampler->n = MIN (k, sampler->n);
  end_list (sampler);
}

/* The fewest that have together p of the sum, best first, of all tokens or of what top-k left. */
static void
cut_top_p (GboxSampler *sampler, double p, float max)
{
  const double wanted = p * sampler->sum;
  double before = 0;
  int n = 0;

  if (!sampler->is_list)
    {
      int last = 0;

      begin_list (sampler);
      fill_bins (sampler, max);
      /* What is added in another order is another sum: some more than would do. */
      for (double sum = sampler->masses[0]; sum < wanted * (1 + 1e-9) && last < N_BINS - 1;
           sum += sampler->masses[last])
        last++;
      sort_bins (sampler, max, last);
    }
  while (n < sampler->n && (n == 0 || before < wanted))
    before += (double) sampler->weights[sampler->candidates[n++].id];
  sampler->n = n;
  end_list (sampler);
}

/* Those with so much of the best one's probability, whose weight is 1. */
static void
cut_min_p (GboxSampler *sampler, double least)
{
  const int n_before = sampler->is_list ? sampler->n : sampler->n_vocab;
  const gboolean is_list = sampler->is_list;

  begin_list (sampler);
  for (int i = 0; i < n_before; i++)
    {
      const int id = is_list ? sampler->candidates[i].id : i;

      if ((double) sampler->weights[id] >= least)
        sampler->candidates[sampler->n++] = (Candidate){ .id = id };
    }
  end_list (sampler);
}

/* The model's distribution, which describe() left, becomes what the settings make of it. */
static void
apply (GboxSampler *sampler,
       const GboxSamplerSettings *settings,
       const float *logits,
       const guint8 *seen,
       float max)
{
  const gboolean cuts_k = settings->top_k > 0 && settings->top_k < sampler->n_vocab;
  const gboolean is_plain = settings->temperature == 1 && (seen == NULL || settings->repetition_penalty == 1);

  sampler->is_list = FALSE;
  if (is_plain && !cuts_k && settings->top_p >= 1 && settings->min_p <= 0)
    return;
  scale_logits (sampler, settings, logits, seen,
                settings->temperature > 0 ? (float) (1 / settings->temperature) : 1);
  if (settings->temperature <= 0)
    {
      choose_best (sampler);
      return;
    }
  if (!is_plain)
    max = weigh (sampler);
  if (cuts_k)
    cut_top_k (sampler, settings->top_k, max);
  if (settings->top_p < 1)
    cut_top_p (sampler, settings->top_p, max);
  if (settings->min_p > 0)
    cut_min_p (sampler, settings->min_p);
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
pick (const GboxSampler *sampler, double uniform)
{
  const GboxSoftmax sums = { .sum = sampler->sum };
  double left = uniform * sampler->sum;
  int id;

  if (!sampler->is_list)
    {
      gbox_softmax_draw (NULL, sampler->weights, (gsize) sampler->n_vocab, 1, sampler->n_vocab, &sums,
                         &uniform, &id);
      return id;
    }
  for (int i = 0; i < sampler->n; i++)
    {
      left -= (double) sampler->weights[sampler->candidates[i].id];
      if (left < 0)
        return sampler->candidates[i].id;
    }
  return sampler->candidates[sampler->n - 1].id;
}

/* What the token is drawn with. */
static float
get_probability (const GboxSampler *sampler, int id)
{
  return (float) ((double) sampler->weights[id] / sampler->sum);
}

/* What the model's distribution is normalized with. */
typedef struct
{
  float max;
  double log_sum;
} Normalizer;

static gboolean
weigh_choices (GboxSampler *sampler,
               const GboxSamplerSettings *settings,
               const float *logits,
               const guint8 *seen,
               GboxSample *sample,
               Normalizer *normalizer)
{
  describe (sampler, logits, sample, &normalizer->max, &normalizer->log_sum);
  if (!isfinite (normalizer->log_sum) || !isfinite (normalizer->max))
    return FALSE;
  apply (sampler, settings, logits, seen, normalizer->max);
  for (guint j = 0; j < sample->n_top; j++)
    sample->top[j].probability = get_probability (sampler, sample->top[j].id);
  return TRUE;
}

static GboxChoice
describe_choice (const GboxSampler *sampler, const float *logits, int id, const Normalizer *normalizer)
{
  return (GboxChoice){ .id = id,
                       .logprob = (float) ((double) (logits[id] - normalizer->max) - normalizer->log_sum),
                       .probability = get_probability (sampler, id) };
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
  Normalizer normalizer;
  int id;

  if (!weigh_choices (sampler, settings, logits, seen, sample, &normalizer))
    return FALSE;
  id = pick (sampler, draw (settings, sequence, position));
  sample->chosen = describe_choice (sampler, logits, id, &normalizer);
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
  Normalizer normalizer;

  if (!weigh_choices (sampler, settings, logits, seen, sample, &normalizer))
    return FALSE;
  sample->chosen = describe_choice (sampler, logits, id, &normalizer);
  return TRUE;
}
