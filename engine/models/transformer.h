/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language model: tokens → how likely each token is to come next. */
#pragma once

#include "base/lap-clock.h"
#include "base/team.h"
#include "kernels/precision.h"
#include "models/language-config.h"

G_BEGIN_DECLS

/* Tokens of one forward pass, at most. */
#define GBOX_TRANSFORMER_CHUNK 64

/**
 * GboxTransformer:
 *
 * The weights of a decoder-only transformer. Immutable, reference counted, for any thread.
 */
typedef struct _GboxTransformer GboxTransformer;

/**
 * gbox_transformer_new:
 * @file: the weights
 * @config: what they are
 * @error: return location for an error
 *
 * Every tensor is checked to have the shape that follows from @config. Matrices are packed by as many threads
 * as gbox_team_get_default_n_threads() says, and released from @file one by one, so that there are never two
 * of all: see gbox_tensor_file_release(). Nothing of @file is needed afterwards. Not for the main thread.
 *
 * Returns: (transfer full) (nullable): the model; %NULL with %GBOX_ERROR_INVALID_FILE naming the tensor, or
 * %GBOX_ERROR_UNSUPPORTED
 */
GboxTransformer *
gbox_transformer_new (GboxTensorFile *file, const GboxLanguageConfig *config, GError **error);
GboxTransformer *gbox_transformer_ref (GboxTransformer *transformer);
void gbox_transformer_unref (GboxTransformer *transformer);

/**
 * gbox_transformer_new_with_head:
 * @transformer: a model
 * @head: (array length=n_vocab · d_model): (n_vocab, d_model), float32; copied
 *
 * The same model with another head: all else is shared, the embedding too.
 *
 * Returns: (transfer full): a model
 */
GboxTransformer *gbox_transformer_new_with_head (GboxTransformer *transformer, const float *head);

/* Row @token of the head as d_model floats. */
void gbox_transformer_get_head_row (const GboxTransformer *transformer, int token, float *to);

const GboxLanguageConfig *gbox_transformer_get_config (const GboxTransformer *transformer);

/* Bytes of the weights as they are held. */
gsize gbox_transformer_get_size (const GboxTransformer *transformer);

/**
 * GboxTransformerContext:
 *
 * A text that a model has read: the trunk, and branches that go on from its end, each with tokens of its own.
 * Holds keys and values of all of them, and all memory that a pass needs. For one thread at a time.
 *
 * The same tokens give the same bits for any number of threads, however they were cut into passes, whatever
 * other branches there were, and whether they lie in the trunk or in a branch.
 */
typedef struct _GboxTransformerContext GboxTransformerContext;

/**
 * gbox_transformer_context_new:
 * @transformer: the model; a reference is taken
 * @team: the team that all passes will use
 * @precision: how exactly to compute
 * @max_trunk: tokens of the trunk, at most
 * @n_branches: how many branches; may be 0
 * @max_branch: tokens of each, at most
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): an empty context; %NULL with %GBOX_ERROR_INVALID_ARGUMENT if the model
 * was not made for so many tokens, or %GBOX_ERROR_MEMORY
 */
GboxTransformerContext *gbox_transformer_context_new (GboxTransformer *transformer,
                                                      GboxTeam *team,
                                                      GboxPrecision precision,
                                                      int max_trunk,
                                                      int n_branches,
                                                      int max_branch,
                                                      GError **error);
void gbox_transformer_context_free (GboxTransformerContext *context);

/* Bytes of keys, values and everything else. */
gsize gbox_transformer_context_get_size (const GboxTransformerContext *context);

/* Tokens that the trunk and a branch have room for together: the width of attention's rows in a tap. */
int gbox_transformer_context_get_n_positions (const GboxTransformerContext *context);

/* The tokens of the trunk, and how many. */
const int *gbox_transformer_context_get_tokens (const GboxTransformerContext *context, int *n);

/**
 * gbox_transformer_context_truncate:
 * @context: a context
 * @n: tokens of the trunk to keep, from its beginning
 *
 * Forgets the rest, and all branches.
 */
void gbox_transformer_context_truncate (GboxTransformerContext *context, int n);

/**
 * gbox_transformer_context_keep_prefix:
 * @context: a context
 * @tokens: (array length=n): a text that is about to be read
 * @n: its tokens
 *
 * Truncates to what the text has in common with the trunk, or with the trunk and one branch, which becomes a
 * part of the trunk as far as there is room.
 *
 * Returns: how many tokens that are: the text goes on from there
 */
int gbox_transformer_context_keep_prefix (GboxTransformerContext *context, const int *tokens, int n);

/**
 * gbox_transformer_context_take_prefix:
 * @context: (inout): a context; forgets what it has read
 * @from: a context of the same model and precision; may be @context
 * @tokens: (array length=n): a text that is about to be read
 * @n: its tokens
 *
 * The same with what another context has read. The numbers are those that reading again would give.
 *
 * Returns: how many tokens of the text @context has then
 */
int gbox_transformer_context_take_prefix (GboxTransformerContext *context,
                                          const GboxTransformerContext *from,
                                          const int *tokens,
                                          int n);

/* For a tap: the attention of every layer. */
#define GBOX_TAP_ALL_LAYERS (-1)

/**
 * GboxTransformerTap:
 * @hidden: (nullable) (out): (n_layers + 1, n, d_model): the residual stream before the first layer and after
 * each
 * @attention_layer: which layer's attention is wanted, or %GBOX_TAP_ALL_LAYERS
 * @attention: (nullable) (out): (n, n_heads, max_trunk + max_branch): how much each position counts for each
 * token read, in that layer; of all layers (n_layers, n, n_heads, max_trunk + max_branch)
 *
 * What a pass leaves behind for those who look inside.
 */
