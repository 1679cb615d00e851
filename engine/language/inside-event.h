/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a look inside a model tells. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxInsideView:
 * @n_layers: layers of the model
 * @n_heads: heads of each
 * @n_rows: tokens of the lens; the last ones of the text
 * @n: tokens of the text
 * @texts: (array length=n): what each of them stands for; a %NULL ends them
 * @probabilities: (n_layers + 1, n_rows): what each layer would give to the token that the last one finds
 * most probable next; 0 is the embedding
 * @descriptions: (array): (n_layers + 1, n_rows): what each would say next, in words; a %NULL ends them
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
  float *probabilities;
  char **descriptions;
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
