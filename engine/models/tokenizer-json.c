/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading Hugging Face's `tokenizer.json`. */
#include "models/tokenizer-json-steps.h"

#include <string.h>

/* Gemma's, the largest of those read, has 33 MB. */
#define MAX_BYTES ((gsize) 128 << 20)

/* What is being read. */
typedef struct
{
  JsonObject *root;
  JsonObject *model;
  JsonObject *vocabulary; /* text → id */
  const char *display_name;
  gboolean byte_tokens; /* whether "<0x0A>" is the byte */
  GboxTokenizerParts parts;
} Reading;

static gboolean
fail (const Reading *reading, GError **error, const char *cause)
{
  return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, reading->display_name, "%s", cause);
}

/* The bytes of a token as the file writes it; returns how many, or −1. @bytes has room for as many as the
 * text has. */
static gssize
decode (const Reading *reading, const char *text, gsize length, char *bytes)
{
  if (reading->parts.bytes)
    return gbox_byte_alphabet_decode (text, length, bytes);
  return (gssize) gbox_unescape_spaces (text, length, bytes);
}

static gboolean
get_id (JsonNode *node, int *id)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64
      || json_node_get_int (node) < 0 || json_node_get_int (node) >= GBOX_MAX_TOKENS)
    return FALSE;
  *id = (int) json_node_get_int (node);
  return TRUE;
}

static JsonObject *
get_added (const Reading *reading, guint i)
{
  JsonArray *added = gbox_json_get_array (reading->root, "added_tokens");

  if (added == NULL || i >= json_array_get_length (added))
    return NULL;
  return gbox_json_node_get_object (json_array_get_element (added, i));
}

/* One more than the largest id, or 0 with an error. */
static int
count_tokens (const Reading *reading, GError **error)
{
  JsonObjectIter iter;
  JsonNode *node;
  JsonObject *added;
  int n = 0, id;

  json_object_iter_init (&iter, reading->vocabulary);
  while (json_object_iter_next (&iter, NULL, &node))
    {
      if (!get_id (node, &id))
        return fail (reading, error, "a token has no proper number");
      n = MAX (n, id + 1);
    }
  for (guint i = 0; (added = get_added (reading, i)) != NULL; i++)
    {
      node = json_object_get_member (added, "id");
      if (node == NULL || !get_id (node, &id))
        return fail (reading, error, "an added token has no proper number");
      n = MAX (n, id + 1);
    }
  if (n == 0)
    fail (reading, error, "it has no tokens");
  return n;
}

static gboolean
set_token (Reading *reading, const char *text, int id, GError **error)
{
  const gsize length = strlen (text);
  const int byte = reading->byte_tokens ? gbox_parse_byte_token (text, length) : -1;
  const gboolean unknown = g_strcmp0 (text, gbox_json_get_string (reading->model, "unk_token")) == 0;
  char bytes[GBOX_MAX_TOKEN_LENGTH];
  gssize n;

  if (length > sizeof bytes)
    return fail (reading, error, "a token is too long");
  if (byte >= 0)
    {
      bytes[0] = (char) byte;
      gbox_vocabulary_set (reading->parts.vocabulary, id, bytes, 1, GBOX_TOKEN_BYTE, 0);
      return TRUE;
    }
  n = decode (reading, text, length, bytes);
  if (n < 0)
    gbox_vocabulary_set (reading->parts.vocabulary, id, text, length, GBOX_TOKEN_UNUSED, 0);
  else
    gbox_vocabulary_set (reading->parts.vocabulary, id, bytes, (gsize) n,
                         unknown ? GBOX_TOKEN_UNKNOWN : GBOX_TOKEN_NORMAL, 0);
  return TRUE;
}

static gboolean
set_added_token (Reading *reading, JsonObject *added, GError **error)
{
  const char *text = gbox_json_get_string (added, "content");
  const gsize length = text != NULL ? strlen (text) : 0;
  char bytes[GBOX_MAX_TOKEN_LENGTH];
  gboolean special = FALSE;
  gsize n = length;
  int id = 0;

  if (length == 0 || length > sizeof bytes)
    return fail (reading, error, "an added token has no proper text");
  get_id (json_object_get_member (added, "id"), &id);
  gbox_json_get_boolean (added, "special", &special);
  if (!reading->parts.bytes && !special)
    {
      n = gbox_unescape_spaces (text, length, bytes);
      text = bytes;
    }
  gbox_vocabulary_set (reading->parts.vocabulary, id, text, n,
                       special ? GBOX_TOKEN_CONTROL : GBOX_TOKEN_USER_DEFINED, 0);
  return TRUE;
}

static gboolean
read_tokens (Reading *reading, GError **error)
{
  const int n = count_tokens (reading, error);
  JsonObjectIter iter;
  const char *text;
  JsonNode *node;
  JsonObject *added;
  int id = 0;

  if (n == 0)
    return FALSE;
  reading->parts.vocabulary = gbox_vocabulary_new (n);
  json_object_iter_init (&iter, reading->vocabulary);
  while (json_object_iter_next (&iter, &text, &node))
    if (!get_id (node, &id) || !set_token (reading, text, id, error))
      return FALSE;
  for (guint i = 0; (added = get_added (reading, i)) != NULL; i++)
    if (!set_added_token (reading, added, error))
      return FALSE;
  gbox_vocabulary_seal (reading->parts.vocabulary);
  return TRUE;
}