typedef struct
{
  float *hidden;
  int attention_layer;
  float *attention;
} GboxTransformerTap;

/* (nullable): where the next passes write; copied. */
void gbox_transformer_context_set_tap (GboxTransformerContext *context, const GboxTransformerTap *tap);

/**
 * GboxTransformerLap:
 * @GBOX_LAP_EMBEDDING: tokens to vectors
 * @GBOX_LAP_NORMS: all norms of the residual stream
 * @GBOX_LAP_QKV: the matrix of queries, keys and values
 * @GBOX_LAP_POSITIONS: norms of heads, rotation, and keys and values into the cache
 * @GBOX_LAP_ATTENTION: scores, softmax and mixed values
 * @GBOX_LAP_OUTPUT: the matrix from the heads back
 * @GBOX_LAP_UP: the matrices up and of the gate
 * @GBOX_LAP_GATE: the gate's function
 * @GBOX_LAP_DOWN: the matrix down
 * @GBOX_LAP_HEAD: the last norm and the head
 *
 * What a pass consists of, over all layers.
 */
typedef enum
{
  GBOX_LAP_EMBEDDING,
  GBOX_LAP_NORMS,
  GBOX_LAP_QKV,
  GBOX_LAP_POSITIONS,
  GBOX_LAP_ATTENTION,
  GBOX_LAP_OUTPUT,
  GBOX_LAP_UP,
  GBOX_LAP_GATE,
  GBOX_LAP_DOWN,
  GBOX_LAP_HEAD,
  GBOX_N_TRANSFORMER_LAPS,
} GboxTransformerLap;

/* @clock: (nullable): where the next passes note how long each #GboxTransformerLap takes; not copied. */
void gbox_transformer_context_set_clock (GboxTransformerContext *context, GboxLapClock *clock);

/* Bytes of the matrices that make up a lap, over all layers; 0 for a lap without. */
gsize gbox_transformer_get_lap_size (const GboxTransformer *transformer, GboxTransformerLap lap);

/* Numbers of these matrices: what a pass multiplies each token by. */
gsize gbox_transformer_get_lap_weights (const GboxTransformer *transformer, GboxTransformerLap lap);

/**
 * gbox_transformer_context_read:
 * @context: a context
 * @tokens: (array length=n): what the trunk goes on with; each less than n_vocab
 * @n: 1 … %GBOX_TRANSFORMER_CHUNK, and no more than the trunk has room for
 *
 * One pass. A long text is read in several, and can be stopped between them. Forgets all branches. Allocates
 * nothing.
 */
void gbox_transformer_context_read (GboxTransformerContext *context, const int *tokens, int n);

/**
 * gbox_transformer_context_copy_branch:
 * @context: a context
 * @from: a branch
 * @to: another one, which forgets what it has
 *
 * Lets @to go on from where @from is. The numbers are those that reading the same tokens again would give.
 */
void gbox_transformer_context_copy_branch (GboxTransformerContext *context, int from, int to);

/**
 * gbox_transformer_context_read_branches:
 * @context: a context
 * @branches: (array length=n): different branches that have room for a token
 * @tokens: (array length=n): what each of them goes on with
 * @n: 1 … %GBOX_TRANSFORMER_CHUNK
 *
 * One pass over a token of each of several branches. A branch that has no tokens begins at the trunk's end.
 */
void gbox_transformer_context_read_branches (GboxTransformerContext *context,
                                             const int *branches,
                                             const int *tokens,
                                             int n);

/**
 * gbox_transformer_context_get_logits:
 * @context: a context
 * @row: the first of the tokens of the last pass whose successors are wanted
 * @n: how many of them
 * @logits: (out): (n, n_vocab), rows tight
 */
void gbox_transformer_context_get_logits (GboxTransformerContext *context, int row, int n, float *logits);

/**
 * gbox_transformer_context_get_normed:
 * @context: a context
 * @row: the first of the tokens of the last pass that are wanted
 * @n: how many of them
 * @normed: (out): (n, d_model), rows tight
 *
 * What the head is multiplied with: the residual stream after the final norm. For who has a head of their
 * own.
 */
void gbox_transformer_context_get_normed (GboxTransformerContext *context, int row, int n, float *normed);

/* The same of rows of a residual stream, (n, d_model), that come from elsewhere. */
void gbox_transformer_context_normalize (GboxTransformerContext *context,
                                         const float *hidden,
                                         int n,
                                         float *normed);

/**
 * gbox_transformer_context_apply_head:
 * @context: a context
 * @normed: (n, d_model): as gbox_transformer_context_get_normed() gives it
 * @n: 1 … %GBOX_TRANSFORMER_CHUNK
 * @logits: (out): (n, n_vocab)
 */
void gbox_transformer_context_apply_head (GboxTransformerContext *context,
                                          const float *normed,
                                          int n,
                                          float *logits);

/**
 * gbox_transformer_context_lens:
 * @context: a context
 * @hidden: (n, d_model): rows of the residual stream, of any layer
 * @n: 1 … %GBOX_TRANSFORMER_CHUNK
 * @logits: (out): (n, n_vocab)
 *
 * What the model would say if its last layer were the one that @hidden comes from: the final norm and the
 * head (nostalgebraist 2020, “logit lens”).
 */
void
gbox_transformer_context_lens (GboxTransformerContext *context, const float *hidden, int n, float *logits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTransformer, gbox_transformer_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTransformerContext, gbox_transformer_context_free)

G_END_DECLS
