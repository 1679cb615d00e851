/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run of finetuning has told: its curves and its completions. */
#pragma once

#include "learning/finetune-csv.h"
#include "widgets/series.h"

G_BEGIN_DECLS

/**
 * GboxFinetuneRecord:
 *
 * Grows while the run goes on, and stays after it. Main thread only.
 *
 * Properties, read-only: `name` (string: “Run 2”), `title` (string: what was trained).
 */
#define GBOX_TYPE_FINETUNE_RECORD (gbox_finetune_record_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneRecord, gbox_finetune_record, GBOX, FINETUNE_RECORD, GObject)

/* @number: from 1 on, as the user knows it. */
GboxFinetuneRecord *gbox_finetune_record_new (guint number, const GboxFinetuneValues *values);

guint gbox_finetune_record_get_number (GboxFinetuneRecord *self);
const char *gbox_finetune_record_get_name (GboxFinetuneRecord *self);
const char *gbox_finetune_record_get_title (GboxFinetuneRecord *self);
/* The colour its curves have when they are earlier ones. */
GboxSeriesRole gbox_finetune_record_get_role (GboxFinetuneRecord *self);

void gbox_finetune_record_add_point (GboxFinetuneRecord *self, const GboxPoint *point);
/* Of very long runs only the newest completions stay, some ten thousands. */
void gbox_finetune_record_add_completion (GboxFinetuneRecord *self, const GboxFinetuneCompletion *completion);

/* (transfer none) (element-type GboxPoint): the training steps. */
const GArray *gbox_finetune_record_get_points (GboxFinetuneRecord *self);

/* Append lines to a table with a header of gbox_finetune_csv_add_points_header() after “run,”, or of
 * gbox_finetune_csv_add_completions_header(). */
void gbox_finetune_record_write_points (GboxFinetuneRecord *self, GString *csv);
void gbox_finetune_record_write_completions (GboxFinetuneRecord *self, GString *csv);

G_END_DECLS
