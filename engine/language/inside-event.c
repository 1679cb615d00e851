/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a look inside a model tells. */
#include "language/inside-event.h"

G_DEFINE_BOXED_TYPE (GboxInsideView, gbox_inside_view, gbox_inside_view_copy, gbox_inside_view_free)
G_DEFINE_BOXED_TYPE (GboxInductionScores,
                     gbox_induction_scores,
                     gbox_induction_scores_copy,
                     gbox_induction_scores_free)

GboxInsideView *
gbox_inside_view_copy (const GboxInsideView *view)
{
  const gsize n_heads = (gsize) view->n_layers * (gsize) view->n_heads;
  const gsize n_cells = (gsize) (view->n_layers + 1) * (gsize) view->n_rows;
  GboxInsideView *copy = g_memdup2 (view, sizeof *view);

  copy->texts = g_strdupv (view->texts);
  copy->lengths = g_memdup2 (view->lengths, (gsize) view->n * sizeof (int));
  copy->tops = g_strdupv (view->tops);
  copy->shares = g_memdup2 (view->shares, n_cells * GBOX_INSIDE_N_TOP * sizeof (float));
  copy->probabilities = g_memdup2 (view->probabilities, n_cells * sizeof (float));
  copy->attention = g_memdup2 (view->attention, n_heads * (gsize) view->n * sizeof (float));
  return copy;
}

void
gbox_inside_view_free (GboxInsideView *view)
{
  g_strfreev (view->texts);
  g_free (view->lengths);
  g_strfreev (view->tops);
  g_free (view->shares);
  g_free (view->probabilities);
  g_free (view->attention);
  g_free (view);
}

GboxInductionScores *
gbox_induction_scores_new (int n_layers, int n_heads, const float *scores)
{
  GboxInductionScores *self = g_new (GboxInductionScores, 1);

  self->n_layers = n_layers;
  self->n_heads = n_heads;
  self->scores = g_memdup2 (scores, (gsize) n_layers * (gsize) n_heads * sizeof (float));
  return self;
}

GboxInductionScores *
gbox_induction_scores_copy (const GboxInductionScores *scores)
{
  return gbox_induction_scores_new (scores->n_layers, scores->n_heads, scores->scores);
}

void
gbox_induction_scores_free (GboxInductionScores *scores)
{
  g_free (scores->scores);
  g_free (scores);
}
