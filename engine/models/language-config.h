/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model is: its architecture and sizes, whatever file they come from. */
#pragma once

#include "formats/tensor-file.h"
#include "kernels/rope.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_ARCHITECTURE_LLAMA,  /* RMSNorm, rotary positions, SwiGLU */
  GBOX_ARCHITECTURE_QWEN2,  /* the same with biases on queries, keys and values */
  GBOX_ARCHITECTURE_GPT2,   /* LayerNorm, learned positions, GELU (tanh) */
  GBOX_ARCHITECTURE_GEMMA3, /* norms of queries and keys and after each part, GeGLU (tanh), sliding layers */
} GboxArchitecture;

/* How tensors are called and stored. */
typedef enum
{
  GBOX_TENSOR_NAMES_GGUF,         /* "blk.0.attn_q.weight" */
  GBOX_TENSOR_NAMES_HUGGING_FACE, /* "model.layers.0.self_attn.q_proj.weight", "h.0.attn.c_attn.weight" */
} GboxTensorNames;

#define GBOX_MAX_ENDS 8

/**
 * GboxLanguageConfig:
 * @architecture: what the layers compute
 * @names: how tensors are called
 * @n_layers: blocks of attention and feed-forward
 * @d_model: width of the residual stream
 * @n_heads: attention heads
 * @n_kv_heads: heads of keys and values; divides @n_heads
 * @head_size: width of a head; even where it is rotated
 * @d_ff: width inside the feed-forward part
 * @n_vocab: rows of the embedding
 * @n_context: positions the model was made for
 * @norm_eps: what norms add to the variance or mean square
 * @norm_plus_one: whether norms multiply by 1 + weight rather than weight (Gemma's original files)
 * @rope_pairing: how positions turn queries and keys
 * @rope_size: numbers of a head that are turned, from its beginning
 * @rope_base: pair i at position p turns by p / rope_scale · rope_base^(−2 i / rope_size)
 * @rope_scale: see there
 * @rope_base_sliding: the base in sliding layers, without scale
 * @sliding_window: a query in a sliding layer sees itself and the @sliding_window − 1 positions before it; 0
 * if no layer slides
 * @global_every: layers @global_every − 1, 2 @global_every − 1 … do not slide; 0 if all do
 * @embedding_scale: what embeddings are multiplied by
 * @attention_scale: what products of queries and keys are multiplied by
 * @tied: whether the embedding is also the head
 * @begin: beginning-of-text token, or −1 if that is not said
 * @ends: tokens that end a text; the tokenizer knows more of them by their names
 * @n_ends: how many
 */
typedef struct
{
  GboxArchitecture architecture;
  GboxTensorNames names;
  int n_layers;
  int d_model;
  int n_heads;
  int n_kv_heads;
  int head_size;
  int d_ff;
  int n_vocab;
  int n_context;
  float norm_eps;
  gboolean norm_plus_one;
  GboxRopePairing rope_pairing;
  int rope_size;
  float rope_base;
  float rope_scale;
  float rope_base_sliding;
  int sliding_window;
  int global_every;
  float embedding_scale;
  float attention_scale;
  gboolean tied;
  int begin;
  int ends[GBOX_MAX_ENDS];
  guint n_ends;
} GboxLanguageConfig;

/**
 * gbox_language_config_read:
 * @file: a GGUF or llama2.c file
 * @config: (out): what it holds
 * @error: return location for an error
 *
 * Every value is in a range that sizes and products of them can be computed with. That the tensors have these
 * sizes is left to who uses them.
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_FILE or %GBOX_ERROR_UNSUPPORTED naming the key
 */
gboolean gbox_language_config_read (const GboxTensorFile *file, GboxLanguageConfig *config, GError **error);

/**
 * gbox_language_config_read_json:
 * @json: the content of a `config.json`
 * @display_name: how messages call it
 * @tensors: the safetensors file beside it
 * @config: (out): what it holds
 * @error: return location for an error
 *
 * Reads what versions 4 and 5 of transformers write. As gbox_language_config_read().
 */
gboolean gbox_language_config_read_json (GBytes *json,
                                         const char *display_name,
                                         const GboxTensorFile *tensors,
                                         GboxLanguageConfig *config,
                                         GError **error);

/* "llama", "qwen2", "gpt2", "gemma3". */
const char *gbox_architecture_get_name (GboxArchitecture architecture);

/* Whether a query in @layer sees only the sliding window. */
gboolean gbox_language_config_slides (const GboxLanguageConfig *config, int layer);

G_END_DECLS
