/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GGUF files: keys, tensors, quantized blocks, and files that lie. */
#include "fixture.h"

#include "formats/dtype.h"
#include "formats/quantized.h"

#include <math.h>

static void
test_read (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("small.gguf");

  g_assert_cmpstr (gbox_tensor_file_get_format (file), ==, "gguf");
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 4);
  fixture_assert_values (file, "weight", 2, (const guint64[]){ 4, 6 }, 0);
  fixture_assert_values (file, "half", 2, (const guint64[]){ 2, 3 }, 0);
  fixture_assert_values (file, "brain", 1, (const guint64[]){ 5 }, 0);
  fixture_assert_values (file, "eights", 2, (const guint64[]){ 2, 32 }, 0);
  g_assert_cmpstr (gbox_dtype_get_name (gbox_tensor_file_lookup (file, "eights")->dtype), ==, "Q8_0");
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *key;
    gint64 value;
  } integers[] = { { "number.0", 200 },
                   { "number.1", -3 },
                   { "number.2", 60000 },
                   { "number.3", -300 },
                   { "number.4", 4000000000 },
                   { "number.5", -70000 },
                   { "number.10", (gint64) 1 << 40 },
                   { "number.11", -((gint64) 1 << 40) } };
  g_autoptr (GboxTensorFile) file = fixture_open ("small.gguf");
  const GboxMetadata *metadata = gbox_tensor_file_get_all_metadata (file);
  gboolean boolean = FALSE;
  double real = 0;
  gint64 integer = 0;

  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    {
      g_assert_true (gbox_metadata_get_integer (metadata, integers[i].key, &integer));
      g_assert_cmpint (integer, ==, integers[i].value);
    }
  g_assert_true (gbox_metadata_get_boolean (metadata, "number.7", &boolean) && boolean);
  g_assert_true (gbox_metadata_get_real (metadata, "number.6", &real));
  g_assert_cmpfloat (real, ==, .5);
  g_assert_true (gbox_metadata_get_real (metadata, "number.12", &real));
  g_assert_cmpfloat (real, ==, .1);
  g_assert_true (gbox_metadata_get_real (metadata, "number.1", &real));
  g_assert_cmpfloat (real, ==, -3);
  g_assert_false (gbox_metadata_get_integer (metadata, "number.6", &integer));
  g_assert_false (gbox_metadata_get_integer (metadata, "number.7", &integer));
  g_assert_false (gbox_metadata_get_integer (metadata, "absent", &integer));
  g_assert_false (gbox_metadata_get_boolean (metadata, "number.0", &boolean));
}

static void
test_texts_and_lists (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("small.gguf");
  const GboxMetadata *metadata = gbox_tensor_file_get_all_metadata (file);
  const GboxMetadataValue *words = gbox_metadata_get_array (metadata, "words", GBOX_METADATA_STRING);
  const GboxMetadataValue *reals = gbox_metadata_get_array (metadata, "reals", GBOX_METADATA_REAL);
  const GboxMetadataValue *flags = gbox_metadata_get_array (metadata, "flags", GBOX_METADATA_BOOLEAN);

  g_assert_cmpstr (gbox_metadata_get_string (metadata, "general.architecture"), ==, "fixture");
  g_assert_cmpstr (gbox_tensor_file_get_metadata (file, "text"), ==, "café");
  g_assert_null (gbox_metadata_get_string (metadata, "words"));
  g_assert_cmpuint (words->n, ==, 3);
  g_assert_cmpmem (words->texts[0].data, words->texts[0].length, "a", 1);
  g_assert_cmpuint (words->texts[1].length, ==, 0);
  g_assert_cmpmem (words->texts[2].data, words->texts[2].length, "bc", 2);
  g_assert_cmpuint (reals->n, ==, 2);
  g_assert_cmpfloat (reals->reals[1], ==, -2);
  g_assert_cmpint (flags->integers[0], ==, 1);
  g_assert_cmpuint (gbox_metadata_get_array (metadata, "none", GBOX_METADATA_STRING)->n, ==, 0);
  g_assert_null (gbox_metadata_get_array (metadata, "words", GBOX_METADATA_REAL));
  g_assert_null (gbox_metadata_get_array (metadata, "text", GBOX_METADATA_STRING));
}

/* The blocks are random bytes, the expected values the gguf package's. It too computes in float32, but may
 * round a product or a sum otherwise: a few units in the last place of the largest value. */
static void
test_quantized (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("quantized.gguf");
  guint n_types = 0;

  for (guint i = 0; i < gbox_tensor_file_get_n_tensors (file); i++)
    {
      const GboxNamedTensor *tensor = gbox_tensor_file_get_nth (file, i);
      g_autofree char *name = g_strconcat (tensor->name, ".values", NULL);
      g_autofree float *values = NULL, *expected = NULL;
      gsize n = 1;
      float largest = 0;

      if (gbox_tensor_file_lookup (file, name) == NULL)
        continue;
      n_types++;
      g_assert_cmpstr (gbox_dtype_get_name (tensor->dtype), ==, tensor->name);
      values = gbox_tensor_file_get_floats (file, tensor->name, tensor->n_dims, tensor->dims, NULL);
      expected = gbox_tensor_file_get_floats (file, name, tensor->n_dims, tensor->dims, NULL);
      for (guint d = 0; d < tensor->n_dims; d++)
        n *= tensor->dims[d];
      for (gsize j = 0; j < n; j++)
        largest = MAX (largest, fabsf (expected[j]));
      for (gsize j = 0; j < n; j++)
        g_assert_cmpfloat_with_epsilon (values[j], expected[j], largest * 4 * FLT_EPSILON);
    }
  g_assert_cmpuint (n_types, ==, 8);
}

