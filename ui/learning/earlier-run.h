/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An earlier run in the legend of the charts, with a button to remove it. */
#pragma once

#include <gtk/gtk.h>

#include "learning/finetune-record.h"

G_BEGIN_DECLS

/* (transfer floating): for a #GtkFlowBox. */
GtkWidget *gbox_earlier_run_new (GboxFinetuneRecord *record);

G_END_DECLS
