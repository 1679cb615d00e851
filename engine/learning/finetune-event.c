/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What finetuning tells. */
#include "learning/finetune-event.h"

G_DEFINE_BOXED_TYPE (GboxFinetunePiece,
                     gbox_finetune_piece,
                     gbox_finetune_piece_copy,
                     gbox_finetune_piece_free)
G_DEFINE_BOXED_TYPE (GboxFinetuneCompletion,
                     gbox_finetune_completion,
                     gbox_finetune_completion_copy,
                     gbox_finetune_completion_free)

GboxFinetunePiece *
gbox_finetune_piece_copy (const GboxFinetunePiece *piece)
{
  GboxFinetunePiece *copy = g_memdup2 (piece, sizeof *piece);

  copy->text = g_strdup (piece->text);
  return copy;
}

void
gbox_finetune_piece_free (GboxFinetunePiece *piece)
{
  g_free (piece->text);
  g_free (piece);
}

GboxFinetuneCompletion *
gbox_finetune_completion_copy (const GboxFinetuneCompletion *completion)
{
  GboxFinetuneCompletion *copy = g_memdup2 (completion, sizeof *completion);

  copy->text = g_strdup (completion->text);
  return copy;
}

void
gbox_finetune_completion_free (GboxFinetuneCompletion *completion)
{
  g_free (completion->text);
  g_free (completion);
}

const char *
gbox_finetune_phase_get_name (GboxFinetunePhase phase)
{
  static const char *const names[] = { "before", "training", "after" };

  return names[phase];
}
