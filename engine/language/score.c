/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How probable a text is to a model, and what it would say next. */
#include "language/score.h"

#include "base/error.h"
#include "kernels/softmax.h"

#include <math.h>

/* Tokens whose logits are in memory together. */
#define N_ROWS 8

static gboolean
check_finite (gboolean finite, GError **error)
{
  if (!finite)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                         "The model's numbers are beyond what can be computed with; its file may be damaged. "
                         "Get it again or choose another.");
  return finite;
}

/* Fills in @logprobs of what follows each of the @n rows; the last of the text has no successor. */
static gboolean
score_rows (GboxTeam *team,
            const float *logits,
            int n_vocab,
            const int *successors,
            int n,
            float *logprobs,
            GError **error)
{
  GboxSoftmax sums[N_ROWS];

  gbox_softmax (team, logits, (gsize) n_vocab, n, n_vocab, 1, NULL, sums);
  for (int i = 0; i < n; i++)
    {
      const float logit = logits[(gsize) i * (gsize) n_vocab + (gsize) successors[i]];

      logprobs[i] = (float) ((double) (logit - sums[i].max) - log (sums[i].sum));
      if (!check_finite (isfinite (logprobs[i]), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
score_chunk (GboxTransformerContext *context,
             GboxTeam *team,
             float *logits,
             int n_vocab,
             const int *tokens,
             int at,
             int n,
             int n_all,
             float *logprobs,
             GError **error)
{
  gbox_transformer_context_read (context, tokens + at, n);
  for (int row = 0; row < n; row += N_ROWS)
    {
      const int n_rows = MIN (N_ROWS, n - row);
      const int n_scored = MIN (n_rows, n_all - 1 - at - row);

      gbox_transformer_context_get_logits (context, row, n_rows, logits);
      if (n_scored > 0
          && !score_rows (team, logits, n_vocab, tokens + at + row + 1, n_scored, logprobs + at + row + 1,
                          error))
        return FALSE;
    }
  return TRUE;
}

gboolean
gbox_score (GboxTransformer *transformer,
            GboxTeam *team,
            GboxPrecision precision,
            const int *tokens,
            int n,
            float *logprobs,
            GboxSample *next,
            GError **error)
{
  static const GboxSamplerSettings settings = { .top_p = 1, .repetition_penalty = 1 };
  const int n_vocab = gbox_transformer_get_config (transformer)->n_vocab;
  g_autoptr (GboxTransformerContext) context = NULL;
  g_autoptr (GboxSampler) sampler = gbox_sampler_new (n_vocab);
  g_autofree float *logits = g_new (float, N_ROWS *(gsize) n_vocab);
  int size = 0;

  if (n < 1)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "There is no text to score. Give some.");
      return FALSE;
    }
  context = gbox_transformer_context_new (transformer, team, precision, n, 0, 0, error);
  if (context == NULL)
    return FALSE;
  logprobs[0] = 0;
  for (int at = 0; at < n; at += size)
    {
      size = MIN (GBOX_TRANSFORMER_CHUNK, n - at);
      if (!score_chunk (context, team, logits, n_vocab, tokens, at, size, n, logprobs, error))
        return FALSE;
    }
  gbox_transformer_context_get_logits (context, size - 1, 1, logits);
  return check_finite (gbox_sampler_sample (sampler, &settings, logits, NULL, 0, (guint) n, next), error);
}
