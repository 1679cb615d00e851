/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language model's head as a policy that can be trained. */
#include "learning/head-policy.h"

#include "base/arena.h"
#include "kernels/adam.h"
#include "kernels/divergence.h"
#include "kernels/gemm.h"
#include "kernels/short-product.h"

#include <math.h>
#include <string.h>

/* Columns of the gradient that a task computes, and of those as many at a time as the second cache holds
 * rounded. */
#define SLICE 768
#define STRIP 96

/* Floats of a line of the cache. */
#define LINE 16

/* Weights that an update takes at a time: some 20 ms. A multiple of what Adam takes. */
#define PART (8u << 20)

/* Weights of a task that scales. */
#define SCALE_SLICE 65536

struct _GboxHeadPolicy
{
  GboxTeam *team;
  GboxArena *arena;
  gsize n_vocab;
  gsize d_model;
  gsize stride; /* of @pi */
  gsize n_decisions;
  gsize n_made;
  gsize n_states; /* different ones in which they were made */
  double temperature;
  GboxLapClock *clock; /* (nullable) */

  float *weights; /* (d_model, n_vocab), and so the next three */
  float *gradient;
  float *m;
  float *v;
  int *rows;             /* (n_decisions): which state each was made in */
  int *actions;          /* (n_decisions) */
  float *counts;         /* (n_decisions): what each counts in the objective, over the temperature */
  float *states;         /* (n_states, d_model) */
  float *factors;        /* (d_model, n_states): states times what they count, transposed */
  float *pi;             /* (n_states, n_vocab): probabilities, rows @stride floats apart */
  double *squares;       /* (slices): of the gradient */
  gpointer rounded;      /* the weights as they were when the batch began */
  gpointer rows_rounded; /* the states of a call, or @factors */
  guint8 *strips;        /* for each worker, columns of @pi, rounded */
  gsize strip_size;

  /* The call that is being done. */
  const float *reference;
  const int *call_rows;
  const double *uniforms;
  const double *call_weights;
  float *state_gradient;
  GboxDecision *decisions;
  GboxDivergence sums[GBOX_HEAD_POLICY_ROWS];
  guint first;
  float scale;
  gsize part_first;
  gsize part_n;
};

typedef enum
{
  BLOCK_WEIGHTS,
  BLOCK_GRADIENT,
  BLOCK_M,
  BLOCK_V,
  BLOCK_ROWS,
  BLOCK_ACTIONS,
  BLOCK_COUNTS,
  BLOCK_STATES,
  BLOCK_FACTORS,
  BLOCK_PI,
  BLOCK_SQUARES,
  BLOCK_ROUNDED,
  BLOCK_ROUNDED_ROWS,
  BLOCK_STRIPS,
  N_BLOCKS,
} Block;

static void
place_blocks (GboxHeadPolicy *policy, const guint *handles)
{
  policy->weights = gbox_arena_get (policy->arena, handles[BLOCK_WEIGHTS]);
  policy->gradient = gbox_arena_get (policy->arena, handles[BLOCK_GRADIENT]);
  policy->m = gbox_arena_get (policy->arena, handles[BLOCK_M]);
  policy->v = gbox_arena_get (policy->arena, handles[BLOCK_V]);
  policy->rows = gbox_arena_get (policy->arena, handles[BLOCK_ROWS]);
  policy->actions = gbox_arena_get (policy->arena, handles[BLOCK_ACTIONS]);
  policy->counts = gbox_arena_get (policy->arena, handles[BLOCK_COUNTS]);
  policy->states = gbox_arena_get (policy->arena, handles[BLOCK_STATES]);
  policy->factors = gbox_arena_get (policy->arena, handles[BLOCK_FACTORS]);
  policy->pi = gbox_arena_get (policy->arena, handles[BLOCK_PI]);
  policy->squares = gbox_arena_get (policy->arena, handles[BLOCK_SQUARES]);
  policy->rounded = gbox_arena_get (policy->arena, handles[BLOCK_ROUNDED]);
  policy->rows_rounded = gbox_arena_get (policy->arena, handles[BLOCK_ROUNDED_ROWS]);
  policy->strips = gbox_arena_get (policy->arena, handles[BLOCK_STRIPS]);
}

/* Rows of a vocabulary that is a power of two, or a few of them, would all begin in the same lines of the
 * cache. */
static gsize
get_stride (gsize n_vocab)
{
  return (n_vocab + LINE - 1) / LINE * LINE + LINE;
}

