/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the next token is chosen from what a model says. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/* Tokens that a choice is shown among. */
#define GBOX_SAMPLER_N_TOP 20

/**
 * GboxSamplerSettings:
 * @temperature: what logits are divided by; 0 takes the most probable token
 * @top_k: only the so many most probable tokens stay; 0 for all
 * @top_p: only the most probable tokens that together have this probability stay, the one that reaches it
 * included; 1 for all
 * @min_p: only tokens with at least this part of the most probable one's probability stay; 0 for all
 * @repetition_penalty: logits of tokens that the text has already are divided by it, or multiplied where they
 * are negative (Keskar et al. 2019); 1 for none
 * @seed: of the random numbers
 *
 * Applied in this order: penalty, temperature, top-k, top-p, min-p; each cuts what the one before left,
 * renormalized, as transformers does it. Where two tokens are equally probable the one with the lower number
 * comes first.
 */
typedef struct
{
  double temperature;
  int top_k;
  double top_p;
  double min_p;
  double repetition_penalty;
  guint64 seed;
} GboxSamplerSettings;

/**
 * GboxChoice:
 * @id: a token
 * @logprob: logarithm of its probability as the model says it, without settings
 * @probability: of being chosen with the settings
 */
typedef struct
{
  int id;
  float logprob;
  float probability;
} GboxChoice;

/**
 * GboxSample:
 * @chosen: the token
 * @entropy: of the model's distribution, without settings, in nats
 * @n_top: how many of @top there are
 * @top: the tokens that the model finds most probable, best first
 */
typedef struct
{
  GboxChoice chosen;
  float entropy;
  guint n_top;
  GboxChoice top[GBOX_SAMPLER_N_TOP];
} GboxSample;

/**
 * GboxSampler:
 *
 * Memory to choose one token in. For one thread at a time.
 */
typedef struct _GboxSampler GboxSampler;

GboxSampler *gbox_sampler_new (int n_vocab);
void gbox_sampler_free (GboxSampler *sampler);

/**
 * gbox_sampler_sample:
 * @sampler: a sampler
 * @settings: how to choose
 * @logits: (array length=n_vocab): what the model says
 * @seen: (nullable) (array length=n_vocab): whether the text has each token already, for the penalty
 * @sequence: which of the completions of a prompt this is
 * @position: where in the text the token will stand, from 0 on
 * @sample: (out): the choice
 *
 * The random number is keyed by (seed, sequence, position) and nothing else: the same logits give the same
 * token whatever was drawn before. Allocates nothing.
 *
 * Returns: %FALSE if the logits are not finite
 */
gboolean gbox_sampler_sample (GboxSampler *sampler,
                              const GboxSamplerSettings *settings,
                              const float *logits,
                              const guint8 *seen,
                              guint sequence,
                              guint position,
                              GboxSample *sample);

/**
 * gbox_sampler_take:
 * @sampler: a sampler
 * @settings: how a token would be chosen
 * @logits: (array length=n_vocab): what the model says
 * @seen: (nullable) (array length=n_vocab): as gbox_sampler_sample()
 * @id: the token that is taken, less than n_vocab
 * @sample: (out): it, among what could have been chosen; its probability is 0 where the settings leave it out
 *
 * As gbox_sampler_sample(), but nothing is drawn.
 *
 * Returns: %FALSE if the logits are not finite
 */
gboolean gbox_sampler_take (GboxSampler *sampler,
                            const GboxSamplerSettings *settings,
                            const float *logits,
                            const guint8 *seen,
                            int id,
                            GboxSample *sample);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxSampler, gbox_sampler_free)

G_END_DECLS
