/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head as a policy: its distribution, divergence and entropy; its gradient, by finite differences; and
 * that the estimate from samples is, in expectation, the gradient that enumeration gives. */
#include "learning/head-policy.h"

#include "base/philox.h"
#include "learning/policy-gradient.h"

#include <math.h>
#include <string.h>

/* More columns than a slice has, and not a multiple of it. */
#define N_VOCAB 1700
#define D_MODEL 20
#define N_ROWS  7

static const int each_its_own[N_ROWS] = { 0, 1, 2, 3, 4, 5, 6 };

static void
fill (float *to, gsize n, guint64 stream, float sd)
{
  GboxPhilox philox;

  gbox_philox_init (&philox, 5, 1, stream);
  gbox_philox_fill_normal (&philox, to, n, 0, sd);
}

static GboxHeadPolicy *
make_policy (GboxTeam *team, int n_vocab, int d_model, int n_decisions)
{
  g_autoptr (GError) error = NULL;
  GboxHeadPolicy *policy = gbox_head_policy_new (team, n_vocab, d_model, n_decisions, TRUE, &error);
  GboxHeadState state;

  g_assert_no_error (error);
  state = gbox_head_policy_get_state (policy);
  fill (state.weights, state.n, 1, 0.3F);
  return policy;
}

static void
compute_gradient (GboxHeadPolicy *policy, const double *weights)
{
  gbox_head_policy_prepare_gradient (policy, weights);
  gbox_head_policy_compute_gradient (policy, 0, gbox_head_policy_get_n_slices (policy));
}

/* Logarithms of the probabilities of all actions, in double precision. */
static void
reference_logprobs (const float *weights, const float *state, int n_vocab, int d_model, double t, double *to)
{
  double sum = 0;

  for (int i = 0; i < n_vocab; i++)
    {
      to[i] = 0;
      for (int j = 0; j < d_model; j++)
        to[i] += (double) weights[j * n_vocab + i] * (double) state[j] / t;
      sum += exp (to[i]);
    }
  for (int i = 0; i < n_vocab; i++)
    to[i] -= log (sum);
}

typedef struct
{
  GboxTeam *team;
  GboxHeadPolicy *policy;
  GboxHeadState state;
  float states[N_ROWS * D_MODEL];
  float *reference; /* logits */
  double uniforms[N_ROWS];
  GboxDecision decisions[N_ROWS];
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->team = gbox_team_new (3);
  f->policy = make_policy (f->team, N_VOCAB, D_MODEL, N_ROWS);
  f->state = gbox_head_policy_get_state (f->policy);
  f->reference = g_new (float, N_ROWS *N_VOCAB);
  fill (f->states, N_ROWS * D_MODEL, 2, 1);
  fill (f->reference, (gsize) N_ROWS * N_VOCAB, 3, 1);
  for (int i = 0; i < N_ROWS; i++)
    f->uniforms[i] = (i + 0.5) / N_ROWS;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->reference);
  gbox_head_policy_free (f->policy);
  gbox_team_free (f->team);
}

static void
decide (Fixture *f, double temperature)
{
  gbox_head_policy_begin (f->policy, temperature);
  g_assert_true (gbox_head_policy_decide (f->policy, f->states, f->reference, N_ROWS, each_its_own,
                                          f->uniforms, N_ROWS, f->decisions));
  g_assert_cmpint (gbox_head_policy_get_n_decisions (f->policy), ==, N_ROWS);
}

/* Against sums in double precision: weights and states are rounded to 14 bits, which makes of logits of size
 * 5 as much as 3e-4 more or less. */
static void
test_decisions (Fixture *f, gconstpointer data)
{
  const double temperature = 0.7;
  g_autofree double *own = g_new (double, N_VOCAB);
  g_autofree double *other = g_new (double, N_VOCAB);
  g_autofree float *one = g_new (float, N_VOCAB);
  const float unit = 1;

  decide (f, temperature);
  for (int i = 0; i < N_ROWS; i++)
    {
      const GboxDecision *decision = &f->decisions[i];
      double kl = 0, entropy = 0, below = 0;

      reference_logprobs (f->state.weights, f->states + i * D_MODEL, N_VOCAB, D_MODEL, temperature, own);
      memcpy (one, f->reference + i * N_VOCAB, N_VOCAB * sizeof (float));
      reference_logprobs (one, &unit, N_VOCAB, 1, temperature, other);
      for (int j = 0; j < N_VOCAB; j++)
        {
          kl += exp (own[j]) * (own[j] - other[j]);
          entropy -= exp (own[j]) * own[j];
        }
      for (int j = 0; j < decision->action; j++)
        below += exp (own[j]);
      g_assert_cmpfloat_with_epsilon (decision->logprob, own[decision->action], 1e-3);
      g_assert_cmpfloat_with_epsilon (decision->reference_logprob, other[decision->action], 1e-5);
      g_assert_cmpfloat_with_epsilon (decision->kl, kl, 1e-3);
      g_assert_cmpfloat_with_epsilon (decision->entropy, entropy, 1e-3);
      g_assert_cmpfloat (f->uniforms[i], >, below - 1e-3);
      g_assert_cmpfloat (f->uniforms[i], <, below + exp (own[decision->action]) + 1e-3);
    }
}

