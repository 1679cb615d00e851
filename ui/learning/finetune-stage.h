/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of finetuning: how the reward rises, and what that costs. */
#pragma once

#include <adwaita.h>

#include "learning/changes-session.h"
#include "learning/finetune-charts.h"
#include "learning/finetune-session.h"

G_BEGIN_DECLS

#define GBOX_TYPE_FINETUNE_STAGE (gbox_finetune_stage_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneStage, gbox_finetune_stage, GBOX, FINETUNE_STAGE, AdwBin)

/* Once. */
void
gbox_finetune_stage_set_session (GboxFinetuneStage *self, GboxFinetuneSession *session, GboxFinetuneLog *log);

/* What finds out what else changed; once. */
void gbox_finetune_stage_set_changes (GboxFinetuneStage *self, GboxChangesSession *changes);

/* That of the completions. */
AdwFlap *gbox_finetune_stage_get_flap (GboxFinetuneStage *self);
GboxFinetuneCharts *gbox_finetune_stage_get_charts (GboxFinetuneStage *self);

G_END_DECLS
