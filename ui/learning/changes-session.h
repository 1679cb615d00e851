/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding out what else finetuning changed. */
#pragma once

#include "learning/comparison-job.h"
#include "learning/policy-shelf.h"

G_BEGIN_DECLS

/**
 * GboxChangesSession:
 *
 * Has no widgets. Keeps the policy and compares it with the model it was. What was found is forgotten with
 * the run it is about. Main thread only.
 *
 * Properties, read-only: `comparison` (#GboxComparison, nullable: what was found), `is-running` (boolean),
 * `fraction` (double: how much is done, 0 … 1), `can-start` (boolean: whether there is something to compare
 * and nothing is being trained or compared).
 *
 * Signals: `message` (string): something to tell the user once.
 */
#define GBOX_TYPE_CHANGES_SESSION (gbox_changes_session_get_type ())
G_DECLARE_FINAL_TYPE (GboxChangesSession, gbox_changes_session, GBOX, CHANGES_SESSION, GObject)

GboxChangesSession *
gbox_changes_session_new (GboxEngine *engine, GboxFinetuneSession *finetune, GboxPolicyShelf *shelf);

/* Does nothing unless `can-start`. */
void gbox_changes_session_start (GboxChangesSession *self);
/* What was found before stays. */
void gbox_changes_session_cancel (GboxChangesSession *self);

gboolean gbox_changes_session_is_running (GboxChangesSession *self);
gboolean gbox_changes_session_can_start (GboxChangesSession *self);
/* (nullable) (transfer none) */
const GboxComparison *gbox_changes_session_get_comparison (GboxChangesSession *self);
/* The training step that it is about. */
guint gbox_changes_session_get_step (GboxChangesSession *self);
double gbox_changes_session_get_fraction (GboxChangesSession *self);
/* (transfer none): how the next comparison is made, but for its policy; the same object for life. */
GboxComparisonSpec *gbox_changes_session_get_spec (GboxChangesSession *self);

G_END_DECLS
