/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a trainable layer holds, for its forward and its backward pass. */
#pragma once

#include "base/arena.h"
#include "learning/block.h"

G_BEGIN_DECLS

/* Blocks of memory with a row for each position. */
typedef enum
{
  GBOX_BLOCK_X,        /* d_model: what comes in */
  GBOX_BLOCK_NORMED,   /* d_model: normalized before attention */
  GBOX_BLOCK_HEADS,    /* queries, keys and values, turned by their position */
  GBOX_BLOCK_ATTENDED, /* queries */
  GBOX_BLOCK_Y,        /* d_model: after attention */
  GBOX_BLOCK_NORMED_Y, /* d_model: normalized before the feed-forward part */
  GBOX_BLOCK_GATED,    /* 2 d_ff: gate and up */
  GBOX_BLOCK_HIDDEN,   /* d_ff: silu (gate) · up */
  GBOX_BLOCK_Z,        /* d_model: what goes out */
  GBOX_BLOCK_D_GATED,  /* gradients of the same */
  GBOX_BLOCK_D_HIDDEN,
  GBOX_BLOCK_D_NORMED,
  GBOX_BLOCK_D_Y,
  GBOX_BLOCK_D_ATTENDED,
  GBOX_BLOCK_D_HEADS,
  GBOX_BLOCK_TURNED, /* the widest of them, transposed */
  GBOX_BLOCK_N_BUFFERS,
} GboxBlockBuffer;

struct _GboxBlock
{
  GboxLanguageConfig config;
  GboxTeam *team;
  GboxArena *arena;
  int n_prompt;
  int length;
  int capacity; /* rows */
  int n_rows;
  int *sequences;      /* (capacity): of each row; −1 for the prompt */
  int *positions;      /* (capacity) */
  int *rows;           /* (n_sequences, length): of each sequence */
  int *lengths;        /* (n_sequences) */
  float *rope;         /* table */
  float *inverse_rope; /* that turns back */
  float *parameters;
  float *gradient;
  float *scores;  /* (capacity or kv heads, n_prompt + length): of a task */
  float *changes; /* the same */
  float *buffers[GBOX_BLOCK_N_BUFFERS];
};

/* Width of queries, keys and values, and of the first alone. */
int gbox_block_get_heads_width (const GboxBlock *block);
int gbox_block_get_query_width (const GboxBlock *block);

/* Where a part of the parameters begins. */
gsize gbox_block_get_offset (const GboxBlock *block, GboxBlockPart part);

/* Row @i of those that the query of row @row sees. */
int gbox_block_get_seen (const GboxBlock *block, int row, int i);
int gbox_block_get_n_seen (const GboxBlock *block, int row);

/* Writes softmax (scale · q·k) over the rows that @row's query of head @head sees. */
void gbox_block_score (const GboxBlock *block, int row, int head, float *scores);

/**
 * gbox_block_multiply:
 * @block: whose team works
 * @x: (n, n_in)
 * @n: rows
 * @weights: (n_out, n_in), or with @is_turned (n_in, n_out)
 * @n_in: columns of @x
 * @n_out: columns of @y
 * @is_turned: see there
 * @y: (out): (n, n_out)
 *
 * Products, cut into columns of @y.
 */
void gbox_block_multiply (const GboxBlock *block,
                          const float *x,
                          int n,
                          const float *weights,
                          int n_in,
                          int n_out,
                          gboolean is_turned,
                          float *y);

G_END_DECLS
