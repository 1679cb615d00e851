/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transformer's layer that can be trained: memory and forward pass. */
#include "learning/block-private.h"

#include "base/error.h"
#include "kernels/gemm.h"
#include "kernels/norm.h"
#include "models/transformer-layer.h"

#include <math.h>
#include <string.h>

/* Columns of a product that a task computes. */
#define SLICE 96

int
gbox_block_get_heads_width (const GboxBlock *block)
{
  return (block->config.n_heads + 2 * block->config.n_kv_heads) * block->config.head_size;
}

int
gbox_block_get_query_width (const GboxBlock *block)
{
  return block->config.n_heads * block->config.head_size;
}

gsize
gbox_block_get_part_size (const GboxLanguageConfig *config, GboxBlockPart part)
{
  const gsize d_model = (gsize) config->d_model, d_ff = (gsize) config->d_ff;
  const gsize n_q = (gsize) config->n_heads * (gsize) config->head_size;
  const gsize n_kv = (gsize) config->n_kv_heads * (gsize) config->head_size;
  const gsize sizes[GBOX_BLOCK_N_PARTS] = {
    [GBOX_BLOCK_ATTENTION_NORM] = d_model,
    [GBOX_BLOCK_QKV] = (n_q + 2 * n_kv) * d_model,
    [GBOX_BLOCK_OUTPUT] = d_model * n_q,
    [GBOX_BLOCK_FF_NORM] = d_model,
    [GBOX_BLOCK_UP] = 2 * d_ff * d_model,
    [GBOX_BLOCK_DOWN] = d_model * d_ff,
    [GBOX_BLOCK_QKV_BIAS] = gbox_transformer_get_bias_size (config),
  };

  return sizes[part];
}

static gsize
get_offset (const GboxLanguageConfig *config, guint part)
{
  gsize offset = 0;

  for (guint i = 0; i < part; i++)
    offset += gbox_block_get_part_size (config, (GboxBlockPart) i);
  return offset;
}

gsize
gbox_block_get_size (const GboxLanguageConfig *config)
{
  return get_offset (config, GBOX_BLOCK_N_PARTS);
}

gsize
gbox_block_get_offset (const GboxBlock *block, GboxBlockPart part)
{
  return get_offset (&block->config, part);
}

static gboolean
check_config (const GboxLanguageConfig *config, GError **error)
{
  if (gbox_transformer_has_known_layers (config))
    return TRUE;
  g_set_error_literal (
    error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
    "The last layer can be trained of models of llama's and of Qwen2's kind only: what others "
    "have in it (other biases, norms and positions) has no backward pass here. Train the "
    "head, or choose another model.");
  return FALSE;
}

static void
list_widths (const GboxBlock *block, gsize widths[GBOX_BLOCK_N_BUFFERS])
{
  const gsize d_model = (gsize) block->config.d_model, d_ff = (gsize) block->config.d_ff;
  const gsize heads = (gsize) gbox_block_get_heads_width (block);
  const gsize queries = (gsize) gbox_block_get_query_width (block);

  for (guint i = 0; i < GBOX_BLOCK_N_BUFFERS; i++)
    widths[i] = d_model;
  widths[GBOX_BLOCK_HEADS] = widths[GBOX_BLOCK_D_HEADS] = heads;
  widths[GBOX_BLOCK_ATTENDED] = widths[GBOX_BLOCK_D_ATTENDED] = queries;
  widths[GBOX_BLOCK_GATED] = widths[GBOX_BLOCK_D_GATED] = 2 * d_ff;
  widths[GBOX_BLOCK_HIDDEN] = widths[GBOX_BLOCK_D_HIDDEN] = d_ff;
  widths[GBOX_BLOCK_TURNED] = MAX (MAX (heads, 2 * d_ff), d_model);
}

/* Parameters, gradient, both rope tables, scores and their changes stand after the buffers. */
#define N_OTHERS 6

