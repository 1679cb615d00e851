/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caffe files: both layer formats, damage of every kind, and the real GoogLeNet. */
#include "fixture.h"

#define MODEL "bvlc_googlenet.caffemodel"

static void
test_v1 (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("caffe-v1.caffemodel");

  g_assert_cmpstr (gbox_tensor_file_get_format (file), ==, "caffe");
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 4);
  g_assert_cmpstr (gbox_tensor_file_get_nth (file, 0)->name, ==, "conv1/3x3.0");
  fixture_assert_values (file, "conv1/3x3.0", 4, (const guint64[]){ 4, 3, 3, 3 }, 0);
  fixture_assert_values (file, "conv1/3x3.1", 4, (const guint64[]){ 1, 1, 1, 4 }, 0);
  fixture_assert_values (file, "loss1/classifier.0", 4, (const guint64[]){ 1, 1, 5, 4 }, 0);
  fixture_assert_values (file, "loss1/classifier.1", 4, (const guint64[]){ 1, 1, 1, 5 }, 0);
  g_assert_null (gbox_tensor_file_lookup (file, "data.0"));
  g_assert_null (gbox_tensor_file_get_metadata (file, "format"));
}

static void
test_v2 (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("caffe-v2.caffemodel");

  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 3);
  fixture_assert_values (file, "fc.0", 2, (const guint64[]){ 4, 6 }, 0);
  fixture_assert_values (file, "fc.1", 1, (const guint64[]){ 4 }, 0);
  g_assert_cmpint (gbox_tensor_file_lookup (file, "fc.1")->dtype, ==, GBOX_DTYPE_F64);
  fixture_assert_values (file, "scale.0", 1, (const guint64[]){ 3 }, 0);
}

static void
test_wrong_shape (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("caffe-v1.caffemodel");
  g_autoptr (GError) error = NULL;

  g_assert_null (
    gbox_tensor_file_get_floats (file, "conv1/3x3.0", 4, (const guint64[]){ 4, 3, 3, 5 }, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "conv1/3x3.0"));
  g_assert_nonnull (strstr (error->message, "4×3×3×3"));
  g_assert_nonnull (strstr (error->message, "4×3×3×5"));
  g_clear_error (&error);
  g_assert_null (gbox_tensor_file_get_floats (file, "conv9.0", 0, NULL, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "conv9.0"));
}

static void
assert_refused (const guint8 *data, gsize size, GboxError code, const char *word)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open_bytes (bytes, "hostile file", &error);

  g_assert_null (file);
  g_assert_error (error, GBOX_ERROR, (int) code);
  fixture_assert_sentence (error, "hostile file");
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

/* One layer called "a" whose blob is @blob. */
static void
assert_blob_refused (const char *blob, gsize size, const char *word)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const guint8 head[] = { 0x0a, 1, 'n', 0x12, (guint8) (size + 5), 0x22, 1, 'a', 0x32, (guint8) size };

  g_byte_array_append (file, head, sizeof head);
  g_byte_array_append (file, (const guint8 *) blob, (guint) size);
  assert_refused (file->data, file->len, GBOX_ERROR_INVALID_FILE, word);
}

#define BLOB(text, word) assert_blob_refused (text, sizeof text - 1, word)

static void
test_hostile_blobs (void)
{
  /* num −1 */
  BLOB ("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x10\x01\x18\x01\x20\x01", "impossible shape");
  /* 2³² × 2³² elements */
  BLOB ("\x08\x80\x80\x80\x80\x10\x10\x80\x80\x80\x80\x10\x18\x01\x20\x01", "does not agree");
  /* two elements, one given */
  BLOB ("\x08\x02\x10\x01\x18\x01\x20\x01\x2a\x04\x00\x00\x80\x3f", "does not agree");
  /* nine dimensions */
  BLOB ("\x3a\x0b\x0a\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01", "impossible shape");
  /* packed floats that end in the middle of one */
  BLOB ("\x08\x01\x10\x01\x18\x01\x20\x01\x2a\x03\x00\x00\x80", "damaged");
}

