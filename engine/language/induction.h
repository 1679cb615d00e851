/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads that look for what came after the same token before. */
#pragma once

#include "models/transformer.h"

G_BEGIN_DECLS

/* A head with at least this score is called an induction head. */
#define GBOX_INDUCTION_THRESHOLD 0.4f

/**
 * gbox_induction_score:
 * @attention: (n, stride): how much each token counts for some of them, rows @stride floats apart
 * @stride: see there
 * @first: which token the first row is
 * @n: rows
 * @period: the text is this many tokens, twice
 *
 * Over all tokens of the text, in as many parts as one likes, these add up to the score.
 *
 * Returns: what these rows add to the mean attention, 0 … 1, that tokens of the second half give to the one
 * after their first occurrence
 */
float gbox_induction_score (const float *attention, gsize stride, int first, int n, int period);

/**
 * GboxInduction:
 *
 * The repeated-random-sequence test (Olsson et al. 2022, “In-context Learning and Induction Heads”): in
 * random tokens that are repeated, the only way to know what comes next is to find the token's first
 * occurrence. In small steps, in a context of its own. For one thread at a time.
 */
typedef struct _GboxInduction GboxInduction;

/**
 * gbox_induction_new:
 * @transformer: the model; a reference is taken
 * @team: the workers; must live as long as what is returned
 * @precision: how exactly to compute
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): nothing computed yet; %NULL with %GBOX_ERROR_INVALID_ARGUMENT if the
 * model reads only shorter texts, or %GBOX_ERROR_MEMORY
 */
GboxInduction *
gbox_induction_new (GboxTransformer *transformer, GboxTeam *team, GboxPrecision precision, GError **error);
void gbox_induction_free (GboxInduction *induction);

/* Reads a part of the test's text. Returns whether more is to do. */
gboolean gbox_induction_step (GboxInduction *induction);

/* (n_layers, n_heads), transfer none; of an object that has no more to do. */
const float *gbox_induction_get_scores (const GboxInduction *induction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxInduction, gbox_induction_free)

G_END_DECLS
