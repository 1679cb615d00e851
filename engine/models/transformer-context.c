/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a text that a model has read consists of: memory, and which tokens go where. */
#include "models/transformer-context.h"

#include "base/error.h"
#include "kernels/norm.h"

#include <string.h>

#define N_CACHE_BLOCKS 2 /* keys and values */

/* Where the arena has what. */
typedef struct
{
  guint hidden, normed, change, qkv, heads, up, scratch, attention_scratch, rope, rope_sliding;
  guint *caches; /* keys and values of each layer's trunk, then of its branches */
} Layout;

static guint
reserve_floats (GboxTransformerContext *context, gsize n)
{
  return gbox_arena_reserve (context->arena, n * sizeof (float), 0, GBOX_ARENA_FOREVER);
}

static gsize
measure_stacked (const GboxTransformerContext *context, const GboxStackedLinear *stacked)
{
  gsize size = 0;

  for (guint i = 0; i < stacked->n_parts; i++)
    size = MAX (size, gbox_linear_scratch_size (stacked->parts[i], GBOX_TRANSFORMER_CHUNK, context->precision,
                                                gbox_team_get_n_threads (context->team)));
  return size;
}

/* Scratch memory for the hungriest of all matrices. */
static gsize
measure_scratch (const GboxTransformerContext *context)
{
  const GboxTransformer *model = context->transformer;
  const guint n_workers = gbox_team_get_n_threads (context->team);
  const GboxPrecision careful = gbox_transformer_context_get_careful_precision (context);
  gsize size = gbox_linear_scratch_size (model->head, GBOX_TRANSFORMER_CHUNK, careful, n_workers);

  for (int i = 0; i < model->config.n_layers; i++)
    {
      const GboxTransformerLayer *layer = &model->layers[i];

      size = MAX (size, measure_stacked (context, &layer->qkv));
      size = MAX (size, measure_stacked (context, &layer->up));
      size = MAX (size, gbox_linear_scratch_size (layer->output, GBOX_TRANSFORMER_CHUNK, careful, n_workers));
      size = MAX (size, gbox_linear_scratch_size (layer->down, GBOX_TRANSFORMER_CHUNK, context->precision,
                                                  n_workers));
    }
  return size;
}

static void
reserve_caches (GboxTransformerContext *context, Layout *layout)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  const gsize trunk
    = gbox_kv_cache_size (gbox_kv_cache_round (context->max_trunk), config->n_kv_heads, config->head_size);
  const gsize branch
    = gbox_kv_cache_size (gbox_kv_cache_round (context->max_branch), config->n_kv_heads, config->head_size);
  guint *next;

  next = layout->caches
    = g_new (guint, (gsize) N_CACHE_BLOCKS * (gsize) config->n_layers * ((gsize) context->n_branches + 1));
  for (int i = 0; i < config->n_layers; i++)
    for (int j = 0; j < N_CACHE_BLOCKS * (1 + context->n_branches); j++)
      *next++ = reserve_floats (context, j < N_CACHE_BLOCKS ? trunk : branch);
}

static void
reserve (GboxTransformerContext *context, Layout *layout)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  const gsize chunk = GBOX_TRANSFORMER_CHUNK;
  const gsize n_positions = (gsize) context->max_trunk + (gsize) context->max_branch;
  const gsize table = n_positions * (gsize) config->rope_size;
  const GboxAttention attention = { .max_positions = (int) n_positions };

  layout->hidden = reserve_floats (context, chunk * (gsize) config->d_model);
  layout->normed = reserve_floats (context, chunk * (gsize) config->d_model);
  layout->change = reserve_floats (context, chunk * (gsize) config->d_model);
  layout->qkv = reserve_floats (context, chunk * (gsize) gbox_transformer_qkv_width (config));
  layout->heads = reserve_floats (context, chunk * (gsize) config->n_heads * (gsize) config->head_size);
  layout->up = reserve_floats (context, chunk * (gsize) context->transformer->layers[0].up.n_out);
  layout->scratch = gbox_arena_reserve (context->arena, measure_scratch (context), 0, GBOX_ARENA_FOREVER);
  layout->attention_scratch
    = reserve_floats (context,
                      gbox_attention_scratch_size (&attention, gbox_team_get_n_threads (context->team)));
  layout->rope = reserve_floats (context, table);
  layout->rope_sliding = reserve_floats (context, config->sliding_window > 0 ? table : 0);
  reserve_caches (context, layout);
}

