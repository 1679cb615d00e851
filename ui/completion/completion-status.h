/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line below the text: the model, its speed, why it stopped, and how full its context is. */
#pragma once

#include <adwaita.h>

#include "completion/completion-session.h"

G_BEGIN_DECLS

#define GBOX_TYPE_COMPLETION_STATUS (gbox_completion_status_get_type ())
G_DECLARE_FINAL_TYPE (GboxCompletionStatus, gbox_completion_status, GBOX, COMPLETION_STATUS, AdwBin)

/* Once. */
void gbox_completion_status_set_session (GboxCompletionStatus *self, GboxCompletionSession *session);

G_END_DECLS
