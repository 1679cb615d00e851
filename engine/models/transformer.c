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
  g_clear_pointer (&transformer->file, gbox_tensor_file_unref);
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

static gsize
get_stacked_size (const GboxStackedLinear *stacked)
{
  gsize size = 0;

  for (guint i = 0; i < stacked->n_parts; i++)
    size += gbox_linear_get_size (stacked->parts[i]);
  return size;
}

gsize
gbox_transformer_get_size (const GboxTransformer *transformer)
{
  gsize size = gbox_linear_get_size (transformer->head);

  if (transformer->embedding != NULL)
    size += transformer->embedding->n_bytes;
  for (int i = 0; i < transformer->config.n_layers; i++)
    {
      const GboxTransformerLayer *layer = &transformer->layers[i];

      size += get_stacked_size (&layer->qkv) + gbox_linear_get_size (layer->output)
              + get_stacked_size (&layer->up) + gbox_linear_get_size (layer->down);
    }
  return size;
}

void
gbox_transformer_embed (const GboxTransformer *transformer, int token, float *to)
{
  const GboxLanguageConfig *config = &transformer->config;
  const GboxNamedTensor *embedding = transformer->embedding;

  while (transformer->base != NULL)
    transformer = transformer->base;
  if (embedding == NULL)
    gbox_linear_get_row (transformer->head, token, to);
  else
    gbox_dtype_to_floats (embedding->dtype,
                          (const guint8 *) embedding->data
                            + (gsize) token * (embedding->n_bytes / (gsize) config->n_vocab),
                          (gsize) config->d_model, to);
  for (int i = 0; i < config->d_model; i++)
    to[i] *= config->embedding_scale;
}