/* The same distribution is no divergence, to rounding, and never less. */
static void
test_no_divergence (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < N_ROWS; i++)
    for (int j = 0; j < N_VOCAB; j++)
      {
        double sum = 0;

        for (int k = 0; k < D_MODEL; k++)
          sum += (double) f->state.weights[k * N_VOCAB + j] * (double) f->states[i * D_MODEL + k];
        f->reference[i * N_VOCAB + j] = (float) sum;
      }
  decide (f, 1);
  for (int i = 0; i < N_ROWS; i++)
    {
      g_assert_cmpfloat (f->decisions[i].kl, >=, 0);
      g_assert_cmpfloat (f->decisions[i].kl, <, 1e-6);
    }
}

static double
get_objective (const Fixture *f, const float *weights, const double *counts, double temperature)
{
  g_autofree double *logprobs = g_new (double, N_VOCAB);
  double objective = 0;

  for (int i = 0; i < N_ROWS; i++)
    {
      reference_logprobs (weights, f->states + i * D_MODEL, N_VOCAB, D_MODEL, temperature, logprobs);
      objective += counts[i] * logprobs[f->decisions[i].action];
    }
  return objective;
}

/* Central differences with steps of 2⁻⁷ have an error of some 1e-5 of the third derivatives, which are about
 * as large as the states' cubes; the gradient is single precision. */
static void
test_gradient (Fixture *f, gconstpointer data)
{
  static const double counts[N_ROWS] = { 0.5, -1, 2, 0, 0.25, -0.125, 1 };
  const double temperature = 1.3, h = 0x1p-7;
  const float *gradient = gbox_head_policy_get_gradient (f->policy);
  double square = 0;

  decide (f, temperature);
  compute_gradient (f->policy, counts);
  for (gsize i = 0; i < f->state.n; i++)
    square += (double) gradient[i] * (double) gradient[i];
  g_assert_cmpfloat_with_epsilon (gbox_head_policy_get_gradient_norm (f->policy), sqrt (square), 1e-9);
  g_assert_cmpfloat (square, >, 1);
  /* Of the chosen actions, whose weights count most, and some others. */
  for (int i = 0; i < 4 * N_ROWS; i++)
    {
      const int column = i < 2 * N_ROWS ? f->decisions[i % N_ROWS].action : i * 61 % N_VOCAB;
      float *weight = &f->state.weights[(i % D_MODEL) * N_VOCAB + column];
      const float was = *weight;
      double up, down;

      *weight = was + (float) h;
      up = get_objective (f, f->state.weights, counts, temperature);
      *weight = was - (float) h;
      down = get_objective (f, f->state.weights, counts, temperature);
      *weight = was;
      g_assert_cmpfloat_with_epsilon ((double) gradient[(i % D_MODEL) * N_VOCAB + column],
                                      (up - down) / (2 * h), 2e-4);
    }
}

/* The same of the states, which stand in the policy's own copy until it decides again. */
static void
test_state_gradient (Fixture *f, gconstpointer data)
{
  static const double counts[N_ROWS] = { 0.5, -1, 2, 0, 0.25, -0.125, 1 };
  const double temperature = 0.9, h = 0x1p-7;
  float gradient[N_ROWS * D_MODEL];

  decide (f, temperature);
  gbox_head_policy_compute_state_gradient (f->policy, counts, 0, 1, gradient);
  for (int i = 0; i < N_ROWS * D_MODEL; i++)
    {
      const float was = f->states[i];
      double up, down;

      f->states[i] = was + (float) h;
      up = get_objective (f, f->state.weights, counts, temperature);
      f->states[i] = was - (float) h;
      down = get_objective (f, f->state.weights, counts, temperature);
      f->states[i] = was;
      g_assert_cmpfloat_with_epsilon ((double) gradient[i], (up - down) / (2 * h), 2e-4);
    }
}

/* Decisions in the same state are what they are in two that are equal, and so is their gradient but for what
 * rounding to 14 bits does to each sum, whose largest parts are 1. */
