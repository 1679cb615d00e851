/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokenizers: beside the Python packages on tricky and random texts, there and back for any bytes, and texts
 * that make a careless one slow. */
#include "models/tokenizer.h"

#include "tokenizer-testing.h"

#include <json-glib/json-glib.h>
#include <math.h>

/* A pseudorandom number; the tests are the same every time. */
static guint32
draw (guint64 *state)
{
  *state = *state * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return (guint32) (*state >> 33);
}

static JsonObject *
load_values (JsonParser *parser)
{
  g_autoptr (GBytes) bytes = fixture_load ("tokenizer-values.json");
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                              &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

/* The small byte tokenizer with another chain of steps before its merges. */
static GboxTokenizer *
load_with_steps (JsonNode *steps)
{
  g_autoptr (GBytes) bytes = fixture_load ("tokenizer-bytes.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (GError) error = NULL;
  GboxTokenizer *tokenizer;
  char *text;

  json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                              &error);
  g_assert_no_error (error);
  json_object_set_member (json_node_get_object (json_parser_get_root (parser)), "pre_tokenizer",
                          json_node_copy (steps));
  text = json_to_string (json_parser_get_root (parser), FALSE);
  changed = g_bytes_new_take (text, strlen (text));
  tokenizer = gbox_tokenizer_new_from_json (changed, "changed.json", &error);
  g_assert_no_error (error);
  return tokenizer;
}

/* (nullable): the real one, or a skip. */
static GboxTokenizer *
load_smollm2 (void)
{
  g_autofree char *path = fixture_find_model ("SmolLM2-135M-Instruct.Q4_1.gguf");
  g_autoptr (GboxTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  GboxTokenizer *tokenizer;

  if (path == NULL)
    return NULL;
  file = gbox_tensor_file_open (path, &error);
  g_assert_no_error (error);
  tokenizer = gbox_tokenizer_new_from_gguf (file, &error);
  g_assert_no_error (error);
  return tokenizer;
}

static GboxTokenizer *
load_llama2c (void)
{
  g_autofree char *path = fixture_find_model ("tok512.bin");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GboxTokenizer *tokenizer;
  char *content;
  gsize size;

  if (path == NULL)
    return NULL;
  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (content, size);
  tokenizer = gbox_tokenizer_new_from_llama2c (bytes, "tok512.bin", &error);
  g_assert_no_error (error);
  return tokenizer;
}

static char *
describe (const int *ids, gsize n)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%d ", ids[i]);
  return g_string_free (text, FALSE);
}

static void
assert_ids (const GboxTokenizer *tokenizer, const char *text, GboxTokenizeFlags flags, JsonArray *expected)
{
  g_autoptr (GArray) ids = gbox_tokenizer_encode (tokenizer, text, strlen (text), flags);
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree char *found = describe ((const int *) (gpointer) ids->data, ids->len);
  g_autofree char *right = NULL;

  for (guint i = 0; i < json_array_get_length (expected); i++)
    {
      const int id = (int) json_array_get_int_element (expected, i);

      g_array_append_val (wanted, id);
    }
  right = describe ((const int *) (gpointer) wanted->data, wanted->len);
  if (g_strcmp0 (found, right) != 0)
    g_test_message ("“%s”", text);
  g_assert_cmpstr (found, ==, right);
}

static guint
check_values (const GboxTokenizer *tokenizer, GboxTokenizeFlags flags, JsonObject *values, JsonArray *ids)
{
  JsonArray *texts = json_object_get_array_member (values, "texts");
  guint n = 0;

  g_assert_cmpuint (json_array_get_length (texts), ==, json_array_get_length (ids));
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      const char *text = json_array_get_string_element (texts, i);

      if (json_array_get_null_element (ids, i))
        continue;
      assert_ids (tokenizer, text, flags, json_array_get_array_element (ids, i));
      n++;
    }
  return n;
}

static void
test_splits (void)
{
  static const char *const names[] = { "gpt2", "smollm", "qwen2" };
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *values = load_values (parser);
  JsonObject *splits = json_object_get_object_member (values, "splits");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      JsonObject *split = json_object_get_object_member (splits, names[i]);
      g_autoptr (GboxTokenizer) tokenizer = load_with_steps (json_object_get_member (split, "pre_tokenizer"));

      g_test_message ("%s", names[i]);
      g_assert_cmpuint (check_values (tokenizer, GBOX_TOKENIZE_SPECIAL, values,
                                      json_object_get_array_member (split, "ids")),
                        >, 50);
    }
}

static void
test_characters (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *values = load_values (parser);
  g_autoptr (GboxTokenizer) tokenizer = load_json ("tokenizer-characters.json");

  g_assert_cmpuint (check_values (tokenizer, GBOX_TOKENIZE_SPECIAL, values,
                                  json_object_get_array_member (values, "characters")),
                    >, 50);
}

