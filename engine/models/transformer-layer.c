/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer of a transformer as plain numbers, out of a model and into one. */
#include "models/transformer-layer.h"

#include "models/transformer-private.h"

#include <string.h>

/* Returns what comes after. */
static float *
read_linear (const GboxLinear *linear, float *to)
{
  for (int i = 0; i < gbox_linear_get_n_out (linear); i++, to += gbox_linear_get_n_in (linear))
    gbox_linear_get_row (linear, i, to);
  return to;
}

static float *
read_stacked (const GboxStackedLinear *stacked, float *to)
{
  for (guint i = 0; i < stacked->n_parts; i++)
    to = read_linear (stacked->parts[i], to);
  return to;
}

static float *
read_norm (const GboxNormWeights *norm, gsize n, float *to)
{
  memcpy (to, norm->weight, n * sizeof (float));
  return to + n;
}

void
gbox_transformer_read_layer (const GboxTransformer *transformer, int layer, float *to)
{
  const GboxTransformerLayer *from = &transformer->layers[layer];
  const gsize d_model = (gsize) transformer->config.d_model;

  to = read_norm (&from->attention_norm, d_model, to);
  to = read_stacked (&from->qkv, to);
  to = read_linear (from->output, to);
  to = read_norm (&from->ff_norm, d_model, to);
  to = read_stacked (&from->up, to);
  read_linear (from->down, to);
}

/* Moves @from behind what it takes. */
static GboxLinear *
make_linear (const float **from, int n_out, int n_in)
{
  GboxLinear *linear = gbox_linear_new (GBOX_DTYPE_F32, n_out, n_in, *from, NULL);

  *from += (gsize) n_out * (gsize) n_in;
  return linear;
}

static GboxStackedLinear
make_stacked (const float **from, int n_out, int n_in)
{
  return (GboxStackedLinear){ .parts = { make_linear (from, n_out, n_in) }, .n_parts = 1, .n_out = n_out };
}

static GboxNormWeights
make_norm (const float **from, gsize n)
{
  const GboxNormWeights norm = { .weight = g_memdup2 (*from, n * sizeof (float)) };

  *from += n;
  return norm;
}

GboxTransformer *
gbox_transformer_new_with_layer (GboxTransformer *transformer, int layer, const float *from)
{
  GboxTransformer *variant = g_memdup2 (transformer, sizeof *transformer);
  const GboxLanguageConfig *config = &transformer->config;
  const int d_model = config->d_model;

  g_atomic_int_set (&variant->n_references, 1);
  variant->base = gbox_transformer_ref (transformer);
  variant->own_layer = layer;
  variant->layers = g_memdup2 (transformer->layers, (gsize) config->n_layers * sizeof (GboxTransformerLayer));
  variant->layers[layer] = (GboxTransformerLayer){ 0 };
  variant->layers[layer].attention_norm = make_norm (&from, (gsize) d_model);
  variant->layers[layer].qkv = make_stacked (&from, gbox_transformer_qkv_width (config), d_model);
  variant->layers[layer].output = make_linear (&from, d_model, config->n_heads * config->head_size);
  variant->layers[layer].ff_norm = make_norm (&from, (gsize) d_model);
  variant->layers[layer].up = make_stacked (&from, 2 * config->d_ff, d_model);
  variant->layers[layer].down = make_linear (&from, d_model, config->d_ff);
  return variant;
}

const float *
gbox_transformer_get_final_norm (const GboxTransformer *transformer)
{
  return transformer->final_norm.weight;
}
