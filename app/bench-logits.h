/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far computed logits are from those of another way to compute them. */
#pragma once

#include "models/transformer.h"

G_BEGIN_DECLS

/**
 * BenchLogitsError:
 * @rms: of the differences, each row's mean taken off, over that of the reference
 * @n_same: rows whose most probable token is the same
 * @n: rows
 * @divergence: mean Kullback–Leibler divergence from the reference, in nats
 */
typedef struct
{
  double rms;
  guint n_same;
  guint n;
  double divergence;
} BenchLogitsError;

/**
 * bench_logits_compute:
 * @transformer: a model
 * @team: the workers
 * @precision: how exactly
 * @tokens: (array length=n): a text
 * @n: its tokens, at most %GBOX_TRANSFORMER_CHUNK
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): (n, n_vocab), what the model says after each token
 */
float *bench_logits_compute (GboxTransformer *transformer,
                             GboxTeam *team,
                             GboxPrecision precision,
                             const int *tokens,
                             int n,
                             GError **error);

/* Both are (n, n_vocab). */
BenchLogitsError bench_logits_compare (const float *logits, const float *reference, int n, int n_vocab);

G_END_DECLS
