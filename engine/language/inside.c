/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes on in a language model when it says what comes next: the logit lens, and where its heads look. */
#include "language/inside.h"

#include "base/error.h"

#include <math.h>

/* A step that reads what stands before the lens's rows takes about this long, µs: how many tokens that is is
 * found on the way. */
#define STEP_TIME   30000
#define FIRST_CHUNK 8
#define MAX_CHUNK   32

/* Contexts have room for a multiple of this, so that a text that grows a little finds its own again. */
#define ROUND 256

struct _GboxInside
{
  GboxTransformerContext *context;
  GboxTeam *team;
  GboxTransformer *transformer;
  GboxLanguageModel *model; /* (nullable): whose the context is */
  int n_layers;
  int n_heads;
  int d_model;
  int n_vocab;

  int *tokens;
  int n;
  int n_rows;
  int n_reused;
  int n_read;
  int chunk;
  int n_lens_layers; /* that are done, from the last one down */
  gboolean has_attention;

  GboxLensCell *cells; /* (n_layers + 1, n_rows) */
  int *said;           /* (n_rows): what the last layer finds most probable */
  float *attention;    /* (n_layers, n_heads, positions of the context) */
  float *hidden;       /* (n_layers + 1, n_rows, d_model) */
  float *logits;       /* (n_rows, n_vocab) */
  GboxSampler **samplers;
  guint n_samplers;
};

static gboolean
check_tokens (const GboxLanguageConfig *config, const int *tokens, int n, GError **error)
{
  if (n < 1)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "There is no text to look at. Give some.");
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    if (tokens[i] < 0 || tokens[i] >= config->n_vocab)
      {
        g_set_error (
          error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
          "The model has no token %d; its last is %d. It may not be the model that wrote the text.",
          tokens[i], config->n_vocab - 1);
        return FALSE;
      }
  return TRUE;
}

static void
lay_out (GboxInside *self, const int *tokens, int n)
{
  const gsize n_cells = (gsize) (self->n_layers + 1) * (gsize) self->n_rows;

  self->tokens = g_memdup2 (tokens, (gsize) n * sizeof (int));
  self->n = n;
  self->cells = g_new0 (GboxLensCell, n_cells);
  self->said = g_new0 (int, self->n_rows);
  self->attention = g_new0 (float, (gsize) self->n_layers *(gsize) self->n_heads *(
                                     gsize) gbox_transformer_context_get_n_positions (self->context));
  self->hidden = g_new0 (float, n_cells *(gsize) self->d_model);
  self->logits = g_new0 (float, (gsize) self->n_rows *(gsize) self->n_vocab);
  self->n_samplers = gbox_team_get_n_threads (self->team);
  self->samplers = g_new (GboxSampler *, self->n_samplers);
  for (guint i = 0; i < self->n_samplers; i++)
    self->samplers[i] = gbox_sampler_new (self->n_vocab);
}

/* Of the text that the context has read, what stands before the lens's rows stays. */
static void
keep_prefix (GboxInside *self)
{
  self->n_reused = gbox_transformer_context_keep_prefix (self->context, self->tokens, self->n);
  self->n_reused = MIN (self->n_reused, self->n - self->n_rows);
  gbox_transformer_context_truncate (self->context, self->n_reused);
  self->n_read = self->n_reused;
  self->chunk = FIRST_CHUNK;
}

/* Takes the context. */
static GboxInside *
make_inside (
  GboxTransformerContext *context, GboxTransformer *transformer, GboxTeam *team, const int *tokens, int n)
{
  const GboxLanguageConfig *config = gbox_transformer_get_config (transformer);
  GboxInside *self = g_new0 (GboxInside, 1);

  self->context = context;
  self->team = team;
  self->transformer = gbox_transformer_ref (transformer);
  self->n_layers = config->n_layers;
  self->n_heads = config->n_heads;
  self->d_model = config->d_model;
  self->n_vocab = config->n_vocab;
  self->n_rows = MIN (n, GBOX_INSIDE_MAX_ROWS);
  lay_out (self, tokens, n);
  keep_prefix (self);
  return self;
}

GboxInside *
gbox_inside_new (GboxTransformer *transformer,
                 GboxTeam *team,
                 GboxPrecision precision,
                 const int *tokens,
                 int n,
                 GError **error)
{
  GboxTransformerContext *context;

  if (!check_tokens (gbox_transformer_get_config (transformer), tokens, n, error))
    return NULL;
  context = gbox_transformer_context_new (transformer, team, precision, n, 0, 0, error);
  return context != NULL ? make_inside (context, transformer, team, tokens, n) : NULL;
}

GboxInside *
gbox_inside_new_for_model (
  GboxLanguageModel *model, GboxTeam *team, GboxPrecision precision, const int *tokens, int n, GError **error)
{
  GboxTransformer *transformer = gbox_language_model_get_transformer (model);
  const GboxLanguageConfig *config = gbox_transformer_get_config (transformer);
  const int n_rounded = n <= config->n_context ? MIN (n + (ROUND - n % ROUND) % ROUND, config->n_context) : n;
  GboxTransformerContext *context;
  GboxInside *self;
  int n_kept;

  if (!check_tokens (config, tokens, n, error))
    return NULL;
  context
    = gbox_language_model_take_context (model, team, precision, tokens, n, n_rounded, 0, 0, &n_kept, error);
  if (context == NULL)
    return NULL;
  self = make_inside (context, transformer, team, tokens, n);
  self->model = gbox_language_model_ref (model);
  return self;
}

