/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PyTorch files: legacy and zip, views and damage of every kind, and the real EfficientNet-Lite0. */
#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>

#define MODEL "efficientnet-lite0-57934424.pth"

/* The fixtures' first storage holds 48 values. */
static void
assert_views (const GboxTensorFile *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree float *transposed
    = gbox_tensor_file_get_floats (file, "conv.transposed", 2, (const guint64[]){ 12, 4 }, &error);
  g_autofree float *part
    = gbox_tensor_file_get_floats (file, "conv.part", 2, (const guint64[]){ 3, 2 }, &error);

  g_assert_no_error (error);
  for (guint y = 0; y < 12; y++)
    for (guint x = 0; x < 4; x++)
      g_assert_cmpfloat (transposed[4 * y + x], ==, fixture_value (y + 12 * x));
  for (guint y = 0; y < 3; y++)
    for (guint x = 0; x < 2; x++)
      g_assert_cmpfloat (part[2 * y + x], ==, fixture_value (13 + 7 * y + 2 * x));
}

static void
assert_content (gconstpointer name)
{
  g_autoptr (GboxTensorFile) file = fixture_open (name);
  const GboxNamedTensor *mask = gbox_tensor_file_lookup (file, "mask");
  const GboxNamedTensor *batches = gbox_tensor_file_lookup (file, "bn.num_batches_tracked");
  gint64 n_batches;

  g_assert_cmpstr (gbox_tensor_file_get_format (file), ==, "torch");
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 11);
  g_assert_cmpstr (gbox_tensor_file_get_nth (file, 0)->name, ==, "conv.weight");
  fixture_assert_values (file, "conv.weight", 4, (const guint64[]){ 4, 3, 2, 2 }, 0);
  fixture_assert_values (file, "conv.bias", 1, (const guint64[]){ 4 }, 0);
  fixture_assert_values (file, "half", 2, (const guint64[]){ 2, 3 }, 0);
  fixture_assert_values (file, "brain", 1, (const guint64[]){ 5 }, 0);
  fixture_assert_values (file, "double", 2, (const guint64[]){ 2, 2 }, 0);
  fixture_assert_values (file, "empty", 2, (const guint64[]){ 0, 3 }, 0);
  assert_views (file);
  g_assert_cmpint (mask->dtype, ==, GBOX_DTYPE_BOOL);
  g_assert_cmpmem (mask->data, mask->n_bytes, "\1\0\1", 3);
  g_assert_cmpuint (batches->n_dims, ==, 0);
  g_assert_cmpuint (batches->n_bytes, ==, sizeof n_batches);
  memcpy (&n_batches, batches->data, sizeof n_batches);
  g_assert_cmpint (n_batches, ==, 123456789012);
  g_assert_null (gbox_tensor_file_lookup (file, "epochs"));
}

static void
test_integers_are_no_floats (void)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("torch-zip.pth");
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_tensor_file_get_floats (file, "bytes", 1, (const guint64[]){ 3 }, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "U8"));
}

/* The replacement of @old by @new, of the same length, in a fixture. */
static GBytes *
edit (const char *name, const char *old, gsize n, const char *new)
{
  g_autoptr (GBytes) bytes = fixture_load (name);
  gsize size;
  guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes));
  guint8 *found;

  size = g_bytes_get_size (bytes);
  found = memmem (copy, size, old, n);
  g_assert_nonnull (found);
  memcpy (found, new, n);
  return g_bytes_new_take (copy, size);
}

static void
assert_refused (GBytes *bytes, GboxError code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open_bytes (bytes, "hostile.pth", &error);

  g_assert_null (file);
  g_assert_error (error, GBOX_ERROR, (int) code);
  fixture_assert_sentence (error, "hostile.pth");
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

#define EDITED(old, new, code, word)                                                                         \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (GBytes) edited = edit ("torch-legacy.pth", old, sizeof old - 1, new);                         \
    G_STATIC_ASSERT (sizeof old == sizeof new);                                                              \
    assert_refused (edited, code, word);                                                                     \
  }                                                                                                          \
  G_STMT_END

