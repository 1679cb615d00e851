/* SPDX-License-Identifier: GPL-3.0-or-later */
/* safetensors files: reading, writing, and headers that lie. */
#include "fixture.h"

#include "formats/atomic-file.h"
#include "formats/safetensors.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void
test_read (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("small.safetensors");
  const GboxNamedTensor *longs = gbox_tensor_file_lookup (file, "long");
  gint64 values[2];

  g_assert_cmpstr (gbox_tensor_file_get_format (file), ==, "safetensors");
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 12);
  g_assert_cmpstr (gbox_tensor_file_get_nth (file, 0)->name, ==, "double");
  fixture_assert_values (file, "double", 2, (const guint64[]){ 2, 2 }, 0);
  fixture_assert_values (file, "weight", 4, (const guint64[]){ 4, 3, 2, 2 }, 0);
  fixture_assert_values (file, "half", 2, (const guint64[]){ 2, 3 }, 0);
  fixture_assert_values (file, "brain", 1, (const guint64[]){ 5 }, 0);
  fixture_assert_values (file, "scalar", 0, NULL, 0);
  fixture_assert_values (file, "empty", 2, (const guint64[]){ 0, 3 }, 0);
  g_assert_cmpuint (longs->n_bytes, ==, sizeof values);
  memcpy (values, longs->data, sizeof values);
  g_assert_cmpint (values[1], ==, (gint64) 1 << 40);
  g_assert_cmpmem (gbox_tensor_file_lookup (file, "bool")->data, 2, "\1\0", 2);
  g_assert_cmpstr (gbox_tensor_file_get_metadata (file, "note"), ==, "café \"quoted\"");
  g_assert_null (gbox_tensor_file_get_metadata (file, "nothing"));
}

static GboxTensorFile *
open_text (const char *header, gsize n_data, GError **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint64 length = strlen (header);

  g_byte_array_append (content, (const guint8 *) &length, sizeof length);
  g_byte_array_append (content, (const guint8 *) header, (guint) length);
  g_byte_array_set_size (content, content->len + (guint) n_data);
  memset (content->data + content->len - n_data, 0, n_data);
  bytes = g_bytes_new (content->data, content->len);
  return gbox_tensor_file_open_bytes (bytes, "hostile.safetensors", error);
}