static void
place_caches (GboxTransformerContext *context, const Layout *layout)
{
  const int n_layers = context->transformer->config.n_layers;
  const guint *next = layout->caches;

  context->trunks = g_new0 (GboxKvCache, (gsize) n_layers);
  context->branches = g_new0 (GboxKvCache, (gsize) n_layers * (gsize) context->n_branches);
  for (int i = 0; i < n_layers; i++)
    for (int j = -1; j < context->n_branches; j++)
      {
        GboxKvCache *cache = j < 0 ? &context->trunks[i] : &context->branches[i * context->n_branches + j];

        cache->capacity = gbox_kv_cache_round (j < 0 ? context->max_trunk : context->max_branch);
        cache->keys = gbox_arena_get (context->arena, *next++);
        cache->values = gbox_arena_get (context->arena, *next++);
      }
}

static void
place_buffers (GboxTransformerContext *context, const Layout *layout)
{
  const GboxLanguageConfig *config = &context->transformer->config;
  const int n_positions = context->max_trunk + context->max_branch;

  context->buffers = (GboxPassBuffers){
    .hidden = gbox_arena_get (context->arena, layout->hidden),
    .normed = gbox_arena_get (context->arena, layout->normed),
    .change = gbox_arena_get (context->arena, layout->change),
    .qkv = gbox_arena_get (context->arena, layout->qkv),
    .heads = gbox_arena_get (context->arena, layout->heads),
    .up = gbox_arena_get (context->arena, layout->up),
    .scratch = gbox_arena_get (context->arena, layout->scratch),
    .attention_scratch = gbox_arena_get (context->arena, layout->attention_scratch),
    .rope = gbox_arena_get (context->arena, layout->rope),
    .rope_sliding = gbox_arena_get (context->arena, layout->rope_sliding),
  };
  if (config->rope_pairing == GBOX_ROPE_NONE)
    return;
  gbox_rope_fill_table (context->buffers.rope, n_positions, config->rope_size, config->rope_base,
                        config->rope_scale);
  if (config->sliding_window > 0)
    gbox_rope_fill_table (context->buffers.rope_sliding, n_positions, config->rope_size,
                          config->rope_base_sliding, 1);
}

static gboolean
check_length (const GboxTransformer *transformer, int max_trunk, int max_branch, GError **error)
{
  const int n_context = transformer->config.n_context;

  if (max_trunk >= 1 && max_branch >= 0 && max_trunk <= n_context && max_branch <= n_context - max_trunk)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "The model was made for texts of up to %d tokens, and this one can have %" G_GINT64_FORMAT
               ". Shorten it.",
               n_context, (gint64) max_trunk + max_branch);
  return FALSE;
}

GboxTransformerContext *
gbox_transformer_context_new (GboxTransformer *transformer,
                              GboxTeam *team,
                              GboxPrecision precision,
                              int max_trunk,
                              int n_branches,
                              int max_branch,
                              GError **error)
{
  g_autoptr (GboxTransformerContext) context = NULL;
  Layout layout = { 0 };
  gboolean committed;

  if (!check_length (transformer, max_trunk, max_branch, error))
    return NULL;
  context = g_new0 (GboxTransformerContext, 1);
  context->transformer = gbox_transformer_ref (transformer);
  context->team = team;
  context->precision = precision;
  context->max_trunk = max_trunk;
  context->n_branches = n_branches;
  context->max_branch = max_branch;
  context->tokens = g_new0 (int, (gsize) max_trunk);
  context->branch_tokens = g_new0 (int, (gsize) n_branches *(gsize) max_branch);
  context->branch_lengths = g_new0 (int, (gsize) n_branches);
  context->arena = gbox_arena_new ();
  reserve (context, &layout);
  committed = gbox_arena_commit (context->arena, error);
  if (committed)
    {
      place_caches (context, &layout);
      place_buffers (context, &layout);
    }
  g_free (layout.caches);
  return committed ? g_steal_pointer (&context) : NULL;
}

void
gbox_transformer_context_free (GboxTransformerContext *context)
{
  if (context == NULL)
    return;
  gbox_transformer_unref (context->transformer);
  g_free (context->tokens);
  g_free (context->branch_tokens);
  g_free (context->branch_lengths);
  g_free (context->trunks);
  g_free (context->branches);
  gbox_arena_free (context->arena);
  g_free (context);
}

gsize
gbox_transformer_context_get_size (const GboxTransformerContext *context)
{
  return gbox_arena_get_size (context->arena);
}

int
gbox_transformer_context_get_n_positions (const GboxTransformerContext *context)
{
  return context->max_trunk + context->max_branch;
}

