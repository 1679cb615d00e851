/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of finetuning a language model by policy gradient. */
#pragma once

#include "learning/finetune-event.h"
#include "learning/finetune-spec.h"
#include "runtime/job.h"

G_BEGIN_DECLS

/* What the values of a finetuning run's points are; a point is a training step. */
typedef enum
{
  GBOX_FINETUNE_REWARD_MEAN, /* of the batch, the divergence not counted */
  GBOX_FINETUNE_REWARD_STD,
  GBOX_FINETUNE_REWARD_MIN,
  GBOX_FINETUNE_REWARD_MAX,
  GBOX_FINETUNE_KL,            /* of a completion from the starting model, exact, nats; the mean */
  GBOX_FINETUNE_ENTROPY,       /* of a decision, exact, nats; the mean */
  GBOX_FINETUNE_GRADIENT_NORM, /* before it was clipped */
  GBOX_FINETUNE_TOKENS_PER_SECOND,
  GBOX_FINETUNE_LEARNING_RATE, /* with the warm-up */
  GBOX_FINETUNE_COEFFICIENT,   /* β */
  GBOX_FINETUNE_END_RATE,      /* share of completions that ended themselves */
  GBOX_FINETUNE_NO_SIGNAL,     /* share of groups of which all completions have the same reward */
  GBOX_FINETUNE_N_TOKENS,      /* of the batch */
  GBOX_FINETUNE_BATCH,         /* completions of it */
  GBOX_FINETUNE_N_VALUES,
} GboxFinetuneValue;

/**
 * GboxFinetuneJob:
 *
 * Policy gradient on a language model (Williams 1992), whose text so far is the state and whose next token is
 * the action. Reads the prompt, writes completions to compare with, then trains: each training step writes a
 * batch of completions at the spec's temperature, from the whole distribution; rewards each, less
 * β (log π − log π_ref) of its tokens; and goes uphill on Σ A log π / (batch · length), where A is the reward
 * less a baseline, with Adam. In the end it writes the same completions again. A training step is many steps
 * of the job, of which the last posts a point with #GboxFinetuneValue values. Records are
 * #GboxFinetunePiece and #GboxFinetuneCompletion.
 *
 * Notices: "collapse", "no-signal", "divergence" and "checkpoint" (one could not be saved) when those begin,
 * and with the text "" when they are over.
 *
 * The same spec gives the same bits for any number of threads, and from a checkpoint on.
 */
#define GBOX_TYPE_FINETUNE_JOB (gbox_finetune_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneJob, gbox_finetune_job, GBOX, FINETUNE_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_finetune_job_new (GboxFinetuneSpec *spec);

/* Whether a name can be saved to: FALSE with %GBOX_ERROR_INVALID_ARGUMENT if it does not end in .safetensors.
 */
gboolean gbox_finetune_check_path (const char *path, GError **error);

G_END_DECLS