static gboolean
allocate (GboxBlock *block, GError **error)
{
  const gsize capacity = (gsize) block->capacity,
              n_positions = (gsize) block->n_prompt + (gsize) block->length;
  const gsize size = gbox_block_get_size (&block->config);
  const gsize table = n_positions * (gsize) block->config.rope_size;
  const gsize scores = MAX (capacity, (gsize) block->config.n_kv_heads) * n_positions;
  const gsize others[N_OTHERS] = { size, size, table, table, scores, scores };
  float **const to[N_OTHERS] = { &block->parameters,   &block->gradient, &block->rope,
                                 &block->inverse_rope, &block->scores,   &block->changes };
  gsize widths[GBOX_BLOCK_N_BUFFERS];
  guint handles[GBOX_BLOCK_N_BUFFERS + N_OTHERS];

  list_widths (block, widths);
  for (guint i = 0; i < G_N_ELEMENTS (handles); i++)
    handles[i] = gbox_arena_reserve (block->arena,
                                     (i < GBOX_BLOCK_N_BUFFERS ? capacity * widths[i]
                                                               : others[i - GBOX_BLOCK_N_BUFFERS])
                                       * sizeof (float),
                                     0, GBOX_ARENA_FOREVER);
  if (!gbox_arena_commit (block->arena, error))
    return FALSE;
  for (guint i = 0; i < GBOX_BLOCK_N_BUFFERS; i++)
    block->buffers[i] = gbox_arena_get (block->arena, handles[i]);
  for (guint i = 0; i < N_OTHERS; i++)
    *to[i] = gbox_arena_get (block->arena, handles[GBOX_BLOCK_N_BUFFERS + i]);
  return TRUE;
}

/* The sines stand in the second half of each row. */
static void
fill_tables (GboxBlock *block, int n_positions)
{
  const GboxLanguageConfig *config = &block->config;
  const gsize half = (gsize) config->rope_size / 2;

  gbox_rope_fill_table (block->rope, n_positions, config->rope_size, config->rope_base, config->rope_scale);
  for (gsize i = 0; i < (gsize) n_positions * 2 * half; i++)
    block->inverse_rope[i] = i / half % 2 == 0 ? block->rope[i] : -block->rope[i];
}

GboxBlock *
gbox_block_new (
  const GboxLanguageConfig *config, GboxTeam *team, int n_prompt, int n_sequences, int length, GError **error)
{
  g_autoptr (GboxBlock) block = NULL;

  if (!check_config (config, error))
    return NULL;
  block = g_new0 (GboxBlock, 1);
  block->config = *config;
  block->team = team;
  block->n_prompt = n_prompt;
  block->length = length;
  block->capacity = n_prompt + n_sequences * length;
  block->sequences = g_new0 (int, (gsize) block->capacity);
  block->positions = g_new0 (int, (gsize) block->capacity);
  block->rows = g_new0 (int, (gsize) n_sequences *(gsize) length);
  block->lengths = g_new0 (int, (gsize) n_sequences);
  block->arena = gbox_arena_new ();
  if (!allocate (block, error))
    return NULL;
  fill_tables (block, n_prompt + length);
  return g_steal_pointer (&block);
}

void
gbox_block_free (GboxBlock *block)
{
  if (block == NULL)
    return;
  g_clear_pointer (&block->arena, gbox_arena_free);
  g_free (block->sequences);
  g_free (block->positions);
  g_free (block->rows);
  g_free (block->lengths);
  g_free (block);
}

float *
gbox_block_get_parameters (GboxBlock *block)
{
  return block->parameters;
}

float *
gbox_block_get_gradient (GboxBlock *block)
{
  return block->gradient;
}

int
gbox_block_get_n_rows (const GboxBlock *block)
{
  return block->n_rows;
}

const float *
gbox_block_get_z (const GboxBlock *block)
{
  return block->buffers[GBOX_BLOCK_Z];
}

typedef struct
{
  const float *x;
  int n;
  const float *weights;
  int n_in;
  int n_out;
  gboolean is_turned;
  float *y;
} Product;

static void
multiply_task (gpointer data, guint task, guint worker)
{
  const Product *product = data;
  const gsize column = (gsize) task * SLICE, n_in = (gsize) product->n_in, n_out = (gsize) product->n_out;
  const int width = (int) MIN (SLICE, n_out - column);

  if (product->is_turned)
    gbox_gemm (product->n, width, product->n_in, product->x, n_in, product->weights + column, n_out, 0,
               product->y + column, n_out);
  else
    gbox_gemm_transposed (product->n, width, product->n_in, product->x, n_in,
                          product->weights + column * n_in, n_in, 0, product->y + column, n_out);
}

void
gbox_block_multiply (const GboxBlock *block,
                     const float *x,
                     int n,
                     const float *weights,
                     int n_in,
                     int n_out,
                     gboolean is_turned,
                     float *y)
{
  Product product = { x, n, weights, n_in, n_out, is_turned, y };

  gbox_team_run (block->team, (guint) (n_out + SLICE - 1) / SLICE, multiply_task, &product);
}

