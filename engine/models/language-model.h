/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language model that is ready to work: its weights, its tokenizer, and the text it read last. */
#pragma once

#include "models/tokenizer.h"
#include "models/transformer.h"

G_BEGIN_DECLS

/* Reference counted, thread-safe. */
typedef struct _GboxLanguageModel GboxLanguageModel;

/**
 * gbox_language_model_load:
 * @path: what gbox_language_file_open() takes, or a checkpoint of finetuning
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the model. Not for the main thread.
 */
GboxLanguageModel *gbox_language_model_load (const char *path, GError **error);
GboxLanguageModel *gbox_language_model_ref (GboxLanguageModel *model);
void gbox_language_model_unref (GboxLanguageModel *model);

/* Transfer none. */
GboxTransformer *gbox_language_model_get_transformer (GboxLanguageModel *model);
GboxTokenizer *gbox_language_model_get_tokenizer (GboxLanguageModel *model);

/**
 * gbox_language_model_take_context:
 * @model: a model
 * @team: the team that will use it
 * @precision: how exactly to compute
 * @tokens: (array length=n): the text that will be read
 * @n: its tokens
 * @max_trunk: tokens of the trunk, at least
 * @n_branches: how many branches, at least
 * @max_branch: tokens of each, at least
 * @n_kept: (out): how many of @tokens it has read already
 * @error: return location for an error
 *
 * The context of this precision that was given back last if it is large enough, else a new one; either with
 * what the last one has read of the text.
 *
 * Returns: (transfer full) (nullable): a context; as gbox_transformer_context_new()
 */
GboxTransformerContext *gbox_language_model_take_context (GboxLanguageModel *model,
                                                          GboxTeam *team,
                                                          GboxPrecision precision,
                                                          const int *tokens,
                                                          int n,
                                                          int max_trunk,
                                                          int n_branches,
                                                          int max_branch,
                                                          int *n_kept,
                                                          GError **error);

/* Keeps a context, and what it has read, for who takes one of its precision next; frees the one that was
 * kept. The team must
 * live as long as any other that gbox_language_model_take_context() is given. */
void gbox_language_model_give_context (GboxLanguageModel *model, GboxTransformerContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxLanguageModel, gbox_language_model_unref)

G_END_DECLS