GboxHeadPolicy *
gbox_head_policy_new (
  GboxTeam *team, int n_vocab, int d_model, int n_decisions, gboolean is_trained, GError **error)
{
  g_autoptr (GboxHeadPolicy) policy = g_new0 (GboxHeadPolicy, 1);
  const gsize vocab = (gsize) n_vocab, model = (gsize) d_model, decisions = (gsize) n_decisions;
  const gsize trained = is_trained ? model * vocab : 0;
  const gsize strip = is_trained ? gbox_short_columns_size (decisions, MIN (STRIP, vocab)) : 0;
  const gsize sizes[N_BLOCKS] = {
    [BLOCK_WEIGHTS] = model * vocab,
    [BLOCK_GRADIENT] = trained,
    [BLOCK_M] = trained,
    [BLOCK_V] = trained,
    [BLOCK_ROWS] = decisions,
    [BLOCK_ACTIONS] = decisions,
    [BLOCK_COUNTS] = decisions,
    [BLOCK_STATES] = decisions * model,
    [BLOCK_FACTORS] = model * decisions,
    [BLOCK_PI] = decisions * get_stride (vocab),
    [BLOCK_SQUARES] = (vocab / SLICE + 1) * (sizeof (double) / sizeof (float)),
    [BLOCK_ROUNDED] = gbox_short_columns_size (model, vocab) / sizeof (float),
    [BLOCK_ROUNDED_ROWS]
    = MAX (gbox_short_rows_size (GBOX_HEAD_POLICY_ROWS, model), gbox_short_rows_size (model, decisions))
      / sizeof (float),
    [BLOCK_STRIPS] = gbox_team_get_n_threads (team) * strip / sizeof (float),
  };
  guint handles[N_BLOCKS];

  policy->team = team;
  policy->strip_size = strip;
  policy->n_vocab = vocab;
  policy->d_model = model;
  policy->stride = get_stride (vocab);
  policy->n_decisions = decisions;
  policy->temperature = 1;
  policy->arena = gbox_arena_new ();
  for (guint i = 0; i < N_BLOCKS; i++)
    handles[i] = gbox_arena_reserve (policy->arena, sizes[i] * sizeof (float), 0, GBOX_ARENA_FOREVER);
  if (!gbox_arena_commit (policy->arena, error))
    return NULL;
  place_blocks (policy, handles);
  return g_steal_pointer (&policy);
}

void
gbox_head_policy_free (GboxHeadPolicy *policy)
{
  if (policy == NULL)
    return;
  gbox_arena_free (policy->arena);
  g_free (policy);
}

GboxHeadState
gbox_head_policy_get_state (GboxHeadPolicy *policy)
{
  return (GboxHeadState){ .weights = policy->weights,
                          .m = policy->m,
                          .v = policy->v,
                          .n = policy->d_model * policy->n_vocab };
}

void
gbox_head_policy_set_clock (GboxHeadPolicy *policy, GboxLapClock *clock)
{
  policy->clock = clock;
}

/* Columns of slice @i. */
static int
get_width (const GboxHeadPolicy *policy, guint i)
{
  return (int) MIN (SLICE, policy->n_vocab - (gsize) i * SLICE);
}

void
gbox_head_policy_begin (GboxHeadPolicy *policy, double temperature)
{
  policy->n_made = policy->n_states = 0;
  policy->temperature = temperature;
  gbox_short_columns_round (policy->team, policy->weights, policy->n_vocab, policy->d_model, policy->n_vocab,
                            policy->rounded);
  gbox_lap_clock_note (policy->clock, GBOX_FINETUNE_LAP_HEAD);
}

int
gbox_head_policy_get_n_decisions (const GboxHeadPolicy *policy)
{
  return (int) policy->n_made;
}

/* A draw, of the state it is made in. */
static void
decide_task (gpointer data, guint task, guint worker)
{
  GboxHeadPolicy *policy = data;
  const gsize n = policy->n_vocab, row = (gsize) policy->call_rows[task];
  const GboxDivergence *sums = &policy->sums[row];
  const double sum = sums->sums.sum, log_sum = log (sum), reference_log_sum = log (sums->y_sum);
  const double scale = (double) (float) (1 / policy->temperature);
  const float *reference = policy->reference + row * n;
  const float *e = policy->pi + (policy->n_states + row) * policy->stride;
  GboxDecision *decision = &policy->decisions[task];

  gbox_softmax_draw (NULL, e, policy->stride, 1, (int) n, &sums->sums, &policy->uniforms[task],
                     &decision->action);
  decision->logprob = log ((double) e[decision->action]) - log_sum;
  decision->reference_logprob
    = scale * ((double) reference[decision->action] - (double) sums->y_max) - reference_log_sum;
  /* Never negative but for rounding. */
  decision->kl = MAX (sums->ratio / sum - log_sum + reference_log_sum, 0);
  decision->entropy = MAX (log_sum - sums->sums.moment / sum, 0);
}

