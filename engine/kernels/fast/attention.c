/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention over the keys and values of the positions before. */
#include "kernels/fast/attention.h"

#include "kernels/fast/exponential.h"
#include "kernels/fast/fast.h"
#include "kernels/fast/maximum.h"

#define TILE    GBOX_ATTENTION_TILE
#define VECTORS (GBOX_KV_BLOCK / LANES)

/* Partial sums of the exponentials, for the compiler to keep in vectors. */
#define SUMS 16

#define CACHE_LINE 64

/* One query of a tile. */
typedef struct
{
  const GboxAttentionRow *row;
  const float *q;
  float *y;
  float *scores;  /* from position 0 on */
  float *weights; /* (nullable): where they are wanted */
  int first;
  int end;
  float factor; /* 1 / sum of the exponentials */
} Query;

typedef struct
{
  const GboxAttention *attention;
  int head; /* of keys and values */
  Query queries[TILE];
  int n;
} Tile;

/* The products of @n queries with the keys of 16 positions; those are position @at and after. */
ALWAYS_INLINE void
score_block (const float *keys, int head_size, const Query *queries, int n, int at)
{
  Vec sums[TILE][VECTORS] = { 0 };

  for (int i = 0; i < head_size; i++)
    for (int v = 0; v < VECTORS; v++)
      {
        const Vec key = vec_load (keys + i * GBOX_KV_BLOCK + v * LANES);

        for (int j = 0; j < n; j++)
          sums[j][v] += queries[j].q[i] * key;
      }
  for (int j = 0; j < n; j++)
    for (int v = 0; v < VECTORS; v++)
      vec_store (queries[j].scores + at + v * LANES, sums[j][v]);
}

/* Positions @first … @end − 1 of a cache, of which the first is position @start of the text. */
static void
score_cache (
  const Tile *tile, const GboxKvCache *cache, int start, int first, int end, const Query *queries, int n)
{
  const int head_size = tile->attention->head_size;

  for (int at = first / GBOX_KV_BLOCK * GBOX_KV_BLOCK; at < end; at += GBOX_KV_BLOCK)
    {
      const float *keys = gbox_kv_cache_keys (cache, head_size, tile->head, at);

      /* Each number of queries is compiled by itself. */
      if (n == 4)
        score_block (keys, head_size, queries, 4, start + at);
      else if (n == 3)
        score_block (keys, head_size, queries, 3, start + at);
      else if (n == 2)
        score_block (keys, head_size, queries, 2, start + at);
      else
        score_block (keys, head_size, queries, 1, start + at);
    }
}

/* Scores become exponentials, and what a query does not see of [@from, @to) becomes 0. */
static void
exponentiate (Query *query, float scale, int from, int to)
{
  float *scores = query->scores + query->first;
  const int n = query->end - query->first;
  const float max = find_max (scores, (gsize) n);
  float sums[SUMS] = { 0 }, sum = 0;
  int i = 0;

  for (int j = 0; j < n; j++)
    {
      const float power = scale * (scores[j] - max);

      scores[j] = exponential (power < -EXPONENTIAL_MAX ? -EXPONENTIAL_MAX : power);
    }
  for (; i + SUMS <= n; i += SUMS)
    for (int j = 0; j < SUMS; j++)
      sums[j] += scores[i + j];
  for (; i < n; i++)
    sum += scores[i];
  for (int j = 0; j < SUMS; j++)
    sum += sums[j];
  query->factor = 1.0f / sum;
  for (int p = from; p < query->first; p++)
    query->scores[p] = 0;
  for (int p = query->end; p < to; p++)
    query->scores[p] = 0;
}

/* Adds Σ weight · value of @n queries to numbers c … c + n_vectors · lanes − 1 of their outputs. With one
 * vector every sum would wait for the one before. */
ALWAYS_INLINE void
mix_vectors (const float *values,
             gsize head_size,
             const Query *queries,
             int n,
             int from,
             int n_positions,
             gsize c,
             int n_vectors,
             int lanes)
{
  Vec sums[TILE][2];

  for (int j = 0; j < n; j++)
    for (int v = 0; v < n_vectors; v++)
      sums[j][v] = vec_load_n (queries[j].y + c + v * LANES, lanes);
  for (int p = 0; p < n_positions; p++)
    for (int v = 0; v < n_vectors; v++)
      {
        const Vec value = vec_load_n (values + (gsize) p * head_size + c + v * LANES, lanes);

        for (int j = 0; j < n; j++)
          sums[j][v] += queries[j].scores[from + p] * value;
      }
  for (int j = 0; j < n; j++)
    for (int v = 0; v < n_vectors; v++)
      vec_store_n (queries[j].y + c + v * LANES, sums[j][v], lanes);
}

ALWAYS_INLINE void
mix (const float *values, gsize head_size, const Query *queries, int n, int from, int n_positions)
{
  gsize c = 0;

  for (; c + 2 * LANES <= head_size; c += 2 * LANES)
    mix_vectors (values, head_size, queries, n, from, n_positions, c, 2, LANES);
  for (; c < head_size; c += LANES)
    mix_vectors (values, head_size, queries, n, from, n_positions, c, 1, (int) MIN (head_size - c, LANES));
}

