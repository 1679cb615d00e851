/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching models from addresses: whole, interrupted, wrong, unreachable. */
#include "fetch-testing.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static void
test_address (void)
{
  g_autoptr (Server) server = server_new ();
  g_autofree char *sum = g_strdup_printf ("\"sha256\":\"%s\",\"size\":%d,", server->sum, CONTENT_SIZE);
  g_autofree char *prefix = g_strdup_printf ("\"sha256-prefix\":\"%.8s\",", server->sum);
  const char *entries[] = { sum, prefix, "" };

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autoptr (GboxCatalogue) catalogue = make_catalogue (server->address, entries[i]);
      g_autoptr (GString) notes = g_string_new (NULL);
      Fetch fetch = { .catalogue = catalogue, .progress = note_progress, .user_data = notes };

      run_fetch (&fetch);
      assert_fetched (server, &fetch);
      g_assert_nonnull (strstr (notes->str, "Downloading from 127.0.0.1"));
      g_assert_nonnull (strstr (notes->str, i < 2 ? "Checking" : "Not checked"));
    }
  g_assert_cmpuint (server->n_requests, ==, 3);
}

static void
test_present (void)
{
  g_autoptr (GboxCatalogue) catalogue = make_catalogue ("http://127.0.0.1:1/never", "");
  g_autofree char *path = user_path ("m.bin");
  g_autofree char *folder = user_path (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  g_mkdir_with_parents (folder, 0755);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  found = gbox_catalogue_fetch (catalogue, "m", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, path);
  g_unlink (path);
}

/* What belongs to a model comes with it, and is got also for a model that is there. */
static void
test_companion (void)
{
  g_autoptr (Server) server = server_new ();
  g_autofree char *beside = g_strdup_printf ("\"beside\":{\"m.tokenizer.json\":\"%s\"},", server->address);
  g_autoptr (GboxCatalogue) catalogue = make_catalogue (server->address, beside);
  g_autofree char *path = user_path ("m.bin");
  g_autofree char *companion = user_path ("m.tokenizer.json");
  Fetch both = { .catalogue = catalogue }, rest = { .catalogue = catalogue };

  run_fetch (&both);
  g_assert_cmpuint (count_user_files (), ==, 2);
  g_assert_cmpuint (server->n_requests, ==, 2);
  g_unlink (companion);
  run_fetch (&rest);
  g_assert_cmpuint (server->n_requests, ==, 3);
  g_assert_true (g_file_test (companion, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpstr (rest.path, ==, path);
  g_unlink (companion);
  g_unlink (path);
  g_free (both.path);
  g_free (rest.path);
}

/* Leaves the first @n bytes of an interrupted download, the first one replaced by @first. */
static void
leave_part (const Server *server, gsize n, char first)
{
  g_autofree char *part = user_path ("m.bin.part");
  g_autofree char *folder = user_path (NULL);
  g_autofree char *content = g_memdup2 (server->content, n);

  content[0] = first;
  g_mkdir_with_parents (folder, 0755);
  g_assert_true (g_file_set_contents (part, content, (gssize) n, NULL));
}

static void
test_interrupted (void)
{
  g_autoptr (Server) server = server_new ();
  g_autofree char *sum = g_strdup_printf ("\"sha256\":\"%s\",", server->sum);
  g_autoptr (GboxCatalogue) catalogue = make_catalogue (server->address, sum);
  g_autoptr (GboxCatalogue) unchecked = make_catalogue (server->address, "");
  Fetch first = { .catalogue = catalogue }, rest = { .catalogue = catalogue },
        without_sum = { .catalogue = unchecked };

  server->break_off = TRUE;
  run_fetch (&without_sum);
  assert_failed (&without_sum, GBOX_ERROR, GBOX_ERROR_NETWORK, "could not be fetched");
  g_assert_cmpuint (count_user_files (), ==, 0);
  run_fetch (&first);
  assert_failed (&first, GBOX_ERROR, GBOX_ERROR_NETWORK, "could not be fetched");
  g_assert_cmpuint (count_user_files (), ==, 1);
  server->break_off = FALSE;
  run_fetch (&rest);
  assert_fetched (server, &rest);
  g_assert_cmpstr (server->last_range, ==, "bytes=100000-");
}

static void
test_resume (void)
{
  g_autoptr (Server) server = server_new ();
  g_autofree char *sum = g_strdup_printf ("\"sha256\":\"%s\",", server->sum);
  g_autoptr (GboxCatalogue) catalogue = make_catalogue (server->address, sum);
  g_autoptr (GboxCatalogue) unchecked = make_catalogue (server->address, "");
  Fetch ignored = { .catalogue = catalogue }, complete = { .catalogue = catalogue };
  Fetch wrong = { .catalogue = catalogue }, without_sum = { .catalogue = unchecked };

  leave_part (server, 1000, server->content[0]);
  server->ignore_ranges = TRUE;
  run_fetch (&ignored);
  assert_fetched (server, &ignored);
  server->ignore_ranges = FALSE;
  /* Nothing is missing: the server cannot send a rest and is asked for everything. */
  leave_part (server, CONTENT_SIZE, server->content[0]);
  run_fetch (&complete);
  assert_fetched (server, &complete);
  /* The beginning is of something else: noticed by the sum, and fetched anew. */
  leave_part (server, 1000, (char) ~server->content[0]);
  run_fetch (&wrong);
  assert_fetched (server, &wrong);
  g_assert_null (server->last_range);
  /* Without a sum it would not be noticed. */
  leave_part (server, 1000, (char) ~server->content[0]);
  run_fetch (&without_sum);
  assert_fetched (server, &without_sum);
  g_assert_null (server->last_range);
}

static void
test_wrong_content (void)
{
  g_autoptr (Server) server = server_new ();
  g_autofree char *longer = g_strdup_printf ("\"size\":%d,", CONTENT_SIZE + 1);
  g_autofree char *shorter = g_strdup_printf ("\"size\":%d,", CONTENT_SIZE - 1);
  const char *entries[] = { "\"sha256-prefix\":\"12345678\",",
                            "\"sha1\":\"405fc5acd08a3bb12de8ee5e23a96bec22f08204\",", longer, shorter };

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autoptr (GboxCatalogue) catalogue = make_catalogue (server->address, entries[i]);
      Fetch fetch = { .catalogue = catalogue };

      run_fetch (&fetch);
      assert_failed (&fetch, GBOX_ERROR, GBOX_ERROR_CHECKSUM, "expected");
      g_assert_cmpuint (count_user_files (), ==, 0);
    }
}

static void
test_unreachable (void)
{
  g_autoptr (Server) server = server_new ();
  g_autoptr (GboxCatalogue) closed = make_catalogue ("http://127.0.0.1:1/m", "");
  g_autoptr (GboxCatalogue) unknown = make_catalogue ("http://no-such-host.invalid/m", "");
  g_autoptr (GboxCatalogue) nonsense = make_catalogue ("over there", "");
  g_autoptr (GboxCatalogue) missing = make_catalogue (server->address, "");
  Fetch a = { .catalogue = closed }, b = { .catalogue = unknown }, c = { .catalogue = nonsense },
        d = { .catalogue = missing };

  run_fetch (&a);
  assert_failed (&a, GBOX_ERROR, GBOX_ERROR_NETWORK, "http://127.0.0.1:1/m");
  run_fetch (&b);
  assert_failed (&b, GBOX_ERROR, GBOX_ERROR_NETWORK, "no-such-host.invalid");
  run_fetch (&c);
  assert_failed (&c, GBOX_ERROR, GBOX_ERROR_NETWORK, "no address");
  server->status = SOUP_STATUS_NOT_FOUND;
  run_fetch (&d);
  assert_failed (&d, GBOX_ERROR, GBOX_ERROR_NETWORK, "404");
  g_assert_cmpuint (count_user_files (), ==, 0);
}

static void
test_cancel (void)
{
  g_autoptr (Server) server = server_new ();
  g_autoptr (GboxCatalogue) catalogue = make_catalogue (server->address, "");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Fetch fetch = { .catalogue = catalogue, .cancellable = cancellable };
  Fetch late = { .catalogue = catalogue, .cancellable = cancellable };

  server->never_answer = TRUE;
  g_timeout_add (100, cancel, cancellable);
  run_fetch (&fetch);
  assert_failed (&fetch, G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  run_fetch (&late);
  assert_failed (&late, G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  g_assert_cmpuint (count_user_files (), ==, 0);
}

static void
test_locked (void)
{
  g_autoptr (Server) server = server_new ();
  g_autoptr (GboxCatalogue) catalogue = make_catalogue (server->address, "");
  g_autofree char *part = user_path ("m.bin.part");
  Fetch fetch = { .catalogue = catalogue };
  int fd;

  leave_part (server, 1000, 'x');
  fd = g_open (part, O_RDWR, 0);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  run_fetch (&fetch);
  assert_failed (&fetch, GBOX_ERROR, GBOX_ERROR_IO, "already being fetched");
  g_assert_true (g_file_test (part, G_FILE_TEST_EXISTS));
  close (fd);
  g_unlink (part);
}

static void
test_no_permission (void)
{
  g_autoptr (GboxCatalogue) catalogue = make_catalogue ("http://127.0.0.1:1/m", "");
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "glassbox", NULL);
  g_autofree char *models = user_path (NULL);
  Fetch fetch = { .catalogue = catalogue };

  /* A file where the folder should be: not even the superuser can go on. */
  g_rmdir (models);
  g_mkdir_with_parents (folder, 0755);
  g_assert_true (g_file_set_contents (models, "x", 1, NULL));
  run_fetch (&fetch);
  assert_failed (&fetch, GBOX_ERROR, GBOX_ERROR_IO, models);
  g_unlink (models);
}

int
main (int argc, char **argv)
{
  g_autofree char *user = g_dir_make_tmp ("glassbox-user-XXXXXX", NULL);
  int result;

  g_setenv ("XDG_DATA_HOME", user, TRUE);
  g_unsetenv ("GBOX_MODEL_PATH");
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetch/address", test_address);
  g_test_add_func ("/fetch/present", test_present);
  g_test_add_func ("/fetch/companion", test_companion);
  g_test_add_func ("/fetch/interrupted", test_interrupted);
  g_test_add_func ("/fetch/resume", test_resume);
  g_test_add_func ("/fetch/wrong-content", test_wrong_content);
  g_test_add_func ("/fetch/unreachable", test_unreachable);
  g_test_add_func ("/fetch/cancel", test_cancel);
  g_test_add_func ("/fetch/locked", test_locked);
  g_test_add_func ("/fetch/no-permission", test_no_permission);
  result = g_test_run ();
  remove_user_folders ();
  return result;
}