int
gbox_block_get_n_seen (const GboxBlock *block, int row)
{
  return block->positions[row] + 1;
}

int
gbox_block_get_seen (const GboxBlock *block, int row, int i)
{
  return i < block->n_prompt ? i : block->rows[block->sequences[row] * block->length + i - block->n_prompt];
}

void
gbox_block_score (const GboxBlock *block, int row, int head, float *scores)
{
  const GboxLanguageConfig *config = &block->config;
  const gsize width = (gsize) gbox_block_get_heads_width (block), size = (gsize) config->head_size;
  const float *heads = block->buffers[GBOX_BLOCK_HEADS];
  const float *q = heads + (gsize) row * width + (gsize) head * size;
  const int kv_head = head / (config->n_heads / config->n_kv_heads);
  const int n = gbox_block_get_n_seen (block, row);
  float max = -INFINITY, sum = 0;

  for (int i = 0; i < n; i++)
    {
      const float *k = heads + (gsize) gbox_block_get_seen (block, row, i) * width
                       + (gsize) (config->n_heads + kv_head) * size;
      float product = 0;

      for (gsize j = 0; j < size; j++)
        product += q[j] * k[j];
      scores[i] = config->attention_scale * product;
      max = MAX (max, scores[i]);
    }
  for (int i = 0; i < n; i++)
    {
      scores[i] = expf (scores[i] - max);
      sum += scores[i];
    }
  for (int i = 0; i < n; i++)
    scores[i] /= sum;
}

typedef struct
{
  const GboxBlock *block;
  int first;
} Attention;

static void
attend_task (gpointer data, guint task, guint worker)
{
  const Attention *attention = data;
  const GboxBlock *block = attention->block;
  const GboxLanguageConfig *config = &block->config;
  const int row = attention->first + (int) task, n = gbox_block_get_n_seen (block, row);
  const gsize width = (gsize) gbox_block_get_heads_width (block), size = (gsize) config->head_size;
  float *scores = block->scores + (gsize) row * (gsize) (block->n_prompt + block->length);
  float *to = block->buffers[GBOX_BLOCK_ATTENDED] + (gsize) row * (gsize) gbox_block_get_query_width (block);

  memset (to, 0, (gsize) gbox_block_get_query_width (block) * sizeof (float));
  for (int head = 0; head < config->n_heads; head++, to += size)
    {
      const int kv_head = head / (config->n_heads / config->n_kv_heads);

      gbox_block_score (block, row, head, scores);
      for (int i = 0; i < n; i++)
        {
          const float *v = block->buffers[GBOX_BLOCK_HEADS]
                           + (gsize) gbox_block_get_seen (block, row, i) * width
                           + (gsize) (config->n_heads + config->n_kv_heads + kv_head) * size;

          for (gsize j = 0; j < size; j++)
            to[j] += scores[i] * v[j];
        }
    }
}

/* Where a buffer's rows from the first new one on begin. */
static float *
get_rows (const GboxBlock *block, GboxBlockBuffer buffer, int row)
{
  gsize widths[GBOX_BLOCK_N_BUFFERS];

  list_widths (block, widths);
  return block->buffers[buffer] + (gsize) row * widths[buffer];
}

static void
add_biases (GboxBlock *block, float *heads, int n)
{
  const float *biases = block->parameters + gbox_block_get_offset (block, GBOX_BLOCK_QKV_BIAS);
  const gsize width = (gsize) gbox_block_get_heads_width (block);

  if (gbox_block_get_part_size (&block->config, GBOX_BLOCK_QKV_BIAS) == 0)
    return;
  for (gsize i = 0; i < (gsize) n; i++)
    for (gsize j = 0; j < width; j++)
      heads[i * width + j] += biases[j];
}