static void
test_shared_states (Fixture *f, gconstpointer data)
{
  static const double counts[N_ROWS] = { 0.5, -1, 2, 0, 0.25, -0.125, 1 };
  static const int rows[N_ROWS] = { 0, 1, 0, 0, 2, 1, 0 };
  g_autoptr (GboxHeadPolicy) shared = make_policy (f->team, N_VOCAB, D_MODEL, N_ROWS);
  const float *expected = gbox_head_policy_get_gradient (f->policy);
  const float *gradient = gbox_head_policy_get_gradient (shared);
  GboxDecision decisions[N_ROWS];

  gbox_head_policy_begin (shared, 0.9);
  g_assert_true (
    gbox_head_policy_decide (shared, f->states, f->reference, 3, rows, f->uniforms, N_ROWS, decisions));
  g_assert_cmpint (gbox_head_policy_get_n_decisions (shared), ==, N_ROWS);
  /* From the last, so that none is overwritten before it is copied. */
  for (int i = N_ROWS - 1; i >= 0; i--)
    {
      memmove (f->states + i * D_MODEL, f->states + rows[i] * D_MODEL, D_MODEL * sizeof (float));
      memmove (f->reference + i * N_VOCAB, f->reference + rows[i] * N_VOCAB, N_VOCAB * sizeof (float));
    }
  decide (f, 0.9);
  for (int i = 0; i < N_ROWS; i++)
    {
      g_assert_cmpint (decisions[i].action, ==, f->decisions[i].action);
      g_assert_cmpfloat (decisions[i].logprob, ==, f->decisions[i].logprob);
      g_assert_cmpfloat (decisions[i].kl, ==, f->decisions[i].kl);
      g_assert_cmpfloat (decisions[i].entropy, ==, f->decisions[i].entropy);
    }
  compute_gradient (shared, counts);
  compute_gradient (f->policy, counts);
  for (gsize i = 0; i < f->state.n; i++)
    g_assert_cmpfloat_with_epsilon (gradient[i], expected[i], 1e-4);
}

/* However many threads there are. */
static void
test_threads (Fixture *f, gconstpointer data)
{
  static const double counts[N_ROWS] = { 1, -1, 2, 0, 3, 0, 1 };
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxHeadPolicy) alone = make_policy (team, N_VOCAB, D_MODEL, N_ROWS);
  const GboxHeadState state = gbox_head_policy_get_state (alone);
  GboxDecision decisions[N_ROWS];

  decide (f, 1);
  gbox_head_policy_begin (alone, 1);
  gbox_head_policy_decide (alone, f->states, f->reference, N_ROWS, each_its_own, f->uniforms, N_ROWS,
                           decisions);
  compute_gradient (f->policy, counts);
  compute_gradient (alone, counts);
  for (guint step = 1; step <= 2; step++)
    {
      gbox_head_policy_update (f->policy, 0, 0.5, step, 0.01);
      gbox_head_policy_update (alone, 0, 0.5, step, 0.01);
    }
  for (int i = 0; i < N_ROWS; i++)
    {
      g_assert_cmpint (decisions[i].action, ==, f->decisions[i].action);
      g_assert_cmpfloat (decisions[i].logprob, ==, f->decisions[i].logprob);
      g_assert_cmpfloat (decisions[i].kl, ==, f->decisions[i].kl);
      g_assert_cmpfloat (decisions[i].entropy, ==, f->decisions[i].entropy);
    }
  g_assert_cmpmem (state.weights, state.n * sizeof (float), f->state.weights, state.n * sizeof (float));
}

/* A toy: texts of one token out of four, so that all batches of two can be enumerated. */
#define TOY_VOCAB 4
#define TOY_MODEL 3

static const double toy_rewards[TOY_VOCAB] = { 1, 0, 5, -2 };

/* The two completions of a batch, chosen so that the actions are these. */
static void
decide_toy (GboxHeadPolicy *policy, const float *states, const float *reference, const int *actions)
{
  const GboxHeadState state = gbox_head_policy_get_state (policy);
  double logprobs[TOY_VOCAB], uniforms[2] = { 0, 0 };
  GboxDecision decisions[2];

  reference_logprobs (state.weights, states, TOY_VOCAB, TOY_MODEL, 1, logprobs);
  for (int i = 0; i < 2; i++)
    {
      for (int j = 0; j < actions[i]; j++)
        uniforms[i] += exp (logprobs[j]);
      uniforms[i] += exp (logprobs[actions[i]]) / 2;
    }
  gbox_head_policy_begin (policy, 1);
  gbox_head_policy_decide (policy, states, reference, 2, each_its_own, uniforms, 2, decisions);
  g_assert_cmpint (decisions[0].action, ==, actions[0]);
  g_assert_cmpint (decisions[1].action, ==, actions[1]);
}

