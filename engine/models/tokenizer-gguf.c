/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the tokenizer that a GGUF file carries in its keys. */
#include "models/tokenizer-private.h"

#include <math.h>
#include <string.h>

#define KEY(name) "tokenizer.ggml." name

/* What is being read. */
typedef struct
{
  const GboxMetadata *metadata;
  const char *display_name;
  const GboxMetadataValue *tokens; /* strings */
  const GboxMetadataValue *kinds;  /* (nullable): integers */
  const GboxMetadataValue *scores; /* (nullable): reals */
  GboxTokenizerParts parts;
} Reading;

/* Names of splits, "pre" in the file; several models share one. */
static const struct
{
  const char *name;
  GboxSplit split;
} splits[] = {
  { "gpt-2", GBOX_SPLIT_GPT2 },       { "smollm", GBOX_SPLIT_SMOLLM },
  { "starcoder", GBOX_SPLIT_SMOLLM }, { "codeshell", GBOX_SPLIT_SMOLLM },
  { "qwen2", GBOX_SPLIT_QWEN2 },      { "deepseek-r1-qwen", GBOX_SPLIT_QWEN2 },
};

static gboolean
find_split (const GboxMetadata *metadata, GboxSplit *split)
{
  const char *pre = gbox_metadata_get_string (metadata, KEY ("pre"));
  const char *architecture = gbox_metadata_get_string (metadata, "general.architecture");

  /* Files from before there was such a key. */
  if (pre == NULL && g_strcmp0 (architecture, "gpt2") == 0)
    pre = "gpt-2";
  for (guint i = 0; i < G_N_ELEMENTS (splits); i++)
    if (g_strcmp0 (pre, splits[i].name) == 0)
      {
        *split = splits[i].split;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_lists (Reading *reading, GError **error)
{
  const GboxMetadata *metadata = reading->metadata;
  const char *name = reading->display_name;

  reading->tokens = gbox_metadata_get_array (metadata, KEY ("tokens"), GBOX_METADATA_STRING);
  reading->kinds = gbox_metadata_get_array (metadata, KEY ("token_type"), GBOX_METADATA_INTEGER);
  reading->scores = gbox_metadata_get_array (metadata, KEY ("scores"), GBOX_METADATA_REAL);
  if (reading->tokens == NULL || reading->tokens->n == 0 || reading->tokens->n > GBOX_MAX_TOKENS)
    return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, name, "it has no tokens or too many");
  if ((reading->kinds != NULL && reading->kinds->n != reading->tokens->n)
      || (reading->scores != NULL && reading->scores->n != reading->tokens->n))
    return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, name, "its lists differ in length");
  if (!reading->parts.bytes && reading->scores == NULL)
    return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, name, "its tokens have no scores");
  return TRUE;
}

/* The bytes of a token in @bytes, which has room for its text; returns how many. */
static gsize
decode_token (const Reading *reading, const GboxText *text, GboxTokenKind *kind, char *bytes)
{
  const int byte = *kind == GBOX_TOKEN_BYTE ? gbox_parse_byte_token (text->data, text->length) : -1;

  if (byte >= 0)
    {
      bytes[0] = (char) byte;
      return 1;
    }
  if (*kind == GBOX_TOKEN_BYTE)
    *kind = GBOX_TOKEN_NORMAL;
  if (reading->parts.bytes && *kind == GBOX_TOKEN_NORMAL)
    {
      const gssize n = gbox_byte_alphabet_decode (text->data, text->length, bytes);

      if (n >= 0)
        return (gsize) n;
    }
  else if (*kind == GBOX_TOKEN_NORMAL || *kind == GBOX_TOKEN_USER_DEFINED)
    return gbox_unescape_spaces (text->data, text->length, bytes);
  memcpy (bytes, text->data, text->length);
  return text->length;
}

static gboolean
read_tokens (Reading *reading, GError **error)
{
  char bytes[GBOX_MAX_TOKEN_LENGTH];
  const int n = (int) reading->tokens->n;

  reading->parts.vocabulary = gbox_vocabulary_new (n);
  for (int i = 0; i < n; i++)
    {
      const GboxText *text = &reading->tokens->texts[i];
      const gint64 number = reading->kinds != NULL ? reading->kinds->integers[i] : GBOX_TOKEN_NORMAL;
      const float score = reading->scores != NULL ? (float) reading->scores->reals[i] : 0;
      GboxTokenKind kind = (GboxTokenKind) number;
      gsize length;

      if (number < GBOX_TOKEN_NORMAL || number > GBOX_TOKEN_BYTE)
        kind = GBOX_TOKEN_NORMAL;
      if (text->length > GBOX_MAX_TOKEN_LENGTH || !isfinite (score))
        return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, reading->display_name,
                                    "token %d is too long or its score no number", i);
      length = decode_token (reading, text, &kind, bytes);
      gbox_vocabulary_set (reading->parts.vocabulary, i, bytes, length, kind, score);
    }
  gbox_vocabulary_seal (reading->parts.vocabulary);
  return TRUE;
}

