/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of tokenizers that are damaged, lie, or are of a kind that is not supported. */
#include "models/tokenizer.h"

#include "fixture.h"
#include "formats/tensor-file-private.h"

typedef GboxTokenizer *(*Reader) (GBytes *bytes, const char *display_name, GError **error);

/* Encodes something, so that whatever was read is used. */
static void
use (GboxTokenizer *tokenizer)
{
  static const char text[] = " the town\n\xc3\xa9 <|end|> 42";
  g_autoptr (GArray) ids
    = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_SPECIAL | GBOX_TOKENIZE_BEGIN);
  g_autoptr (GBytes) back
    = gbox_tokenizer_decode (tokenizer, (const int *) (gpointer) ids->data, ids->len, GBOX_TOKENIZE_SPECIAL);

  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpint (g_array_index (ids, int, i), <, gbox_tokenizer_get_n_tokens (tokenizer));
  g_assert_nonnull (back);
}

/* Either a tokenizer that works or a sentence. */
static gboolean
try_part (Reader reader, const guint8 *data, gsize n)
{
  g_autoptr (GBytes) part = g_bytes_new_take (g_memdup2 (data, n), n);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTokenizer) tokenizer = reader (part, "damaged", &error);

  if (tokenizer != NULL)
    use (tokenizer);
  else
    fixture_assert_sentence (error, "damaged");
  return tokenizer != NULL;
}

static void
damage (const char *name, Reader reader, guint step)
{
  g_autoptr (GBytes) bytes = fixture_load (name);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree guint8 *copy = g_memdup2 (data, size);

  for (gsize n = 0; n < size; n += step)
    try_part (reader, data, n);
  for (gsize bit = 0; bit < 8 * size; bit += step)
    {
      copy[bit / 8] ^= (guint8) (1u << bit % 8);
      try_part (reader, copy, size);
      copy[bit / 8] = data[bit / 8];
    }
  g_assert_true (try_part (reader, data, size));
}

static void
test_damaged (void)
{
  /* A prime, so that all bits of a byte have their turn. */
  const guint step = 29;

  damage ("tokenizer-bytes.json", gbox_tokenizer_new_from_json, step);
  damage ("tokenizer-characters.json", gbox_tokenizer_new_from_json, step);
  damage ("tokenizer-llama2c.bin", gbox_tokenizer_new_from_llama2c, 1);
}

static void
assert_json_refused (const char *text, GboxError code)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  g_test_message ("%.200s", text);
  g_assert_null (gbox_tokenizer_new_from_json (bytes, "bad.json", &error));
  g_assert_error (error, GBOX_ERROR, (int) code);
  fixture_assert_sentence (error, "bad.json");
}

#define STEPS  "\"pre_tokenizer\":{\"type\":\"ByteLevel\"},"
#define VOCAB  "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2}"
#define MERGES "\"merges\":[\"a b\"]"

static void
test_json (void)
{
  static const char *const invalid[] = {
    "",
    "[]",
    "{" STEPS "\"model\":{\"type\":\"BPE\"," MERGES "}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\"," VOCAB "}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\",\"vocab\":{}," MERGES "}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1}," MERGES "}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":2147483648}," MERGES "}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":\"0\"}," MERGES "}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"a\"]}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"a c\"]}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"b a\"]}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\"," VOCAB ",\"merges\":[[\"a\"]]}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\"," VOCAB ",\"merges\":[[\"a\",7]]}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\"," VOCAB ",\"merges\":[{}]}}",
    "{" STEPS "\"added_tokens\":[{}],\"model\":{\"type\":\"BPE\"," VOCAB "," MERGES "}}",
    "{" STEPS "\"added_tokens\":[{\"id\":3}],\"model\":{\"type\":\"BPE\"," VOCAB "," MERGES "}}",
    "{" STEPS "\"added_tokens\":[{\"id\":3,\"content\":\"\"}],\"model\":{\"type\":\"BPE\"," VOCAB "," MERGES
    "}}",
  };
  static const char *const unsupported[] = {
    "{}",
    "{\"model\":{\"type\":\"WordPiece\"," VOCAB "}}",
    "{\"model\":{\"type\":\"BPE\"," VOCAB "," MERGES "}}",
    "{" STEPS "\"model\":{\"type\":\"BPE\",\"end_of_word_suffix\":\"</w>\"," VOCAB "," MERGES "}}",
    "{" STEPS "\"normalizer\":{\"type\":\"Lowercase\"},\"model\":{\"type\":\"BPE\"," VOCAB "," MERGES "}}",
    "{\"pre_tokenizer\":{\"type\":\"Whitespace\"},\"model\":{\"type\":\"BPE\"," VOCAB "," MERGES "}}",
    "{\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"use_regex\":false},\"model\":{\"type\":\"BPE\"," VOCAB
    "," MERGES "}}",
    "{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":"
    "\"(a+)+$\"}},{\"type\":\"ByteLevel\",\"use_regex\":false}]},\"model\":{\"type\":\"BPE\"," VOCAB
    "," MERGES "}}",
    "{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[3]},\"model\":{\"type\":\"BPE\"," VOCAB
    "," MERGES "}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (invalid); i++)
    assert_json_refused (invalid[i], GBOX_ERROR_INVALID_FILE);
  for (guint i = 0; i < G_N_ELEMENTS (unsupported); i++)
    assert_json_refused (unsupported[i], GBOX_ERROR_UNSUPPORTED);
}