static void
test_hostile_views (void)
{
  /* conv.part begins at element 13 of 48, of (3, 2) elements with strides (7, 2): any more and it leaves the
   * storage. */
  EDITED ("K\rK\x03K\x02\x86", "K\x30K\x03K\x02\x86", GBOX_ERROR_INVALID_FILE, "conv.part");
  EDITED ("K\rK\x03K\x02\x86", "K\rK\x07K\x02\x86", GBOX_ERROR_INVALID_FILE, "conv.part");
  EDITED ("K\x07K\x02\x86", "K\xffK\x02\x86", GBOX_ERROR_INVALID_FILE, "conv.part");
  /* The size of conv.transposed becomes (None, 4). */
  EDITED ("K\x0cK\x04\x86", "\x89NK\x04\x86", GBOX_ERROR_INVALID_FILE, "conv.transposed");
}

static void
test_hostile_pickles (void)
{
  EDITED ("ctorch._utils\n_rebuild_parameter\n", "ctorch._utils\n_rebuild_parametes\n",
          GBOX_ERROR_UNSUPPORTED, "torch._utils._rebuild_parametes");
  EDITED ("ctorch\nFloatStorage\n", "cposix\nexecvStorage\n", GBOX_ERROR_UNSUPPORTED, "posix.execvStorage");
  EDITED ("little_endianq\x02\x88", "little_endianq\x02\x89", GBOX_ERROR_UNSUPPORTED, "big-endian");
  EDITED ("M\xe9\x03.", "M\xea\x03.", GBOX_ERROR_INVALID_FILE, "protocol");
}

/* A zip archive of a few entries, deflated. */
static GBytes *
make_zip (const char *pickle, gsize pickle_size, gsize storage_size)
{
  struct archive *archive = archive_write_new ();
  gsize capacity = storage_size / 64 + 65536, used;
  g_autofree char *buffer = g_malloc (capacity);
  g_autofree char *zeros = g_malloc0 (storage_size);
  const char *names[] = { "a/data.pkl", "a/data/0" };

  archive_write_set_format_zip (archive);
  g_assert_cmpint (archive_write_open_memory (archive, buffer, capacity, &used), ==, ARCHIVE_OK);
  for (guint i = 0; i < 2; i++)
    {
      struct archive_entry *entry = archive_entry_new ();

      archive_entry_set_pathname (entry, names[i]);
      archive_entry_set_filetype (entry, AE_IFREG);
      archive_entry_set_size (entry, (la_int64_t) (i == 0 ? pickle_size : storage_size));
      g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
      g_assert_cmpint (archive_write_data (archive, i == 0 ? pickle : zeros,
                                           i == 0 ? pickle_size : storage_size),
                       >=, 0);
      archive_entry_free (entry);
    }
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_write_free (archive);
  return g_bytes_new (buffer, used);
}

#define APPEND(string, text) g_string_append_len (string, text, sizeof text - 1)

/* {'a': _rebuild_tensor_v2 (('storage', FloatStorage, '0', 'cpu', N), 0, (SIZE,), (STRIDE,), False, None)} */
static GBytes *
make_bomb (guint32 n_elements, guint32 size, guint32 stride, gsize storage_size)
{
  g_autoptr (GString) pickle = g_string_new (NULL);

  APPEND (pickle, "\x80\x02}U\x01"
                  "actorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\n");
  APPEND (pickle, "U\x01"
                  "0U\x03"
                  "cpuJ");
  g_string_append_len (pickle, (const char *) &n_elements, 4);
  APPEND (pickle, "tQK\x00J");
  g_string_append_len (pickle, (const char *) &size, 4);
  APPEND (pickle, "\x85J");
  g_string_append_len (pickle, (const char *) &stride, 4);
  APPEND (pickle, "\x85\x89NtRs.");
  return make_zip (pickle->str, pickle->len, storage_size);
}