static void
normalize_task (gpointer data, guint task, guint worker)
{
  GboxHeadPolicy *policy = data;
  const float norm = (float) (1 / policy->sums[task].sums.sum);
  float *e = policy->pi + (policy->n_states + task) * policy->stride;

  for (gsize i = 0; i < policy->n_vocab; i++)
    e[i] *= norm;
}

static void
keep_decisions (GboxHeadPolicy *policy, int n_states, int n)
{
  for (int i = 0; i < n; i++)
    {
      policy->rows[policy->n_made + (gsize) i] = (int) policy->n_states + policy->call_rows[i];
      policy->actions[policy->n_made + (gsize) i] = policy->decisions[i].action;
    }
  policy->n_made += (gsize) n;
  policy->n_states += (gsize) n_states;
}

/* The logits stand where the probabilities will. */
gboolean
gbox_head_policy_decide (GboxHeadPolicy *policy,
                         const float *states,
                         const float *reference,
                         int n_states,
                         const int *rows,
                         const double *uniforms,
                         int n,
                         GboxDecision *decisions)
{
  const gsize n_vocab = policy->n_vocab, d_model = policy->d_model;
  float *e = policy->pi + policy->n_states * policy->stride;

  g_return_val_if_fail (n_states >= 1 && n_states <= n && n <= GBOX_HEAD_POLICY_ROWS, FALSE);
  g_return_val_if_fail ((gsize) n <= policy->n_decisions - policy->n_made, FALSE);

  memcpy (policy->states + policy->n_states * d_model, states, (gsize) n_states * d_model * sizeof (float));
  policy->reference = reference;
  policy->call_rows = rows;
  policy->uniforms = uniforms;
  policy->decisions = decisions;
  gbox_short_rows_round (policy->team, states, d_model, (gsize) n_states, d_model, policy->rows_rounded);
  gbox_short_product (policy->team, policy->rows_rounded, policy->rounded, (gsize) n_states, d_model, n_vocab,
                      e, policy->stride);
  gbox_lap_clock_note (policy->clock, GBOX_FINETUNE_LAP_HEAD);
  gbox_divergence (policy->team, e, policy->stride, reference, n_vocab, n_states, (int) n_vocab,
                   (float) (1 / policy->temperature), policy->sums);
  for (int i = 0; i < n_states; i++)
    if (!isfinite (policy->sums[i].sums.sum) || !isfinite (policy->sums[i].y_sum))
      return FALSE;
  gbox_team_run (policy->team, (guint) n, decide_task, policy);
  gbox_team_run (policy->team, (guint) n_states, normalize_task, policy);
  gbox_lap_clock_note (policy->clock, GBOX_FINETUNE_LAP_DISTRIBUTIONS);
  keep_decisions (policy, n_states, n);
  return TRUE;
}

/* −π counts in a state as much as all decisions that were made in it together. */
void
gbox_head_policy_prepare_gradient (GboxHeadPolicy *policy, const double *weights)
{
  g_autofree double *sums = g_new0 (double, policy->n_states);

  for (gsize i = 0; i < policy->n_made; i++)
    {
      sums[policy->rows[i]] += weights[i];
      policy->counts[i] = (float) (weights[i] / policy->temperature);
    }
  for (gsize i = 0; i < policy->n_states; i++)
    {
      const float factor = (float) (-sums[i] / policy->temperature);

      for (gsize j = 0; j < policy->d_model; j++)
        policy->factors[j * policy->n_decisions + i] = factor * policy->states[i * policy->d_model + j];
    }
  gbox_short_rows_round (policy->team, policy->factors, policy->n_decisions, policy->d_model,
                         policy->n_states, policy->rows_rounded);
}

guint
gbox_head_policy_get_n_slices (const GboxHeadPolicy *policy)
{
  return (guint) ((policy->n_vocab + SLICE - 1) / SLICE);
}

/* What the chosen actions themselves count, of those in columns @column … @column + @width − 1. */
static void
add_actions (GboxHeadPolicy *policy, gsize column, int width)
{
  for (gsize i = 0; i < policy->n_made; i++)
    {
      const gsize action = (gsize) policy->actions[i];
      const float *state = policy->states + (gsize) policy->rows[i] * policy->d_model;

      if (action < column || action >= column + (gsize) width)
        continue;
      for (gsize j = 0; j < policy->d_model; j++)
        policy->gradient[j * policy->n_vocab + action] += policy->counts[i] * state[j];
    }
}