static void
attend (GboxBlock *block, int first, int n)
{
  const GboxLanguageConfig *config = &block->config;
  const gsize d_model = (gsize) config->d_model, width = (gsize) gbox_block_get_heads_width (block);
  const float *p = block->parameters;
  float *x = get_rows (block, GBOX_BLOCK_X, first), *normed = get_rows (block, GBOX_BLOCK_NORMED, first);
  float *heads = get_rows (block, GBOX_BLOCK_HEADS, first), *y = get_rows (block, GBOX_BLOCK_Y, first);
  Attention attention = { block, first };

  gbox_rms_norm (block->team, x, d_model, n, config->d_model,
                 p + gbox_block_get_offset (block, GBOX_BLOCK_ATTENTION_NORM), config->norm_eps, normed,
                 d_model);
  gbox_block_multiply (block, normed, n, p + gbox_block_get_offset (block, GBOX_BLOCK_QKV), config->d_model,
                       (int) width, FALSE, heads);
  add_biases (block, heads, n);
  gbox_rope (block->team, config->rope_pairing, block->rope, config->rope_size, heads, width,
             block->positions + first, n, config->n_heads + config->n_kv_heads, config->head_size);
  gbox_team_run (block->team, (guint) n, attend_task, &attention);
  gbox_block_multiply (block, get_rows (block, GBOX_BLOCK_ATTENDED, first), n,
                       p + gbox_block_get_offset (block, GBOX_BLOCK_OUTPUT),
                       gbox_block_get_query_width (block), config->d_model, FALSE, y);
  for (gsize i = 0; i < (gsize) n * d_model; i++)
    y[i] += x[i];
}

static void
feed_forward (GboxBlock *block, int first, int n)
{
  const GboxLanguageConfig *config = &block->config;
  const gsize d_model = (gsize) config->d_model, d_ff = (gsize) config->d_ff;
  const float *p = block->parameters;
  float *y = get_rows (block, GBOX_BLOCK_Y, first), *normed = get_rows (block, GBOX_BLOCK_NORMED_Y, first);
  float *gated = get_rows (block, GBOX_BLOCK_GATED, first);
  float *hidden = get_rows (block, GBOX_BLOCK_HIDDEN, first), *z = get_rows (block, GBOX_BLOCK_Z, first);

  gbox_rms_norm (block->team, y, d_model, n, config->d_model,
                 p + gbox_block_get_offset (block, GBOX_BLOCK_FF_NORM), config->norm_eps, normed, d_model);
  gbox_block_multiply (block, normed, n, p + gbox_block_get_offset (block, GBOX_BLOCK_UP), config->d_model,
                       2 * config->d_ff, FALSE, gated);
  for (gsize i = 0; i < (gsize) n; i++)
    for (gsize j = 0; j < d_ff; j++)
      {
        const float gate = gated[i * 2 * d_ff + j];

        hidden[i * d_ff + j] = gate / (1 + expf (-gate)) * gated[i * 2 * d_ff + d_ff + j];
      }
  gbox_block_multiply (block, hidden, n, p + gbox_block_get_offset (block, GBOX_BLOCK_DOWN), config->d_ff,
                       config->d_model, FALSE, z);
  for (gsize i = 0; i < (gsize) n * d_model; i++)
    z[i] += y[i];
}

/* Of the rows from @first on, whose sequences and positions are set. */
static void
compute (GboxBlock *block, const float *x, int n, float *z)
{
  const gsize size = (gsize) n * (gsize) block->config.d_model * sizeof (float);
  const int first = block->n_rows;

  block->n_rows += n;
  memcpy (get_rows (block, GBOX_BLOCK_X, first), x, size);
  attend (block, first, n);
  feed_forward (block, first, n);
  if (z != NULL)
    memcpy (z, get_rows (block, GBOX_BLOCK_Z, first), size);
}

void
gbox_block_begin (GboxBlock *block, const float *x, float *z)
{
  const int n_sequences = (block->capacity - block->n_prompt) / block->length;

  block->n_rows = 0;
  for (int i = 0; i < n_sequences; i++)
    block->lengths[i] = 0;
  for (int i = 0; i < block->n_prompt; i++)
    {
      block->sequences[i] = -1;
      block->positions[i] = i;
    }
  compute (block, x, block->n_prompt, z);
}

void
gbox_block_forward (GboxBlock *block, const float *x, const int *sequences, int n, float *z)
{
  g_return_if_fail (n >= 1 && n <= block->capacity - block->n_rows);

  for (int i = 0; i < n; i++)
    {
      const int row = block->n_rows + i, sequence = sequences[i];

      g_return_if_fail (block->lengths[sequence] < block->length);
      block->sequences[row] = sequence;
      block->positions[row] = block->n_prompt + block->lengths[sequence];
      block->rows[sequence * block->length + block->lengths[sequence]++] = row;
    }
  compute (block, x, n, z);
}
