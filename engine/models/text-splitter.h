/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting text into the pieces inside which a tokenizer merges. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GBOX_SPLIT_NONE,   /* one piece, as SentencePiece has it */
  GBOX_SPLIT_GPT2,   /* words, numbers, other signs, each with the space before it; English contractions */
  GBOX_SPLIT_SMOLLM, /* the same after every single digit was split off */
  GBOX_SPLIT_QWEN2,  /* words with any one sign before them, single digits, signs, line ends */
} GboxSplit;

/**
 * GboxTextSplitter:
 *
 * Immutable, for any thread.
 */
typedef struct _GboxTextSplitter GboxTextSplitter;

GboxTextSplitter *gbox_text_splitter_new (GboxSplit split);
void gbox_text_splitter_free (GboxTextSplitter *splitter);

/* A piece: @length bytes at @piece. */
typedef void (*GboxPieceFunc) (const char *piece, gsize length, gpointer user_data);

/**
 * gbox_text_splitter_split:
 * @splitter: a splitter
 * @text: bytes
 * @length: how many
 * @func: called with every piece, in order; together they are the text
 * @user_data: for @func
 *
 * A byte that belongs to no UTF-8 character is a piece of its own. Takes linear time.
 */
void gbox_text_splitter_split (
  const GboxTextSplitter *splitter, const char *text, gsize length, GboxPieceFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTextSplitter, gbox_text_splitter_free)

G_END_DECLS