/* What the states' probabilities count, of columns @column … @column + @width − 1. */
static void
compute_strip (GboxHeadPolicy *policy, gsize column, gsize width, guint worker)
{
  gpointer strip = policy->strips + worker * policy->strip_size;

  gbox_short_columns_round (NULL, policy->pi + column, policy->stride, policy->n_states, width, strip);
  gbox_short_product (NULL, policy->rows_rounded, strip, policy->d_model, policy->n_states, width,
                      policy->gradient + column, policy->n_vocab);
}

static void
gradient_task (gpointer data, guint task, guint worker)
{
  GboxHeadPolicy *policy = data;
  const guint slice = policy->first + task;
  const gsize column = (gsize) slice * SLICE;
  const int width = get_width (policy, slice);
  double square = 0;

  for (gsize i = 0; i < (gsize) width; i += STRIP)
    compute_strip (policy, column + i, MIN ((gsize) width - i, STRIP), worker);
  add_actions (policy, column, width);
  for (gsize i = 0; i < policy->d_model; i++)
    {
      const float *row = policy->gradient + i * policy->n_vocab + column;

      for (int j = 0; j < width; j++)
        square += (double) row[j] * (double) row[j];
    }
  policy->squares[slice] = square;
}

void
gbox_head_policy_compute_gradient (GboxHeadPolicy *policy, guint first, guint n)
{
  g_return_if_fail (first + n <= gbox_head_policy_get_n_slices (policy) && policy->n_made > 0);

  policy->first = first;
  gbox_team_run (policy->team, n, gradient_task, policy);
}

static void
state_task (gpointer data, guint task, guint worker)
{
  GboxHeadPolicy *policy = data;
  const gsize row = (gsize) (policy->first + task) * GBOX_HEAD_POLICY_STATE_SLICE;
  const gsize n = MIN (GBOX_HEAD_POLICY_STATE_SLICE, policy->n_made - row), d_model = policy->d_model;
  float *to = policy->state_gradient + row * d_model;

  gbox_gemm_transposed ((int) n, (int) d_model, (int) policy->n_vocab, policy->pi + row * policy->stride,
                        policy->stride, policy->weights, policy->n_vocab, 0, to, d_model);
  for (gsize i = 0; i < n; i++)
    {
      const float count = (float) (policy->call_weights[row + i] / policy->temperature);
      const float *weights = policy->weights + policy->actions[row + i];

      for (gsize j = 0; j < d_model; j++)
        to[i * d_model + j] = count * (weights[j * policy->n_vocab] - to[i * d_model + j]);
    }
}

void
gbox_head_policy_compute_state_gradient (
  GboxHeadPolicy *policy, const double *weights, guint first, guint n, float *gradient)
{
  policy->first = first;
  policy->call_weights = weights;
  policy->state_gradient = gradient;
  gbox_team_run (policy->team, n, state_task, policy);
}

const float *
gbox_head_policy_get_gradient (const GboxHeadPolicy *policy)
{
  return policy->gradient;
}

double
gbox_head_policy_get_gradient_norm (const GboxHeadPolicy *policy)
{
  double square = 0;

  for (guint i = 0; i < gbox_head_policy_get_n_slices (policy); i++)
    square += policy->squares[i];
  return sqrt (square);
}

guint
gbox_head_policy_get_n_parts (const GboxHeadPolicy *policy)
{
  return (guint) ((policy->d_model * policy->n_vocab + PART - 1) / PART);
}

static void
scale_task (gpointer data, guint task, guint worker)
{
  GboxHeadPolicy *policy = data;
  const gsize first = (gsize) task * SCALE_SLICE, end = MIN (first + SCALE_SLICE, policy->part_n);
  float *gradient = policy->gradient + policy->part_first;

  for (gsize i = first; i < end; i++)
    gradient[i] *= policy->scale;
}

void
gbox_head_policy_update (GboxHeadPolicy *policy, guint part, double scale, guint step, double learning_rate)
{
  const gsize first = (gsize) part * PART, n = MIN (PART, policy->d_model * policy->n_vocab - first);

  policy->part_first = first;
  policy->part_n = n;
  policy->scale = (float) scale;
  if (scale < 1)
    gbox_team_run (policy->team, (guint) ((n + SCALE_SLICE - 1) / SCALE_SLICE), scale_task, policy);
  gbox_adam_step (policy->team, policy->weights + first, policy->gradient + first, policy->m + first,
                  policy->v + first, n, step, learning_rate);
}