static void
test_names (void)
{
  const guint8 twice[]
    = { 0x0a, 1, 'n', 0x12, 7, 0x22, 1, 'a', 0x32, 2, 0x3a, 0, 0x12, 7, 0x22, 1, 'a', 0x32, 2, 0x3a, 0 };
  const guint8 no_text[] = { 0x0a, 1, 'n', 0x12, 11, 0x22, 1, 0xff, 0x32, 6, 0x3a, 4, 0x0a, 2, 0, 1 };
  const guint8 no_layers[] = { 0x0a, 3, 'n', 'e', 't' };

  /* A blob without sizes is a scalar without a value. */
  assert_refused (twice, sizeof twice, GBOX_ERROR_INVALID_FILE, "does not agree");
  assert_refused (no_text, sizeof no_text, GBOX_ERROR_INVALID_FILE, "no text");
  assert_refused (no_layers, sizeof no_layers, GBOX_ERROR_INVALID_FILE, "no tensors");
}

/* Each pair of bytes asks for a message of some hundred bytes. */
static void
test_message_bomb (void)
{
  gsize size = 8 << 20;
  g_autofree guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i += 2)
    {
      data[i] = 0x12;
      data[i + 1] = 0;
    }
  assert_refused (data, size, GBOX_ERROR_INVALID_FILE, "damaged");
}

static void
test_other_files (void)
{
  static const struct
  {
    const char *content;
    const char *word;
  } others[] = {
    { "\x89HDF\r\n", "HDF5" },
    { "<!DOCTYPE html>", "web page" },
    { "version https://git-lfs.github.com/spec/v1\n", "Git LFS" },
    { "\x80\x02}q\x01.", "pickle" },
    { "name: \"GoogLeNet\"\nlayer {", "description" },
    { "just some text", "none of" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    assert_refused ((const guint8 *) others[i].content, strlen (others[i].content), GBOX_ERROR_UNSUPPORTED,
                    others[i].word);
  assert_refused ((const guint8 *) "", 0, GBOX_ERROR_INVALID_FILE, "empty");
}

static void
test_paths (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_tensor_file_open ("/nowhere/at/all.caffemodel", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  fixture_assert_sentence (error, "/nowhere/at/all.caffemodel");
  g_clear_error (&error);
  g_assert_null (gbox_tensor_file_open (g_get_tmp_dir (), &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
  fixture_assert_sentence (error, g_get_tmp_dir ());
}

static void
test_truncated (void)
{
  fixture_truncate_everywhere ("caffe-v1.caffemodel", TRUE);
  fixture_truncate_everywhere ("caffe-v2.caffemodel", TRUE);
}

static void
test_flipped (void)
{
  fixture_flip_every_bit ("caffe-v1.caffemodel");
  fixture_flip_every_bit ("caffe-v2.caffemodel");
}

/* The expected values come from walking the file in Python. */
static void
test_real (void)
{
  g_autofree char *path = fixture_find_model (MODEL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = NULL;
  g_autofree float *weights = NULL;
  gsize n = 0;

  if (path == NULL)
    return;
  file = gbox_tensor_file_open (path, &error);
  g_assert_no_error (error);
  weights = gbox_tensor_file_get_floats (file, "conv1/7x7_s2.0", 4, (const guint64[]){ 64, 3, 7, 7 }, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (weights[0], ==, 0.08820479363203049f);
  g_assert_cmpfloat (weights[2], ==, 0.04910733550786972f);
  for (guint i = 0; i < gbox_tensor_file_get_n_tensors (file); i++)
    n += gbox_tensor_file_get_nth (file, i)->n_bytes / sizeof (float);
  /* The file with the auxiliary heads has more of both. */
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), >=, 116);
  g_assert_cmpuint (n, >=, 6998552);
  if (n == 6998552)
    {
      g_autofree char *digest = fixture_digest (file);

      g_assert_cmpstr (digest, ==, "0e5a1f5cd0648a7e5bf62f951b9a8ea5b9260c8fe6bbaa8fba246bffe3e530ea");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/caffe/v1", test_v1);
  g_test_add_func ("/caffe/v2", test_v2);
  g_test_add_func ("/caffe/wrong-shape", test_wrong_shape);
  g_test_add_func ("/caffe/hostile-blobs", test_hostile_blobs);
  g_test_add_func ("/caffe/names", test_names);
  g_test_add_func ("/caffe/message-bomb", test_message_bomb);
  g_test_add_func ("/caffe/other-files", test_other_files);
  g_test_add_func ("/caffe/paths", test_paths);
  g_test_add_func ("/caffe/truncated", test_truncated);
  g_test_add_func ("/caffe/flipped", test_flipped);
  g_test_add_func ("/caffe/real", test_real);
  return g_test_run ();
}
