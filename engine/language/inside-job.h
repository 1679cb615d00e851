/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of looking inside a language model. */
#pragma once

#include "language/inside-event.h"
#include "language/inside-spec.h"
#include "runtime/job.h"

G_BEGIN_DECLS

/**
 * GboxInsideJob:
 *
 * Posts a #GboxInsideView, and then #GboxInductionScores if they are asked for and the model reads texts long
 * enough for the test. In steps of some ten milliseconds and a context that completions of int8 do not use,
 * so that one goes on beside it; what the text has in common with the one looked at last is not read again.
 */
#define GBOX_TYPE_INSIDE_JOB (gbox_inside_job_get_type ())
G_DECLARE_FINAL_TYPE (GboxInsideJob, gbox_inside_job, GBOX, INSIDE_JOB, GboxJob)

/* Transfer full. The spec is copied. */
GboxJob *gbox_inside_job_new (GboxInsideSpec *spec);

G_END_DECLS
