/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a session to be edited, with its tokens in colour as they come. */
#pragma once

#include <adwaita.h>

#include "completion/completion-session.h"

G_BEGIN_DECLS

/**
 * GboxTokenEditor:
 *
 * Under the pointer or the cursor a token is looked at. What the user writes is an edit of the session's
 * text.
 *
 * Property: `tints` (boolean, %TRUE: whether tokens are tinted by their probability).
 */
#define GBOX_TYPE_TOKEN_EDITOR (gbox_token_editor_get_type ())
G_DECLARE_FINAL_TYPE (GboxTokenEditor, gbox_token_editor, GBOX, TOKEN_EDITOR, AdwBin)

/* Once. */
void gbox_token_editor_set_session (GboxTokenEditor *self, GboxCompletionSession *session);
GtkTextBuffer *gbox_token_editor_get_buffer (GboxTokenEditor *self);

G_END_DECLS
