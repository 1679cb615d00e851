/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of completing a text. */
#pragma once

#include "language/completion-event.h"
#include "language/completion-spec.h"
#include "runtime/job.h"

G_BEGIN_DECLS

/* What the values of a completion's points are. */
typedef enum
{
  GBOX_COMPLETION_PROMPT_READ, /* tokens of the prompt that were read */
  GBOX_COMPLETION_PROMPT,      /* tokens of the prompt */
  GBOX_COMPLETION_REUSED,      /* tokens of the prompt that had been read by an earlier run */
  GBOX_COMPLETION_WRITTEN,     /* tokens of all samples */
  GBOX_COMPLETION_CONTEXT,     /* tokens that the model can read */
  GBOX_COMPLETION_N_VALUES,
} GboxCompletionValue;

/**
 * GboxCompletionJob:
 *
 * First the prompt is read, some tokens a step; what it has in common with the text that was read before is
 * not read again. Then each step writes a token of every sample that has not ended, as records of type
 * #GboxCompletionToken; a #GboxCompletionEnd is the last of each sample. Every step posts a point with
 * #GboxCompletionValue values.
 *
 * The same spec gives the same tokens for any number of threads and samples, and whatever was read before.
 */
#define GBOX_TYPE_COMPLETION_JOB (gbox_completion_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxCompletionJob, gbox_completion_job, GBOX, COMPLETION_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_completion_job_new (GboxCompletionSpec *spec);

G_END_DECLS
