/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves and completions of finetuning as tables of comma-separated values (RFC 4180, but with line feeds).
 */
#pragma once

#include "learning/finetune-job.h"

G_BEGIN_DECLS

/* "reward_mean": how tables and JSON call a value of a point; %NULL for what they leave out. */
const char *gbox_finetune_value_get_name (GboxFinetuneValue value);

/* Append a line to a table: the names of its columns, or a training step. Numbers come back as they were. */
void gbox_finetune_csv_add_points_header (GString *csv);
void gbox_finetune_csv_add_point (GString *csv, const GboxPoint *point);

/* The same of completions; the text stands last, in quotes. */
void gbox_finetune_csv_add_completions_header (GString *csv);
void gbox_finetune_csv_add_completion (GString *csv, const GboxFinetuneCompletion *completion);

G_END_DECLS
