/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language model's head as a policy that can be trained: float32 weights apart from the embedding. */
#pragma once

#include "base/team.h"
#include "learning/finetune-lap.h"

G_BEGIN_DECLS

/**
 * GboxHeadPolicy:
 *
 * π(a|s) = softmax (W·h / temperature): h is what the model's other layers make of the text so far, which
 * training does not change. Holds W, its gradient, the moments of Adam, and of each decision of a batch its
 * state and its probabilities, so that the update computes no state or probability again; of decisions in the
 * same state these are kept once. Products are gbox_short_product()'s: logits and gradient are some 10⁻⁴ away
 * from what floats would give, while W itself and the moments are float32. For one thread at a time.
 */
typedef struct _GboxHeadPolicy GboxHeadPolicy;

/* Decisions made at a time, and states they are made in, at most. */
#define GBOX_HEAD_POLICY_ROWS 64

/**
 * gbox_head_policy_new:
 * @team: the workers
 * @n_vocab: actions
 * @d_model: numbers of a state
 * @n_decisions: of a batch, at most
 * @is_trained: whether the weights will change: else there is no memory for their gradient and moments
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): a policy whose weights are 0; %NULL with %GBOX_ERROR_MEMORY
 */
GboxHeadPolicy *gbox_head_policy_new (
  GboxTeam *team, int n_vocab, int d_model, int n_decisions, gboolean is_trained, GError **error);
void gbox_head_policy_free (GboxHeadPolicy *policy);

/**
 * GboxHeadState:
 * @weights: (d_model, n_vocab): W, transposed
 * @m: first moments of Adam, of the same shape
 * @v: second moments
 * @n: floats of each
 *
 * What a checkpoint keeps.
 */
typedef struct
{
  float *weights;
  float *m;
  float *v;
  gsize n;
} GboxHeadState;

/* Transfer none; may be changed between two batches. */
GboxHeadState gbox_head_policy_get_state (GboxHeadPolicy *policy);

/**
 * GboxDecision:
 * @action: what was chosen
 * @logprob: log π of it
 * @reference_logprob: the same under the reference
 * @kl: Σ π (log π − log π_ref) over all actions, nats
 * @entropy: −Σ π log π, nats
 */
typedef struct
{
  int action;
  double logprob;
  double reference_logprob;
  double kl;
  double entropy;
} GboxDecision;

/* Times what is done from now on; @clock: (nullable): with #GboxFinetuneLap laps. */
void gbox_head_policy_set_clock (GboxHeadPolicy *policy, GboxLapClock *clock);

/* Forgets the decisions of the batch, and begins another with the weights as they are. */
void gbox_head_policy_begin (GboxHeadPolicy *policy, double temperature);

/**
 * gbox_head_policy_decide:
 * @policy: a policy
 * @states: (n_states, d_model)
 * @reference: (n_states, n_vocab): logits of the reference in the same states
 * @n_states: 1 … @n
 * @rows: (array length=n): in which of the states each decision is made
 * @uniforms: (array length=n): numbers in [0, 1) that choose
 * @n: decisions, up to %GBOX_HEAD_POLICY_ROWS
 * @decisions: (out) (array length=n): what was chosen
 *
 * Policy and reference are compared at the same temperature. Probabilities and states are kept for the
 * gradient, in order. What a decision is does not depend on how many are made in its state.
 *
 * Returns: whether all numbers are finite
 */
gboolean gbox_head_policy_decide (GboxHeadPolicy *policy,
                                  const float *states,
                                  const float *reference,
                                  int n_states,
                                  const int *rows,
                                  const double *uniforms,
                                  int n,
                                  GboxDecision *decisions);

/* How many decisions there are since the batch began. */
int gbox_head_policy_get_n_decisions (const GboxHeadPolicy *policy);

/**
 * gbox_head_policy_prepare_gradient:
 * @policy: a policy
 * @weights: (array length=n_decisions): what each decision's log π counts in the objective
 *
 * To be followed by gbox_head_policy_compute_gradient() for all slices.
 */
void gbox_head_policy_prepare_gradient (GboxHeadPolicy *policy, const double *weights);

/* Slices of the gradient's computation. */
guint gbox_head_policy_get_n_slices (const GboxHeadPolicy *policy);

/**
 * gbox_head_policy_compute_gradient:
 * @policy: a policy
 * @first: a slice
 * @n: how many slices
 *
 * ∇ Σ w log π (a|s) = Σ w (onehot (a) − π) hᵀ / temperature, of the columns of these slices.
 */
void gbox_head_policy_compute_gradient (GboxHeadPolicy *policy, guint first, guint n);

/* Decisions whose states' gradients are computed as one task. */
#define GBOX_HEAD_POLICY_STATE_SLICE 32

/**
 * gbox_head_policy_compute_state_gradient:
 * @policy: a policy
 * @weights: (array length=n_decisions): what each decision's log π counts in the objective
 * @first: a slice of %GBOX_HEAD_POLICY_STATE_SLICE decisions
 * @n: how many slices; the last may be short
 * @gradient: (out): (n_decisions, d_model): rows of these slices are written
 *
 * The gradient with respect to the states, for who trains what they come from: w Wᵀ (onehot (a) − π) /
 * temperature. Only where each decision of the batch was made in a state of its own, in their order.
 */
void gbox_head_policy_compute_state_gradient (
  GboxHeadPolicy *policy, const double *weights, guint first, guint n, float *gradient);

/* (d_model, n_vocab): transfer none. */
const float *gbox_head_policy_get_gradient (const GboxHeadPolicy *policy);

/* Length of the gradient, once all slices are computed. */
double gbox_head_policy_get_gradient_norm (const GboxHeadPolicy *policy);

/* Parts that the update is cut into. */
guint gbox_head_policy_get_n_parts (const GboxHeadPolicy *policy);

/**
 * gbox_head_policy_update:
 * @policy: a policy
 * @part: which part of the weights
 * @scale: what the gradient is multiplied by: below 1 to clip it
 * @step: 1 for the first update
 * @learning_rate: see there
 *
 * A step of Adam uphill.
 */
void
gbox_head_policy_update (GboxHeadPolicy *policy, guint part, double scale, guint step, double learning_rate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxHeadPolicy, gbox_head_policy_free)

G_END_DECLS