static void
test_zip_bombs (void)
{
  g_autoptr (GBytes) good = make_bomb (1024, 1024, 1, 4096);
  g_autoptr (GBytes) huge = make_bomb (0x7fffffff, 4, 1, 4096);
  g_autoptr (GBytes) longer = make_bomb (1024, 1024, 1, 64 << 20);
  g_autoptr (GBytes) shorter = make_bomb (2048, 2048, 1, 4096);
  g_autoptr (GBytes) expanded = make_bomb (1024, 0x7fffffff, 0, 4096);
  g_autoptr (GBytes) negative = make_bomb (1024, 0xffffffff, 1, 4096);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open_bytes (good, "good.pth", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (gbox_tensor_file_lookup (file, "a")->n_bytes, ==, 4096);
  assert_refused (huge, GBOX_ERROR_INVALID_FILE, "far larger");
  assert_refused (longer, GBOX_ERROR_INVALID_FILE, "more data");
  assert_refused (shorter, GBOX_ERROR_INVALID_FILE, "not as long");
  assert_refused (expanded, GBOX_ERROR_UNSUPPORTED, "far larger");
  assert_refused (negative, GBOX_ERROR_INVALID_FILE, "outside");
}

#define ZIP(pickle) make_zip (pickle, sizeof pickle - 1, 4)

static void
test_other_zips (void)
{
  g_autoptr (GBytes) whole_model = ZIP ("\x80\x02"
                                        "ctorch.nn.modules.container\nSequential\n)R.");
  g_autoptr (GBytes) list = ZIP ("\x80\x02].");
  g_autoptr (GBytes) nothing = ZIP ("\x80\x02}.");

  assert_refused (whole_model, GBOX_ERROR_UNSUPPORTED, "torch.nn.modules.container.Sequential");
  assert_refused (list, GBOX_ERROR_UNSUPPORTED, "state dictionary");
  assert_refused (nothing, GBOX_ERROR_INVALID_FILE, "no tensors");
}

static void
test_truncated (void)
{
  fixture_truncate_everywhere ("torch-legacy.pth", FALSE);
  fixture_truncate_everywhere ("torch-zip.pth", FALSE);
  fixture_truncate_everywhere ("torch-zip-deflated.pth", FALSE);
}

static void
test_flipped (void)
{
  fixture_flip_every_bit ("torch-legacy.pth");
  fixture_flip_every_bit ("torch-zip.pth");
  fixture_flip_every_bit ("torch-zip-deflated.pth");
}

/* The expected values were read with PyTorch. */
static void
test_real (void)
{
  g_autofree char *path = fixture_find_model (MODEL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) file = NULL;
  g_autofree char *digest = NULL;
  g_autofree float *bias = NULL;

  if (path == NULL)
    return;
  file = gbox_tensor_file_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (file), ==, 296);
  bias = gbox_tensor_file_get_floats (file, "_fc.bias", 1, (const guint64[]){ 1000 }, &error);
  g_assert_no_error (error);
  digest = fixture_digest (file);
  g_assert_cmpstr (digest, ==, "e25da542990e6b1ce4cd820ccb21a860501df0bba2651bd20ca6cd708b021307");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/torch/legacy", "torch-legacy.pth", assert_content);
  g_test_add_data_func ("/torch/zip", "torch-zip.pth", assert_content);
  g_test_add_data_func ("/torch/zip-deflated", "torch-zip-deflated.pth", assert_content);
  g_test_add_func ("/torch/integers-are-no-floats", test_integers_are_no_floats);
  g_test_add_func ("/torch/hostile-views", test_hostile_views);
  g_test_add_func ("/torch/hostile-pickles", test_hostile_pickles);
  g_test_add_func ("/torch/zip-bombs", test_zip_bombs);
  g_test_add_func ("/torch/other-zips", test_other_zips);
  g_test_add_func ("/torch/truncated", test_truncated);
  g_test_add_func ("/torch/flipped", test_flipped);
  g_test_add_func ("/torch/real", test_real);
  return g_test_run ();
}
