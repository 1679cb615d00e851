/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading llama2.c's `tokenizer.bin`: the longest token's length, then each token's score, length and text.
 */
#include "models/tokenizer-private.h"

#include <math.h>
#include <string.h>

/* What the training code fixes: unknown, begin and end come first. */
enum
{
  UNKNOWN_ID,
  BEGIN_ID,
  END_ID,
};

typedef struct
{
  const char *text;
  gsize length;
  float score;
} Entry;

/* Where the next entry begins, or 0 if there is none that fits. */
static gsize
read_entry (const guint8 *data, gsize size, gsize at, Entry *entry)
{
  gint32 length;

  if (size - at < sizeof entry->score + sizeof length)
    return 0;
  memcpy (&entry->score, data + at, sizeof entry->score);
  memcpy (&length, data + at + sizeof entry->score, sizeof length);
  at += sizeof entry->score + sizeof length;
  if (length < 0 || length > GBOX_MAX_TOKEN_LENGTH || (gsize) length > size - at || !isfinite (entry->score))
    return 0;
  entry->text = (const char *) data + at;
  entry->length = (gsize) length;
  return at + entry->length;
}

static GArray *
read_entries (const guint8 *data, gsize size)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  gsize at = sizeof (gint32);

  if (size < at)
    return NULL;
  while (at < size)
    {
      Entry entry;

      at = read_entry (data, size, at, &entry);
      if (at == 0 || entries->len == GBOX_MAX_TOKENS)
        return NULL;
      g_array_append_val (entries, entry);
    }
  return entries->len > END_ID ? g_steal_pointer (&entries) : NULL;
}

/* The special tokens are written with a line end on both sides: "\n<s>\n". */
static void
set_token (GboxVocabulary *vocabulary, int id, const Entry *entry)
{
  const int byte = gbox_parse_byte_token (entry->text, entry->length);
  const char text = (char) byte;

  if (id == UNKNOWN_ID)
    gbox_vocabulary_set (vocabulary, id, entry->text, entry->length, GBOX_TOKEN_UNKNOWN, entry->score);
  else if (id == BEGIN_ID)
    gbox_vocabulary_set (vocabulary, id, "<s>", strlen ("<s>"), GBOX_TOKEN_CONTROL, entry->score);
  else if (id == END_ID)
    gbox_vocabulary_set (vocabulary, id, "</s>", strlen ("</s>"), GBOX_TOKEN_CONTROL, entry->score);
  else if (byte >= 0)
    gbox_vocabulary_set (vocabulary, id, &text, 1, GBOX_TOKEN_BYTE, entry->score);
  else
    gbox_vocabulary_set (vocabulary, id, entry->text, entry->length, GBOX_TOKEN_NORMAL, entry->score);
}

GboxTokenizer *
gbox_tokenizer_new_from_llama2c (GBytes *bytes, const char *display_name, GError **error)
{
  static const int ends[] = { END_ID, BEGIN_ID };
  GboxTokenizerParts parts = { .split = GBOX_SPLIT_NONE, .adds_space = TRUE, .adds_begin = TRUE };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GArray) entries = read_entries (data, size);
  GboxTokenizer *tokenizer;

  if (entries == NULL)
    {
      gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, display_name,
                           "it is no list of scores and tokens as llama2.c writes it");
      return NULL;
    }
  parts.begin = BEGIN_ID;
  parts.vocabulary = gbox_vocabulary_new ((int) entries->len);
  for (guint i = 0; i < entries->len; i++)
    set_token (parts.vocabulary, (int) i, &g_array_index (entries, Entry, i));
  gbox_vocabulary_seal (parts.vocabulary);
  tokenizer = gbox_tokenizer_new (&parts, display_name, error);
  /* Stories follow each other in training: the next one's beginning is this one's end. */
  if (tokenizer != NULL)
    gbox_tokenizer_add_ends (tokenizer, BEGIN_ID, ends, G_N_ELEMENTS (ends));
  return tokenizer;
}
