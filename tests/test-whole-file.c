/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files read into memory: what happens to them afterwards does not matter, and what is released is gone. */
#include "base/error.h"
#include "fixture.h"
#include "formats/whole-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_BYTES 100000

static char *
make_file (gsize n)
{
  g_autofree guint8 *content = g_malloc (n + 1);
  char *path = NULL;
  const int fd = g_file_open_tmp ("whole-file-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  for (gsize i = 0; i < n; i++)
    content[i] = (guint8) (i % 251);
  g_assert_cmpint (write (fd, content, n), ==, (gssize) n);
  close (fd);
  return path;
}

/* Shortened and then removed: of a mapping, reading on would end the process. */
static void
test_shortened (void)
{
  g_autofree char *path = make_file (N_BYTES);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = gbox_whole_file_read (path, "file", &error);
  const guint8 *data;
  gsize size;

  g_assert_no_error (error);
  g_assert_cmpint (truncate (path, 10), ==, 0);
  g_assert_cmpint (g_remove (path), ==, 0);
  data = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (size, ==, N_BYTES);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpint (data[i], ==, i % 251);
}

static void
test_empty (void)
{
  g_autofree char *path = make_file (0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = gbox_whole_file_read (path, "file", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
  g_remove (path);
}

static void
assert_fails (const char *path, GboxError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_whole_file_read (path, "the name", &error));
  g_assert_error (error, GBOX_ERROR, (int) code);
  fixture_assert_sentence (error, "the name");
}

/* None of them blocks, a pipe that nobody writes to included. */
static void
test_unfit (void)
{
  g_autofree char *path = make_file (0);
  char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *below = g_build_filename (path, "below", NULL);

  assert_fails (folder, GBOX_ERROR_UNSUPPORTED);
  assert_fails (below, GBOX_ERROR_NOT_FOUND);
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_fails (path, GBOX_ERROR_NOT_FOUND);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_fails (path, GBOX_ERROR_UNSUPPORTED);
  g_remove (path);
  g_rmdir (folder);
  g_free (folder);
}

/* Only whole pages go; what lies around them stays. */
static void
test_release (void)
{
  g_autofree char *path = make_file (N_BYTES);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = gbox_whole_file_read (path, "file", &error);
  const guint8 *data = g_bytes_get_data (bytes, NULL);
  const gsize page = (gsize) sysconf (_SC_PAGESIZE), first = page + 100, last = 4 * page + 99;

  g_assert_no_error (error);
  g_remove (path);
  gbox_whole_file_release (data + first, 50);
  gbox_whole_file_release (data + first, 2 * page - 101);
  for (gsize i = 0; i < N_BYTES; i++)
    g_assert_cmpint (data[i], ==, i % 251);
  gbox_whole_file_release (data + first, last + 1 - first);
  for (gsize i = 0; i < N_BYTES; i++)
    g_assert_cmpint (data[i], ==, i >= 2 * page && i < 4 * page ? 0 : i % 251);
}

/* A tensor of a file that was opened, and one whose bytes are another's. */
static void
test_release_tensor (void)
{
  g_autoptr (GBytes) content = fixture_load ("transformer-llama.gguf");
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTensorFile) opened = fixture_open ("transformer-llama.gguf");
  g_autoptr (GboxTensorFile) given = gbox_tensor_file_open_bytes (content, "given", &error);
  const guint before = fixture_read_all (given);

  g_assert_no_error (error);
  for (guint i = 0; i < gbox_tensor_file_get_n_tensors (given); i++)
    {
      gbox_tensor_file_release (given, gbox_tensor_file_get_nth (given, i));
      gbox_tensor_file_release (opened, gbox_tensor_file_get_nth (opened, i));
    }
  g_assert_cmpuint (fixture_read_all (given), ==, before);
  fixture_read_all (opened);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whole-file/shortened", test_shortened);
  g_test_add_func ("/whole-file/empty", test_empty);
  g_test_add_func ("/whole-file/unfit", test_unfit);
  g_test_add_func ("/whole-file/release", test_release);
  g_test_add_func ("/whole-file/release-tensor", test_release_tensor);
  return g_test_run ();
}
