/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tokens a language model knows, as bytes, and which pairs of them merge. */
#include "models/vocabulary.h"

#include <string.h>

#define N_BYTES     256
#define CHUNK_BYTES 65536

struct _GboxVocabulary
{
  int n_tokens;
  GboxToken *tokens;
  GStringChunk *bytes;
  GHashTable *by_text; /* GboxToken set */
  GHashTable *merges;  /* GboxMerge set */
  GPtrArray *chunks;   /* (element-type GboxMerge): allocations of MERGES_A_CHUNK each */
  guint n_in_chunk;
  gsize longest;
  int by_byte[N_BYTES];
  /* A file must not be able to choose names that all fall into one place. */
  guint64 seed;
};

#define MERGES_A_CHUNK 4096

/* A multiplier with its bits well mixed: the golden ratio's. */
#define MIX G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

static guint
hash_bytes (guint64 seed, const char *bytes, gsize length)
{
  guint64 hash = seed;

  for (gsize i = 0; i < length; i++)
    {
      hash = (hash ^ (guint8) bytes[i]) * MIX;
      hash ^= hash >> 32;
    }
  return (guint) hash;
}

static guint
hash_pair (guint64 seed, int left, int right)
{
  guint64 hash = (seed ^ (guint) left) * MIX;

  hash = ((hash ^ hash >> 32) ^ (guint) right) * MIX;
  return (guint) (hash >> 32);
}

static guint
token_hash (gconstpointer token)
{
  return ((const GboxToken *) token)->hash;
}

static gboolean
token_equal (gconstpointer a, gconstpointer b)
{
  const GboxToken *first = a, *second = b;

  return first->length == second->length && memcmp (first->bytes, second->bytes, first->length) == 0;
}

static guint
merge_hash (gconstpointer merge)
{
  return ((const GboxMerge *) merge)->hash;
}

static gboolean
merge_equal (gconstpointer a, gconstpointer b)
{
  const GboxMerge *first = a, *second = b;

  return first->left == second->left && first->right == second->right;
}

GboxVocabulary *
gbox_vocabulary_new (int n_tokens)
{
  GboxVocabulary *vocabulary = g_new0 (GboxVocabulary, 1);

  vocabulary->n_tokens = n_tokens;
  vocabulary->tokens = g_new0 (GboxToken, MAX (n_tokens, 1));
  for (int i = 0; i < n_tokens; i++)
    vocabulary->tokens[i] = (GboxToken){ .bytes = "", .kind = GBOX_TOKEN_UNUSED };
  vocabulary->bytes = g_string_chunk_new (CHUNK_BYTES);
  vocabulary->by_text = g_hash_table_new (token_hash, token_equal);
  vocabulary->merges = g_hash_table_new (merge_hash, merge_equal);
  vocabulary->chunks = g_ptr_array_new_with_free_func (g_free);
  vocabulary->n_in_chunk = MERGES_A_CHUNK;
  vocabulary->seed = (guint64) g_random_int () << 32 | g_random_int ();
  return vocabulary;
}

void
gbox_vocabulary_free (GboxVocabulary *vocabulary)
{
  g_hash_table_unref (vocabulary->by_text);
  g_hash_table_unref (vocabulary->merges);
  g_ptr_array_unref (vocabulary->chunks);
  g_string_chunk_free (vocabulary->bytes);
  g_free (vocabulary->tokens);
  g_free (vocabulary);
}

void
gbox_vocabulary_set (
  GboxVocabulary *vocabulary, int id, const char *bytes, gsize length, GboxTokenKind kind, float score)
{
  GboxToken *token = &vocabulary->tokens[id];

  token->bytes = length > 0 ? g_string_chunk_insert_len (vocabulary->bytes, bytes, (gssize) length) : "";
  token->length = (guint) length;
  token->hash = hash_bytes (vocabulary->seed, bytes, length);
  token->kind = kind;
  token->score = score;
}

