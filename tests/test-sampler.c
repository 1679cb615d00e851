/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing tokens: exact probabilities, the cuts in their order, and how often each is drawn. */
#include "language/sampler.h"

#include <math.h>
#include <stdlib.h>

#define N 6

/* Probabilities .4, .3, .15, .1, .04, .01, not in their order. */
static const double probabilities[N] = { .1, .4, .01, .3, .04, .15 };

static void
make_logits (float *logits)
{
  for (guint i = 0; i < N; i++)
    logits[i] = (float) (3 + log (probabilities[i]));
}

static GboxSamplerSettings
plain (void)
{
  return (GboxSamplerSettings){ .temperature = 1, .top_p = 1, .repetition_penalty = 1, .seed = 4 };
}

/* The probability that each token has with the settings, from what is said beside a choice. */
static void
get_probabilities (const GboxSamplerSettings *settings, const guint8 *seen, double *p)
{
  g_autoptr (GboxSampler) sampler = gbox_sampler_new (N);
  float logits[N];
  GboxSample sample;

  make_logits (logits);
  g_assert_true (gbox_sampler_sample (sampler, settings, logits, seen, 0, 0, &sample));
  g_assert_cmpuint (sample.n_top, ==, N);
  for (guint i = 0; i < N; i++)
    {
      p[sample.top[i].id] = (double) sample.top[i].probability;
      /* What the model says does not change with the settings. */
      g_assert_cmpfloat_with_epsilon (sample.top[i].logprob, log (probabilities[sample.top[i].id]), 1e-5);
      g_assert_true (i == 0 || sample.top[i].logprob <= sample.top[i - 1].logprob);
    }
}

static void
assert_probabilities (const GboxSamplerSettings *settings, const guint8 *seen, const double *expected)
{
  double p[N], sum = 0;

  get_probabilities (settings, seen, p);
  for (guint i = 0; i < N; i++)
    sum += expected[i];
  for (guint i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (p[i], expected[i] / sum, 1e-5);
}

static void
test_cuts (void)
{
  GboxSamplerSettings settings = plain ();

  assert_probabilities (&settings, NULL, probabilities);
  settings.top_k = 2;
  assert_probabilities (&settings, NULL, (double[N]){ 0, .4, 0, .3, 0, 0 });
  settings.top_k = 0;
  settings.top_p = .71;
  assert_probabilities (&settings, NULL, (double[N]){ 0, .4, 0, .3, 0, .15 });
  settings.top_p = 0;
  assert_probabilities (&settings, NULL, (double[N]){ 0, .4, 0, 0, 0, 0 });
  settings.top_p = 1;
  settings.min_p = .2;
  assert_probabilities (&settings, NULL, (double[N]){ .1, .4, 0, .3, 0, .15 });
}

/* .7 of .4 + .3 + .15 is reached by two, of everything only by three: top-p sees what top-k left. */
static void
test_order (void)
{
  static const guint8 seen[N] = { 0, 1, 0, 0, 0, 0 };
  GboxSamplerSettings settings = plain ();

  settings.top_k = 3;
  settings.top_p = .8;
  assert_probabilities (&settings, NULL, (double[N]){ 0, .4, 0, .3, 0, 0 });
  /* The squares are .16, .09, .0225 …, of which .8 takes two. */
  settings = plain ();
  settings.temperature = .5;
  settings.top_p = .8;
  assert_probabilities (&settings, NULL, (double[N]){ 0, .16, 0, .09, 0, 0 });
  /* The penalty halves the logit 3 + log .4 before everything else, which makes it the third. */
  settings = plain ();
  settings.repetition_penalty = 2;
  settings.top_k = 3;
  assert_probabilities (&settings, seen,
                        (double[N]){ 0, sqrt (.4) * exp (1.5), 0, .3 * exp (3), 0, .15 * exp (3) });
}

static void
test_greedy (void)
{
  static const guint8 seen[N] = { 0, 1, 0, 0, 0, 0 };
  g_autoptr (GboxSampler) sampler = gbox_sampler_new (N);
  GboxSamplerSettings settings = plain ();
  float logits[N];
  double entropy = 0;
  GboxSample sample;

  for (guint i = 0; i < N; i++)
    entropy -= probabilities[i] * log (probabilities[i]);
  make_logits (logits);
  settings.temperature = 0;
  g_assert_true (gbox_sampler_sample (sampler, &settings, logits, NULL, 0, 0, &sample));
  g_assert_cmpint (sample.chosen.id, ==, 1);
  g_assert_cmpfloat (sample.chosen.probability, ==, 1);
  g_assert_cmpfloat_with_epsilon (sample.chosen.logprob, log (.4), 1e-5);
  g_assert_cmpfloat_with_epsilon (sample.entropy, entropy, 1e-5);
  settings.repetition_penalty = 2;
  g_assert_true (gbox_sampler_sample (sampler, &settings, logits, seen, 0, 0, &sample));
  g_assert_cmpint (sample.chosen.id, ==, 3);
  /* Of equals the first. */
  logits[0] = logits[3];
  g_assert_true (gbox_sampler_sample (sampler, &settings, logits, seen, 0, 0, &sample));
  g_assert_cmpint (sample.chosen.id, ==, 0);
}

static void
test_not_finite (void)
{
  g_autoptr (GboxSampler) sampler = gbox_sampler_new (N);
  const GboxSamplerSettings settings = plain ();
  static const float bad[] = { NAN, INFINITY };
  float logits[N];
  GboxSample sample;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      make_logits (logits);
      logits[2] = bad[i];
      g_assert_false (gbox_sampler_sample (sampler, &settings, logits, NULL, 0, 0, &sample));
    }
}

