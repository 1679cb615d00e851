/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language model that is ready to work: its weights, its tokenizer, and the text it read last. */
#include "models/language-model.h"

#include "models/language-file.h"
#include "models/policy-file.h"
#include "models/transformer-context.h"

#define N_PRECISIONS (GBOX_PRECISION_FLOAT32 + 1)

struct _GboxLanguageModel
{
  gint n_references; /* atomic */
  GboxTransformer *transformer;
  GboxTokenizer *tokenizer;
  GMutex lock;
  GboxTransformerContext *idle[N_PRECISIONS]; /* (nullable) each */
};

/* Takes the transformer. */
static GboxLanguageModel *
make_model (GboxTransformer *transformer, GboxTokenizer *tokenizer)
{
  GboxLanguageModel *model = g_new0 (GboxLanguageModel, 1);

  g_atomic_int_set (&model->n_references, 1);
  model->transformer = transformer;
  model->tokenizer = gbox_tokenizer_ref (tokenizer);
  g_mutex_init (&model->lock);
  return model;
}

static GboxLanguageModel *
load_finetuned (const GboxTensorFile *policy, GError **error)
{
  const char *path = gbox_policy_file_get_base (policy, error);
  g_autoptr (GboxLanguageModel) base = path != NULL ? gbox_language_model_load (path, error) : NULL;
  GboxTransformer *transformer
    = base != NULL ? gbox_policy_file_apply (policy, base->transformer, error) : NULL;

  return transformer != NULL ? make_model (transformer, base->tokenizer) : NULL;
}

GboxLanguageModel *
gbox_language_model_load (const char *path, GError **error)
{
  g_autoptr (GboxTensorFile) policy = gbox_policy_file_open (path);
  g_autoptr (GboxLanguageFile) file = NULL;
  GboxTransformer *transformer;

  if (policy != NULL)
    return load_finetuned (policy, error);
  file = gbox_language_file_open (path, error);
  transformer = file != NULL ? gbox_transformer_new (file->tensors, &file->config, error) : NULL;
  return transformer != NULL ? make_model (transformer, file->tokenizer) : NULL;
}

GboxLanguageModel *
gbox_language_model_ref (GboxLanguageModel *model)
{
  g_atomic_int_inc (&model->n_references);
  return model;
}

void
gbox_language_model_unref (GboxLanguageModel *model)
{
  if (!g_atomic_int_dec_and_test (&model->n_references))
    return;
  for (int i = 0; i < N_PRECISIONS; i++)
    gbox_transformer_context_free (model->idle[i]);
  gbox_transformer_unref (model->transformer);
  gbox_tokenizer_unref (model->tokenizer);
  g_mutex_clear (&model->lock);
  g_free (model);
}

GboxTransformer *
gbox_language_model_get_transformer (GboxLanguageModel *model)
{
  return model->transformer;
}

GboxTokenizer *
gbox_language_model_get_tokenizer (GboxLanguageModel *model)
{
  return model->tokenizer;
}

GboxTransformerContext *
gbox_language_model_take_context (GboxLanguageModel *model,
                                  GboxTeam *team,
                                  GboxPrecision precision,
                                  const int *tokens,
                                  int n,
                                  int max_trunk,
                                  int n_branches,
                                  int max_branch,
                                  int *n_kept,
                                  GError **error)
{
  GboxTransformerContext *idle, *context;

  g_mutex_lock (&model->lock);
  idle = g_steal_pointer (&model->idle[precision]);
  g_mutex_unlock (&model->lock);

  *n_kept = 0;
  if (idle != NULL && idle->team == team && idle->max_trunk >= max_trunk && idle->n_branches >= n_branches
      && idle->max_branch >= max_branch)
    {
      *n_kept = gbox_transformer_context_keep_prefix (idle, tokens, n);
      return idle;
    }
  if (idle == NULL)
    return gbox_transformer_context_new (model->transformer, team, precision, max_trunk, n_branches,
                                         max_branch, error);
  /* Where there is no memory for both, the text is read again. */
  context = gbox_transformer_context_new (model->transformer, team, precision, max_trunk, n_branches,
                                          max_branch, NULL);
  if (context != NULL)
    *n_kept = gbox_transformer_context_take_prefix (context, idle, tokens, n);
  gbox_transformer_context_free (idle);
  return context != NULL ? context
                         : gbox_transformer_context_new (model->transformer, team, precision, max_trunk,
                                                         n_branches, max_branch, error);
}

void
gbox_language_model_give_context (GboxLanguageModel *model, GboxTransformerContext *context)
{
  GboxTransformerContext *old;

  gbox_transformer_context_set_tap (context, NULL);
  g_mutex_lock (&model->lock);
  old = model->idle[context->precision];
  model->idle[context->precision] = context;
  g_mutex_unlock (&model->lock);
  gbox_transformer_context_free (old);
}
