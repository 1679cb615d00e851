/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transformer's layer that can be trained: backward pass. */
#include "learning/block-private.h"

#include "kernels/gemm.h"
#include "kernels/norm.h"

#include <math.h>
#include <string.h>

/* Rows of a matrix's gradient that a task computes. */
#define SLICE 48

typedef struct
{
  const float *turned; /* (n_out, n) */
  const float *x;      /* (n, n_in) */
  int n;
  int n_in;
  int n_out;
  float *gradient; /* (n_out, n_in) */
} Outer;

static void
outer_task (gpointer data, guint task, guint worker)
{
  const Outer *outer = data;
  const gsize row = (gsize) task * SLICE, n_in = (gsize) outer->n_in, n = (gsize) outer->n;

  gbox_gemm ((int) MIN (SLICE, (gsize) outer->n_out - row), outer->n_in, outer->n, outer->turned + row * n, n,
             outer->x, n_in, 0, outer->gradient + row * n_in, n_in);
}

/* The gradient of y = W·x with respect to W: Σ dy xᵀ. */
static void
add_up (GboxBlock *block, GboxBlockPart part, const float *dy, const float *x, int n_out, int n_in)
{
  float *turned = block->buffers[GBOX_BLOCK_TURNED];
  const gsize n = (gsize) block->n_rows;
  Outer outer
    = { turned, x, block->n_rows, n_in, n_out, block->gradient + gbox_block_get_offset (block, part) };

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < (gsize) n_out; j++)
      turned[j * n + i] = dy[i * (gsize) n_out + j];
  gbox_team_run (block->team, (guint) (n_out + SLICE - 1) / SLICE, outer_task, &outer);
}

/* With h = silu (g) · u: dg = dh · u · σ (1 + g (1 − σ)), du = dh · silu (g). */
static void
pass_gate (GboxBlock *block)
{
  const gsize d_ff = (gsize) block->config.d_ff;

  for (gsize i = 0; i < (gsize) block->n_rows; i++)
    {
      const float *gated = block->buffers[GBOX_BLOCK_GATED] + i * 2 * d_ff;
      const float *d_hidden = block->buffers[GBOX_BLOCK_D_HIDDEN] + i * d_ff;
      float *d_gated = block->buffers[GBOX_BLOCK_D_GATED] + i * 2 * d_ff;

      for (gsize j = 0; j < d_ff; j++)
        {
          const float g = gated[j], sigma = 1 / (1 + expf (-g));

          d_gated[j] = d_hidden[j] * gated[d_ff + j] * sigma * (1 + g * (1 - sigma));
          d_gated[d_ff + j] = d_hidden[j] * g * sigma;
        }
    }
}

/* From what went out to the gate. */
static void
pass_down (GboxBlock *block, const float *dz)
{
  const GboxLanguageConfig *config = &block->config;

  gbox_block_multiply (block, dz, block->n_rows,
                       block->parameters + gbox_block_get_offset (block, GBOX_BLOCK_DOWN), config->d_model,
                       config->d_ff, TRUE, block->buffers[GBOX_BLOCK_D_HIDDEN]);
  add_up (block, GBOX_BLOCK_DOWN, dz, block->buffers[GBOX_BLOCK_HIDDEN], config->d_model, config->d_ff);
  pass_gate (block);
}

/* From the gate to what comes out of attention. */
static void
pass_up (GboxBlock *block, const float *dz)
{
  const GboxLanguageConfig *config = &block->config;
  const gsize norm = gbox_block_get_offset (block, GBOX_BLOCK_FF_NORM);
  float *d_y = block->buffers[GBOX_BLOCK_D_Y];

  gbox_block_multiply (block, block->buffers[GBOX_BLOCK_D_GATED], block->n_rows,
                       block->parameters + gbox_block_get_offset (block, GBOX_BLOCK_UP), 2 * config->d_ff,
                       config->d_model, TRUE, block->buffers[GBOX_BLOCK_D_NORMED]);
  add_up (block, GBOX_BLOCK_UP, block->buffers[GBOX_BLOCK_D_GATED], block->buffers[GBOX_BLOCK_NORMED_Y],
          2 * config->d_ff, config->d_model);
  memcpy (d_y, dz, (gsize) block->n_rows * (gsize) config->d_model * sizeof (float));
  memset (block->gradient + norm, 0, (gsize) config->d_model * sizeof (float));
  gbox_rms_norm_backward (block->buffers[GBOX_BLOCK_Y], block->n_rows, config->d_model,
                          block->parameters + norm, config->norm_eps, block->buffers[GBOX_BLOCK_D_NORMED],
                          d_y, block->gradient + norm);
}

