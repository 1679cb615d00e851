/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of a finetuning run that is written line by line, and gone on with where the run is. */
#pragma once

#include "learning/finetune-job.h"

G_BEGIN_DECLS

typedef enum
{
  FINETUNE_TABLE_POINTS,      /* the curves: a line for each training step */
  FINETUNE_TABLE_COMPLETIONS, /* all completions: before, of each step, and after */
} FinetuneTableKind;

typedef struct _FinetuneTable FinetuneTable;

/**
 * finetune_table_open:
 * @path: where it is, or is to be
 * @kind: what it is a table of
 * @step: training steps whose lines stay, if it is there already; 0 to begin it anew
 * @n_steps: of the training, with those
 * @error: return location for an error
 *
 * What is there changes with the first line that is added, not before. What came after @step is made again
 * and replaced, completions after the training too; a table that has more than will be made is refused. One
 * that a spreadsheet saved, with a byte order mark and carriage returns, is gone on with as it is. A device
 * or a pipe is only written to.
 *
 * Returns: (transfer full) (nullable): the table; %NULL with %GBOX_ERROR_IO, or with
 * %GBOX_ERROR_INVALID_ARGUMENT where another file lies there than such a table, or lines of it would be lost
 */
FinetuneTable *
finetune_table_open (const char *path, FinetuneTableKind kind, guint step, guint n_steps, GError **error);

/* Says on standard error which lines are replaced, and which steps there are no lines of. */
void finetune_table_tell (const FinetuneTable *table);

/* Add a line, which is on the disk or in the pipe then. The seconds go on from those that stayed. */
void finetune_table_add_point (FinetuneTable *table, const GboxPoint *point);
/* Completions to compare with that stayed are not added again. */
void finetune_table_add_completion (FinetuneTable *table, const GboxFinetuneCompletion *completion);

/* Frees the table. Returns: %FALSE with %GBOX_ERROR_IO if not all of it could be written. */
gboolean finetune_table_close (FinetuneTable *table, GError **error);

G_END_DECLS
