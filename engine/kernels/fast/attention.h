/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tasks of attention read. */
#pragma once

#include "kernels/attention.h"

G_BEGIN_DECLS

/* Queries that meet a key at the same time. */
#define GBOX_ATTENTION_TILE 4

/**
 * GboxAttentionWork:
 * @attention: the caches and sizes
 * @n_tiles: tasks a head of keys; task = head·n_tiles + tile. A tile is up to four of the queries of that
 * head, which are counted row by row
 * @scratch_stride: floats between the scores of two queries
 *
 * The rest as gbox_attention_forward() takes it.
 */
typedef struct
{
  const GboxAttention *attention;
  const GboxAttentionRow *rows;
  int n;
  const float *q;
  gsize q_stride;
  float *y;
  gsize y_stride;
  float *weights;
  float *scratch;
  gsize scratch_stride;
  guint n_tiles;
} GboxAttentionWork;

/* The first position that a row sees. */
static inline int
gbox_attention_first (const GboxAttention *attention, const GboxAttentionRow *row)
{
  return attention->window > 0 ? MAX (row->position + 1 - attention->window, 0) : 0;
}

/* The keys of the 16 positions from a multiple of 16 on. */
static inline const float *
gbox_kv_cache_keys (const GboxKvCache *cache, int head_size, int head, int at)
{
  const gsize n_blocks = (gsize) (cache->capacity / GBOX_KV_BLOCK);
  const gsize block = (gsize) head * n_blocks + (gsize) (at / GBOX_KV_BLOCK);

  return cache->keys + block * (gsize) head_size * GBOX_KV_BLOCK;
}

/* The value of a position. */
static inline const float *
gbox_kv_cache_values (const GboxKvCache *cache, int head_size, int head, int at)
{
  return cache->values + ((gsize) head * (gsize) cache->capacity + (gsize) at) * (gsize) head_size;
}

G_END_DECLS
