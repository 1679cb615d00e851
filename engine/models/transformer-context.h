/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a text that a model has read consists of, for the files that compute with it. */
#pragma once

#include "base/arena.h"
#include "kernels/attention.h"
#include "models/transformer-private.h"

G_BEGIN_DECLS

/**
 * GboxPassBuffers:
 * @hidden: (chunk, d_model), the residual stream
 * @normed: (chunk, d_model)
 * @change: (chunk, d_model), what a part is about to add, where that is normalized first
 * @qkv: (chunk, queries + keys + values)
 * @heads: (chunk, n_heads · head_size)
 * @up: (chunk, d_ff or twice that)
 * @scratch: for the matrices
 * @attention_scratch: for attention
 * @rope: (nullable): table of the global layers
 * @rope_sliding: (nullable): table of the sliding ones
 */
typedef struct
{
  float *hidden;
  float *normed;
  float *change;
  float *qkv;
  float *heads;
  float *up;
  gpointer scratch;
  float *attention_scratch;
  float *rope;
  float *rope_sliding;
} GboxPassBuffers;

struct _GboxTransformerContext
{
  GboxTransformer *transformer;
  GboxTeam *team;
  GboxPrecision precision;
  int max_trunk;
  int n_branches;
  int max_branch;

  int *tokens; /* of the trunk */
  int n_trunk;
  int *branch_tokens; /* (n_branches, max_branch) */
  int *branch_lengths;

  GboxArena *arena;
  GboxKvCache *trunks;   /* (n_layers) */
  GboxKvCache *branches; /* (n_layers, n_branches) */
  GboxPassBuffers buffers;
  GboxTransformerTap tap;
  GboxLapClock *clock; /* (nullable) */

  /* The pass that is being done. */
  GboxAttentionRow rows[GBOX_TRANSFORMER_CHUNK];
  int positions[GBOX_TRANSFORMER_CHUNK];
  int n;
};

/* Computes what @tokens, whose places context->rows and context->n say, leave in the caches and in
 * buffers.hidden; @n_trunk positions are the trunk's. */
void gbox_transformer_pass (GboxTransformerContext *context, const int *tokens, int n_trunk);

/* For the head and for what attention gives back to the stream: few of the products, but their rounding shows
 * most. With activations of 8 bits there too, SmolLM2's two most probable tokens changed places where they
 * lie .1 apart. */
static inline GboxPrecision
gbox_transformer_context_get_careful_precision (const GboxTransformerContext *context)
{
  return context->precision == GBOX_PRECISION_INT8 ? GBOX_PRECISION_INT16 : context->precision;
}

G_END_DECLS
