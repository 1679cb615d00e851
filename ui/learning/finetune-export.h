/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saves what finetuning has shown: curves, completions, charts. */
#pragma once

#include "learning/learning-page.h"

G_BEGIN_DECLS

typedef enum
{
  GBOX_FINETUNE_EXPORT_CURVES,      /* of all runs at hand, as CSV */
  GBOX_FINETUNE_EXPORT_COMPLETIONS, /* of the newest run, as CSV */
  GBOX_FINETUNE_EXPORT_CHARTS,      /* as PNG or SVG, as the name ends */
} GboxFinetuneExport;

/* Asks where to save to, and does. */
void gbox_finetune_export_choose (GboxLearningPage *page, GboxFinetuneExport what);

/* Saves to a file; tells how it went. */
void gbox_finetune_export_save (GboxLearningPage *page, GboxFinetuneExport what, const char *path);

G_END_DECLS
