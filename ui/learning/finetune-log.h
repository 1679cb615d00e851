/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of finetuning to compare: the one that goes on, and those before it. */
#pragma once

#include "learning/finetune-record.h"
#include "learning/finetune-session.h"

G_BEGIN_DECLS

/**
 * GboxFinetuneLog:
 *
 * Follows a session. A run that is reset or followed by another one becomes an earlier one, if it has done a
 * training step; the oldest of more than four is forgotten. Main thread only.
 *
 * Properties: `smoothing` (double, 0 … 0.99): weight of what came before in the curves, as of
 * #GboxSmoothing.
 *
 * Signals: `changed` (): there is another current record, or what it holds has grown.
 */
#define GBOX_TYPE_FINETUNE_LOG (gbox_finetune_log_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneLog, gbox_finetune_log, GBOX, FINETUNE_LOG, GObject)

GboxFinetuneLog *gbox_finetune_log_new (GboxFinetuneSession *session);

double gbox_finetune_log_get_smoothing (GboxFinetuneLog *self);
/* (nullable) (transfer none): %NULL before the first training step. */
GboxFinetuneRecord *gbox_finetune_log_get_current (GboxFinetuneLog *self);
/* (transfer none): of #GboxFinetuneRecord, the oldest first. */
GListModel *gbox_finetune_log_get_earlier (GboxFinetuneLog *self);
/* Forgets an earlier one. */
void gbox_finetune_log_remove (GboxFinetuneLog *self, guint number);

/* Tables: the curves of all runs, the completions of the newest. Free with g_bytes_unref(). */
GBytes *gbox_finetune_log_export_points (GboxFinetuneLog *self);
GBytes *gbox_finetune_log_export_completions (GboxFinetuneLog *self);

G_END_DECLS
