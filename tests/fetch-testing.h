/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of fetching share: a server on this computer, and fetches that run beside it. */
#pragma once

#include "fixture.h"
#include "models/catalogue.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>

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

static inline void
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

static inline Server *
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

static inline void
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
static inline GboxCatalogue *
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

static inline char *
user_path (const char *name)
{
  return g_build_filename (g_get_user_data_dir (), "glassbox", "models", name, NULL);
}

/* Removes the user data folder of the test, which is empty by then. */
static inline void
remove_user_folders (void)
{
  g_autofree char *models = user_path (NULL);
  g_autofree char *glassbox = g_path_get_dirname (models);

  g_rmdir (models);
  g_rmdir (glassbox);
  g_rmdir (g_get_user_data_dir ());
}

/* How many files are in the user's models folder. */
static inline guint
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

static inline gpointer
fetch_thread (gpointer data)
{
  Fetch *self = data;

  self->path = gbox_catalogue_fetch (self->catalogue, "m", self->cancellable, self->progress, self->user_data,
                                     &self->error);
  g_atomic_int_set (&self->done, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static inline void
run_fetch (Fetch *self)
{
  GThread *thread = g_thread_new ("fetch", fetch_thread, self);

  while (!g_atomic_int_get (&self->done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
}

static inline void
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

static inline void
assert_failed (Fetch *fetch, GQuark domain, int code, const char *word)
{
  g_assert_null (fetch->path);
  g_assert_error (fetch->error, domain, code);
  g_test_message ("%s", fetch->error->message);
  g_assert_nonnull (strstr (fetch->error->message, word));
  g_clear_error (&fetch->error);
}

static inline void
note_progress (guint64 received, guint64 total, const char *what, gpointer data)
{
  GString *notes = data;

  if (strstr (notes->str, what) == NULL)
    g_string_append_printf (notes, "%s|", what);
  g_assert_true (total == 0 || received <= total);
}

static inline gboolean
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}