static void
test_pieces (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *values = load_values (parser);
  g_autoptr (GboxTokenizer) tokenizer = load_pieces ();

  g_assert_cmpuint (check_values (tokenizer, GBOX_TOKENIZE_PLAIN, values,
                                  json_object_get_array_member (values, "pieces")),
                    >, 50);
}

static void
test_smollm2 (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *values = load_values (parser);
  g_autoptr (GboxTokenizer) tokenizer = load_smollm2 ();

  if (tokenizer != NULL)
    g_assert_cmpuint (check_values (tokenizer, GBOX_TOKENIZE_SPECIAL, values,
                                    json_object_get_array_member (values, "smollm2")),
                      >, 50);
}

/* What others wrote down for the real model: pairs of a text and its tokens, and prompts. */
static void
test_reference (void)
{
  g_autofree char *path = fixture_find_reference ("language-values.json");
  g_autoptr (GboxTokenizer) tokenizer = load_smollm2 ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *pairs, *prompts;

  if (tokenizer == NULL)
    return;
  if (path == NULL || !json_parser_load_from_file (parser, path, NULL))
    {
      g_test_skip ("language-values.json is not on this computer");
      return;
    }
  pairs = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "tokenize");
  prompts = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "prompts");
  for (guint i = 0; i < json_array_get_length (pairs); i++)
    {
      JsonArray *pair = json_array_get_array_element (pairs, i);

      assert_ids (tokenizer, json_array_get_string_element (pair, 0), GBOX_TOKENIZE_SPECIAL,
                  json_array_get_array_element (pair, 1));
    }
  for (guint i = 0; i < json_array_get_length (prompts); i++)
    {
      JsonObject *prompt = json_array_get_object_element (prompts, i);

      assert_ids (tokenizer, json_object_get_string_member (prompt, "prompt"), GBOX_TOKENIZE_SPECIAL,
                  json_object_get_array_member (prompt, "ids"));
    }
}

/* The token of @part, or −1. */
static int
find_normal (const GboxTokenizer *tokenizer, const char *part)
{
  int id = gbox_tokenizer_get_n_tokens (tokenizer) - 1;

  while (id >= 0
         && (gbox_tokenizer_get_token (tokenizer, id)->kind != GBOX_TOKEN_NORMAL
             || strcmp (gbox_tokenizer_get_token (tokenizer, id)->bytes, part) != 0))
    id--;
  return id;
}

/* Of all neighbours in @parts that make a token, the left of the pair with the highest score, the first of
 * equals; or −1. */
static int
find_best (const GboxTokenizer *tokenizer, const GPtrArray *parts)
{
  float score = -INFINITY;
  int best = -1;

  for (int i = 0; i + 1 < (int) parts->len; i++)
    {
      g_autofree char *part = g_strconcat (parts->pdata[i], parts->pdata[i + 1], NULL);
      const int id = find_normal (tokenizer, part);

      if (id >= 0 && gbox_tokenizer_get_token (tokenizer, id)->score > score)
        {
          best = i;
          score = gbox_tokenizer_get_token (tokenizer, id)->score;
        }
    }
  return best;
}

/* llama2.c's own way, in quadratic time. */
static GArray *
encode_slowly (const GboxTokenizer *tokenizer, const char *text)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  int best;

  g_ptr_array_add (parts, g_strdup (" "));
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    g_ptr_array_add (parts, g_strndup (at, (gsize) (g_utf8_next_char (at) - at)));
  while ((best = find_best (tokenizer, parts)) >= 0)
    {
      char *merged = g_strconcat (parts->pdata[best], parts->pdata[best + 1], NULL);

      g_ptr_array_remove_index (parts, (guint) best);
      g_free (parts->pdata[best]);
      parts->pdata[best] = merged;
    }
  for (guint i = 0; i < parts->len; i++)
    {
      const char *part = parts->pdata[i];
      int id = find_normal (tokenizer, part);

      if (id >= 0)
        g_array_append_val (ids, id);
      else
        for (; *part != '\0'; part++)
          {
            id = 3 + (guint8) *part;
            g_array_append_val (ids, id);
          }
    }
  return ids;
}

