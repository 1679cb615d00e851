/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far computed logits are from those of another way to compute them. */
#include "bench-logits.h"

#include <math.h>

float *
bench_logits_compute (GboxTransformer *transformer,
                      GboxTeam *team,
                      GboxPrecision precision,
                      const int *tokens,
                      int n,
                      GError **error)
{
  const gsize n_vocab = (gsize) gbox_transformer_get_config (transformer)->n_vocab;
  g_autoptr (GboxTransformerContext) context
    = gbox_transformer_context_new (transformer, team, precision, n, 0, 0, error);
  float *logits;

  if (context == NULL)
    return NULL;
  logits = g_new (float, (gsize) n *n_vocab);
  gbox_transformer_context_read (context, tokens, n);
  gbox_transformer_context_get_logits (context, 0, n, logits);
  return logits;
}

/* What of a row the comparison needs. */
typedef struct
{
  double mean;
  double log_sum; /* of the exponentials */
  int best;
} Row;

static Row
summarize (const float *logits, int n)
{
  Row row = { 0 };
  double sum = 0;

  for (int i = 0; i < n; i++)
    {
      row.mean += (double) logits[i] / n;
      if (logits[i] > logits[row.best])
        row.best = i;
    }
  for (int i = 0; i < n; i++)
    sum += exp ((double) logits[i] - (double) logits[row.best]);
  row.log_sum = (double) logits[row.best] + log (sum);
  return row;
}

BenchLogitsError
bench_logits_compare (const float *logits, const float *reference, int n, int n_vocab)
{
  BenchLogitsError error = { .n = (guint) n };
  double wrong = 0, all = 0;

  for (int row = 0; row < n; row++, logits += n_vocab, reference += n_vocab)
    {
      const Row ours = summarize (logits, n_vocab), proper = summarize (reference, n_vocab);

      error.n_same += ours.best == proper.best ? 1 : 0;
      for (int i = 0; i < n_vocab; i++)
        {
          const double a = (double) logits[i], b = (double) reference[i];
          const double difference = (a - ours.mean) - (b - proper.mean);

          wrong += difference * difference;
          all += (b - proper.mean) * (b - proper.mean);
          error.divergence += exp (b - proper.log_sum) * ((b - proper.log_sum) - (a - ours.log_sum)) / n;
        }
    }
  error.rms = all > 0 ? sqrt (wrong / all) : 0;
  return error;
}
