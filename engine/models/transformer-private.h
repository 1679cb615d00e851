/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transformer's weights, as its passes use them. */
#pragma once

#include "models/linear.h"
#include "models/transformer.h"

G_BEGIN_DECLS

/**
 * GboxNormWeights:
 * @weight: (nullable): %NULL where there is no norm
 * @bias: (nullable): %NULL for RMSNorm
 */
typedef struct
{
  float *weight;
  float *bias;
} GboxNormWeights;

#define GBOX_MAX_PARTS 3

/**
 * GboxStackedLinear:
 * @parts: matrices with the same input
 * @offsets: where in the output each one's begins
 * @n_parts: how many
 * @n_out: width of the whole output
 *
 * Several matrices that are applied to the same vectors: one where they are of the same type.
 */
typedef struct
{
  GboxLinear *parts[GBOX_MAX_PARTS];
  int offsets[GBOX_MAX_PARTS];
  guint n_parts;
  int n_out;
} GboxStackedLinear;

/**
 * GboxTransformerLayer:
 * @attention_norm: before attention
 * @qkv: queries, keys and values, one after the other
 * @q_norm: of each head of the queries
 * @k_norm: of each head of the keys
 * @output: from the heads back into the residual stream
 * @after_attention_norm: of what goes there
 * @ff_norm: before the feed-forward part
 * @up: gate and up, or up alone
 * @down: back into the residual stream
 * @after_ff_norm: of what goes there
 */
typedef struct
{
  GboxNormWeights attention_norm;
  GboxStackedLinear qkv;
  GboxNormWeights q_norm;
  GboxNormWeights k_norm;
  GboxLinear *output;
  GboxNormWeights after_attention_norm;
  GboxNormWeights ff_norm;
  GboxStackedLinear up;
  GboxLinear *down;
  GboxNormWeights after_ff_norm;
} GboxTransformerLayer;

struct _GboxTransformer
{
  gint n_references;     /* atomic */
  GboxTransformer *base; /* (nullable): whose everything is but the head or a layer */
  int own_layer;         /* which, where @layers is not the base's */
  GboxLanguageConfig config;
  guint8 *embedding; /* (nullable): (n_vocab, d_model); %NULL where the head is also that */
  GboxDtype embedding_dtype;
  gsize embedding_stride; /* bytes of a row */
  float *positions;       /* (nullable): (n_context, d_model) */
  GboxTransformerLayer *layers;
  GboxNormWeights final_norm;
  GboxLinear *head;
};

/* Width of queries, keys and values together. */
static inline int
gbox_transformer_qkv_width (const GboxLanguageConfig *config)
{
  return (config->n_heads + 2 * config->n_kv_heads) * config->head_size;
}

/* Writes the embedding of a token, scaled. */
void gbox_transformer_embed (const GboxTransformer *transformer, int token, float *to);

G_END_DECLS