static void
test_llama2c (void)
{
  static const char *const words[]
    = { "Once", " upon", " a", "time", "  ", ",", ".", "\n", "é", "東", "xyzzy", "the", "TTTT", "“", "’s" };
  g_autoptr (GboxTokenizer) tokenizer = load_llama2c ();
  g_autoptr (GArray) ids = NULL;
  guint64 state = 3;

  if (tokenizer == NULL)
    return;
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GString) text = g_string_new (words[draw (&state) % G_N_ELEMENTS (words)]);
      g_autoptr (GArray) slow = NULL, fast = NULL;

      for (guint n = draw (&state) % 8; n > 0; n--)
        g_string_append (text, words[draw (&state) % G_N_ELEMENTS (words)]);
      slow = encode_slowly (tokenizer, text->str);
      fast = gbox_tokenizer_encode (tokenizer, text->str, text->len, GBOX_TOKENIZE_PLAIN);
      g_assert_cmpmem (slow->data, slow->len * sizeof (int), fast->data, fast->len * sizeof (int));
    }
  ids = gbox_tokenizer_encode (tokenizer, "a", 1, GBOX_TOKENIZE_BEGIN);
  g_assert_cmpint (g_array_index (ids, int, 0), ==, 1);
  g_assert_true (gbox_tokenizer_is_end (tokenizer, 2));
  g_assert_false (gbox_tokenizer_is_end (tokenizer, 3));
}

static void
assert_returns (const GboxTokenizer *tokenizer, const char *bytes, gsize length, GboxTokenizeFlags flags)
{
  g_autoptr (GArray) ids = gbox_tokenizer_encode (tokenizer, bytes, length, flags);
  g_autoptr (GBytes) back
    = gbox_tokenizer_decode (tokenizer, (const int *) (gpointer) ids->data, ids->len, flags);

  g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back), bytes, length);
}

/* Text of all sorts, damaged text, and plain noise. */
static void
check_round_trips (const GboxTokenizer *tokenizer)
{
  static const char *const parts[]
    = { " ",    "  ",     "\n",   "\r\n",     "the",      "ing",          "é",
        "東京", "▁",      "▁▁",   "🙂",     "<|end|>",  "<s>",          "</s>",
        "12",   "<0x41>", "\xff", "\xe6\x9d", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "'s",   "\t",     "x" };
  guint64 state = 1;

  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint n = draw (&state) % 12; n > 0; n--)
        if (i % 3 == 0)
          g_string_append_c (text, (char) draw (&state));
        else
          g_string_append (text, parts[draw (&state) % G_N_ELEMENTS (parts)]);
      for (int flags = 0; flags < 4; flags++)
        assert_returns (tokenizer, text->str, text->len, (GboxTokenizeFlags) flags);
    }
}

static void
test_round_trips (void)
{
  g_autoptr (GboxTokenizer) bytes = load_json ("tokenizer-bytes.json");
  g_autoptr (GboxTokenizer) characters = load_json ("tokenizer-characters.json");
  g_autoptr (GboxTokenizer) pieces = load_pieces ();
  g_autoptr (GboxTokenizer) llama2c = load_llama2c ();

  check_round_trips (bytes);
  check_round_trips (characters);
  check_round_trips (pieces);
  if (llama2c != NULL)
    check_round_trips (llama2c);
}

/* The end the file names, and the one of texts that are no chats. */
static void
test_ends (void)
{
  g_autoptr (GboxTokenizer) tokenizer = load_smollm2 ();

  if (tokenizer == NULL)
    return;
  g_assert_true (gbox_tokenizer_is_end (tokenizer, 2));
  g_assert_true (gbox_tokenizer_is_end (tokenizer, 0));
  g_assert_false (gbox_tokenizer_is_end (tokenizer, 1));
  g_assert_cmpint (gbox_tokenizer_find_special (tokenizer, "<|im_end|>"), ==, 2);
  g_assert_false (gbox_tokenizer_adds_begin (tokenizer));
}

/* SmolLM2 has no token for 21 bytes; all others return. */
static void
test_smollm2_bytes (void)
{
  static const char missing[]
    = "\x04\x06\x13\x14\x16\x1d\xc0\xc1\xf1\xf2\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff";
  g_autoptr (GboxTokenizer) tokenizer = load_smollm2 ();
  guint n_lost = 0;

  if (tokenizer == NULL)
    return;
  for (int byte = 0; byte < 256; byte++)
    {
      const char text = (char) byte;
      g_autoptr (GArray) ids = gbox_tokenizer_encode (tokenizer, &text, 1, GBOX_TOKENIZE_PLAIN);
      const gboolean lost = byte != 0 && strchr (missing, text) != NULL;

      g_assert_cmpuint (ids->len, ==, lost ? 0 : 1);
      n_lost += lost;
    }
  g_assert_cmpuint (n_lost, ==, 21);
}

