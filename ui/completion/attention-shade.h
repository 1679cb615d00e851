/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a head looks at, as shades of the text. */
#pragma once

#include "completion/completion-session.h"

G_BEGIN_DECLS

/**
 * gbox_attention_shade:
 * @session: a session
 * @n_prompt: how many of the tokens are its prompt's
 * @lengths: (array length=n): bytes of the text that each token is
 * @attention: (array length=n): how much a head looks at each, 0 … 1
 * @n: tokens
 *
 * Shades the session's text. Where the prompt has bytes that the model knows no token for, which token is
 * where in it cannot be said, and only what was written after it is shaded.
 */
void gbox_attention_shade (
  GboxCompletionSession *session, guint n_prompt, const int *lengths, const float *attention, guint n);

G_END_DECLS
