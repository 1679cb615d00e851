/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How probable a text is to a model, and what it would say next. */
#pragma once

#include "language/sampler.h"
#include "models/transformer.h"

G_BEGIN_DECLS

/**
 * gbox_score:
 * @transformer: the model
 * @team: the workers
 * @precision: how exactly to compute
 * @tokens: (array length=n): the text; at least one token, each less than n_vocab
 * @n: its tokens
 * @logprobs: (out) (array length=n): natural logarithm of the probability of each token after those before;
 * the first, which has none before it, is 0
 * @next: (out): the most probable tokens after the text, and the entropy of that distribution; nothing is
 * chosen
 * @error: return location for an error
 *
 * Logits are made for a few tokens at a time. Not for the main thread.
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT for a text that is too long or empty, %GBOX_ERROR_MEMORY
 * or %GBOX_ERROR_NUMERIC
 */
gboolean gbox_score (GboxTransformer *transformer,
                     GboxTeam *team,
                     GboxPrecision precision,
                     const int *tokens,
                     int n,
                     float *logprobs,
                     GboxSample *next,
                     GError **error);

G_END_DECLS
