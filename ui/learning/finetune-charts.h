/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The curves of finetuning: of the run that goes on, over those of earlier runs. */
#pragma once

#include <adwaita.h>

#include "learning/finetune-log.h"
#include "widgets/chart-export.h"

G_BEGIN_DECLS

#define GBOX_TYPE_FINETUNE_CHARTS (gbox_finetune_charts_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneCharts, gbox_finetune_charts, GBOX, FINETUNE_CHARTS, AdwBin)

/* Once. */
void
gbox_finetune_charts_set_log (GboxFinetuneCharts *self, GboxFinetuneSession *session, GboxFinetuneLog *log);

/* The steps in view in all of the charts; all steps if @high is not above @low. */
void gbox_finetune_charts_set_view (GboxFinetuneCharts *self, double low, double high);

/* (transfer full) (nullable): a picture of all charts, as gbox_chart_export() makes it. */
GBytes *gbox_finetune_charts_export (GboxFinetuneCharts *self, GboxChartFormat format, GError **error);

G_END_DECLS