/* Nesting that would overflow the stack of a parser that recurses. */
static void
test_nested (void)
{
  static const char *const units[] = { "[", "{\"a\":" };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) text = g_string_new ("{\"a\":");

      for (guint n = 0; n < 1 << 20; n++)
        g_string_append (text, units[i]);
      assert_json_refused (text->str, GBOX_ERROR_INVALID_FILE);
    }
}

/* A GGUF tokenizer of words, with what each case changes. */
typedef struct
{
  const char *model;
  const char *pre;
  const char *merge;
  gsize n_kinds;
  gsize n_scores;
  double score;
  gboolean long_token;
} Case;

static void
add_texts (GboxMetadata *metadata, const char *key, const char *const *words, gsize n)
{
  GboxText *texts = g_new (GboxText, MAX (n, 1));
  const GboxMetadataValue value = { .type = GBOX_METADATA_STRING, .is_array = TRUE, .n = n, .texts = texts };

  for (gsize i = 0; i < n; i++)
    texts[i] = (GboxText){ words[i], strlen (words[i]) };
  g_assert_true (gbox_metadata_add (metadata, key, &value));
}

static GboxTensorFile *
make_gguf (const Case *changes, const char *long_text)
{
  const char *const words[] = { "a", "b", changes->long_token ? long_text : "ab" };
  GboxTensorFile *file = gbox_tensor_file_new ("gguf", "bad.gguf");
  GboxMetadata *metadata = gbox_tensor_file_get_own_metadata (file);
  gint64 *kinds = g_new0 (gint64, changes->n_kinds + 1);
  double *scores = g_new0 (double, changes->n_scores + 1);
  const GboxMetadataValue kinds_value
    = { .type = GBOX_METADATA_INTEGER, .is_array = TRUE, .n = changes->n_kinds, .integers = kinds };
  const GboxMetadataValue scores_value
    = { .type = GBOX_METADATA_REAL, .is_array = TRUE, .n = changes->n_scores, .reals = scores };

  scores[0] = changes->score;
  if (changes->model != NULL)
    gbox_metadata_add_string (metadata, "tokenizer.ggml.model", changes->model);
  if (changes->pre != NULL)
    gbox_metadata_add_string (metadata, "tokenizer.ggml.pre", changes->pre);
  add_texts (metadata, "tokenizer.ggml.tokens", words, 3);
  if (changes->merge != NULL)
    add_texts (metadata, "tokenizer.ggml.merges", &changes->merge, 1);
  gbox_metadata_add (metadata, "tokenizer.ggml.token_type", &kinds_value);
  gbox_metadata_add (metadata, "tokenizer.ggml.scores", &scores_value);
  return file;
}

static void
test_gguf (void)
{
  static const struct
  {
    Case changes;
    const char *word; /* of the message; NULL if it is read */
  } cases[] = {
    { { "gpt2", "gpt-2", "a b", 3, 3, 0, FALSE }, NULL },
    { { "llama", NULL, NULL, 3, 3, 0, FALSE }, NULL },
    { { NULL, "gpt-2", "a b", 3, 3, 0, FALSE }, "holds none" },
    { { "bert", "gpt-2", "a b", 3, 3, 0, FALSE }, "bert" },
    { { "gpt2", "unheard-of", "a b", 3, 3, 0, FALSE }, "unheard-of" },
    { { "gpt2", NULL, "a b", 3, 3, 0, FALSE }, "unnamed" },
    { { "gpt2", "gpt-2", NULL, 3, 3, 0, FALSE }, "no merges" },
    { { "gpt2", "gpt-2", "ab", 3, 3, 0, FALSE }, "merge 0" },
    { { "gpt2", "gpt-2", "b a", 3, 3, 0, FALSE }, "merge 0" },
    { { "gpt2", "gpt-2", " ", 3, 3, 0, FALSE }, "merge 0" },
    { { "gpt2", "gpt-2", "a b", 2, 3, 0, FALSE }, "differ in length" },
    { { "gpt2", "gpt-2", "a b", 3, 4, 0, FALSE }, "differ in length" },
    { { "llama", NULL, NULL, 3, 0, 0, FALSE }, "differ in length" },
    { { "llama", NULL, NULL, 3, 3, 1e300, FALSE }, "its score" },
    { { "llama", NULL, NULL, 3, 3, 0, TRUE }, "too long" },
  };
  g_autofree char *long_text = g_strnfill (GBOX_MAX_TOKEN_LENGTH + 1, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GboxTensorFile) file = make_gguf (&cases[i].changes, long_text);
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxTokenizer) tokenizer = gbox_tokenizer_new_from_gguf (file, &error);

      if (cases[i].word == NULL)
        {
          g_assert_no_error (error);
          use (tokenizer);
          continue;
        }
      g_assert_null (tokenizer);
      g_test_message ("%s", error->message);
      fixture_assert_sentence (error, "bad.gguf");
      g_assert_nonnull (strstr (error->message, cases[i].word));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer-files/damaged", test_damaged);
  g_test_add_func ("/tokenizer-files/json", test_json);
  g_test_add_func ("/tokenizer-files/nested", test_nested);
  g_test_add_func ("/tokenizer-files/gguf", test_gguf);
  return g_test_run ();
}