/* Files that are written piece by piece. */

static void
put (GByteArray *file, const void *data, gsize n)
{
  g_byte_array_append (file, data, (guint) n);
}

static void
put_u32 (GByteArray *file, guint32 number)
{
  put (file, &number, sizeof number);
}

static void
put_u64 (GByteArray *file, guint64 number)
{
  put (file, &number, sizeof number);
}

static void
put_text (GByteArray *file, const char *text)
{
  put_u64 (file, strlen (text));
  put (file, text, strlen (text));
}

static GByteArray *
begin (guint32 version, guint64 n_tensors, guint64 n_keys)
{
  GByteArray *file = g_byte_array_new ();

  put (file, "GGUF", 4);
  put_u32 (file, version);
  put_u64 (file, n_tensors);
  put_u64 (file, n_keys);
  return file;
}

static void
put_tensor (GByteArray *file, const char *name, guint32 type, guint64 a, guint64 b, guint64 offset)
{
  put_text (file, name);
  put_u32 (file, 2);
  put_u64 (file, a);
  put_u64 (file, b);
  put_u32 (file, type);
  put_u64 (file, offset);
}

static void
pad (GByteArray *file, guint n_data)
{
  static const guint8 zeros[256];

  put (file, zeros, (32 - file->len % 32) % 32);
  put (file, zeros, n_data);
}

/* Opens @file (transfer full) and expects it to be refused with a message that has @word in it, or read where
 * that is NULL. */
static void
check (GByteArray *file, GboxError code, const char *word)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (file);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) opened = fixture_open_part (bytes, g_bytes_get_size (bytes), &error);

  if (word == NULL)
    {
      g_assert_no_error (error);
      fixture_read_all (opened);
      return;
    }
  g_assert_null (opened);
  g_assert_error (error, GBOX_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_versions (void)
{
  for (guint32 version = 0; version < 5; version++)
    {
      GByteArray *file = begin (version, 1, 0);

      put_tensor (file, "a", 0, 2, 1, 0);
      pad (file, 8);
      check (file, GBOX_ERROR_UNSUPPORTED, version == 2 || version == 3 ? NULL : "version");
    }
}

/* One or two tensors, with 64 bytes of data. */
static void
check_tensors (
  guint n, guint32 type, const guint64 *sizes, const guint64 *offsets, GboxError code, const char *word)
{
  GByteArray *file = begin (3, n, 0);

  for (guint i = 0; i < n; i++)
    put_tensor (file, i == 0 ? "a" : "b", type, sizes[0], sizes[1], offsets[i]);
  pad (file, 64);
  check (file, code, word);
}

static void
test_layout (void)
{
  const guint64 huge = G_MAXUINT64, half = (guint64) 1 << 32;
  const GboxError invalid = GBOX_ERROR_INVALID_FILE;

#define SIZES(a, b) ((const guint64[]){ a, b })
  check_tensors (2, 0, SIZES (4, 2), SIZES (0, 32), invalid, NULL);
  check_tensors (2, 0, SIZES (0, 2), SIZES (0, 0), invalid, NULL);
  check_tensors (2, 0, SIZES (4, 4), SIZES (0, 32), invalid, "outside");
  check_tensors (2, 0, SIZES (4, 2), SIZES (0, 0), invalid, "overlap");
  check_tensors (2, 0, SIZES (12, 1), SIZES (0, 32), invalid, "outside");
  check_tensors (2, 0, SIZES (9, 1), SIZES (0, 32), invalid, "outside");
  check_tensors (1, 0, SIZES (4, 2), SIZES (4, 0), invalid, "outside");
  check_tensors (1, 0, SIZES (4, 2), SIZES (64, 0), invalid, "outside");
  check_tensors (1, 0, SIZES (4, 2), SIZES (huge - 31, 0), invalid, "outside");
  check_tensors (1, 0, SIZES (huge, huge), SIZES (0, 0), invalid, "impossible shape");
  check_tensors (1, 0, SIZES (half, half), SIZES (0, 0), invalid, "impossible shape");
  check_tensors (1, 2, SIZES (huge - 31, 2), SIZES (0, 0), invalid, "impossible shape");
  check_tensors (1, 0, SIZES (half, half / 16), SIZES (0, 0), invalid, "outside");
  check_tensors (1, 8, SIZES (32, 1), SIZES (0, 0), invalid, NULL);
  check_tensors (1, 8, SIZES (16, 2), SIZES (0, 0), invalid, "impossible shape");
  check_tensors (1, 12, SIZES (128, 2), SIZES (0, 0), invalid, "impossible shape");
  check_tensors (1, 4, SIZES (4, 2), SIZES (0, 0), GBOX_ERROR_UNSUPPORTED, "type");
  check_tensors (1, 4000, SIZES (4, 2), SIZES (0, 0), GBOX_ERROR_UNSUPPORTED, "type");
#undef SIZES
}

static void
test_counts (void)
{
  static const guint64 many[] = { 5000, (guint64) 1 << 32, G_MAXUINT64 };
  GByteArray *file;

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      check (begin (3, many[i], 0), GBOX_ERROR_UNSUPPORTED, "too many tensors");
      check (begin (3, 1, many[i]), GBOX_ERROR_UNSUPPORTED, "keys");
    }
  check (begin (3, 0, 0), GBOX_ERROR_INVALID_FILE, "no tensors");
  check (begin (3, 1, 0), GBOX_ERROR_INVALID_FILE, "shorter");
  file = begin (3, 1, 0);
  put_text (file, "a");
  put_u32 (file, 9);
  pad (file, 200);
  check (file, GBOX_ERROR_INVALID_FILE, "dimensions");
  file = begin (3, 2, 0);
  put_tensor (file, "a", 0, 0, 1, 0);
  put_tensor (file, "a", 0, 0, 1, 0);
  pad (file, 0);
  check (file, GBOX_ERROR_INVALID_FILE, "called “a”");
}

