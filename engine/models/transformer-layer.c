/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer of a transformer as plain numbers, out of a model and into one. */
#include "models/transformer-layer.h"

#include "models/transformer-private.h"

#include <string.h>

gboolean
gbox_transformer_has_known_layers (const GboxLanguageConfig *config)
{
  return config->rope_pairing != GBOX_ROPE_NONE
         && (config->architecture == GBOX_ARCHITECTURE_LLAMA
             || config->architecture == GBOX_ARCHITECTURE_QWEN2);
}

gsize
gbox_transformer_get_bias_size (const GboxLanguageConfig *config)
{
  const gsize d_model = (gsize) config->d_model, width = (gsize) gbox_transformer_qkv_width (config);

  return config->architecture == GBOX_ARCHITECTURE_QWEN2 ? (width + d_model - 1) / d_model * d_model : 0;
}

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

static void
read_biases (const GboxStackedLinear *stacked, float *to)
{
  for (guint i = 0; i < stacked->n_parts; i++)
    {
      const gsize n = (gsize) gbox_linear_get_n_out (stacked->parts[i]);
      const float *bias = gbox_linear_get_bias (stacked->parts[i]);

      if (bias != NULL)
        memcpy (to, bias, n * sizeof (float));
      to += n;
    }
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
  to = read_linear (from->down, to);
  memset (to, 0, gbox_transformer_get_bias_size (&transformer->config) * sizeof (float));
  if (gbox_transformer_get_bias_size (&transformer->config) > 0)
    read_biases (&from->qkv, to);
}

/* Moves @from behind what it takes. */
static GboxLinear *
make_linear (const float **from, int n_out, int n_in, const float *bias)
{
  GboxLinear *linear = gbox_linear_new (GBOX_DTYPE_F32, n_out, n_in, *from, bias);

  *from += (gsize) n_out * (gsize) n_in;
  return linear;
}

static GboxStackedLinear
make_stacked (const float **from, int n_out, int n_in, const float *bias)
{
  return (
    GboxStackedLinear){ .parts = { make_linear (from, n_out, n_in, bias) }, .n_parts = 1, .n_out = n_out };
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
  const int d_model = config->d_model, n_q = config->n_heads * config->head_size;
  const int n_qkv = gbox_transformer_qkv_width (config), d_ff = config->d_ff;
  /* The biases stand last. */
  const float *biases = from + 2 * d_model + (gsize) d_model * (gsize) (n_qkv + n_q + 3 * d_ff);

  g_atomic_int_set (&variant->n_references, 1);
  variant->base = gbox_transformer_ref (transformer);
  variant->own_layer = layer;
  variant->layers = g_memdup2 (transformer->layers, (gsize) config->n_layers * sizeof (GboxTransformerLayer));
  variant->layers[layer] = (GboxTransformerLayer){ 0 };
  variant->layers[layer].attention_norm = make_norm (&from, (gsize) d_model);
  variant->layers[layer].qkv
    = make_stacked (&from, n_qkv, d_model, gbox_transformer_get_bias_size (config) > 0 ? biases : NULL);
  variant->layers[layer].output = make_linear (&from, d_model, n_q, NULL);
  variant->layers[layer].ff_norm = make_norm (&from, (gsize) d_model);
  variant->layers[layer].up = make_stacked (&from, 2 * d_ff, d_model, NULL);
  variant->layers[layer].down = make_linear (&from, d_model, d_ff, NULL);
  return variant;
}

const float *
gbox_transformer_get_final_norm (const GboxTransformer *transformer)
{
  return transformer->final_norm.weight;
}
