/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the training step is that goes on. */
#pragma once

#include <adwaita.h>

#include "learning/finetune-session.h"

G_BEGIN_DECLS

/**
 * GboxStepProgress:
 *
 * Shown while a run goes on.
 */
#define GBOX_TYPE_STEP_PROGRESS (gbox_step_progress_get_type ())
G_DECLARE_FINAL_TYPE (GboxStepProgress, gbox_step_progress, GBOX, STEP_PROGRESS, AdwBin)

/* Once. */
void gbox_step_progress_set_session (GboxStepProgress *self, GboxFinetuneSession *session);

G_END_DECLS