/* A merge is written "left right", or as a list of the two. */
static gboolean
split_merge (JsonNode *node, GboxText *left, GboxText *right)
{
  JsonArray *pair = gbox_json_node_get_array (node);
  const char *text = gbox_json_node_get_string (node);
  const char *space = text != NULL ? strchr (text, ' ') : NULL;

  if (space != NULL)
    {
      *left = (GboxText){ text, (gsize) (space - text) };
      *right = (GboxText){ space + 1, strlen (space + 1) };
      return TRUE;
    }
  if (pair == NULL || json_array_get_length (pair) != 2)
    return FALSE;
  left->data = gbox_json_node_get_string (json_array_get_element (pair, 0));
  right->data = gbox_json_node_get_string (json_array_get_element (pair, 1));
  if (left->data == NULL || right->data == NULL)
    return FALSE;
  left->length = strlen (left->data);
  right->length = strlen (right->data);
  return TRUE;
}

static gboolean
read_merge (Reading *reading, int rank, JsonNode *node)
{
  char bytes[2 * GBOX_MAX_TOKEN_LENGTH];
  GboxText left, right;
  gssize n_left, n_right;

  if (!split_merge (node, &left, &right) || left.length > GBOX_MAX_TOKEN_LENGTH
      || right.length > GBOX_MAX_TOKEN_LENGTH)
    return FALSE;
  n_left = decode (reading, left.data, left.length, bytes);
  if (n_left < 0)
    return FALSE;
  n_right = decode (reading, right.data, right.length, bytes + n_left);
  return n_right >= 0
         && gbox_vocabulary_add_merge (reading->parts.vocabulary, bytes, (gsize) n_left, (gsize) n_right,
                                       rank);
}

static gboolean
read_merges (Reading *reading, GError **error)
{
  JsonArray *merges = gbox_json_get_array (reading->model, "merges");

  if (merges == NULL || json_array_get_length (merges) == 0
      || json_array_get_length (merges) > GBOX_MAX_TOKENS)
    return fail (reading, error, "it has no merges or too many");
  for (guint i = 0; i < json_array_get_length (merges); i++)
    if (!read_merge (reading, (int) i, json_array_get_element (merges, i)))
      return gbox_tokenizer_fail (error, GBOX_ERROR_INVALID_FILE, reading->display_name,
                                  "merge %u is not of two tokens to a third", i);
  return TRUE;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

static gboolean
read_model (Reading *reading, GError **error)
{
  const char *type;

  reading->model = gbox_json_get_object (reading->root, "model");
  reading->vocabulary = gbox_json_get_object (reading->model, "vocab");
  type = gbox_json_get_string (reading->model, "type");
  if (reading->model == NULL
      || (type == NULL ? gbox_json_get_array (reading->model, "merges") == NULL : !g_str_equal (type, "BPE")))
    return gbox_tokenizer_fail (error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                "it is of the kind “%.40s”, and only “BPE” is known",
                                type != NULL ? type : "?");
  if (reading->vocabulary == NULL)
    return fail (reading, error, "it has no tokens");
  if (!is_empty (gbox_json_get_string (reading->model, "continuing_subword_prefix"))
      || !is_empty (gbox_json_get_string (reading->model, "end_of_word_suffix")))
    return gbox_tokenizer_fail (error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                "it marks the beginnings or ends of words in its tokens");
  if (!gbox_tokenizer_json_read_steps (reading->root, reading->display_name, &reading->parts, error))
    return FALSE;
  if (!reading->parts.bytes)
    gbox_json_get_boolean (reading->model, "byte_fallback", &reading->byte_tokens);
  gbox_json_get_boolean (reading->model, "ignore_merges", &reading->parts.ignore_merges);
  if (!reading->parts.bytes && !reading->byte_tokens)
    return gbox_tokenizer_fail (error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                "it merges characters without tokens for the bytes of the rare ones");
  return read_tokens (reading, error) && read_merges (reading, error);
}

GboxTokenizer *
gbox_tokenizer_new_from_json (GBytes *json, const char *display_name, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  Reading reading = { .display_name = display_name, .parts = { .begin = -1 } };
  const char *begin;
  GboxTokenizer *tokenizer;

  reading.root = gbox_json_parse (parser, json, MAX_BYTES, display_name, error);
  if (reading.root == NULL)
    return NULL;
  if (!read_model (&reading, error))
    {
      g_clear_pointer (&reading.parts.vocabulary, gbox_vocabulary_free);
      return NULL;
    }
  begin = gbox_tokenizer_json_get_begin (reading.root);
  reading.parts.adds_begin = begin != NULL;
  tokenizer = gbox_tokenizer_new (&reading.parts, display_name, error);
  if (tokenizer != NULL && begin != NULL)
    gbox_tokenizer_add_ends (tokenizer, gbox_tokenizer_find_special (tokenizer, begin), NULL, 0);
  return tokenizer;
}
