/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching models, from a server and a pip made for the test. */
#include "models/catalogue.h"

#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <sys/file.h>
#include <unistd.h>

#define CONTENT_SIZE 300000

/* A server on this computer, and what a test wants of it. */
typedef struct
{
  SoupServer *server;
  char *address;
  char content[CONTENT_SIZE];
  char *sum;
  gboolean ignore_ranges;
  gboolean break_off; /* announce everything, send a third */
  gboolean never_answer;
  guint status;
  guint n_requests;
  char *last_range;
} Server;

static void
on_request (
  SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Server *self = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  self->n_requests++;
  g_free (self->last_range);
  self->last_range = g_strdup (soup_message_headers_get_one (headers, "Range"));
  if (self->never_answer)
    {
      soup_server_message_pause (message);
      return;
    }
  if (self->ignore_ranges)
    soup_message_headers_remove (headers, "Range");
  if (self->status != 0)
    soup_server_message_set_status (message, self->status, NULL);
  else if (self->break_off)
    {
      GSocket *socket = soup_server_message_get_socket (message);
      g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", CONTENT_SIZE);

      soup_server_message_pause (message);
      g_socket_send (socket, head, strlen (head), NULL, NULL);
      g_socket_send (socket, self->content, CONTENT_SIZE / 3, NULL, NULL);
      g_socket_shutdown (socket, TRUE, TRUE, NULL);
    }
  else
    {
      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
      soup_server_message_set_response (message, "application/octet-stream", SOUP_MEMORY_COPY, self->content,
                                        CONTENT_SIZE);
    }
}

static Server *
server_new (void)
{
  Server *self = g_new0 (Server, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  for (guint i = 0; i < CONTENT_SIZE; i++)
    self->content[i] = (char) (i * 2654435761u >> 24);
  self->sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) self->content, CONTENT_SIZE);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  g_assert_true (soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->address = g_strdup_printf ("http://127.0.0.1:%d/model.bin", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return self;
}

static void
server_free (Server *self)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_free (self->address);
  g_free (self->sum);
  g_free (self->last_range);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

/* A catalogue of one model, "m", in the file "m.bin". @more is other members of the entry, each with a comma
 * behind. */
static GboxCatalogue *
make_catalogue (const char *source, const char *more)
{
  g_autofree char *json = g_strdup_printf (
    "{\"models\":[{\"name\":\"m\",\"title\":\"M\",\"kind\":\"vision\",\"licence\":\"MIT\",%s"
    "\"file\":\"m.bin\",\"sources\":[\"%s\"]}]}",
    more, source);
  g_autoptr (GError) error = NULL;
  GboxCatalogue *catalogue = gbox_catalogue_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  return catalogue;
}

static char *
user_path (const char *name)
{
  return g_build_filename (g_get_user_data_dir (), "glassbox", "models", name, NULL);
}

/* How many files are in the user's models folder. */
static guint
count_user_files (void)
{
  g_autofree char *folder = user_path (NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* A fetch on a thread of its own, while this one runs the server. */
typedef struct
{
  const GboxCatalogue *catalogue;
  GCancellable *cancellable;
  GboxFetchProgress progress;
  gpointer user_data;
  char *path;
  GError *error;
  gint done;
} Fetch;

static gpointer
fetch_thread (gpointer data)
{
  Fetch *self = data;

  self->path = gbox_catalogue_fetch (self->catalogue, "m", self->cancellable, self->progress, self->user_data,
                                     &self->error);
  g_atomic_int_set (&self->done, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
run_fetch (Fetch *self)
{
  GThread *thread = g_thread_new ("fetch", fetch_thread, self);

  while (!g_atomic_int_get (&self->done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
}

static void
assert_fetched (const Server *server, Fetch *fetch)
{
  g_autofree char *expected = user_path ("m.bin");
  g_autofree char *content = NULL;
  gsize size;

  g_assert_no_error (fetch->error);
  g_assert_cmpstr (fetch->path, ==, expected);
  g_assert_true (g_file_get_contents (fetch->path, &content, &size, NULL));
  g_assert_cmpmem (content, size, server->content, CONTENT_SIZE);
  g_assert_cmpuint (count_user_files (), ==, 1);
  g_unlink (fetch->path);
  g_free (fetch->path);
}

static void
assert_failed (Fetch *fetch, GQuark domain, int code, const char *word)
{
  g_assert_null (fetch->path);
  g_assert_error (fetch->error, domain, code);
  g_test_message ("%s", fetch->error->message);
  g_assert_nonnull (strstr (fetch->error->message, word));
  g_clear_error (&fetch->error);
}

static void
note_progress (guint64 received, guint64 total, const char *what, gpointer data)
{
  GString *notes = data;

  if (strstr (notes->str, what) == NULL)
    g_string_append_printf (notes, "%s|", what);
  g_assert_true (total == 0 || received <= total);
}

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
test_resume (void)
{
  g_autoptr (Server) server = server_new ();
  g_autofree char *sum = g_strdup_printf ("\"sha256\":\"%s\",", server->sum);
  g_autoptr (GboxCatalogue) catalogue = make_catalogue (server->address, sum);
  g_autoptr (GboxCatalogue) unchecked = make_catalogue (server->address, "");
  Fetch interrupted = { .catalogue = catalogue }, rest = { .catalogue = catalogue },
        ignored = { .catalogue = catalogue };
  Fetch complete = { .catalogue = catalogue }, wrong = { .catalogue = catalogue },
        without_sum = { .catalogue = unchecked };

  server->break_off = TRUE;
  run_fetch (&interrupted);
  assert_failed (&interrupted, GBOX_ERROR, GBOX_ERROR_NETWORK, "could not be fetched");
  g_assert_cmpuint (count_user_files (), ==, 1);
  server->break_off = FALSE;
  run_fetch (&rest);
  assert_fetched (server, &rest);
  g_assert_cmpstr (server->last_range, ==, "bytes=100000-");

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

static gboolean
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
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
  g_autofree char *folder = g_dir_make_tmp ("glassbox-pip-XXXXXX", NULL);
  int result;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_unsetenv ("GBOX_MODEL_PATH");
  /* The usual one reads the desktop's settings, whose schemas the isolated folders do not have. */
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("FAKE_PIP", folder, TRUE);
  g_setenv ("PATH", folder, TRUE);
  g_test_add_func ("/fetch/address", test_address);
  g_test_add_func ("/fetch/present", test_present);
  g_test_add_func ("/fetch/resume", test_resume);
  g_test_add_func ("/fetch/wrong-content", test_wrong_content);
  g_test_add_func ("/fetch/unreachable", test_unreachable);
  g_test_add_func ("/fetch/cancel", test_cancel);
  g_test_add_func ("/fetch/locked", test_locked);
  g_test_add_func ("/fetch/no-permission", test_no_permission);
  g_test_add_func ("/fetch/package", test_package);
  g_test_add_func ("/fetch/package-failures", test_package_failures);
  g_test_add_func ("/fetch/names-of-pip", test_names_of_pip);
  g_test_add_func ("/fetch/cancel-package", test_cancel_package);
  result = g_test_run ();
  g_rmdir (folder);
  return result;
}
