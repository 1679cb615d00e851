/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of looking inside a language model. */
#include "language/inside-job.h"

#include "language/completion-spec.h"
#include "language/induction.h"
#include "language/inside.h"
#include "models/token-description.h"

#include <string.h>

struct _GboxInsideJob
{
  GboxJob parent_instance;

  GboxInsideSpec *spec;
  GboxTeam *team;
  GboxLanguageModel *model;
  GArray *tokens; /* of int */
  GboxInside *inside;
  GboxInduction *induction;
};

G_DEFINE_FINAL_TYPE (GboxInsideJob, gbox_inside_job, GBOX_TYPE_JOB)

static void
finalize (GObject *object)
{
  GboxInsideJob *self = GBOX_INSIDE_JOB (object);

  g_clear_pointer (&self->inside, gbox_inside_free);
  g_clear_pointer (&self->induction, gbox_induction_free);
  g_clear_pointer (&self->tokens, g_array_unref);
  g_clear_pointer (&self->model, gbox_language_model_unref);
  g_clear_object (&self->spec);
  G_OBJECT_CLASS (gbox_inside_job_parent_class)->finalize (object);
}

static gboolean
start (GboxJob *job, const GboxJobContext *context, GError **error)
{
  GboxInsideJob *self = GBOX_INSIDE_JOB (job);
  const GboxInsideValues *values = gbox_inside_spec_get_values (self->spec);

  self->team = context->team;
  self->tokens = gbox_completion_parse_tokens (values->tokens, error);
  if (self->tokens == NULL)
    return FALSE;
  self->model = gbox_model_store_get_language_model (context->store, values->model, error);
  if (self->model == NULL)
    return FALSE;
  self->inside
    = gbox_inside_new_for_model (self->model, self->team, GBOX_PRECISION_INT16,
                                 (const int *) (gpointer) self->tokens->data, (int) self->tokens->len, error);
  return self->inside != NULL;
}

static char *
describe_token (GboxInsideJob *self, int id)
{
  return gbox_token_describe (gbox_language_model_get_tokenizer (self->model), id);
}

static void
describe_lens (GboxInsideJob *self, GboxInsideView *view)
{
  const gsize n_cells = (gsize) (view->n_layers + 1) * (gsize) view->n_rows;

  view->probabilities = g_new (float, n_cells);
  view->tops = g_new0 (char *, n_cells *GBOX_INSIDE_N_TOP + 1);
  view->shares = g_new (float, n_cells *GBOX_INSIDE_N_TOP);
  for (gsize i = 0; i < n_cells; i++)
    {
      const GboxLensCell *cell
        = gbox_inside_get_cell (self->inside, (int) i / view->n_rows, (int) i % view->n_rows);

      view->probabilities[i] = cell->probability;
      for (gsize j = 0; j < GBOX_INSIDE_N_TOP; j++)
        {
          view->tops[i * GBOX_INSIDE_N_TOP + j] = describe_token (self, cell->top[j].id);
          view->shares[i * GBOX_INSIDE_N_TOP + j] = cell->top[j].probability;
        }
    }
}

/* The token that begins every text and the space before it are not written there. */
static int
measure_token (GboxInsideJob *self, guint i)
{
  const GboxTokenizer *tokenizer = gbox_language_model_get_tokenizer (self->model);
  const gboolean begins = gbox_tokenizer_adds_begin (tokenizer);
  const int id = g_array_index (self->tokens, int, i);

  if (id >= gbox_tokenizer_get_n_tokens (tokenizer)
      || (i == 0 && begins && id == gbox_tokenizer_get_begin (tokenizer)))
    return 0;
  return (int) gbox_tokenizer_get_token (tokenizer, id)->length
         - (i == (guint) begins && gbox_tokenizer_begins_with_added_space (tokenizer, id));
}

static void
post_view (GboxInsideJob *self)
{
  GboxInsideView *view = g_new0 (GboxInsideView, 1);
  const gsize n = self->tokens->len;

  view->n_layers = gbox_inside_get_n_layers (self->inside);
  view->n_heads = gbox_inside_get_n_heads (self->inside);
  view->n_rows = gbox_inside_get_n_rows (self->inside);
  view->n = (int) n;
  view->texts = g_new0 (char *, n + 1);
  view->lengths = g_new (int, n);
  for (guint i = 0; i < n; i++)
    {
      view->texts[i] = describe_token (self, g_array_index (self->tokens, int, i));
      view->lengths[i] = measure_token (self, i);
    }
  describe_lens (self, view);
  view->attention = g_new (float, (gsize) view->n_layers *(gsize) view->n_heads *n);
  for (int i = 0; i < view->n_layers * view->n_heads; i++)
    memcpy (view->attention + (gsize) i * n,
            gbox_inside_get_attention (self->inside, i / view->n_heads, i % view->n_heads),
            n * sizeof (float));
  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_INSIDE_VIEW, view);
}

/* A model that reads only short texts has no such heads that could be found. */
static GboxStepResult
begin_induction (GboxInsideJob *self)
{
  g_autoptr (GError) error = NULL;

  if (gbox_inside_spec_get_values (self->spec)->induction)
    self->induction = gbox_induction_new (gbox_language_model_get_transformer (self->model), self->team,
                                          GBOX_PRECISION_INT8, &error);
  return self->induction != NULL ? GBOX_STEP_CONTINUE : GBOX_STEP_FINISHED;
}

static void
post_scores (GboxInsideJob *self)
{
  const GboxLanguageConfig *config
    = gbox_transformer_get_config (gbox_language_model_get_transformer (self->model));

  gbox_job_post_record (GBOX_JOB (self), GBOX_TYPE_INDUCTION_SCORES,
                        gbox_induction_scores_new (config->n_layers, config->n_heads,
                                                   gbox_induction_get_scores (self->induction)));
}

static GboxStepResult
step (GboxJob *job, GError **error)
{
  GboxInsideJob *self = GBOX_INSIDE_JOB (job);

  if (self->inside != NULL)
    {
      if (gbox_inside_step (self->inside))
        return GBOX_STEP_CONTINUE;
      post_view (self);
      g_clear_pointer (&self->inside, gbox_inside_free);
      return begin_induction (self);
    }
  if (self->induction == NULL)
    return GBOX_STEP_FINISHED;
  if (gbox_induction_step (self->induction))
    return GBOX_STEP_CONTINUE;
  post_scores (self);
  g_clear_pointer (&self->induction, gbox_induction_free);
  return GBOX_STEP_FINISHED;
}

static void
gbox_inside_job_class_init (GboxInsideJobClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  GBOX_JOB_CLASS (class)->start = start;
  GBOX_JOB_CLASS (class)->step = step;
}

static void
gbox_inside_job_init (GboxInsideJob *self)
{
}

GboxJob *
gbox_inside_job_new (GboxInsideSpec *spec)
{
  GboxInsideJob *self = g_object_new (GBOX_TYPE_INSIDE_JOB, NULL);

  self->spec = GBOX_INSIDE_SPEC (gbox_spec_copy (GBOX_SPEC (spec)));
  return GBOX_JOB (self);
}
