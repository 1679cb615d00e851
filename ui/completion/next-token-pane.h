/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the token looked at was chosen among. */
#pragma once

#include <adwaita.h>

#include "completion/completion-session.h"

G_BEGIN_DECLS

/**
 * GboxNextTokenPane:
 *
 * The most probable tokens with the probabilities they were drawn with as bars, and a mark for the model's
 * own probability, before temperature and the other parameters. Activating one has the text branch with it.
 */
#define GBOX_TYPE_NEXT_TOKEN_PANE (gbox_next_token_pane_get_type ())
G_DECLARE_FINAL_TYPE (GboxNextTokenPane, gbox_next_token_pane, GBOX, NEXT_TOKEN_PANE, AdwBin)

/* Once. */
void gbox_next_token_pane_set_session (GboxNextTokenPane *self, GboxCompletionSession *session);

G_END_DECLS