/* "left right" in the alphabet of bytes, which has no space. */
static gboolean
read_merge (Reading *reading, int rank, const GboxText *text)
{
  const char *space = memchr (text->data, ' ', text->length);
  char bytes[2 * GBOX_MAX_TOKEN_LENGTH];
  gssize n_left, n_right;

  if (space == NULL || text->length > sizeof bytes)
    return FALSE;
  n_left = gbox_byte_alphabet_decode (text->data, (gsize) (space - text->data), bytes);
  if (n_left < 0)
    return FALSE;
  n_right
    = gbox_byte_alphabet_decode (space + 1, text->length - (gsize) (space + 1 - text->data), bytes + n_left);
  return n_right >= 0
         && gbox_vocabulary_add_merge (reading->parts.vocabulary, bytes, (gsize) n_left, (gsize) n_right,
                                       rank);
}

static gboolean
read_merges (Reading *reading, GError **error)
{
  const GboxMetadataValue *merges
    = gbox_metadata_get_array (reading->metadata, KEY ("merges"), GBOX_METADATA_STRING);

  if (merges == NULL || merges->n == 0 || merges->n > GBOX_MAX_TOKENS)
    return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, reading->display_name,
                                "it has no merges or too many");
  for (gsize i = 0; i < merges->n; i++)
    if (!read_merge (reading, (int) i, &merges->texts[i]))
      return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, reading->display_name,
                                  "merge %" G_GSIZE_FORMAT " is not of two tokens to a third", i);
  return TRUE;
}

static gboolean
read_model (Reading *reading, GError **error)
{
  const char *model = gbox_metadata_get_string (reading->metadata, KEY ("model"));
  const char *pre = gbox_metadata_get_string (reading->metadata, KEY ("pre"));

  reading->parts.bytes = g_strcmp0 (model, "gpt2") == 0;
  if (model == NULL)
    return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, reading->display_name, "the file holds none");
  if (!reading->parts.bytes && strcmp (model, "llama") != 0)
    return gbox_tokenizer_fail (error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                "it is of the kind “%.40s”, and only “gpt2” and “llama” are known", model);
  if (reading->parts.bytes && !find_split (reading->metadata, &reading->parts.split))
    return gbox_tokenizer_fail (error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                "it splits text in a way that is not known, “%.40s”",
                                pre != NULL ? pre : "unnamed");
  reading->parts.adds_space = reading->parts.adds_begin = !reading->parts.bytes;
  gbox_metadata_get_boolean (reading->metadata, KEY ("add_space_prefix"), &reading->parts.adds_space);
  gbox_metadata_get_boolean (reading->metadata, KEY ("add_bos_token"), &reading->parts.adds_begin);
  return read_lists (reading, error) && read_tokens (reading, error)
         && (!reading->parts.bytes || read_merges (reading, error));
}

/* The token under @key, or −1. */
static int
get_id (const GboxMetadata *metadata, const char *key)
{
  gint64 id = -1;

  gbox_metadata_get_integer (metadata, key, &id);
  return id >= 0 && id < GBOX_MAX_TOKENS ? (int) id : -1;
}

GboxTokenizer *
gbox_tokenizer_new_from_gguf (const GboxTensorFile *file, GError **error)
{
  const GboxMetadata *metadata = gbox_tensor_file_get_all_metadata (file);
  const int ends[] = { get_id (metadata, KEY ("eos_token_id")), get_id (metadata, KEY ("eot_token_id")),
                       get_id (metadata, KEY ("eom_token_id")) };
  Reading reading = { .metadata = metadata, .display_name = gbox_tensor_file_get_display_name (file) };
  GboxTokenizer *tokenizer;

  reading.parts.begin = -1;
  if (!read_model (&reading, error))
    {
      g_clear_pointer (&reading.parts.vocabulary, gbox_vocabulary_free);
      return NULL;
    }
  tokenizer = gbox_tokenizer_new (&reading.parts, reading.display_name, error);
  if (tokenizer != NULL)
    gbox_tokenizer_add_ends (tokenizer, get_id (metadata, KEY ("bos_token_id")), ends, G_N_ELEMENTS (ends));
  return tokenizer;
}
