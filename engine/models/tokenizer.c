/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to the numbers a language model reads, and back. */
#include "models/tokenizer-private.h"

#include "models/pair-merger.h"
#include "models/token-trie.h"

#include <string.h>

struct _GboxTokenizer
{
  gatomicrefcount ref_count;
  GboxTokenizerParts parts;
  GboxTextSplitter *splitter;
  GboxTokenTrie *trie;
  GArray *ends; /* int */
};

/* A text that is being encoded. */
typedef struct
{
  const GboxTokenizer *tokenizer;
  GboxPairMerger *merger;
  GArray *ids; /* int */
} Encoding;

gboolean
gbox_tokenizer_fail (GError **error, GboxError code, const char *display_name, const char *cause, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, cause);
  text = g_strdup_vprintf (cause, args);
  va_end (args);
  g_set_error (error, GBOX_ERROR, code, "The tokenizer of “%s” cannot be used: %s. Choose another file.",
               display_name, text);
  return FALSE;
}

static gboolean
is_special_kind (GboxTokenKind kind)
{
  return kind == GBOX_TOKEN_CONTROL || kind == GBOX_TOKEN_UNKNOWN || kind == GBOX_TOKEN_UNUSED;
}

static gboolean
fill_trie (GboxTokenizer *tokenizer)
{
  const GboxVocabulary *vocabulary = tokenizer->parts.vocabulary;

  for (int i = 0; i < gbox_vocabulary_get_n_tokens (vocabulary); i++)
    {
      const GboxToken *token = gbox_vocabulary_get (vocabulary, i);
      const gboolean always = token->kind == GBOX_TOKEN_USER_DEFINED;

      if (token->length > 0
          && (always || token->kind == GBOX_TOKEN_CONTROL || token->kind == GBOX_TOKEN_UNKNOWN)
          && !gbox_token_trie_add (tokenizer->trie, token->bytes, token->length, i, always))
        return FALSE;
    }
  return TRUE;
}

/* Files name one end only, often that of a turn in a chat; a model also ends texts as it did before it
 * learned to chat. */
static void
find_ends (GboxTokenizer *tokenizer)
{
  static const char *const names[]
    = { "<|endoftext|>", "<|im_end|>", "<end_of_turn>", "<|end_of_text|>", "<|eot_id|>", "</s>", "<eos>" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const int id = gbox_tokenizer_find_special (tokenizer, names[i]);

      gbox_tokenizer_add_ends (tokenizer, -1, &id, 1);
    }
}

GboxTokenizer *
gbox_tokenizer_new (const GboxTokenizerParts *parts, const char *display_name, GError **error)
{
  g_autoptr (GboxTokenizer) tokenizer = g_new0 (GboxTokenizer, 1);

  g_atomic_ref_count_init (&tokenizer->ref_count);
  tokenizer->parts = *parts;
  tokenizer->splitter = gbox_text_splitter_new (parts->split);
  tokenizer->trie = gbox_token_trie_new ();
  tokenizer->ends = g_array_new (FALSE, FALSE, sizeof (int));
  if (fill_trie (tokenizer))
    {
      find_ends (tokenizer);
      return g_steal_pointer (&tokenizer);
    }
  gbox_tokenizer_fail (error, GBOX_ERROR_UNSUPPORTED, display_name, "it has too many special tokens");
  return NULL;
}

GboxTokenizer *
gbox_tokenizer_ref (GboxTokenizer *tokenizer)
{
  g_atomic_ref_count_inc (&tokenizer->ref_count);
  return tokenizer;
}

void
gbox_tokenizer_unref (GboxTokenizer *tokenizer)
{
  if (!g_atomic_ref_count_dec (&tokenizer->ref_count))
    return;
  gbox_vocabulary_free (tokenizer->parts.vocabulary);
  gbox_text_splitter_free (tokenizer->splitter);
  gbox_token_trie_free (tokenizer->trie);
  g_array_unref (tokenizer->ends);
  g_free (tokenizer);
}

static gboolean
is_token (const GboxTokenizer *tokenizer, int id)
{
  return id >= 0 && id < gbox_tokenizer_get_n_tokens (tokenizer);
}

void
gbox_tokenizer_add_ends (GboxTokenizer *tokenizer, int begin, const int *ends, guint n_ends)
{
  if (is_token (tokenizer, begin))
    tokenizer->parts.begin = begin;
  for (guint i = 0; i < n_ends; i++)
    if (is_token (tokenizer, ends[i]) && !gbox_tokenizer_is_end (tokenizer, ends[i]))
      g_array_append_val (tokenizer->ends, ends[i]);
}

static void
encode_piece (const char *piece, gsize length, gpointer user_data)
{
  Encoding *encoding = user_data;
  const GboxTokenizerParts *parts = &encoding->tokenizer->parts;
  const int whole = parts->ignore_merges ? gbox_vocabulary_find (parts->vocabulary, piece, length) : -1;

  if (whole >= 0)
    g_array_append_val (encoding->ids, whole);
  else
    gbox_pair_merger_encode (encoding->merger, piece, length, encoding->ids);
}

