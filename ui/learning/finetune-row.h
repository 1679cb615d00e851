/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of two completions, with their rewards and what is counted in them. */
#pragma once

#include <gtk/gtk.h>

#include "learning/finetune-session.h"

G_BEGIN_DECLS

#define GBOX_TYPE_FINETUNE_ROW (gbox_finetune_row_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneRow, gbox_finetune_row, GBOX, FINETUNE_ROW, GtkListBoxRow)

GtkWidget *gbox_finetune_row_new (GboxFinetuneSession *session, GboxFinetunePair *pair);

G_END_DECLS
