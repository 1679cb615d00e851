/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads that look for what came after the same token before. */
#include "language/induction.h"

#include "base/philox.h"

#define PERIOD   48
#define N_TOKENS (2 * PERIOD)

/* Of a step; divides N_TOKENS. */
#define CHUNK 16

/* Any will do; always the same, so that a head is always the same kind of head. */
#define SEED    0
#define PURPOSE 0x696e6463 /* "indc" */

struct _GboxInduction
{
  GboxTransformerContext *context;
  GboxTransformer *transformer;
  int n_layers;
  int n_heads;
  int n_read; /* tokens */
  int tokens[N_TOKENS];
  float *attention; /* (n_layers, CHUNK, n_heads, N_TOKENS) */
  float *scores;    /* (n_layers, n_heads) */
};

float
gbox_induction_score (const float *attention, gsize stride, int first, int n, int period)
{
  double sum = 0;

  for (int i = MAX (first, period); i < MIN (first + n, 2 * period); i++)
    sum += (double) attention[(gsize) (i - first) * stride + (gsize) (i - period + 1)];
  return (float) (sum / period);
}

GboxInduction *
gbox_induction_new (GboxTransformer *transformer, GboxTeam *team, GboxPrecision precision, GError **error)
{
  const GboxLanguageConfig *config = gbox_transformer_get_config (transformer);
  GboxTransformerContext *context
    = gbox_transformer_context_new (transformer, team, precision, N_TOKENS, 0, 0, error);
  GboxInduction *self;
  GboxPhilox philox;

  if (context == NULL)
    return NULL;
  self = g_new0 (GboxInduction, 1);
  self->context = context;
  self->transformer = gbox_transformer_ref (transformer);
  self->n_layers = config->n_layers;
  self->n_heads = config->n_heads;
  gbox_philox_init (&philox, SEED, PURPOSE, 0);
  for (int i = 0; i < PERIOD; i++)
    self->tokens[i] = self->tokens[PERIOD + i] = (int) gbox_philox_below (&philox, (guint32) config->n_vocab);
  self->attention = g_new0 (float, (gsize) self->n_layers *CHUNK *(gsize) self->n_heads *N_TOKENS);
  self->scores = g_new0 (float, (gsize) self->n_layers *(gsize) self->n_heads);

  return self;
}

void
gbox_induction_free (GboxInduction *self)
{
  g_free (self->scores);
  g_free (self->attention);
  gbox_transformer_context_free (self->context);
  gbox_transformer_unref (self->transformer);
  g_free (self);
}

static void
add_scores (GboxInduction *self)
{
  const gsize stride = (gsize) self->n_heads * N_TOKENS;

  for (int layer = 0; layer < self->n_layers; layer++)
    for (int head = 0; head < self->n_heads; head++)
      self->scores[layer * self->n_heads + head]
        += gbox_induction_score (self->attention + (gsize) layer * CHUNK * stride + (gsize) head * N_TOKENS,
                                 stride, self->n_read, CHUNK, PERIOD);
}

gboolean
gbox_induction_step (GboxInduction *self)
{
  const GboxTransformerTap tap = { .attention_layer = GBOX_TAP_ALL_LAYERS, .attention = self->attention };

  if (self->n_read == N_TOKENS)
    return FALSE;
  gbox_transformer_context_set_tap (self->context, &tap);
  gbox_transformer_context_read (self->context, self->tokens + self->n_read, CHUNK);
  gbox_transformer_context_set_tap (self->context, NULL);
  add_scores (self);
  self->n_read += CHUNK;
  return self->n_read < N_TOKENS;
}

const float *
gbox_induction_get_scores (const GboxInduction *self)
{
  return self->scores;
}