/* χ² with 5 degrees of freedom; the seed is fixed, so a bound that one seed in 10⁵ exceeds is no chance. */
static void
test_frequencies (gconstpointer data)
{
  enum
  {
    DRAWS = 20000
  };
  const gboolean over_sequences = data != NULL;
  g_autoptr (GboxSampler) sampler = gbox_sampler_new (N);
  const GboxSamplerSettings settings = plain ();
  float logits[N];
  guint counts[N] = { 0 };
  double chi = 0;
  GboxSample sample;

  make_logits (logits);
  for (guint i = 0; i < DRAWS; i++)
    {
      g_assert_true (gbox_sampler_sample (sampler, &settings, logits, NULL, over_sequences ? i : 3,
                                          over_sequences ? 5 : i, &sample));
      counts[sample.chosen.id]++;
    }
  for (guint i = 0; i < N; i++)
    chi += pow (counts[i] - DRAWS * probabilities[i], 2) / (DRAWS * probabilities[i]);
  g_test_message ("χ² %g", chi);
  g_assert_cmpfloat (chi, <, 31);
}

/* The key is (seed, sequence, position): each of them makes a difference, and nothing else. */
static void
test_key (void)
{
  g_autoptr (GboxSampler) sampler = gbox_sampler_new (N);
  g_autoptr (GboxSampler) other = gbox_sampler_new (N);
  GboxSamplerSettings settings = plain ();
  float logits[N];
  guint n_different[3] = { 0 };
  GboxSample a, b;

  make_logits (logits);
  for (guint i = 0; i < 100; i++)
    {
      settings.seed = 1;
      gbox_sampler_sample (sampler, &settings, logits, NULL, 2, i, &a);
      gbox_sampler_sample (other, &settings, logits, NULL, 2, i, &b);
      g_assert_cmpint (a.chosen.id, ==, b.chosen.id);
      gbox_sampler_sample (sampler, &settings, logits, NULL, 3, i, &b);
      n_different[0] += a.chosen.id != b.chosen.id;
      gbox_sampler_sample (sampler, &settings, logits, NULL, 2, i + 100, &b);
      n_different[1] += a.chosen.id != b.chosen.id;
      settings.seed = G_GUINT64_CONSTANT (1) << 40 | 1;
      gbox_sampler_sample (sampler, &settings, logits, NULL, 2, i, &b);
      n_different[2] += a.chosen.id != b.chosen.id;
    }
  for (guint i = 0; i < G_N_ELEMENTS (n_different); i++)
    g_assert_cmpuint (n_different[i], >, 50);
}

/* A token of a plain reference. */
typedef struct
{
  int id;
  double logit, p;
} Expected;

static int
compare_expected (gconstpointer a, gconstpointer b)
{
  const Expected *first = a, *second = b;

  if (first->logit < second->logit || first->logit > second->logit)
    return first->logit < second->logit ? 1 : -1;
  return first->id - second->id;
}

/* Keeps the first @k, renormalized. */
static void
keep (Expected *all, int n, int k)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += i < k ? all[i].p : 0;
  for (int i = 0; i < n; i++)
    all[i].p = i < k ? all[i].p / sum : 0;
}

/* What the settings are documented to do, on all tokens sorted; @p: (out): by id. */
static void
apply_settings (
  const GboxSamplerSettings *settings, const float *logits, const guint8 *seen, int n, double *p)
{
  g_autofree Expected *all = g_new (Expected, n);
  const double penalty = settings->repetition_penalty;
  double sum = 0;
  int k;

  for (int i = 0; i < n; i++)
    {
      const double logit = (double) logits[i];
      const double penalized = !seen[i] ? logit : logit > 0 ? logit / penalty : logit * penalty;

      all[i] = (Expected){ .id = i, .logit = penalized / settings->temperature };
    }
  qsort (all, (gsize) n, sizeof *all, compare_expected);
  for (int i = 0; i < n; i++)
    all[i].p = exp (all[i].logit - all[0].logit);
  keep (all, n, n);
  if (settings->top_k > 0)
    keep (all, n, settings->top_k);
  for (k = 0; k < n && (k == 0 || sum < settings->top_p); k++)
    sum += all[k].p;
  if (settings->top_p < 1)
    keep (all, n, k);
  for (k = 0; k < n && all[k].p >= settings->min_p * all[0].p; k++)
    ;
  keep (all, n, k);
  for (int i = 0; i < n; i++)
    p[all[i].id] = all[i].p;
}

