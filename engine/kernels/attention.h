/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention over the keys and values of the positions before. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/* Positions whose keys lie together. */
#define GBOX_KV_BLOCK 16

/**
 * GboxKvCache:
 * @keys: (n_kv_heads, capacity / 16, head_size, 16): of each 16 positions the first numbers, then the second
 * …, so that a query meets 16 keys at a time
 * @values: (n_kv_heads, capacity, head_size)
 * @capacity: positions there is memory for; a multiple of %GBOX_KV_BLOCK
 *
 * Keys and values of a run of positions, in one layer. A view, not an owner.
 */
typedef struct
{
  float *keys;
  float *values;
  int capacity;
} GboxKvCache;

/* The next multiple of %GBOX_KV_BLOCK. */
int gbox_kv_cache_round (int n_positions);

/* Floats of the keys, and of the values. */
gsize gbox_kv_cache_size (int capacity, int n_kv_heads, int head_size);

/**
 * gbox_kv_cache_store:
 * @cache: (inout): where to
 * @n_kv_heads: heads
 * @head_size: numbers of a head
 * @at: which position of the cache
 * @keys: (n_kv_heads, head_size)
 * @values: (n_kv_heads, head_size)
 */
void gbox_kv_cache_store (
  const GboxKvCache *cache, int n_kv_heads, int head_size, int at, const float *keys, const float *values);

/**
 * gbox_kv_cache_copy:
 * @from: where from
 * @from_at: first position there
 * @to: (inout): where to; another than @from
 * @to_at: first position there
 * @n: positions
 * @n_kv_heads: heads
 * @head_size: numbers of a head
 */
void gbox_kv_cache_copy (const GboxKvCache *from,
                         int from_at,
                         const GboxKvCache *to,
                         int to_at,
                         int n,
                         int n_kv_heads,
                         int head_size);

/**
 * GboxAttentionRow:
 * @position: where the query is
 * @sequence: which branch it belongs to, or −1 for the trunk
 */
typedef struct
{
  int position;
  int sequence;
} GboxAttentionRow;

/**
 * GboxAttention:
 * @n_heads: heads of queries
 * @n_kv_heads: heads of keys and values; each serves @n_heads / @n_kv_heads consecutive ones of queries
 * @head_size: numbers of a head
 * @scale: what products of queries and keys are multiplied by
 * @window: how many positions a query sees, its own included; 0 for all before it
 * @trunk: positions 0 … @n_trunk − 1, which all sequences share
 * @n_trunk: see there
 * @branches: the positions from @n_trunk on of each sequence
 * @max_positions: more than any row's position; what scratch memory is laid out for
 *
 * Everything that goes into y = softmax (scale · q·Kᵀ) · V, over the positions that a query sees.
 */
typedef struct
{
  int n_heads;
  int n_kv_heads;
  int head_size;
  float scale;
  int window;
  GboxKvCache trunk;
  int n_trunk;
  const GboxKvCache *branches;
  int max_positions;
} GboxAttention;

/* Floats that gbox_attention_forward() needs as scratch memory. */
gsize gbox_attention_scratch_size (const GboxAttention *attention, guint n_workers);

/**
 * gbox_attention_forward:
 * @attention: what to look at; the rows' own keys and values are stored already
 * @team: the workers
 * @rows: (array length=n): where each query is; a row of the trunk lies before n_trunk
 * @n: rows
 * @q: (n, n_heads, head_size), rows @q_stride floats apart
 * @q_stride: see there
 * @y: (out): (n, n_heads, head_size), rows @y_stride floats apart
 * @y_stride: see there
 * @weights: (nullable) (out): (n, n_heads, max_positions), how much each position counts; 0 where it is not
 * seen
 * @scratch: as gbox_attention_scratch_size() says
 *
 * What a row becomes does not depend on the others, nor on whether its positions lie in the trunk or in a
 * branch.
 */
void gbox_attention_forward (const GboxAttention *attention,
                             GboxTeam *team,
                             const GboxAttentionRow *rows,
                             int n,
                             const float *q,
                             gsize q_stride,
                             float *y,
                             gsize y_stride,
                             float *weights,
                             float *scratch);

G_END_DECLS