static void
assert_refused (const char *header, gsize n_data, GboxError code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = open_text (header, n_data, &error);

  g_assert_null (file);
  g_assert_error (error, GBOX_ERROR, (int) code);
  fixture_assert_sentence (error, "hostile.safetensors");
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

#define TENSOR(name, dtype, shape, offsets)                                                                  \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define A                             TENSOR ("a", "F32", "[2]", "[0,8]")
#define REFUSED(header, n_data, word) assert_refused (header, n_data, GBOX_ERROR_INVALID_FILE, word)

static void
test_layout (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file
    = open_text ("{" TENSOR ("b", "F32", "[1]", "[8,12]") "," A "}   ", 12, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 2);
  REFUSED ("{" A "}", 4, "outside");
  REFUSED ("{" A "}", 12, "longer");
  REFUSED ("{" A "," TENSOR ("b", "F32", "[1]", "[12,16]") "}", 16, "hole");
  REFUSED ("{" A "," TENSOR ("b", "F32", "[1]", "[4,8]") "}", 8, "overlap");
  REFUSED ("{" A "," TENSOR ("b", "F32", "[2]", "[0,8]") "}", 8, "overlap");
  REFUSED ("{" TENSOR ("a", "F32", "[2]", "[8,0]") "}", 8, "outside");
  REFUSED ("{" TENSOR ("a", "F32", "[2]", "[-8,0]") "}", 8, "outside");
  REFUSED ("{" TENSOR ("a", "F32", "[2]", "[0,8,16]") "}", 16, "outside");
  REFUSED ("{" TENSOR ("a", "F32", "[3]", "[0,8]") "}", 8, "does not agree");
  REFUSED ("{" TENSOR ("a", "F32", "[4294967296,4294967296,4]", "[0,0]") "}", 0, "does not agree");
  REFUSED ("{" TENSOR ("a", "F32", "[-2]", "[0,8]") "}", 8, "impossible shape");
  REFUSED ("{" TENSOR ("a", "F32", "[2.0]", "[0,8]") "}", 8, "impossible shape");
  REFUSED ("{" TENSOR ("a", "F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]") "}", 8, "impossible shape");
}

static void
test_header (void)
{
  REFUSED ("{}", 0, "no tensors");
  REFUSED ("{" A "," A "}", 8, "twice");
  REFUSED ("{\"a\":3}", 8, "object");
  REFUSED ("{\"a\":{}}", 8, "element type");
  REFUSED ("{\"a\":{\"dtype\":4}}", 8, "element type");
  REFUSED ("{\"__metadata__\":{\"a\":3}," A "}", 8, "metadata");
  REFUSED ("{\"__metadata__\":[]," A "}", 8, "metadata");
  REFUSED ("{" A, 8, "JSON");
  REFUSED ("{\"a", 8, "JSON");
  REFUSED ("{}}{", 8, "JSON");
  REFUSED ("{\"a\xff\":3}", 8, "JSON");
  assert_refused ("{" TENSOR ("a", "F8_E4M3", "[8]", "[0,8]") "}", 8, GBOX_ERROR_UNSUPPORTED, "F8_E4M3");
}

/* A header of @n copies of @unit. */
static void
assert_bomb_refused (const char *head, const char *unit, guint n, GboxError code, const char *word)
{
  g_autoptr (GString) header = g_string_new (head);

  for (guint i = 0; i < n; i++)
    g_string_append (header, unit);
  assert_refused (header->str, 0, code, word);
}

static void
test_bombs (void)
{
  assert_bomb_refused ("{\"a\":", "[", 4 << 20, GBOX_ERROR_INVALID_FILE, "JSON");
  assert_bomb_refused ("{\"a\":", "{\"a\":", 1 << 20, GBOX_ERROR_INVALID_FILE, "JSON");
  assert_bomb_refused ("{\"a\":[0", ",0", 1 << 20, GBOX_ERROR_INVALID_FILE, "JSON");
  assert_bomb_refused ("{\"a\":0", ",\"a\":0", 1 << 18, GBOX_ERROR_INVALID_FILE, "JSON");
  assert_bomb_refused ("{", " ", 9 << 20, GBOX_ERROR_UNSUPPORTED, "8 MiB");
}

static void
test_lengths (void)
{
  static const guint64 lengths[] = { 0, 3, 100, (guint64) 1 << 39, G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint8 content[10] = { 0, 0, 0, 0, 0, 0, 0, 0, '{', '}' };
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxTensorFile) file = NULL;

      memcpy (content, &lengths[i], sizeof lengths[i]);
      bytes = g_bytes_new (content, sizeof content);
      file = gbox_tensor_file_open_bytes (bytes, "short.safetensors", &error);
      g_assert_null (file);
      fixture_assert_sentence (error, "short.safetensors");
    }
}

