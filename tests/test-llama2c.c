/* SPDX-License-Identifier: GPL-3.0-or-later */
/* llama2.c's files: the tensors, the keys, and sizes that do not fit. */
#include "fixture.h"

/* Floats of the fixtures before a weight, as the format lays them out: 6 tokens, 8 wide, 12 hidden, 2 layers,
 * 4 heads of which 2 keep keys and values, 3 places. */
enum
{
  AT_ATTENTION_NORM = 6 * 8,
  AT_QUERY = AT_ATTENTION_NORM + 2 * 8,
  AT_KEY = AT_QUERY + 2 * 8 * 8,
  AT_VALUE = AT_KEY + 2 * 4 * 8,
  AT_OUTPUT = AT_VALUE + 2 * 4 * 8,
  AT_FEED_NORM = AT_OUTPUT + 2 * 8 * 8,
  AT_GATE = AT_FEED_NORM + 2 * 8,
  AT_DOWN = AT_GATE + 2 * 12 * 8,
  AT_UP = AT_DOWN + 2 * 8 * 12,
  AT_LAST_NORM = AT_UP + 2 * 12 * 8,
  AT_HEAD = AT_LAST_NORM + 8 + 2 * 3 * 1,
};

static void
test_read (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("llama2c.bin");
  const GboxMetadata *metadata = gbox_tensor_file_get_all_metadata (file);
  gint64 integer = 0;

  g_assert_cmpstr (gbox_tensor_file_get_format (file), ==, "llama2.c");
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 2 + 2 * 9);
  fixture_assert_values (file, "token_embd.weight", 2, (const guint64[]){ 6, 8 }, 0);
  fixture_assert_values (file, "blk.1.attn_norm.weight", 1, (const guint64[]){ 8 }, AT_ATTENTION_NORM + 8);
  fixture_assert_values (file, "blk.0.attn_q.weight", 2, (const guint64[]){ 8, 8 }, AT_QUERY);
  fixture_assert_values (file, "blk.1.attn_k.weight", 2, (const guint64[]){ 4, 8 }, AT_KEY + 4 * 8);
  fixture_assert_values (file, "blk.1.attn_v.weight", 2, (const guint64[]){ 4, 8 }, AT_VALUE + 4 * 8);
  fixture_assert_values (file, "blk.1.attn_output.weight", 2, (const guint64[]){ 8, 8 }, AT_OUTPUT + 8 * 8);
  fixture_assert_values (file, "blk.1.ffn_norm.weight", 1, (const guint64[]){ 8 }, AT_FEED_NORM + 8);
  fixture_assert_values (file, "blk.1.ffn_gate.weight", 2, (const guint64[]){ 12, 8 }, AT_GATE + 12 * 8);
  fixture_assert_values (file, "blk.1.ffn_down.weight", 2, (const guint64[]){ 8, 12 }, AT_DOWN + 8 * 12);
  fixture_assert_values (file, "blk.1.ffn_up.weight", 2, (const guint64[]){ 12, 8 }, AT_UP + 12 * 8);
  fixture_assert_values (file, "output_norm.weight", 1, (const guint64[]){ 8 }, AT_LAST_NORM);
  g_assert_null (gbox_tensor_file_lookup (file, "output.weight"));
  g_assert_cmpstr (gbox_metadata_get_string (metadata, "general.architecture"), ==, "llama");
  g_assert_true (gbox_metadata_get_integer (metadata, "llama.attention.head_count_kv", &integer));
  g_assert_cmpint (integer, ==, 2);
}

static void
test_own_head (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("llama2c-own-head.bin");
  gint64 integer = 0;

  fixture_assert_values (file, "output.weight", 2, (const guint64[]){ 6, 8 }, AT_HEAD);
  g_assert_true (
    gbox_metadata_get_integer (gbox_tensor_file_get_all_metadata (file), "llama.vocab_size", &integer));
  g_assert_cmpint (integer, ==, 6);
}

/* Numbers at the edges of their types in each of the seven places. */
static void
test_headers (void)
{
  static const gint32 bad[] = { 0, -1, G_MININT32, G_MAXINT32, 3, 1 << 20 };
  g_autoptr (GBytes) bytes = fixture_load ("llama2c.bin");

  for (guint place = 0; place < 7; place++)
    for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
      {
        g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
        g_autoptr (GBytes) changed = NULL;
        g_autoptr (GboxTensorFile) file = NULL;
        g_autoptr (GError) error = NULL;

        memcpy (copy + place * sizeof bad[i], &bad[i], sizeof bad[i]);
        if (memcmp (copy, g_bytes_get_data (bytes, NULL), 28) == 0)
          continue;
        changed = g_bytes_new (copy, g_bytes_get_size (bytes));
        file = fixture_open_part (changed, g_bytes_get_size (changed), &error);
        g_assert_null (file);
        fixture_assert_sentence (error, "part of a fixture");
      }
}

static void
test_truncated (void)
{
  fixture_truncate_everywhere ("llama2c.bin", FALSE);
}

static void
test_real (void)
{
  g_autofree char *path = fixture_find_model ("stories260K.bin");
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = NULL;

  if (path == NULL)
    return;
  file = gbox_tensor_file_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 2 + 5 * 9);
  fixture_read_all (file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llama2c/read", test_read);
  g_test_add_func ("/llama2c/own-head", test_own_head);
  g_test_add_func ("/llama2c/headers", test_headers);
  g_test_add_func ("/llama2c/truncated", test_truncated);
  g_test_add_func ("/llama2c/real", test_real);
  return g_test_run ();
}