void
gbox_inside_free (GboxInside *self)
{
  for (guint i = 0; i < self->n_samplers; i++)
    gbox_sampler_free (self->samplers[i]);
  g_free (self->samplers);
  g_free (self->logits);
  g_free (self->hidden);
  g_free (self->attention);
  g_free (self->said);
  g_free (self->cells);
  g_free (self->tokens);
  if (self->model != NULL)
    gbox_language_model_give_context (self->model, self->context);
  else
    gbox_transformer_context_free (self->context);
  g_clear_pointer (&self->model, gbox_language_model_unref);
  gbox_transformer_unref (self->transformer);
  g_free (self);
}

/* The last rows are read in a pass of their own, which leaves what the lens looks through. */
static void
read_tokens (GboxInside *self)
{
  const int n_before = self->n - self->n_rows - self->n_read;
  const GboxTransformerTap tap = { .hidden = self->hidden };
  const int n = n_before > 0 ? MIN (n_before, self->chunk) : self->n_rows;
  const gint64 begin = g_get_monotonic_time ();

  if (n_before == 0)
    gbox_transformer_context_set_tap (self->context, &tap);
  gbox_transformer_context_read (self->context, self->tokens + self->n_read, n);
  gbox_transformer_context_set_tap (self->context, NULL);
  self->n_read += n;
  self->chunk = (int) CLAMP (n * STEP_TIME / MAX (g_get_monotonic_time () - begin, 1), 1, MAX_CHUNK);
}

static void
describe_row (gpointer data, guint row, guint worker)
{
  static const GboxSamplerSettings settings = { .temperature = 1, .top_p = 1, .repetition_penalty = 1 };
  GboxInside *self = data;
  const int layer = self->n_layers - self->n_lens_layers;
  const float *logits = self->logits + (gsize) row * (gsize) self->n_vocab;
  GboxLensCell *cell = &self->cells[(gsize) layer * (gsize) self->n_rows + row];
  GboxSample sample;

  if (!gbox_sampler_sample (self->samplers[worker], &settings, logits, NULL, 0, 0, &sample))
    return;
  for (guint i = 0; i < MIN (sample.n_top, (guint) GBOX_INSIDE_N_TOP); i++)
    cell->top[i] = sample.top[i];
  if (layer == self->n_layers)
    self->said[row] = sample.top[0].id;
  gbox_sampler_take (self->samplers[worker], &settings, logits, NULL, self->said[row], &sample);
  cell->probability = expf (sample.chosen.logprob);
  for (int i = 0; i < self->n_vocab; i++)
    if (logits[i] > logits[self->said[row]])
      cell->rank++;
}

static void
look_through_layer (GboxInside *self)
{
  const gsize size = (gsize) self->n_rows * (gsize) self->d_model;
  const int layer = self->n_layers - self->n_lens_layers;

  gbox_transformer_context_lens (self->context, self->hidden + (gsize) layer * size, self->n_rows,
                                 self->logits);
  gbox_team_run (self->team, (guint) self->n_rows, describe_row, self);
  self->n_lens_layers++;
}

/* The last token is read again by itself: of all rows the attention would be a great deal of memory. */
static void
look_at_heads (GboxInside *self)
{
  const GboxTransformerTap tap = { .attention_layer = GBOX_TAP_ALL_LAYERS, .attention = self->attention };

  gbox_transformer_context_truncate (self->context, self->n - 1);
  gbox_transformer_context_set_tap (self->context, &tap);
  gbox_transformer_context_read (self->context, self->tokens + self->n - 1, 1);
  gbox_transformer_context_set_tap (self->context, NULL);
  self->has_attention = TRUE;
}

gboolean
gbox_inside_step (GboxInside *self)
{
  if (self->n_read < self->n)
    read_tokens (self);
  else if (self->n_lens_layers <= self->n_layers)
    look_through_layer (self);
  else if (!self->has_attention)
    look_at_heads (self);
  return !self->has_attention;
}

int
gbox_inside_get_n_reused (const GboxInside *self)
{
  return self->n_reused;
}

int
gbox_inside_get_n_rows (const GboxInside *self)
{
  return self->n_rows;
}

int
gbox_inside_get_n_layers (const GboxInside *self)
{
  return self->n_layers;
}

int
gbox_inside_get_n_heads (const GboxInside *self)
{
  return self->n_heads;
}

const GboxLensCell *
gbox_inside_get_cell (const GboxInside *self, int layer, int row)
{
  return &self->cells[layer * self->n_rows + row];
}

const float *
gbox_inside_get_attention (const GboxInside *self, int layer, int head)
{
  return self->attention
         + ((gsize) layer * (gsize) self->n_heads + (gsize) head)
             * (gsize) gbox_transformer_context_get_n_positions (self->context);
}
