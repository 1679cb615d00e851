/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass of tokens through a transformer, from embedding to residual stream. */
#include "models/transformer-context.h"

#include "kernels/gate.h"
#include "kernels/norm.h"

#include <string.h>

static void
note (const GboxTransformerContext *context, GboxTransformerLap lap)
{
  gbox_lap_clock_note (context->clock, lap);
}

static void
normalize (const GboxTransformerContext *context,
           const GboxNormWeights *norm,
           const float *x,
           gsize x_stride,
           int width,
           float *y,
           gsize y_stride)
{
  const float eps = context->transformer->config.norm_eps;

  if (norm->bias != NULL)
    gbox_layer_norm (context->team, x, x_stride, context->n, width, norm->weight, norm->bias, eps, y,
                     y_stride);
  else
    gbox_rms_norm (context->team, x, x_stride, context->n, width, norm->weight, eps, y, y_stride);
}

static void
multiply (const GboxTransformerContext *context,
          const GboxLinear *linear,
          GboxPrecision precision,
          const float *x,
          gsize x_stride,
          float *y,
          gsize y_stride,
          gboolean accumulate)
{
  gbox_linear_forward (linear, context->team, precision, x, x_stride, context->n, y, y_stride, accumulate,
                       context->buffers.scratch);
}

static void
multiply_stacked (const GboxTransformerContext *context, const GboxStackedLinear *stacked, float *y)
{
  const gsize d_model = (gsize) context->transformer->config.d_model;

  for (guint i = 0; i < stacked->n_parts; i++)
    multiply (context, stacked->parts[i], context->precision, context->buffers.normed, d_model,
              y + stacked->offsets[i], (gsize) stacked->n_out, FALSE);
}

/* Adds W·x to the residual stream, normalized where the model does that. */
static void
add_to_stream (const GboxTransformerContext *context,
               const GboxLinear *linear,
               GboxPrecision precision,
               const float *x,
               gsize x_stride,
               const GboxNormWeights *norm)
{
  const GboxPassBuffers *buffers = &context->buffers;
  const gsize d_model = (gsize) context->transformer->config.d_model;

  if (norm->weight == NULL)
    {
      multiply (context, linear, precision, x, x_stride, buffers->hidden, d_model, TRUE);
      return;
    }
  multiply (context, linear, precision, x, x_stride, buffers->change, d_model, FALSE);
  normalize (context, norm, buffers->change, d_model, (int) d_model, buffers->change, d_model);
  for (gsize i = 0; i < (gsize) context->n * d_model; i++)
    buffers->hidden[i] += buffers->change[i];
}

/* Queries and keys become what they are at their positions. */
static void
place (const GboxTransformerContext *context, const GboxTransformerLayer *layer, gboolean slides)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  const gsize stride = (gsize) layer->qkv.n_out;
  const int n_q = config->n_heads, n_k = config->n_kv_heads, size = config->head_size;
  float *qkv = context->buffers.qkv;

  for (int head = 0; layer->q_norm.weight != NULL && head < n_q + n_k; head++)
    normalize (context, head < n_q ? &layer->q_norm : &layer->k_norm, qkv + head * size, stride, size,
               qkv + head * size, stride);
  if (config->rope_pairing != GBOX_ROPE_NONE)
    gbox_rope (context->team, config->rope_pairing,
               slides ? context->buffers.rope_sliding : context->buffers.rope, config->rope_size, qkv, stride,
               context->positions, context->n, n_q + n_k, size);
}

/* Keys and values of one layer that go into the caches. */
typedef struct
{
  const GboxTransformerContext *context;
  int layer;
  int n_trunk;
} Store;

/* Keys lie transposed, so that each number of them is a cache line of its own: worth sharing out. */
static void
store_task (gpointer data, guint task, guint worker)
{
  const Store *work = data;
  const GboxTransformerContext *context = work->context;
  const GboxLanguageConfig *config = &context->transformer->config;
  const gsize stride = (gsize) gbox_transformer_qkv_width (config);
  const int n_q = config->n_heads * config->head_size, n_kv = config->n_kv_heads * config->head_size;
  const GboxAttentionRow *row = &context->rows[task];
  const float *keys = context->buffers.qkv + (gsize) task * stride + n_q;
  const GboxKvCache *cache = row->sequence < 0
                               ? &context->trunks[work->layer]
                               : &context->branches[work->layer * context->n_branches + row->sequence];

  gbox_kv_cache_store (cache, config->n_kv_heads, config->head_size,
                       row->sequence < 0 ? row->position : row->position - work->n_trunk, keys, keys + n_kv);
}

static void
store (const GboxTransformerContext *context, int layer, int n_trunk)
{
  Store work = { .context = context, .layer = layer, .n_trunk = n_trunk };

  gbox_team_run (context->team, (guint) context->n, store_task, &work);
}

