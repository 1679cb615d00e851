/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes on in a language model when it says what comes next: the logit lens, and where its heads look. */
#pragma once

#include "language/sampler.h"
#include "models/language-model.h"

G_BEGIN_DECLS

/* The lens looks at so many of a text's last tokens, at most. */
#define GBOX_INSIDE_MAX_ROWS 12
/* Tokens that each place of the lens names. */
#define GBOX_INSIDE_N_TOP 5

/**
 * GboxLensCell:
 * @top: what the model would say if the layer were its last, the most probable first; @probability is that
 * of the distribution
 * @probability: what it would give to the token that the last layer finds most probable
 * @rank: how many tokens it would prefer to that one
 */
typedef struct
{
  GboxChoice top[GBOX_INSIDE_N_TOP];
  float probability;
  int rank;
} GboxLensCell;

/**
 * GboxInside:
 *
 * What a model made of a text, computed in small steps. It reads the text in a context that nothing else uses
 * meanwhile. For one thread at a time.
 */
typedef struct _GboxInside GboxInside;

/**
 * gbox_inside_new:
 * @transformer: the model; a reference is taken
 * @team: the workers; must live as long as what is returned
 * @precision: how exactly to compute
 * @tokens: (array length=n): the text; copied. The last one is looked at.
 * @n: its tokens
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): nothing computed yet; %NULL with %GBOX_ERROR_INVALID_ARGUMENT if there
 * are no tokens, tokens that the model has not, or more than it reads, or %GBOX_ERROR_MEMORY
 */
GboxInside *gbox_inside_new (GboxTransformer *transformer,
                             GboxTeam *team,
                             GboxPrecision precision,
                             const int *tokens,
                             int n,
                             GError **error);

/**
 * gbox_inside_new_for_model:
 * @model: the model; a reference is taken
 * @team: as in gbox_inside_new()
 * @precision: as in gbox_inside_new()
 * @tokens: (array length=n): as in gbox_inside_new()
 * @n: its tokens
 * @error: return location for an error
 *
 * The same in the model's context of that precision, which it gets back at the end: what the text has in
 * common with the one that was looked at last is not read again. That changes no number.
 *
 * Returns: (transfer full) (nullable): as gbox_inside_new()
 */
GboxInside *gbox_inside_new_for_model (GboxLanguageModel *model,
                                       GboxTeam *team,
                                       GboxPrecision precision,
                                       const int *tokens,
                                       int n,
                                       GError **error);
void gbox_inside_free (GboxInside *inside);

/* Does a part of the work: a pass over some tokens, or a layer. Returns whether more is to do. */
gboolean gbox_inside_step (GboxInside *inside);

/* Tokens of the text that had been read before, and were not read again. */
int gbox_inside_get_n_reused (const GboxInside *inside);

/* Of the lens, and of the heads. What a layer's number means: 0 is the embedding, n_layers the last. */
int gbox_inside_get_n_rows (const GboxInside *inside);
int gbox_inside_get_n_layers (const GboxInside *inside);
int gbox_inside_get_n_heads (const GboxInside *inside);

/**
 * gbox_inside_get_cell:
 * @inside: an object that has no more to do
 * @layer: 0 … n_layers
 * @row: 0 … n_rows − 1; the last one is the text's last token
 *
 * The logit lens (nostalgebraist 2020).
 *
 * Returns: (transfer none): what the layer would say next after that token
 */
const GboxLensCell *gbox_inside_get_cell (const GboxInside *inside, int layer, int row);

/**
 * gbox_inside_get_attention:
 * @inside: an object that has no more to do
 * @layer: 0 … n_layers − 1: the first layer has the number 0 here
 * @head: 0 … n_heads − 1
 *
 * Returns: (transfer none) (array): how much each token of the text counts for the last one, from 0 to 1
 */
const float *gbox_inside_get_attention (const GboxInside *inside, int layer, int head);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxInside, gbox_inside_free)

G_END_DECLS
