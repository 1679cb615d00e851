/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a completion tells: its tokens, and why each sample ended. */
#include "language/completion-event.h"

G_DEFINE_BOXED_TYPE (GboxCompletionToken,
                     gbox_completion_token,
                     gbox_completion_token_copy,
                     gbox_completion_token_free)
G_DEFINE_BOXED_TYPE (GboxCompletionEnd,
                     gbox_completion_end,
                     gbox_completion_end_copy,
                     gbox_completion_end_free)

GboxCompletionToken *
gbox_completion_token_copy (const GboxCompletionToken *token)
{
  GboxCompletionToken *copy = g_memdup2 (token, sizeof *token);

  copy->text = g_strdup (token->text);
  return copy;
}

void
gbox_completion_token_free (GboxCompletionToken *token)
{
  g_free (token->text);
  g_free (token);
}

GboxCompletionEnd *
gbox_completion_end_copy (const GboxCompletionEnd *end)
{
  GboxCompletionEnd *copy = g_memdup2 (end, sizeof *end);

  copy->text = g_strdup (end->text);
  return copy;
}

void
gbox_completion_end_free (GboxCompletionEnd *end)
{
  g_free (end->text);
  g_free (end);
}

const char *
gbox_stop_reason_get_name (GboxStopReason reason)
{
  static const char *const names[] = {
    [GBOX_STOP_END] = "end",
    [GBOX_STOP_LENGTH] = "length",
    [GBOX_STOP_CONTEXT] = "context",
  };

  return names[reason];
}