/* (nullable): where to write how much each position counts in a layer. */
static float *
get_attention_tap (const GboxTransformerContext *context, int layer)
{
  const GboxTransformerTap *tap = &context->tap;
  const gsize size = (gsize) context->n * (gsize) context->transformer->config.n_heads
                     * (gsize) (context->max_trunk + context->max_branch);

  if (tap->attention == NULL)
    return NULL;
  if (tap->attention_layer == GBOX_TAP_ALL_LAYERS)
    return tap->attention + (gsize) layer * size;
  return tap->attention_layer == layer ? tap->attention : NULL;
}

static void
attend (const GboxTransformerContext *context, int layer, gboolean slides, int n_trunk)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  const GboxAttention attention = {
    .n_heads = config->n_heads,
    .n_kv_heads = config->n_kv_heads,
    .head_size = config->head_size,
    .scale = config->attention_scale,
    .window = slides ? config->sliding_window : 0,
    .trunk = context->trunks[layer],
    .n_trunk = n_trunk,
    .branches = context->branches + layer * context->n_branches,
    .max_positions = context->max_trunk + context->max_branch,
  };

  gbox_attention_forward (&attention, context->team, context->rows, context->n, context->buffers.qkv,
                          (gsize) gbox_transformer_qkv_width (config), context->buffers.heads,
                          (gsize) config->n_heads * (gsize) config->head_size,
                          get_attention_tap (context, layer), context->buffers.attention_scratch);
}

static void
feed_forward (const GboxTransformerContext *context, const GboxTransformerLayer *layer)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  const GboxGate gate
    = config->architecture == GBOX_ARCHITECTURE_GPT2 || config->architecture == GBOX_ARCHITECTURE_GEMMA3
        ? GBOX_GATE_GELU
        : GBOX_GATE_SILU;
  const gsize stride = (gsize) layer->up.n_out;
  float *up = context->buffers.up;

  multiply_stacked (context, &layer->up, up);
  note (context, GBOX_LAP_UP);
  gbox_gate (context->team, gate, up, layer->up.n_out > config->d_ff ? up + config->d_ff : NULL, stride,
             context->n, config->d_ff);
  note (context, GBOX_LAP_GATE);
  add_to_stream (context, layer->down, context->precision, up, stride, &layer->after_ff_norm);
  note (context, GBOX_LAP_DOWN);
}

static void
pass_layer (const GboxTransformerContext *context, int index, int n_trunk)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  const GboxTransformerLayer *layer = &context->transformer->layers[index];
  const GboxPassBuffers *buffers = &context->buffers;
  const gsize d_model = (gsize) config->d_model;
  const gboolean slides = gbox_language_config_slides (config, index);

  normalize (context, &layer->attention_norm, buffers->hidden, d_model, config->d_model, buffers->normed,
             d_model);
  note (context, GBOX_LAP_NORMS);
  multiply_stacked (context, &layer->qkv, buffers->qkv);
  note (context, GBOX_LAP_QKV);
  place (context, layer, slides);
  store (context, index, n_trunk);
  note (context, GBOX_LAP_POSITIONS);
  attend (context, index, slides, n_trunk);
  note (context, GBOX_LAP_ATTENTION);
  add_to_stream (context, layer->output, gbox_transformer_context_get_careful_precision (context),
                 buffers->heads, (gsize) config->n_heads * (gsize) config->head_size,
                 &layer->after_attention_norm);
  note (context, GBOX_LAP_OUTPUT);
  normalize (context, &layer->ff_norm, buffers->hidden, d_model, config->d_model, buffers->normed, d_model);
  note (context, GBOX_LAP_NORMS);
  feed_forward (context, layer);
}

static void
embed (const GboxTransformerContext *context, const int *tokens)
{
  const GboxTransformer *transformer = context->transformer;
  const gsize d_model = (gsize) transformer->config.d_model;

  for (int i = 0; i < context->n; i++)
    {
      float *row = context->buffers.hidden + (gsize) i * d_model;

      gbox_transformer_embed (transformer, tokens[i], row);
      for (gsize j = 0; transformer->positions != NULL && j < d_model; j++)
        row[j] += transformer->positions[(gsize) context->positions[i] * d_model + j];
    }
}

static void
tap_hidden (const GboxTransformerContext *context, int index)
{
  const gsize size = (gsize) context->n * (gsize) context->transformer->config.d_model;

  if (context->tap.hidden != NULL)
    memcpy (context->tap.hidden + (gsize) index * size, context->buffers.hidden, size * sizeof (float));
}

void
gbox_transformer_pass (GboxTransformerContext *context, const int *tokens, int n_trunk)
{
  for (int i = 0; i < context->n; i++)
    context->positions[i] = context->rows[i].position;
  gbox_lap_clock_start (context->clock);
  embed (context, tokens);
  note (context, GBOX_LAP_EMBEDDING);
  tap_hidden (context, 0);
  for (int i = 0; i < context->transformer->config.n_layers; i++)
    {
      pass_layer (context, i, n_trunk);
      tap_hidden (context, i + 1);
    }
}
