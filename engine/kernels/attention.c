/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention over the keys and values of the positions before. */
#include "kernels/attention.h"

#include "kernels/fast/attention.h"
#include "kernels/fast/fast.h"

#include <math.h>
#include <string.h>

int
gbox_kv_cache_round (int n_positions)
{
  return (n_positions + GBOX_KV_BLOCK - 1) / GBOX_KV_BLOCK * GBOX_KV_BLOCK;
}

gsize
gbox_kv_cache_size (int capacity, int n_kv_heads, int head_size)
{
  return (gsize) capacity * (gsize) n_kv_heads * (gsize) head_size;
}

void
gbox_kv_cache_store (
  const GboxKvCache *cache, int n_kv_heads, int head_size, int at, const float *keys, const float *values)
{
  for (int head = 0; head < n_kv_heads; head++, keys += head_size, values += head_size)
    {
      float *block = (float *) gbox_kv_cache_keys (cache, head_size, head, at) + at % GBOX_KV_BLOCK;

      for (int i = 0; i < head_size; i++)
        block[i * GBOX_KV_BLOCK] = keys[i];
      memcpy ((float *) gbox_kv_cache_values (cache, head_size, head, at), values,
              (gsize) head_size * sizeof (float));
    }
}

void
gbox_kv_cache_copy (const GboxKvCache *from,
                    int from_at,
                    const GboxKvCache *to,
                    int to_at,
                    int n,
                    int n_kv_heads,
                    int head_size)
{
  for (int head = 0; head < n_kv_heads; head++)
    for (int i = 0; i < n; i++)
      {
        const int source = from_at + i, target = to_at + i;
        const float *from_keys = gbox_kv_cache_keys (from, head_size, head, source) + source % GBOX_KV_BLOCK;
        float *to_keys = (float *) gbox_kv_cache_keys (to, head_size, head, target) + target % GBOX_KV_BLOCK;

        for (int j = 0; j < head_size; j++)
          to_keys[j * GBOX_KV_BLOCK] = from_keys[j * GBOX_KV_BLOCK];
        memcpy ((float *) gbox_kv_cache_values (to, head_size, head, target),
                gbox_kv_cache_values (from, head_size, head, source), (gsize) head_size * sizeof (float));
      }
}

/* Which cache a position is in, seen from a row; @at becomes its index there. */
static const GboxKvCache *
find_cache (const GboxAttention *attention, const GboxAttentionRow *row, int *at)
{
  if (*at < attention->n_trunk)
    return &attention->trunk;
  *at -= attention->n_trunk;
  return &attention->branches[row->sequence];
}

static double
score (const GboxAttentionWork *work, int row, int head, int position)
{
  const GboxAttention *attention = work->attention;
  const int kv_head = head / (attention->n_heads / attention->n_kv_heads);
  const GboxKvCache *cache = find_cache (attention, &work->rows[row], &position);
  const float *keys
    = gbox_kv_cache_keys (cache, attention->head_size, kv_head, position) + position % GBOX_KV_BLOCK;
  const float *q = work->q + (gsize) row * work->q_stride + head * attention->head_size;
  double sum = 0;

  for (int i = 0; i < attention->head_size; i++)
    sum += (double) q[i] * (double) keys[i * GBOX_KV_BLOCK];
  return sum * (double) attention->scale;
}

static void
attend_reference (const GboxAttentionWork *work, int row, int head)
{
  const GboxAttention *attention = work->attention;
  const int first = gbox_attention_first (attention, &work->rows[row]), end = work->rows[row].position + 1;
  const int kv_head = head / (attention->n_heads / attention->n_kv_heads);
  float *y = work->y + (gsize) row * work->y_stride + head * attention->head_size;
  float *weights = work->scratch;
  double max = -INFINITY, sum = 0;

  for (int p = first; p < end; p++)
    max = MAX (max, score (work, row, head, p));
  for (int p = first; p < end; p++)
    sum += exp (score (work, row, head, p) - max);
  memset (weights, 0, (gsize) attention->max_positions * sizeof (float));
  for (int p = first; p < end; p++)
    weights[p] = (float) (exp (score (work, row, head, p) - max) / sum);
  if (work->weights != NULL)
    memcpy (work->weights
              + ((gsize) row * (gsize) attention->n_heads + (gsize) head) * (gsize) attention->max_positions,
            weights, (gsize) attention->max_positions * sizeof (float));
  for (int i = 0; i < attention->head_size; i++)
    {
      sum = 0;
      for (int p = first; p < end; p++)
        {
          int at = p;
          const GboxKvCache *cache = find_cache (attention, &work->rows[row], &at);

          sum += (double) weights[p]
                 * (double) gbox_kv_cache_values (cache, attention->head_size, kv_head, at)[i];
        }
      y[i] = (float) sum;
    }
}

static gsize
get_scratch_stride (const GboxAttention *attention)
{
  /* A branch begins with a block of its own, wherever the trunk ends. */
  return (gsize) gbox_kv_cache_round (attention->max_positions) + GBOX_KV_BLOCK;
}

gsize
gbox_attention_scratch_size (const GboxAttention *attention, guint n_workers)
{
  return n_workers * GBOX_ATTENTION_TILE * get_scratch_stride (attention);
}

void
gbox_attention_forward (const GboxAttention *attention,
                        GboxTeam *team,
                        const GboxAttentionRow *rows,
                        int n,
                        const float *q,
                        gsize q_stride,
                        float *y,
                        gsize y_stride,
                        float *weights,
                        float *scratch)
{
  const GboxFastKernels *kernels = gbox_fast_kernels ();
  const int group = attention->n_heads / attention->n_kv_heads;
  GboxAttentionWork work = {
    .attention = attention,
    .rows = rows,
    .n = n,
    .q = q,
    .q_stride = q_stride,
    .y = y,
    .y_stride = y_stride,
    .weights = weights,
    .scratch = scratch,
    .scratch_stride = get_scratch_stride (attention),
    .n_tiles = ((guint) (n * group) + GBOX_ATTENTION_TILE - 1) / GBOX_ATTENTION_TILE,
  };

  if (kernels != NULL)
    gbox_team_run (team, work.n_tiles * (guint) attention->n_kv_heads, kernels->attention, &work);
  else
    for (int row = 0; row < n; row++)
      for (int head = 0; head < attention->n_heads; head++)
        attend_reference (&work, row, head);
}
