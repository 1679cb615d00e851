/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a language model is trained: its head, or its last layer. */
#pragma once

#include "learning/block.h"
#include "learning/finetune-spec.h"
#include "learning/rollout.h"

G_BEGIN_DECLS

/**
 * GboxTrainee:
 *
 * The weights that change, and how an update of them is cut into steps. For one thread at a time.
 */
typedef struct _GboxTrainee GboxTrainee;

/**
 * gbox_trainee_new:
 * @train: what changes
 * @model: the model, whose weights it begins with
 * @team: the workers
 * @n_prompt: tokens of the prompt
 * @n_sequences: completions at a time, at most
 * @length: tokens of each, at most
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the trainee; %NULL with %GBOX_ERROR_MEMORY or %GBOX_ERROR_UNSUPPORTED
 */
GboxTrainee *gbox_trainee_new (GboxTrain train,
                               GboxLanguageModel *model,
                               GboxTeam *team,
                               guint n_prompt,
                               guint n_sequences,
                               guint length,
                               GError **error);
void gbox_trainee_free (GboxTrainee *trainee);

/* Who decides; transfer none. */
GboxHeadPolicy *gbox_trainee_get_policy (GboxTrainee *trainee);

/* (nullable): the layer before the head, where that is trained; transfer none. */
GboxBlock *gbox_trainee_get_block (GboxTrainee *trainee);

/**
 * GboxTraineeState:
 * @name: of the weights, in a checkpoint
 * @n_rows: of all three
 * @n_columns: see there
 * @weights: what changes
 * @m: first moments of Adam
 * @v: second moments
 *
 * What a checkpoint keeps.
 */
typedef struct
{
  const char *name;
  gsize n_rows;
  gsize n_columns;
  float *weights;
  float *m;
  float *v;
} GboxTraineeState;

/* Transfer none; may be changed between two calls. */
GboxTraineeState gbox_trainee_get_state (GboxTrainee *trainee);

/* @weights: (array length=decisions of the policy): what each one's log π counts in the objective; kept by
 * reference until the gradient is computed. */
void gbox_trainee_prepare_gradient (GboxTrainee *trainee, const double *weights);

/* Does the next step of computing the gradient, some 40 ms. Returns whether it is done. */
gboolean gbox_trainee_compute_gradient (GboxTrainee *trainee);

/* Length of the gradient, once it is computed. */
double gbox_trainee_get_gradient_norm (const GboxTrainee *trainee);

/* Does the next part of a step of Adam, with the gradient times @scale. Returns whether all is done. */
gboolean gbox_trainee_update (GboxTrainee *trainee, double scale, guint step, double learning_rate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTrainee, gbox_trainee_free)

G_END_DECLS