static void
test_not_finite (void)
{
  static const guint16 halves[] = { 0x0001, 0x8001, 0x7bff, 0x3c00, 0x0000 };
  static const float expected[] = { 0x1p-24f, -0x1p-24f, 65504, 1, 0 };
  static const guint16 infinite[] = { 0x3c00, 0x7c00 };
  static const double large[] = { 1e300 };
  const GboxNamedTensor tensors[] = {
    { .name = "halves",
      .dtype = GBOX_DTYPE_F16,
      .n_dims = 1,
      .dims = { 5 },
      .data = halves,
      .n_bytes = sizeof halves },
    { .name = "infinite",
      .dtype = GBOX_DTYPE_F16,
      .n_dims = 1,
      .dims = { 2 },
      .data = infinite,
      .n_bytes = sizeof infinite },
    { .name = "large", .dtype = GBOX_DTYPE_F64, .n_dims = 0, .data = large, .n_bytes = sizeof large },
  };
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "finite.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = NULL;
  g_autofree float *values = NULL;

  g_assert_true (gbox_safetensors_save (path, tensors, G_N_ELEMENTS (tensors), NULL, &error));
  file = gbox_tensor_file_open (path, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (folder);
  values = gbox_tensor_file_get_floats (file, "halves", 1, (const guint64[]){ 5 }, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpfloat (values[i], ==, expected[i]);
  g_assert_null (gbox_tensor_file_get_floats (file, "infinite", 1, (const guint64[]){ 2 }, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_clear_error (&error);
  g_assert_null (gbox_tensor_file_get_floats (file, "large", 0, NULL, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
assert_saved (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open (path, &error);
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (path, FALSE, NULL);
  guint64 length;

  g_assert_no_error (error);
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 3);
  g_assert_cmpmem (gbox_tensor_file_lookup (file, "odd")->data, 3, "\1\2\3", 3);
  g_assert_cmpfloat (*(const float *) gbox_tensor_file_lookup (file, "w \"1\"\n")->data, ==, 1.5f);
  g_assert_cmpuint (gbox_tensor_file_lookup (file, "none")->n_bytes, ==, 0);
  g_assert_cmpstr (gbox_tensor_file_get_metadata (file, "spec"), ==, "{\"seed\":1}\n\"é\"");
  content = g_mapped_file_get_bytes (mapped);
  memcpy (&length, g_bytes_get_data (content, NULL), sizeof length);
  g_assert_cmpuint (length % 8, ==, 0);
}

static void
test_save (void)
{
  static const float weights[] = { 1.5f, -2 };
  static const guint8 odd[] = { 1, 2, 3 };
  const GboxNamedTensor tensors[] = {
    { .name = "odd", .dtype = GBOX_DTYPE_U8, .n_dims = 1, .dims = { 3 }, .data = odd, .n_bytes = 3 },
    { .name = "none", .dtype = GBOX_DTYPE_F32, .n_dims = 2, .dims = { 0, 7 } },
    { .name = "w \"1\"\n",
      .dtype = GBOX_DTYPE_F32,
      .n_dims = 2,
      .dims = { 2, 1 },
      .data = weights,
      .n_bytes = 8 },
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "checkpoint.safetensors", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "no", "such.safetensors", NULL);
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (metadata, (gpointer) "spec", (gpointer) "{\"seed\":1}\n\"é\"");
  /* The second time over the first one. */
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (gbox_safetensors_save (path, tensors, G_N_ELEMENTS (tensors), metadata, &error));
      g_assert_no_error (error);
      assert_saved (path);
      g_assert_cmpuint (count_files (folder), ==, 1);
    }
  g_assert_false (gbox_safetensors_save (nowhere, tensors, 1, NULL, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_IO);
  fixture_assert_sentence (error, nowhere);
  g_unlink (path);
  g_rmdir (folder);
}

/* What a killed program left is removed, but not what another one is writing, nor what only looks alike. */
static void
test_save_cleans_up (void)
{
  static const char *const kept[] = { "a.safetensors.backup", "b.safetensors.glassbox-AbCdEf" };
  const GboxNamedTensor tensor = { .name = "none", .dtype = GBOX_DTYPE_F32, .n_dims = 1, .dims = { 0 } };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.safetensors", NULL);
  g_autofree char *left = g_build_filename (folder, "a.safetensors.glassbox-AbCdEf", NULL);
  g_autofree char *written = NULL;
  int fd;

  g_assert_true (g_file_set_contents (left, "half", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autofree char *other = g_build_filename (folder, kept[i], NULL);

      g_assert_true (g_file_set_contents (other, "half", -1, NULL));
    }
  fd = gbox_open_temporary (path, &written, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  g_assert_true (gbox_safetensors_save (path, &tensor, 1, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (written, G_FILE_TEST_EXISTS));
  g_assert_true (g_close (fd, NULL));
  g_assert_true (gbox_safetensors_save (path, &tensor, 1, NULL, &error));
  g_assert_false (g_file_test (written, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (folder), ==, 1 + G_N_ELEMENTS (kept));
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autofree char *other = g_build_filename (folder, kept[i], NULL);

      g_assert_cmpint (g_unlink (other), ==, 0);
    }
  g_unlink (path);
  g_rmdir (folder);
}

/* A limit on the size of files stands for a full disk. */
static void
test_save_to_full_disk (void)
{
  const gsize n_bytes = 1 << 20;
  g_autofree guint8 *data = g_malloc0 (n_bytes);
  const GboxNamedTensor tensor = { .name = "a",
                                   .dtype = GBOX_DTYPE_U8,
                                   .n_dims = 1,
                                   .dims = { n_bytes },
                                   .data = data,
                                   .n_bytes = n_bytes };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "checkpoint.safetensors", NULL);
  struct rlimit old, small;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = (struct rlimit){ .rlim_cur = 65536, .rlim_max = old.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (gbox_safetensors_save (path, &tensor, 1, NULL, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_IO);
  fixture_assert_sentence (error, path);
  g_assert_cmpuint (count_files (folder), ==, 0);
  g_rmdir (folder);
}

static void
test_save_refused (void)
{
  const GboxNamedTensor same[] = { { .name = "a" }, { .name = "a" } };
  const GboxNamedTensor reserved = { .name = "__metadata__" };
  const GboxNamedTensor short_data
    = { .name = "a", .dtype = GBOX_DTYPE_F32, .n_dims = 1, .dims = { 2 }, .n_bytes = 4 };
  const GboxNamedTensor *refused[] = { same, &reserved, &short_data };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (gbox_safetensors_save ("/nowhere", refused[i], i == 0 ? 2 : 1, NULL, &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
    }
}

/* What is no file stays what it is. */
static void
test_save_to_pipe (void)
{
  g_autofree char *folder = g_dir_make_tmp ("glassbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pipe.safetensors", NULL);
  const float data[2] = { 1, 2 };
  const GboxNamedTensor tensor = { .name = "a",
                                   .dtype = GBOX_DTYPE_F32,
                                   .n_dims = 1,
                                   .dims = { 2 },
                                   .data = data,
                                   .n_bytes = sizeof data };
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_false (gbox_safetensors_save (path, &tensor, 1, NULL, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_IO);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_true (S_ISFIFO (status.st_mode));
  g_assert_cmpuint (count_files (folder), ==, 1);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_truncated (void)
{
  fixture_truncate_everywhere ("small.safetensors", FALSE);
}

static void
test_flipped (void)
{
  fixture_flip_every_bit ("small.safetensors");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/read", test_read);
  g_test_add_func ("/safetensors/layout", test_layout);
  g_test_add_func ("/safetensors/header", test_header);
  g_test_add_func ("/safetensors/bombs", test_bombs);
  g_test_add_func ("/safetensors/lengths", test_lengths);
  g_test_add_func ("/safetensors/not-finite", test_not_finite);
  g_test_add_func ("/safetensors/save", test_save);
  g_test_add_func ("/safetensors/save-cleans-up", test_save_cleans_up);
  g_test_add_func ("/safetensors/save-to-full-disk", test_save_to_full_disk);
  g_test_add_func ("/safetensors/save-refused", test_save_refused);
  g_test_add_func ("/safetensors/save-to-pipe", test_save_to_pipe);
  g_test_add_func ("/safetensors/truncated", test_truncated);
  g_test_add_func ("/safetensors/flipped", test_flipped);
  return g_test_run ();
}
