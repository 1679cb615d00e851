/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a completion tells: its tokens, and why each sample ended. */
#include "language/completion-event.h"

G_DEFINE_BOXED_TYPE (GboxCompletionToken,
                     gbox_completion_token,
                     gbox_completion_token_copy,
                     gbox_completion_token_free)
G_DEFINE_BOXED_TYPE (GboxCompletionPrompt,
                     gbox_completion_prompt,
                     gbox_completion_prompt_copy,
                     gbox_completion_prompt_free)
G_DEFINE_BOXED_TYPE (GboxCompletionEnd,
                     gbox_completion_end,
                     gbox_completion_end_copy,
                     gbox_completion_end_free)

GboxCompletionPrompt *
gbox_completion_prompt_new (const int *ids, guint n_ids, guint n_vocab)
{
  GboxCompletionPrompt *prompt = g_new0 (GboxCompletionPrompt, 1);

  prompt->ids = g_memdup2 (ids, n_ids * sizeof *ids);
  prompt->n_ids = n_ids;
  prompt->n_vocab = n_vocab;
  return prompt;
}

GboxCompletionPrompt *
gbox_completion_prompt_copy (const GboxCompletionPrompt *prompt)
{
  return gbox_completion_prompt_new (prompt->ids, prompt->n_ids, prompt->n_vocab);
}

void
gbox_completion_prompt_free (GboxCompletionPrompt *prompt)
{
  g_free (prompt->ids);
  g_free (prompt);
}

GboxCompletionToken *
gbox_completion_token_copy (const GboxCompletionToken *token)
{
  GboxCompletionToken *copy = g_memdup2 (token, sizeof *token);

  copy->text = g_strdup (token->text);
  copy->description = g_strdup (token->description);
  for (guint i = 0; i < GBOX_SAMPLER_N_TOP; i++)
    copy->top_texts[i] = g_strdup (token->top_texts[i]);
  return copy;
}

void
gbox_completion_token_free (GboxCompletionToken *token)
{
  for (guint i = 0; i < GBOX_SAMPLER_N_TOP; i++)
    g_free (token->top_texts[i]);
  g_free (token->text);
  g_free (token->description);
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
