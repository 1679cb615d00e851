/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a look inside a model tells. */
#pragma once

#include "language/inside.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxInsideView:
 * @n_layers: layers of the model
 * @n_heads: heads of each
 * @n_rows: tokens of the lens; the last ones of the text
 * @n: tokens of the text
 * @texts: (array length=n): what each of them stands for, of gbox_token_describe(); a %NULL ends them
 * @lengths: (array length=n): bytes of the text that each of them is; 0 for what is not written there
 * @probabilities: (n_layers + 1, n_rows): what each layer would give to the token that the last one finds
 * most probable next; 0 is the embedding
 * @tops: (n_layers + 1, n_rows, %GBOX_INSIDE_N_TOP): what each would say next, the most probable first; a
 * %NULL ends them
 * @shares: (n_layers + 1, n_rows, %GBOX_INSIDE_N_TOP): how probable it finds them
 * @attention: (n_layers, n_heads, n): how much each token counts for the last one
 *
 * A record of a #GboxInsideJob.
 */
typedef struct
{
  int n_layers;
  int n_heads;
  int n_rows;
  int n;
  char **texts;
  int *lengths;
  float *probabilities;
  char **tops;
  float *shares;
  float *attention;
} GboxInsideView;

#define GBOX_TYPE_INSIDE_VIEW (gbox_inside_view_get_type ())
GType gbox_inside_view_get_type (void);
GboxInsideView *gbox_inside_view_copy (const GboxInsideView *view);
void gbox_inside_view_free (GboxInsideView *view);

/**
 * GboxInductionScores:
 * @n_layers: layers of the model
 * @n_heads: heads of each
 * @scores: (n_layers, n_heads): how much each is an induction head, 0 … 1
 *
 * A record of a #GboxInsideJob.
 */
typedef struct
{
  int n_layers;
  int n_heads;
  float *scores;
} GboxInductionScores;

#define GBOX_TYPE_INDUCTION_SCORES (gbox_induction_scores_get_type ())
GType gbox_induction_scores_get_type (void);
GboxInductionScores *gbox_induction_scores_new (int n_layers, int n_heads, const float *scores);
GboxInductionScores *gbox_induction_scores_copy (const GboxInductionScores *scores);
void gbox_induction_scores_free (GboxInductionScores *scores);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxInsideView, gbox_inside_view_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxInductionScores, gbox_induction_scores_free)

G_END_DECLS
