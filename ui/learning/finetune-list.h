/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The completions before training beside those of now. */
#pragma once

#include <adwaita.h>

#include "learning/finetune-session.h"

G_BEGIN_DECLS

#define GBOX_TYPE_FINETUNE_LIST (gbox_finetune_list_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneList, gbox_finetune_list, GBOX, FINETUNE_LIST, AdwBin)

/* Once. */
void gbox_finetune_list_set_session (GboxFinetuneList *self, GboxFinetuneSession *session);

G_END_DECLS
