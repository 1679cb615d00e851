/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved finetuning that can go on, and be completed with: one safetensors file. */
#pragma once

#include "formats/tensor-file.h"
#include "learning/finetune-spec.h"
#include "learning/trainee.h"

G_BEGIN_DECLS

/**
 * GboxFinetuneProgress:
 * @step: training steps done
 * @kl: β for the next
 * @baseline: the moving one
 * @first_entropy: of the first step, which warnings compare with
 *
 * What a run knows beside its weights.
 */
typedef struct
{
  guint step;
  double kl;
  double baseline;
  double first_entropy;
} GboxFinetuneProgress;

/**
 * GboxFinetuneBase:
 * @path: of the model's file
 * @sum: what gbox_policy_file_sum_base() made of it when it was read
 *
 * What is finetuned.
 */
typedef struct
{
  char *path;
  char *sum;
} GboxFinetuneBase;

/* β at most, as it adapts. */
#define GBOX_FINETUNE_MAX_KL 1e6

/**
 * gbox_finetune_checkpoint_check_place:
 * @path: where checkpoints are to be saved
 * @error: return location for an error
 *
 * Tries to write beside it, so that a run finds out before it has anything to lose. Only a checkpoint, or an
 * empty file, may be replaced.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO, or %GBOX_ERROR_INVALID_ARGUMENT for another file
 */
gboolean gbox_finetune_checkpoint_check_place (const char *path, GError **error);

/* Whether a checkpoint at @path is to hold the policy alone, a third as long: nothing goes on from it. */
gboolean gbox_finetune_checkpoint_is_short (const char *path);

/**
 * gbox_finetune_checkpoint_save:
 * @path: where to; without moments where it ends in .policy.safetensors
 * @state: the weights and moments: tensors `head_transposed` or `last_block`, `adam_m`, `adam_v`
 * @spec: goes into the metadata as JSON, `spec`
 * @base: the model's file, `base` and `base_sum`
 * @progress: see there
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_IO
 */
gboolean gbox_finetune_checkpoint_save (const char *path,
                                        const GboxTraineeState *state,
                                        GboxFinetuneSpec *spec,
                                        const GboxFinetuneBase *base,
                                        const GboxFinetuneProgress *progress,
                                        GError **error);

/**
 * gbox_finetune_checkpoint_load_spec:
 * @path: a checkpoint
 * @step: (out) (optional): how many training steps had been done
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the spec as it was saved, with what was adjusted; where it saves
 * checkpoints, they go to @path, and not to where that file, which may be a copy, once was
 */
GboxFinetuneSpec *gbox_finetune_checkpoint_load_spec (const char *path, guint *step, GError **error);

/**
 * gbox_finetune_checkpoint_load:
 * @path: a checkpoint
 * @base: what is finetuned now
 * @state: (inout): overwritten, if all of the file is right
 * @progress: (out): see there
 * @error: return location for an error
 *
 * Returns: %FALSE with @state as it was and %GBOX_ERROR_INVALID_FILE, %GBOX_ERROR_UNSUPPORTED,
 * %GBOX_ERROR_IO or %GBOX_ERROR_NOT_FOUND
 */
gboolean gbox_finetune_checkpoint_load (const char *path,
                                        const GboxFinetuneBase *base,
                                        const GboxTraineeState *state,
                                        GboxFinetuneProgress *progress,
                                        GError **error);

G_END_DECLS