static void
mix_cache (
  const Tile *tile, const GboxKvCache *cache, int start, int first, int end, const Query *queries, int n)
{
  const gsize head_size = (gsize) tile->attention->head_size;
  const float *values = gbox_kv_cache_values (cache, (int) head_size, tile->head, first);

  if (first >= end)
    return;
  if (n == 4)
    mix (values, head_size, queries, 4, start + first, end - first);
  else if (n == 3)
    mix (values, head_size, queries, 3, start + first, end - first);
  else if (n == 2)
    mix (values, head_size, queries, 2, start + first, end - first);
  else
    mix (values, head_size, queries, 1, start + first, end - first);
}

static void
fill_tile (Tile *tile, const GboxAttentionWork *work, guint task, guint worker)
{
  const GboxAttention *attention = work->attention;
  const int group = attention->n_heads / attention->n_kv_heads;
  const int begin = (int) (task % work->n_tiles) * TILE;

  tile->attention = attention;
  tile->head = (int) (task / work->n_tiles);
  tile->n = MIN (TILE, work->n * group - begin);
  for (int j = 0; j < tile->n; j++)
    {
      const gsize row = (gsize) ((begin + j) / group);
      const gsize head = (gsize) tile->head * (gsize) group + (gsize) ((begin + j) % group);
      Query *query = &tile->queries[j];

      query->row = &work->rows[row];
      query->q = work->q + row * work->q_stride + head * (gsize) attention->head_size;
      query->y = work->y + row * work->y_stride + head * (gsize) attention->head_size;
      query->scores = work->scratch + (worker * TILE + (gsize) j) * work->scratch_stride;
      query->weights
        = work->weights == NULL
            ? NULL
            : work->weights + (row * (gsize) attention->n_heads + head) * (gsize) attention->max_positions;
      query->first = gbox_attention_first (attention, query->row);
      query->end = query->row->position + 1;
      memset (query->y, 0, (gsize) attention->head_size * sizeof (float));
    }
}

/* How many queries from @i on are of the same row. */
static int
count_same (const Tile *tile, int i)
{
  int n = 1;

  while (i + n < tile->n && tile->queries[i + n].row == tile->queries[i].row)
    n++;
  return n;
}

/* What queries of one row see beyond the trunk. */
static void
visit_branch (const Tile *tile,
              void (*visit) (const Tile *, const GboxKvCache *, int, int, int, const Query *, int))
{
  const int n_trunk = tile->attention->n_trunk;

  for (int i = 0, n; i < tile->n; i += n)
    {
      const Query *query = &tile->queries[i];

      n = count_same (tile, i);
      if (query->end > n_trunk)
        visit (tile, &tile->attention->branches[query->row->sequence], n_trunk,
               MAX (query->first - n_trunk, 0), query->end - n_trunk, query, n);
    }
}

/* Asks for @n floats. */
static inline void
prefetch_floats (const float *p, gsize n)
{
  for (gsize i = 0; i < n; i += CACHE_LINE / sizeof (float))
    __builtin_prefetch (p + i);
}

/* Asks for what queries see beyond the trunk, which no other tile has brought into the cache. */
static void
prefetch_branch (
  const Tile *tile, const GboxKvCache *cache, int start, int first, int end, const Query *queries, int n)
{
  const gsize head_size = (gsize) tile->attention->head_size;

  for (int at = first / GBOX_KV_BLOCK * GBOX_KV_BLOCK; at < end; at += GBOX_KV_BLOCK)
    prefetch_floats (gbox_kv_cache_keys (cache, (int) head_size, tile->head, at), head_size * GBOX_KV_BLOCK);
  prefetch_floats (gbox_kv_cache_values (cache, (int) head_size, tile->head, first),
                   (gsize) (end - first) * head_size);
}

static void
finish (const Tile *tile)
{
  for (int j = 0; j < tile->n; j++)
    {
      const Query *query = &tile->queries[j];

      for (int i = 0; i < tile->attention->head_size; i++)
        query->y[i] *= query->factor;
      for (int p = 0; query->weights != NULL && p < tile->attention->max_positions; p++)
        query->weights[p] = p >= query->first && p < query->end ? query->scores[p] * query->factor : 0;
    }
}

void
FAST (attention) (gpointer data, guint task, guint worker)
{
  Tile tile;
  int first = G_MAXINT, end = 0;

  fill_tile (&tile, data, task, worker);
  for (int j = 0; j < tile.n; j++)
    {
      first = MIN (first, tile.queries[j].first);
      end = MAX (end, MIN (tile.queries[j].end, tile.attention->n_trunk));
    }
  visit_branch (&tile, prefetch_branch);
  score_cache (&tile, &tile.attention->trunk, 0, first, end, tile.queries, tile.n);
  visit_branch (&tile, score_cache);
  for (int j = 0; j < tile.n; j++)
    exponentiate (&tile.queries[j], tile.attention->scale, first, end);
  mix_cache (&tile, &tile.attention->trunk, 0, first, end, tile.queries, tile.n);
  visit_branch (&tile, mix_cache);
  finish (&tile);
}
