/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transformer's layer that can be trained: attention, feed-forward part and their norms, forward and
 * backward. */
#pragma once

#include "base/team.h"
#include "models/language-config.h"

G_BEGIN_DECLS

/**
 * GboxBlock:
 *
 * A layer of llama's kind in float32: y = x + Wo·attention (norm (x)), z = y + Wd·(silu (Wg·n) ⊙ Wu·n) with
 * n = norm (y); or of Qwen2's, where queries, keys and values have biases. Rows are positions of a prompt,
 * and of sequences that go on from its end; all that the backward pass needs of them is kept. For one thread
 * at a time.
 */
typedef struct _GboxBlock GboxBlock;

/* Parts of the parameters, in the order they lie one after the other; matrices are (n_out, n_in). */
typedef enum
{
  GBOX_BLOCK_ATTENTION_NORM, /* (d_model) */
  GBOX_BLOCK_QKV,            /* (queries + keys + values, d_model) */
  GBOX_BLOCK_OUTPUT,         /* (d_model, queries) */
  GBOX_BLOCK_FF_NORM,        /* (d_model) */
  GBOX_BLOCK_UP,             /* (2 d_ff, d_model): gate, then up */
  GBOX_BLOCK_DOWN,           /* (d_model, d_ff) */
  GBOX_BLOCK_QKV_BIAS,       /* (queries + keys + values), filled up to rows of d_model; nothing for llama */
  GBOX_BLOCK_N_PARTS,
} GboxBlockPart;

/* Floats of a part, and of all. */
gsize gbox_block_get_part_size (const GboxLanguageConfig *config, GboxBlockPart part);
gsize gbox_block_get_size (const GboxLanguageConfig *config);

/**
 * gbox_block_new:
 * @config: the model; without other biases and norms than those above
 * @team: the workers
 * @n_prompt: positions of the prompt
 * @n_sequences: how many go on from it
 * @length: positions of each, at most
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): a layer whose parameters are 0; %NULL with %GBOX_ERROR_MEMORY, or
 * %GBOX_ERROR_UNSUPPORTED if the model's layers are of another kind
 */
GboxBlock *gbox_block_new (const GboxLanguageConfig *config,
                           GboxTeam *team,
                           int n_prompt,
                           int n_sequences,
                           int length,
                           GError **error);
void gbox_block_free (GboxBlock *block);

/* (array length=gbox_block_get_size()): transfer none; may be changed between two calls. */
float *gbox_block_get_parameters (GboxBlock *block);
float *gbox_block_get_gradient (GboxBlock *block);

/**
 * gbox_block_begin:
 * @block: a block
 * @x: (n_prompt, d_model): what comes into the layer at the prompt's positions
 * @z: (out) (nullable): (n_prompt, d_model): what goes out
 *
 * Forgets all rows and computes those of the prompt.
 */
void gbox_block_begin (GboxBlock *block, const float *x, float *z);

/**
 * gbox_block_forward:
 * @block: a block that has begun
 * @x: (n, d_model): what comes into the layer at the next position of each sequence
 * @sequences: (array length=n): different ones
 * @n: how many
 * @z: (out): (n, d_model): what goes out
 */
void gbox_block_forward (GboxBlock *block, const float *x, const int *sequences, int n, float *z);

/* Rows so far: the prompt's, then in the order they were computed. */
int gbox_block_get_n_rows (const GboxBlock *block);

/* (n_rows, d_model): what went out; transfer none. */
const float *gbox_block_get_z (const GboxBlock *block);

/* Steps that the backward pass is cut into. */
#define GBOX_BLOCK_N_STAGES 4

/**
 * gbox_block_backward:
 * @block: a block
 * @stage: 0 … %GBOX_BLOCK_N_STAGES − 1, in order
 * @dz: (n_rows, d_model): the gradient with respect to what went out; the same for all stages
 *
 * Computes the gradient with respect to the parameters.
 */
void gbox_block_backward (GboxBlock *block, guint stage, const float *dz);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxBlock, gbox_block_free)

G_END_DECLS
