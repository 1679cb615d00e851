/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tokens a language model knows, as bytes, and which pairs of them merge. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a token is; SentencePiece's and GGUF's numbers. */
typedef enum
{
  GBOX_TOKEN_NORMAL = 1,
  GBOX_TOKEN_UNKNOWN = 2,
  GBOX_TOKEN_CONTROL = 3,      /* stands for no text: begin, end, a turn of a chat */
  GBOX_TOKEN_USER_DEFINED = 4, /* found in the text before anything is merged */
  GBOX_TOKEN_UNUSED = 5,
  GBOX_TOKEN_BYTE = 6, /* one byte of a character that has no token */
} GboxTokenKind;

/* What a hostile file may cost. */
#define GBOX_MAX_TOKENS       (1 << 21)
#define GBOX_MAX_TOKEN_LENGTH 1024

/**
 * GboxToken:
 * @bytes: the text it stands for, with spaces as spaces; of a byte token the byte
 * @length: of @bytes
 * @hash: of @bytes
 * @kind: what it is
 * @score: which merge comes first where tokens have scores: the highest
 */
typedef struct
{
  const char *bytes;
  guint length;
  guint hash;
  GboxTokenKind kind;
  float score;
} GboxToken;

/**
 * GboxMerge:
 * @left: a token
 * @right: the token after it
 * @hash: of both
 * @rank: which merge comes first: the lowest
 * @result: the token they become
 */
typedef struct
{
  int left;
  int right;
  guint hash;
  int rank;
  int result;
} GboxMerge;

/**
 * GboxVocabulary:
 *
 * Filled, sealed, and read-only from then on; then any thread may use it.
 */
typedef struct _GboxVocabulary GboxVocabulary;

/* An empty one for @n_tokens tokens, at most %GBOX_MAX_TOKENS. */
GboxVocabulary *gbox_vocabulary_new (int n_tokens);
void gbox_vocabulary_free (GboxVocabulary *vocabulary);

/* Sets token @id; @bytes, at most %GBOX_MAX_TOKEN_LENGTH, are copied. */
void gbox_vocabulary_set (
  GboxVocabulary *vocabulary, int id, const char *bytes, gsize length, GboxTokenKind kind, float score);

/* Makes tokens findable: normal ones, then user-defined ones; of equals the first. */
void gbox_vocabulary_seal (GboxVocabulary *vocabulary);

/**
 * gbox_vocabulary_add_merge:
 * @vocabulary: a sealed vocabulary
 * @bytes: the text of two tokens, one after the other
 * @n_left: bytes of the first
 * @n_right: bytes of the second
 * @rank: when it comes; of two merges of the same tokens the first added counts
 *
 * Returns: %FALSE if the two or their whole are no tokens
 */
gboolean gbox_vocabulary_add_merge (
  GboxVocabulary *vocabulary, const char *bytes, gsize n_left, gsize n_right, int rank);

int gbox_vocabulary_get_n_tokens (const GboxVocabulary *vocabulary);
const GboxToken *gbox_vocabulary_get (const GboxVocabulary *vocabulary, int id);
gboolean gbox_vocabulary_has_merges (const GboxVocabulary *vocabulary);

/* The token that stands for these bytes, or −1. */
int gbox_vocabulary_find (const GboxVocabulary *vocabulary, const char *bytes, gsize length);

/* The token of one byte (a byte token, or else a normal one), or −1. */
int gbox_vocabulary_find_byte (const GboxVocabulary *vocabulary, guint8 byte);

/* (nullable): what becomes of two tokens next to each other. */
const GboxMerge *gbox_vocabulary_find_merge (const GboxVocabulary *vocabulary, int left, int right);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxVocabulary, gbox_vocabulary_free)

G_END_DECLS