static void
test_special (void)
{
  static const char text[] = "a<|end|>b";
  g_autoptr (GboxTokenizer) tokenizer = load_json ("tokenizer-bytes.json");
  g_autoptr (GArray) plain = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_PLAIN);
  g_autoptr (GArray) special = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_SPECIAL);
  const int end = gbox_tokenizer_find_special (tokenizer, "<|end|>");
  g_autoptr (GBytes) hidden = gbox_tokenizer_decode (tokenizer, (const int *) (gpointer) special->data,
                                                     special->len, GBOX_TOKENIZE_PLAIN);

  g_assert_cmpint (end, >, 0);
  g_assert_cmpint (gbox_tokenizer_find_special (tokenizer, "<|en"), ==, -1);
  g_assert_cmpint (gbox_tokenizer_find_special (tokenizer, "a"), ==, -1);
  g_assert_cmpuint (special->len, ==, 3);
  g_assert_cmpint (g_array_index (special, int, 1), ==, end);
  for (guint i = 0; i < plain->len; i++)
    g_assert_cmpint (g_array_index (plain, int, i), !=, end);
  g_assert_cmpmem (g_bytes_get_data (hidden, NULL), g_bytes_get_size (hidden), "ab", 2);
  g_assert_true (gbox_tokenizer_is_special (tokenizer, end));
  g_assert_false (gbox_tokenizer_is_end (tokenizer, end));
  gbox_tokenizer_add_ends (tokenizer, 1 << 20, (const int[]){ end, -1, end, 1 << 20 }, 4);
  g_assert_true (gbox_tokenizer_is_end (tokenizer, end));
  g_assert_cmpint (gbox_tokenizer_get_begin (tokenizer), ==, -1);
}

/* A user-defined token is one also in plain text. */
static void
test_user_defined (void)
{
  g_autoptr (GboxTokenizer) tokenizer = load_pieces ();
  g_autoptr (GArray) ids = gbox_tokenizer_encode (tokenizer, "x<|end|>", 8, GBOX_TOKENIZE_PLAIN);
  const GboxToken *last = gbox_tokenizer_get_token (tokenizer, g_array_index (ids, int, ids->len - 1));

  g_assert_cmpint (last->kind, ==, GBOX_TOKEN_USER_DEFINED);
  g_assert_true (gbox_tokenizer_is_end (tokenizer, 2));
  g_assert_true (gbox_tokenizer_adds_begin (tokenizer));
}

/* Quadratic time would be hours here. A run of four letters that could all merge, of spaces, of line ends, of
 * bytes that are no text. */
static void
check_long (const GboxTokenizer *tokenizer, gsize length)
{
  static const char *const units[]
    = { "a", " ", "\n", " \n", "e", "\xff", "é", "1", "!", "<", "ab ", "\xe2\x96\x81" };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) text = g_string_sized_new (length + 8);

      while (text->len < length)
        g_string_append (text, units[i]);
      g_string_append (text, i % 2 == 0 ? "x" : "");
      assert_returns (tokenizer, text->str, text->len, GBOX_TOKENIZE_SPECIAL);
    }
}

static void
test_long (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *splits = json_object_get_object_member (load_values (parser), "splits");
  JsonObject *qwen2 = json_object_get_object_member (splits, "qwen2");
  g_autoptr (GboxTokenizer) bytes = load_json ("tokenizer-bytes.json");
  g_autoptr (GboxTokenizer) with_qwen2 = load_with_steps (json_object_get_member (qwen2, "pre_tokenizer"));
  g_autoptr (GboxTokenizer) pieces = load_pieces ();

  check_long (bytes, 1 << 20);
  check_long (with_qwen2, 1 << 18);
  check_long (pieces, 1 << 18);
}

static gpointer
encode_on_thread (gpointer tokenizer)
{
  static const char text[] = "The capital of France is 42 <|end|> naïve";
  GArray *ids = NULL;

  for (guint i = 0; i < 200; i++)
    {
      g_clear_pointer (&ids, g_array_unref);
      ids = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_SPECIAL);
    }
  return ids;
}

static void
test_threads (void)
{
  g_autoptr (GboxTokenizer) tokenizer = load_json ("tokenizer-bytes.json");
  g_autoptr (GArray) expected = encode_on_thread (tokenizer);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("tokenize", encode_on_thread, tokenizer);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GArray) ids = g_thread_join (threads[i]);

      g_assert_cmpmem (ids->data, ids->len * sizeof (int), expected->data, expected->len * sizeof (int));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/splits", test_splits);
  g_test_add_func ("/tokenizer/characters", test_characters);
  g_test_add_func ("/tokenizer/pieces", test_pieces);
  g_test_add_func ("/tokenizer/smollm2", test_smollm2);
  g_test_add_func ("/tokenizer/reference", test_reference);
  g_test_add_func ("/tokenizer/llama2c", test_llama2c);
  g_test_add_func ("/tokenizer/round-trips", test_round_trips);
  g_test_add_func ("/tokenizer/ends", test_ends);
  g_test_add_func ("/tokenizer/smollm2-bytes", test_smollm2_bytes);
  g_test_add_func ("/tokenizer/special", test_special);
  g_test_add_func ("/tokenizer/user-defined", test_user_defined);
  g_test_add_func ("/tokenizer/long", test_long);
  g_test_add_func ("/tokenizer/threads", test_threads);
  return g_test_run ();
}