/* One key "k" with a value of @type, list elements of @element and the length @n, and some bytes after it. */
static void
check_key (guint32 type, guint32 element, guint64 n, GboxError code, const char *word)
{
  GByteArray *file = begin (3, 1, 1);

  put_text (file, "k");
  put_u32 (file, type);
  if (type == 9)
    put_u32 (file, element);
  put_u64 (file, n);
  pad (file, 100);
  check (file, code, word);
}

static void
test_keys (void)
{
  static const char *const names[] = { "", "\xff" };
  GByteArray *file;

  check_key (8, 0, G_MAXUINT64, GBOX_ERROR_INVALID_FILE, "shorter");
  check_key (13, 0, 1, GBOX_ERROR_INVALID_FILE, "unknown type");
  check_key (9, 13, 1, GBOX_ERROR_INVALID_FILE, "unknown type");
  check_key (9, 9, 1, GBOX_ERROR_UNSUPPORTED, "lists of lists");
  for (guint32 element = 0; element < 13; element++)
    if (element != 9)
      {
        check_key (9, element, G_MAXUINT64, GBOX_ERROR_INVALID_FILE, "shorter");
        check_key (9, element, (guint64) 1 << 61, GBOX_ERROR_INVALID_FILE, "shorter");
      }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      file = begin (3, 1, 1);
      put_text (file, names[i]);
      pad (file, 100);
      check (file, GBOX_ERROR_INVALID_FILE, "a name");
    }
  file = begin (3, 1, 2);
  for (guint i = 0; i < 2; i++)
    {
      put_text (file, "k");
      put_u32 (file, 4);
      put_u32 (file, 1);
    }
  check (file, GBOX_ERROR_INVALID_FILE, "twice");
}

static void
test_alignment (void)
{
  static const guint32 bad[] = { 0, 3, 48, (guint32) 1 << 31 };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      GByteArray *file = begin (3, 1, 1);

      put_text (file, "general.alignment");
      put_u32 (file, 4);
      put_u32 (file, bad[i]);
      put_tensor (file, "a", 0, 2, 1, 0);
      pad (file, 64);
      check (file, GBOX_ERROR_INVALID_FILE, "alignment");
    }
}

/* A file of 9 million empty strings would cost twice its size. */
static void
test_long_list (void)
{
  const guint64 n = 9 << 20;
  GByteArray *file = begin (3, 1, 1);

  put_text (file, "k");
  put_u32 (file, 9);
  put_u32 (file, 0);
  put_u64 (file, n);
  g_byte_array_set_size (file, file->len + (guint) n);
  check (file, GBOX_ERROR_UNSUPPORTED, "too long");
}

static void
test_truncated (void)
{
  fixture_truncate_everywhere ("small.gguf", FALSE);
}

static void
test_flipped (void)
{
  fixture_flip_every_bit ("small.gguf");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gguf/read", test_read);
  g_test_add_func ("/gguf/numbers", test_numbers);
  g_test_add_func ("/gguf/texts-and-lists", test_texts_and_lists);
  g_test_add_func ("/gguf/quantized", test_quantized);
  g_test_add_func ("/gguf/versions", test_versions);
  g_test_add_func ("/gguf/layout", test_layout);
  g_test_add_func ("/gguf/counts", test_counts);
  g_test_add_func ("/gguf/keys", test_keys);
  g_test_add_func ("/gguf/alignment", test_alignment);
  g_test_add_func ("/gguf/long-list", test_long_list);
  g_test_add_func ("/gguf/truncated", test_truncated);
  g_test_add_func ("/gguf/flipped", test_flipped);
  return g_test_run ();
}