/* Encodes text without special tokens. */
static void
encode_plain (Encoding *encoding, const char *text, gsize length, gboolean first)
{
  g_autoptr (GString) spaced = NULL;

  if (length == 0)
    return;
  if (first && encoding->tokenizer->parts.adds_space)
    {
      spaced = g_string_new (" ");
      g_string_append_len (spaced, text, (gssize) length);
      text = spaced->str;
      length = spaced->len;
    }
  gbox_text_splitter_split (encoding->tokenizer->splitter, text, length, encode_piece, encoding);
}

GArray *
gbox_tokenizer_encode (const GboxTokenizer *tokenizer,
                       const char *text,
                       gsize length,
                       GboxTokenizeFlags flags)
{
  const GboxTokenizerParts *parts = &tokenizer->parts;
  const gboolean special = (flags & GBOX_TOKENIZE_SPECIAL) != 0;
  g_autoptr (GboxPairMerger) merger = gbox_pair_merger_new (parts->vocabulary, parts->bytes);
  Encoding encoding = { tokenizer, merger, g_array_new (FALSE, FALSE, sizeof (int)) };
  gsize start = 0, at = 0;

  if ((flags & GBOX_TOKENIZE_BEGIN) != 0 && parts->adds_begin && parts->begin >= 0)
    g_array_append_val (encoding.ids, parts->begin);
  while (at < length)
    {
      gsize matched = 1;
      const int id = gbox_token_trie_match (tokenizer->trie, text + at, length - at, special, &matched);

      if (id >= 0)
        {
          encode_plain (&encoding, text + start, at - start, start == 0);
          g_array_append_val (encoding.ids, id);
          start = at + matched;
        }
      at += matched;
    }
  if (start < length)
    encode_plain (&encoding, text + start, length - start, start == 0);
  return encoding.ids;
}

GBytes *
gbox_tokenizer_decode (const GboxTokenizer *tokenizer, const int *ids, gsize n, GboxTokenizeFlags flags)
{
  GByteArray *bytes = g_byte_array_new ();
  gboolean first = TRUE;
  const gboolean begins = (flags & GBOX_TOKENIZE_BEGIN) != 0 && gbox_tokenizer_adds_begin (tokenizer) && n > 0
                          && ids[0] == tokenizer->parts.begin;

  for (gsize i = begins ? 1 : 0; i < n; i++)
    {
      const GboxToken *token;
      guint skipped;

      if (!is_token (tokenizer, ids[i]))
        continue;
      token = gbox_vocabulary_get (tokenizer->parts.vocabulary, ids[i]);
      if (is_special_kind (token->kind) && (flags & GBOX_TOKENIZE_SPECIAL) == 0)
        continue;
      skipped = first && gbox_tokenizer_begins_with_added_space (tokenizer, ids[i]) ? 1 : 0;
      g_byte_array_append (bytes, (const guint8 *) token->bytes + skipped, token->length - skipped);
      first = FALSE;
    }
  return g_byte_array_free_to_bytes (bytes);
}

int
gbox_tokenizer_get_n_tokens (const GboxTokenizer *tokenizer)
{
  return gbox_vocabulary_get_n_tokens (tokenizer->parts.vocabulary);
}

const GboxToken *
gbox_tokenizer_get_token (const GboxTokenizer *tokenizer, int id)
{
  return gbox_vocabulary_get (tokenizer->parts.vocabulary, id);
}

gboolean
gbox_tokenizer_is_special (const GboxTokenizer *tokenizer, int id)
{
  return is_token (tokenizer, id)
         && is_special_kind (gbox_vocabulary_get (tokenizer->parts.vocabulary, id)->kind);
}

int
gbox_tokenizer_find_special (const GboxTokenizer *tokenizer, const char *text)
{
  const gsize length = strlen (text);
  gsize matched = 0;
  const int id = gbox_token_trie_match (tokenizer->trie, text, length, TRUE, &matched);

  return id >= 0 && matched == length && gbox_tokenizer_is_special (tokenizer, id) ? id : -1;
}

int
gbox_tokenizer_get_begin (const GboxTokenizer *tokenizer)
{
  return tokenizer->parts.begin;
}

gboolean
gbox_tokenizer_adds_begin (const GboxTokenizer *tokenizer)
{
  return tokenizer->parts.adds_begin && tokenizer->parts.begin >= 0;
}

gboolean
gbox_tokenizer_begins_with_added_space (const GboxTokenizer *tokenizer, int id)
{
  const GboxToken *token = gbox_vocabulary_get (tokenizer->parts.vocabulary, id);

  return tokenizer->parts.adds_space && (token->kind == GBOX_TOKEN_NORMAL || token->kind == GBOX_TOKEN_BYTE)
         && token->length > 0 && token->bytes[0] == ' ';
}

gboolean
gbox_tokenizer_is_end (const GboxTokenizer *tokenizer, int id)
{
  for (guint i = 0; i < tokenizer->ends->len; i++)
    if (g_array_index (tokenizer->ends, int, i) == id)
      return TRUE;
  return FALSE;
}
