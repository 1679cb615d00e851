/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The left pane of finetuning: which model is to learn what, and how. */
#pragma once

#include <adwaita.h>

#include "learning/finetune-session.h"

G_BEGIN_DECLS

/**
 * GboxFinetunePane:
 *
 * What cannot change while a run goes on cannot be touched until it is reset or over.
 */
#define GBOX_TYPE_FINETUNE_PANE (gbox_finetune_pane_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetunePane, gbox_finetune_pane, GBOX, FINETUNE_PANE, AdwBin)

/* Once. */
void gbox_finetune_pane_set_session (GboxFinetunePane *self, GboxFinetuneSession *session);

G_END_DECLS
