/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the samples of a session in a sandbox, and says on each whether it works. */
#pragma once

#include "completion/completion-session.h"

G_BEGIN_DECLS

/**
 * GboxSampleChecks:
 *
 * While it is on and there is a sandbox, each sample that has ended is run, where its prompt is one that has
 * checks; the verdict becomes its branch's `badge`. Main thread only; nothing blocks.
 *
 * Properties, notified: `is-on` (boolean, %FALSE), `problem` (string, nullable, read-only: why code cannot be
 * run here), `summary` (string, nullable, read-only: how many samples work, and how that was found out).
 */
#define GBOX_TYPE_SAMPLE_CHECKS (gbox_sample_checks_get_type ())
G_DECLARE_FINAL_TYPE (GboxSampleChecks, gbox_sample_checks, GBOX, SAMPLE_CHECKS, GObject)

GboxSampleChecks *gbox_sample_checks_new (GboxCompletionSession *session);
/* Looks whether there can be a sandbox; the first time only. */
void gbox_sample_checks_open (GboxSampleChecks *self);
/* Ends what runs; nothing is run any more. */
void gbox_sample_checks_end (GboxSampleChecks *self);

G_END_DECLS