/* Σ over all batches of their probability times the estimate = ∇ Σ π (a) R (a). */
static void
test_expectation (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxHeadPolicy) policy = make_policy (team, TOY_VOCAB, TOY_MODEL, 2);
  const GboxHeadState state = gbox_head_policy_get_state (policy);
  const float *gradient = gbox_head_policy_get_gradient (policy);
  float states[2 * TOY_MODEL], reference[2 * TOY_VOCAB] = { 0 };
  double expected[TOY_MODEL * TOY_VOCAB] = { 0 }, logprobs[TOY_VOCAB], value = 0;

  fill (states, TOY_MODEL, 7, 1);
  memcpy (states + TOY_MODEL, states, TOY_MODEL * sizeof (float));
  reference_logprobs (state.weights, states, TOY_VOCAB, TOY_MODEL, 1, logprobs);
  for (int first = 0; first < TOY_VOCAB; first++)
    for (int second = 0; second < TOY_VOCAB; second++)
      {
        const int actions[] = { first, second };
        const double rewards[] = { toy_rewards[first], toy_rewards[second] };
        double weights[2];

        decide_toy (policy, states, reference, actions);
        gbox_advantages_leave_one_out (rewards, 2, weights);
        weights[0] /= 2;
        weights[1] /= 2;
        compute_gradient (policy, weights);
        for (int i = 0; i < TOY_MODEL * TOY_VOCAB; i++)
          expected[i] += exp (logprobs[first] + logprobs[second]) * (double) gradient[i];
      }
  for (int a = 0; a < TOY_VOCAB; a++)
    value += exp (logprobs[a]) * toy_rewards[a];
  for (int i = 0; i < TOY_MODEL; i++)
    for (int a = 0; a < TOY_VOCAB; a++)
      g_assert_cmpfloat_with_epsilon (expected[i * TOY_VOCAB + a],
                                      exp (logprobs[a]) * (toy_rewards[a] - value) * (double) states[i],
                                      1e-6);
}

static void
test_advantages (void)
{
  static const double rewards[] = { 1, 2, 6 }, same[] = { 0.1, 0.1, 0.1 };
  double advantages[3], baseline = 0;

  gbox_advantages_leave_one_out (rewards, 3, advantages);
  g_assert_cmpfloat (advantages[0], ==, -3);
  g_assert_cmpfloat (advantages[1], ==, -1.5);
  g_assert_cmpfloat (advantages[2], ==, 4.5);
  gbox_advantages_leave_one_out (same, 3, advantages);
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat (advantages[i], ==, 0);
  gbox_advantages_moving (rewards, 3, &baseline, TRUE, advantages);
  g_assert_cmpfloat_with_epsilon (advantages[2], 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (baseline, 3, 1e-12);
  gbox_advantages_moving (same, 3, &baseline, FALSE, advantages);
  g_assert_cmpfloat_with_epsilon (advantages[0], -2.9, 1e-12);
  g_assert_cmpfloat_with_epsilon (baseline, 2.71, 1e-12);
}

static void
test_coefficient (void)
{
  g_assert_cmpfloat_with_epsilon (gbox_adapt_kl_coefficient (0.1, 12, 6, 64), 0.1 * (1 + 0.2 * 64 / 1e4),
                                  1e-12);
  g_assert_cmpfloat_with_epsilon (gbox_adapt_kl_coefficient (0.1, 6.6, 6, 64), 0.1 * (1 + 0.1 * 64 / 1e4),
                                  1e-12);
  g_assert_cmpfloat_with_epsilon (gbox_adapt_kl_coefficient (0.1, 0, 6, 64), 0.1 * (1 - 0.2 * 64 / 1e4),
                                  1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/head-policy/decisions", Fixture, NULL, set_up, test_decisions, tear_down);
  g_test_add ("/head-policy/no-divergence", Fixture, NULL, set_up, test_no_divergence, tear_down);
  g_test_add ("/head-policy/gradient", Fixture, NULL, set_up, test_gradient, tear_down);
  g_test_add ("/head-policy/state-gradient", Fixture, NULL, set_up, test_state_gradient, tear_down);
  g_test_add ("/head-policy/shared-states", Fixture, NULL, set_up, test_shared_states, tear_down);
  g_test_add ("/head-policy/threads", Fixture, NULL, set_up, test_threads, tear_down);
  g_test_add_func ("/head-policy/expectation", test_expectation);
  g_test_add_func ("/head-policy/advantages", test_advantages);
  g_test_add_func ("/head-policy/coefficient", test_coefficient);
  return g_test_run ();
}
