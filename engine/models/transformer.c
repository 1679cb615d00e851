/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language model's weights. */
#include "models/transformer-private.h"

#include "formats/dtype.h"

static void
clear_norm (GboxNormWeights *norm)
{
  g_free (norm->weight);
  g_free (norm->bias);
}

static void
clear_stacked (GboxStackedLinear *stacked)
{
  for (guint i = 0; i < stacked->n_parts; i++)
    gbox_linear_free (stacked->parts[i]);
}

static void
clear_layer (GboxTransformerLayer *layer)
{
  clear_norm (&layer->attention_norm);
  clear_stacked (&layer->qkv);
  clear_norm (&layer->q_norm);
  clear_norm (&layer->k_norm);
  gbox_linear_free (layer->output);
  clear_norm (&layer->after_attention_norm);
  clear_norm (&layer->ff_norm);
  clear_stacked (&layer->up);
  gbox_linear_free (layer->down);
  clear_norm (&layer->after_ff_norm);
}

static void
free_variant (GboxTransformer *transformer)
{
  if (transformer->head != transformer->base->head)
    gbox_linear_free (transformer->head);
  if (transformer->layers != transformer->base->layers)
    {
      clear_layer (&transformer->layers[transformer->own_layer]);
      g_free (transformer->layers);
    }
  gbox_transformer_unref (transformer->base);
  g_free (transformer);
}

GboxTransformer *
gbox_transformer_ref (GboxTransformer *transformer)
{
  g_atomic_int_inc (&transformer->n_references);
  return transformer;
}

void
gbox_transformer_unref (GboxTransformer *transformer)
{
  if (!g_atomic_int_dec_and_test (&transformer->n_references))
    return;
  if (transformer->base != NULL)
    {
      free_variant (transformer);
      return;
    }
  for (int i = 0; i < transformer->config.n_layers; i++)
    clear_layer (&transformer->layers[i]);
  g_free (transformer->layers);
  clear_norm (&transformer->final_norm);
  gbox_linear_free (transformer->head);
  g_free (transformer->positions);
  g_free (transformer->embedding);
  g_free (transformer);
}

GboxTransformer *
gbox_transformer_new_with_head (GboxTransformer *transformer, const float *head)
{
  GboxTransformer *variant = g_memdup2 (transformer, sizeof *transformer);
  const GboxLanguageConfig *config = &transformer->config;

  g_atomic_int_set (&variant->n_references, 1);
  variant->base = gbox_transformer_ref (transformer);
  variant->head = gbox_linear_new (GBOX_DTYPE_F32, config->n_vocab, config->d_model, head, NULL);
  return variant;
}

void
gbox_transformer_get_head_row (const GboxTransformer *transformer, int token, float *to)
{
  gbox_linear_get_row (transformer->head, token, to);
}

const GboxLanguageConfig *
gbox_transformer_get_config (const GboxTransformer *transformer)
{
  return &transformer->config;
}

/* Something about a matrix, summed up over all that make up a lap. */
static gsize
sum_up (const GboxTransformer *transformer, GboxTransformerLap lap, gsize (*measure) (const GboxLinear *))
{
  gsize sum = lap == GBOX_LAP_HEAD ? measure (transformer->head) : 0;

  for (int i = 0; i < transformer->config.n_layers; i++)
    {
      const GboxTransformerLayer *layer = &transformer->layers[i];
      const GboxStackedLinear *stacked = lap == GBOX_LAP_QKV ? &layer->qkv : &layer->up;

      if (lap == GBOX_LAP_OUTPUT)
        sum += measure (layer->output);
      else if (lap == GBOX_LAP_DOWN)
        sum += measure (layer->down);
      else if (lap == GBOX_LAP_QKV || lap == GBOX_LAP_UP)
        for (guint part = 0; part < stacked->n_parts; part++)
          sum += measure (stacked->parts[part]);
    }
  return sum;
}

static gsize
count_weights (const GboxLinear *linear)
{
  return (gsize) gbox_linear_get_n_in (linear) * (gsize) gbox_linear_get_n_out (linear);
}

gsize
gbox_transformer_get_lap_size (const GboxTransformer *transformer, GboxTransformerLap lap)
{
  return sum_up (transformer, lap, gbox_linear_get_size);
}

gsize
gbox_transformer_get_lap_weights (const GboxTransformer *transformer, GboxTransformerLap lap)
{
  return sum_up (transformer, lap, count_weights);
}

gsize
gbox_transformer_get_size (const GboxTransformer *transformer)
{
  gsize size = (gsize) transformer->config.n_vocab * transformer->embedding_stride;

  for (GboxTransformerLap lap = 0; lap < GBOX_N_TRANSFORMER_LAPS; lap++)
    size += gbox_transformer_get_lap_size (transformer, lap);
  return size;
}

void
gbox_transformer_embed (const GboxTransformer *transformer, int token, float *to)
{
  const GboxLanguageConfig *config = &transformer->config;

  while (transformer->base != NULL)
    transformer = transformer->base;
  if (transformer->embedding == NULL)
    gbox_linear_get_row (transformer->head, token, to);
  else
    gbox_dtype_to_floats (transformer->embedding_dtype,
                          transformer->embedding + (gsize) token * transformer->embedding_stride,
                          (gsize) config->d_model, to);
  for (int i = 0; i < config->d_model; i++)
    to[i] *= config->embedding_scale;
}