static void
add_kind (GboxVocabulary *vocabulary, GboxTokenKind kind)
{
  for (int i = 0; i < vocabulary->n_tokens; i++)
    {
      GboxToken *token = &vocabulary->tokens[i];

      if (token->kind != kind || token->length == 0 || g_hash_table_contains (vocabulary->by_text, token))
        continue;
      g_hash_table_add (vocabulary->by_text, token);
      vocabulary->longest = MAX (vocabulary->longest, token->length);
    }
}

void
gbox_vocabulary_seal (GboxVocabulary *vocabulary)
{
  add_kind (vocabulary, GBOX_TOKEN_NORMAL);
  add_kind (vocabulary, GBOX_TOKEN_USER_DEFINED);
  for (int byte = 0; byte < N_BYTES; byte++)
    {
      const char text = (char) byte;

      vocabulary->by_byte[byte] = gbox_vocabulary_find (vocabulary, &text, 1);
    }
  for (int i = vocabulary->n_tokens - 1; i >= 0; i--)
    if (vocabulary->tokens[i].kind == GBOX_TOKEN_BYTE && vocabulary->tokens[i].length == 1)
      vocabulary->by_byte[(guint8) vocabulary->tokens[i].bytes[0]] = i;
}

gboolean
gbox_vocabulary_add_merge (
  GboxVocabulary *vocabulary, const char *bytes, gsize n_left, gsize n_right, int rank)
{
  const int left = gbox_vocabulary_find (vocabulary, bytes, n_left);
  const int right = gbox_vocabulary_find (vocabulary, bytes + n_left, n_right);
  const GboxMerge key = { left, right, hash_pair (vocabulary->seed, left, right), rank,
                          gbox_vocabulary_find (vocabulary, bytes, n_left + n_right) };
  GboxMerge *merge;

  if (left < 0 || right < 0 || key.result < 0)
    return FALSE;
  if (g_hash_table_contains (vocabulary->merges, &key))
    return TRUE;
  if (vocabulary->n_in_chunk == MERGES_A_CHUNK)
    {
      g_ptr_array_add (vocabulary->chunks, g_new (GboxMerge, MERGES_A_CHUNK));
      vocabulary->n_in_chunk = 0;
    }
  merge = (GboxMerge *) vocabulary->chunks->pdata[vocabulary->chunks->len - 1] + vocabulary->n_in_chunk++;
  *merge = key;
  return g_hash_table_add (vocabulary->merges, merge);
}

int
gbox_vocabulary_get_n_tokens (const GboxVocabulary *vocabulary)
{
  return vocabulary->n_tokens;
}

const GboxToken *
gbox_vocabulary_get (const GboxVocabulary *vocabulary, int id)
{
  g_return_val_if_fail (id >= 0 && id < vocabulary->n_tokens, NULL);
  return &vocabulary->tokens[id];
}

gboolean
gbox_vocabulary_has_merges (const GboxVocabulary *vocabulary)
{
  return vocabulary->chunks->len > 0;
}

int
gbox_vocabulary_find (const GboxVocabulary *vocabulary, const char *bytes, gsize length)
{
  GboxToken key = { .bytes = bytes, .length = (guint) length };
  const GboxToken *token;

  /* Also keeps the cost of a look-up from growing with the text. */
  if (length == 0 || length > vocabulary->longest)
    return -1;
  key.hash = hash_bytes (vocabulary->seed, bytes, length);
  token = g_hash_table_lookup (vocabulary->by_text, &key);
  return token != NULL ? (int) (token - vocabulary->tokens) : -1;
}

int
gbox_vocabulary_find_byte (const GboxVocabulary *vocabulary, guint8 byte)
{
  return vocabulary->by_byte[byte];
}

const GboxMerge *
gbox_vocabulary_find_merge (const GboxVocabulary *vocabulary, int left, int right)
{
  const GboxMerge key = { .left = left, .right = right, .hash = hash_pair (vocabulary->seed, left, right) };

  return g_hash_table_lookup (vocabulary->merges, &key);
}
