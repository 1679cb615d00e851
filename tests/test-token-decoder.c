/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as tokens come: whole characters only, and what no character can be. */
#include "models/token-decoder.h"
#include "models/token-description.h"

#include "tokenizer-testing.h"

/* Twice: with what was made complete, and with what ends in the middle of a character. */
static void
test_text (void)
{
  static const char text[] = "naïve 東京 🙂";
  g_autoptr (GboxTokenizer) tokenizer = load_json ("tokenizer-bytes.json");
  g_autoptr (GArray) ids = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_PLAIN);

  for (guint n_left_out = 0; n_left_out < 4; n_left_out++)
    {
      g_autoptr (GboxTokenDecoder) decoder = gbox_token_decoder_new (tokenizer, TRUE);
      g_autoptr (GString) out = g_string_new (NULL);

      for (guint i = 0; i < ids->len - n_left_out; i++)
        {
          gbox_token_decoder_push (decoder, g_array_index (ids, int, i), out);
          g_assert_true (g_utf8_validate (out->str, (gssize) out->len, NULL));
          g_assert_true (g_str_has_prefix (text, out->str));
        }
      gbox_token_decoder_finish (decoder, out);
      g_assert_cmpstr (out->str, ==, n_left_out == 0 ? text : "naïve 東京 \xef\xbf\xbd");
    }
}

static void
test_noise (void)
{
  static const char noise[] = "a\xff\xe6\x9d"
                              "b\0c\xf0\x9f"
                              "d\xe2\x82\xac";
  g_autoptr (GboxTokenizer) tokenizer = load_json ("tokenizer-bytes.json");
  g_autoptr (GArray) ids = gbox_tokenizer_encode (tokenizer, noise, sizeof noise - 1, GBOX_TOKENIZE_PLAIN);
  g_autoptr (GboxTokenDecoder) decoder = gbox_token_decoder_new (tokenizer, TRUE);
  g_autoptr (GString) out = g_string_new (NULL);

  gbox_token_decoder_push (decoder, -1, out);
  gbox_token_decoder_push (decoder, 1 << 30, out);
  for (guint i = 0; i < ids->len; i++)
    gbox_token_decoder_push (decoder, g_array_index (ids, int, i), out);
  gbox_token_decoder_finish (decoder, out);
  g_assert_cmpstr (out->str, ==,
                   "a\xef\xbf\xbd\xef\xbf\xbd"
                   "b\xef\xbf\xbd"
                   "c\xef\xbf\xbd"
                   "d€");
}

static void
test_space (void)
{
  g_autoptr (GboxTokenizer) tokenizer = load_pieces ();
  g_autoptr (GArray) ids = gbox_tokenizer_encode (tokenizer, "the town", 8, GBOX_TOKENIZE_BEGIN);

  for (int at_start = 0; at_start < 2; at_start++)
    {
      g_autoptr (GboxTokenDecoder) decoder = gbox_token_decoder_new (tokenizer, at_start);
      g_autoptr (GString) out = g_string_new (NULL);

      for (guint i = 0; i < ids->len; i++)
        gbox_token_decoder_push (decoder, g_array_index (ids, int, i), out);
      g_assert_cmpstr (out->str, ==, at_start ? "the town" : " the town");
    }
}

/* Bytes that are a part of a character are shown as bytes. */
static void
test_description (void)
{
  static const char text[] = "東a";
  g_autoptr (GboxTokenizer) tokenizer = load_json ("tokenizer-bytes.json");
  g_autoptr (GArray) ids = gbox_tokenizer_encode (tokenizer, text, strlen (text), GBOX_TOKENIZE_PLAIN);
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *none = gbox_token_describe (tokenizer, gbox_tokenizer_get_n_tokens (tokenizer));

  g_assert_cmpuint (ids->len, ==, 4);
  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *one = gbox_token_describe (tokenizer, g_array_index (ids, int, i));

      g_string_append (all, one);
    }
  g_assert_cmpstr (all->str, ==, "\\xe6\\x9d\\xb1a");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-decoder/text", test_text);
  g_test_add_func ("/token-decoder/noise", test_noise);
  g_test_add_func ("/token-decoder/space", test_space);
  g_test_add_func ("/token-decoder/description", test_description);
  return g_test_run ();
}
