/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes on in the model where a token was chosen. */
#pragma once

#include <adwaita.h>

#include "completion/completion-session.h"

G_BEGIN_DECLS

/**
 * GboxInsidePane:
 *
 * The logit lens over the last tokens, the heads, and what a head looks at. Looks inside only while it is
 * seen, a moment after the token looked at was chosen; a newer token takes the place of an older one.
 */
#define GBOX_TYPE_INSIDE_PANE (gbox_inside_pane_get_type ())
G_DECLARE_FINAL_TYPE (GboxInsidePane, gbox_inside_pane, GBOX, INSIDE_PANE, AdwBin)

void gbox_inside_pane_set_session (GboxInsidePane *self, GboxCompletionSession *session);
/* Stops looking. */
void gbox_inside_pane_end (GboxInsidePane *self);

G_END_DECLS