/* A vocabulary, and from which token to which its probabilities are looked at. */
#define LONG 20011
#define STEP 331

static const GboxSamplerSettings long_cases[] = {
  { .temperature = 1, .top_p = 1, .repetition_penalty = 1 },
  { .temperature = 1, .top_p = 1, .repetition_penalty = 1.5 },
  { .temperature = 0.5, .top_p = 1, .repetition_penalty = 1.2 },
  { .temperature = 1, .top_k = 40, .top_p = 1, .repetition_penalty = 1 },
  { .temperature = 0.7, .top_k = LONG - 1, .top_p = 1, .repetition_penalty = 1 },
  { .temperature = 1, .top_p = 0.9031, .repetition_penalty = 1 },
  { .temperature = 2, .top_p = 0.5017, .repetition_penalty = 1.1 },
  { .temperature = 1, .top_p = 1, .min_p = 0.0501, .repetition_penalty = 1 },
  { .temperature = 1.3, .top_k = 3000, .top_p = 0.8013, .min_p = 0.0101, .repetition_penalty = 1.3 },
};

/* A row as long as a vocabulary, with equals, under each cut and some together. */
static void
test_long (void)
{
  g_autoptr (GboxSampler) sampler = gbox_sampler_new (LONG);
  g_autofree float *logits = g_new (float, LONG);
  g_autofree guint8 *seen = g_new (guint8, LONG);
  g_autofree double *p = g_new (double, LONG);

  for (guint i = 0; i < LONG; i++)
    {
      const guint three = i * 7919 % LONG / 3; /* of which each has the same */

      logits[i] = (float) three * 3e-3f - 8;
      seen[i] = i % 5 == 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (long_cases); i++)
    {
      GboxSample sample;

      apply_settings (&long_cases[i], logits, seen, LONG, p);
      for (int id = 0; id < LONG; id += STEP)
        {
          g_assert_true (gbox_sampler_take (sampler, &long_cases[i], logits, seen, id, &sample));
          /* Single precision rounds powers of size 10 to 1e-6. */
          g_assert_cmpfloat_with_epsilon (sample.chosen.probability, p[id], 1e-9 + 1e-5 * p[id]);
        }
      for (guint position = 0; position < 50; position++)
        {
          g_assert_true (gbox_sampler_sample (sampler, &long_cases[i], logits, seen, 1, position, &sample));
          g_assert_cmpfloat (p[sample.chosen.id], >, 0);
          g_assert_cmpfloat_with_epsilon (sample.chosen.probability, p[sample.chosen.id],
                                          1e-5 * p[sample.chosen.id]);
        }
    }
}

/* A token that is taken rather than drawn has the probability that drawing it would have had. */
static void
test_take (void)
{
  const float logits[] = { 1, 3, 2, -4 };
  const GboxSamplerSettings settings
    = { .temperature = 0.8, .top_k = 2, .top_p = 1, .repetition_penalty = 1 };
  g_autoptr (GboxSampler) sampler = gbox_sampler_new (4);
  GboxSample drawn, taken;

  g_assert_true (gbox_sampler_sample (sampler, &settings, logits, NULL, 0, 0, &drawn));
  for (guint i = 0; i < drawn.n_top; i++)
    {
      const GboxChoice *choice = &drawn.top[i];

      g_assert_true (gbox_sampler_take (sampler, &settings, logits, NULL, choice->id, &taken));
      g_assert_cmpint (taken.chosen.id, ==, choice->id);
      /* The same sums of the same numbers. */
      g_assert_cmpfloat_with_epsilon (taken.chosen.logprob, choice->logprob, 1e-6);
      g_assert_cmpfloat_with_epsilon (taken.chosen.probability, choice->probability, 1e-6);
      g_assert_cmpmem (taken.top, sizeof taken.top[0] * taken.n_top, drawn.top,
                       sizeof drawn.top[0] * drawn.n_top);
    }
  g_assert_true (gbox_sampler_take (sampler, &settings, logits, NULL, 3, &taken));
  g_assert_cmpfloat (taken.chosen.probability, <=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/cuts", test_cuts);
  g_test_add_func ("/sampler/order", test_order);
  g_test_add_func ("/sampler/greedy", test_greedy);
  g_test_add_func ("/sampler/not-finite", test_not_finite);
  g_test_add_data_func ("/sampler/frequencies/positions", NULL, test_frequencies);
  g_test_add_data_func ("/sampler/frequencies/sequences", "sequences", test_frequencies);
  g_test_add_func ("/sampler/key", test_key);
  g_test_add_func ("/sampler/long", test_long);
  g_test_add_func ("/sampler/take", test_take);
  return g_test_run ();
}