const int *
gbox_transformer_context_get_tokens (const GboxTransformerContext *context, int *n)
{
  *n = context->n_trunk;
  return context->tokens;
}

void
gbox_transformer_context_truncate (GboxTransformerContext *context, int n)
{
  context->n_trunk = CLAMP (n, 0, context->n_trunk);
  for (int i = 0; i < context->n_branches; i++)
    context->branch_lengths[i] = 0;
}

void
gbox_transformer_context_set_tap (GboxTransformerContext *context, const GboxTransformerTap *tap)
{
  context->tap = tap != NULL ? *tap : (GboxTransformerTap){ 0 };
}

void
gbox_transformer_context_set_clock (GboxTransformerContext *context, GboxLapClock *clock)
{
  context->clock = clock;
}

void
gbox_transformer_context_read (GboxTransformerContext *context, const int *tokens, int n)
{
  g_return_if_fail (n >= 1 && n <= GBOX_TRANSFORMER_CHUNK && n <= context->max_trunk - context->n_trunk);

  gbox_transformer_context_truncate (context, context->n_trunk);
  for (int i = 0; i < n; i++)
    context->rows[i] = (GboxAttentionRow){ .position = context->n_trunk + i, .sequence = -1 };
  memcpy (context->tokens + context->n_trunk, tokens, (gsize) n * sizeof (int));
  context->n = n;
  context->n_trunk += n;
  gbox_transformer_pass (context, tokens, context->n_trunk);
}

void
gbox_transformer_context_read_branches (GboxTransformerContext *context,
                                        const int *branches,
                                        const int *tokens,
                                        int n)
{
  g_return_if_fail (n >= 1 && n <= GBOX_TRANSFORMER_CHUNK);

  for (int i = 0; i < n; i++)
    {
      int *length = &context->branch_lengths[branches[i]];

      g_return_if_fail (*length < context->max_branch);
      context->branch_tokens[branches[i] * context->max_branch + *length] = tokens[i];
      context->rows[i]
        = (GboxAttentionRow){ .position = context->n_trunk + (*length)++, .sequence = branches[i] };
    }
  context->n = n;
  gbox_transformer_pass (context, tokens, context->n_trunk);
}

void
gbox_transformer_context_normalize (GboxTransformerContext *context,
                                    const float *hidden,
                                    int n,
                                    float *normed)
{
  const GboxTransformer *model = context->transformer;
  const gsize d_model = (gsize) model->config.d_model;
  const GboxNormWeights *norm = &model->final_norm;

  gbox_lap_clock_start (context->clock);
  if (norm->bias != NULL)
    gbox_layer_norm (context->team, hidden, d_model, n, (int) d_model, norm->weight, norm->bias,
                     model->config.norm_eps, normed, d_model);
  else
    gbox_rms_norm (context->team, hidden, d_model, n, (int) d_model, norm->weight, model->config.norm_eps,
                   normed, d_model);
}

void
gbox_transformer_context_get_normed (GboxTransformerContext *context, int row, int n, float *normed)
{
  g_return_if_fail (row >= 0 && n >= 1 && row + n <= context->n);

  gbox_transformer_context_normalize (context,
                                      context->buffers.hidden
                                        + (gsize) row * (gsize) context->transformer->config.d_model,
                                      n, normed);
}

void
gbox_transformer_context_apply_head (GboxTransformerContext *context,
                                     const float *normed,
                                     int n,
                                     float *logits)
{
  const GboxTransformer *model = context->transformer;

  gbox_linear_forward (model->head, context->team, gbox_transformer_context_get_careful_precision (context),
                       normed, (gsize) model->config.d_model, n, logits, (gsize) model->config.n_vocab, FALSE,
                       context->buffers.scratch);
  gbox_lap_clock_note (context->clock, GBOX_LAP_HEAD);
}

void
gbox_transformer_context_lens (GboxTransformerContext *context, const float *hidden, int n, float *logits)
{
  gbox_transformer_context_normalize (context, hidden, n, context->buffers.normed);
  gbox_transformer_context_apply_head (context, context->buffers.normed, n, logits);
}

void
gbox_transformer_context_get_logits (GboxTransformerContext *context, int row, int n, float *logits)
{
  g_return_if_fail (row >= 0 && n >= 1 && row + n <= context->n);

  gbox_transformer_context_lens (context,
                                 context->buffers.hidden
                                   + (gsize) row * (gsize) context->transformer->config.d_model,
                                 n, logits);
}