/* What a query's gradient gives back: to itself, and to the keys and values it saw. */
static void
pass_query (GboxBlock *block, int row, int head, float *scores, float *changes)
{
  const GboxLanguageConfig *config = &block->config;
  const gsize width = (gsize) gbox_block_get_heads_width (block), size = (gsize) config->head_size;
  const int kv_head = head / (config->n_heads / config->n_kv_heads);
  const gsize k_at = (gsize) (config->n_heads + kv_head) * size;
  const gsize v_at = k_at + (gsize) config->n_kv_heads * size, q_at = (gsize) head * size;
  const float *heads = block->buffers[GBOX_BLOCK_HEADS];
  const float *d_out
    = block->buffers[GBOX_BLOCK_D_ATTENDED] + (gsize) row * (gsize) gbox_block_get_query_width (block) + q_at;
  float *d_heads = block->buffers[GBOX_BLOCK_D_HEADS];
  const int n = gbox_block_get_n_seen (block, row);
  float mean = 0;

  gbox_block_score (block, row, head, scores);
  for (int i = 0; i < n; i++)
    {
      const gsize seen = (gsize) gbox_block_get_seen (block, row, i) * width;

      changes[i] = 0;
      for (gsize j = 0; j < size; j++)
        {
          changes[i] += d_out[j] * heads[seen + v_at + j];
          d_heads[seen + v_at + j] += scores[i] * d_out[j];
        }
      mean += scores[i] * changes[i];
    }
  for (int i = 0; i < n; i++)
    {
      const gsize seen = (gsize) gbox_block_get_seen (block, row, i) * width, own = (gsize) row * width;
      const float change = config->attention_scale * scores[i] * (changes[i] - mean);

      for (gsize j = 0; j < size; j++)
        {
          d_heads[own + q_at + j] += change * heads[seen + k_at + j];
          d_heads[seen + k_at + j] += change * heads[own + q_at + j];
        }
    }
}

/* A head of keys and values, and all queries that look at it: nobody else writes what these do. */
static void
attention_task (gpointer data, guint task, guint worker)
{
  GboxBlock *block = data;
  const int n_group = block->config.n_heads / block->config.n_kv_heads;
  const gsize offset = (gsize) task * (gsize) (block->n_prompt + block->length);

  for (int row = 0; row < block->n_rows; row++)
    for (int i = 0; i < n_group; i++)
      pass_query (block, row, (int) task * n_group + i, block->scores + offset, block->changes + offset);
}

static void
pass_attention (GboxBlock *block)
{
  const GboxLanguageConfig *config = &block->config;
  const int n_queries = gbox_block_get_query_width (block);
  const gsize width = (gsize) gbox_block_get_heads_width (block);
  float *d_heads = block->buffers[GBOX_BLOCK_D_HEADS];

  gbox_block_multiply (block, block->buffers[GBOX_BLOCK_D_Y], block->n_rows,
                       block->parameters + gbox_block_get_offset (block, GBOX_BLOCK_OUTPUT), config->d_model,
                       n_queries, TRUE, block->buffers[GBOX_BLOCK_D_ATTENDED]);
  add_up (block, GBOX_BLOCK_OUTPUT, block->buffers[GBOX_BLOCK_D_Y], block->buffers[GBOX_BLOCK_ATTENDED],
          config->d_model, n_queries);
  memset (d_heads, 0, (gsize) block->n_rows * width * sizeof (float));
  gbox_team_run (block->team, (guint) config->n_kv_heads, attention_task, block);
  gbox_rope (block->team, config->rope_pairing, block->inverse_rope, config->rope_size, d_heads, width,
             block->positions, block->n_rows, config->n_heads + config->n_kv_heads, config->head_size);
}

/* The gradient of y = W·x + b with respect to b: Σ dy. What fills the biases up stays as it is. */
static void
add_up_biases (GboxBlock *block)
{
  const gsize size = gbox_block_get_part_size (&block->config, GBOX_BLOCK_QKV_BIAS);
  const gsize width = (gsize) gbox_block_get_heads_width (block);
  const float *d_heads = block->buffers[GBOX_BLOCK_D_HEADS];
  float *gradient = block->gradient + gbox_block_get_offset (block, GBOX_BLOCK_QKV_BIAS);

  memset (gradient, 0, size * sizeof (float));
  for (gsize i = 0; size > 0 && i < (gsize) block->n_rows; i++)
    for (gsize j = 0; j < width; j++)
      gradient[j] += d_heads[i * width + j];
}

/* What comes into the layer is not trained, so the gradient ends at the norm. */
static void
pass_heads (GboxBlock *block)
{
  const GboxLanguageConfig *config = &block->config;
  const int width = gbox_block_get_heads_width (block);
  const gsize norm = gbox_block_get_offset (block, GBOX_BLOCK_ATTENTION_NORM);

  gbox_block_multiply (block, block->buffers[GBOX_BLOCK_D_HEADS], block->n_rows,
                       block->parameters + gbox_block_get_offset (block, GBOX_BLOCK_QKV), width,
                       config->d_model, TRUE, block->buffers[GBOX_BLOCK_D_NORMED]);
  add_up (block, GBOX_BLOCK_QKV, block->buffers[GBOX_BLOCK_D_HEADS], block->buffers[GBOX_BLOCK_NORMED], width,
          config->d_model);
  add_up_biases (block);
  memset (block->gradient + norm, 0, (gsize) config->d_model * sizeof (float));
  gbox_rms_norm_backward (block->buffers[GBOX_BLOCK_X], block->n_rows, config->d_model,
                          block->parameters + norm, config->norm_eps, block->buffers[GBOX_BLOCK_D_NORMED],
                          NULL, block->gradient + norm);
}

void
gbox_block_backward (GboxBlock *block, guint stage, const float *dz)
{
  switch (stage)
    {
    case 0:
      pass_down (block, dz);
      break;
    case 1:
      pass_up (block, dz);
      break;
    case 2:
      pass_attention (block);
      break;
    default:
      pass_heads (block);
    }
}
