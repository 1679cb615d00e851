/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching a model from an http or https address, going on where an earlier attempt stopped. */
#include "models/fetch.h"

#include "base/error.h"

#include <errno.h>
#include <libsoup/soup.h>
#include <unistd.h>

#define PATIENCE 15 /* seconds without a sign of life */
#define BLOCK    65536

/* More than any model: a server that never stops sending shall not fill the disk. */
#define MAX_SIZE ((guint64) 64 << 30)

/* One exchange with a server. Its asynchronous steps run on a context of this thread, and each is waited for.
 */
typedef struct
{
  GboxFetch *fetch;
  GMainContext *context;
  SoupSession *session;
  SoupMessage *message;
  GCancellable *cancellable; /* cancelled by the user's, and when patience ends */
  gulong handler;
  gboolean timed_out;
  GAsyncResult *result;
  guint64 received;
  guint64 total; /* 0 if unknown */
  const char *host;
} Exchange;

static void
on_user_cancelled (GCancellable *user, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
on_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Exchange *) data)->result = g_object_ref (result);
}

static gboolean
on_patience_ended (gpointer data)
{
  Exchange *self = data;

  self->timed_out = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

/* Waits for on_ready(). */
static GAsyncResult *
await (Exchange *self)
{
  g_autoptr (GSource) timer = g_timeout_source_new_seconds (PATIENCE);

  g_source_set_callback (timer, on_patience_ended, self, NULL);
  g_source_attach (timer, self->context);
  while (self->result == NULL)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (timer);
  return g_steal_pointer (&self->result);
}

/* Turns what a step failed with into what a user understands. */
static gboolean
fail (const Exchange *self, GError *why, GError **error)
{
  g_autoptr (GError) owned = why;

  if (g_cancellable_set_error_if_cancelled (self->fetch->cancellable, error))
    return FALSE;
  if (self->timed_out)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "%s did not answer for %d seconds", self->host,
                 PATIENCE);
  else
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "%s", owned->message);
  return FALSE;
}

static GInputStream *
request (Exchange *self, guint64 from, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GInputStream *stream;
  GError *why = NULL;

  /* The bytes on disk are the ones the range counts, so none may be compressed on the way. */
  soup_message_disable_feature (self->message, SOUP_TYPE_CONTENT_DECODER);
  if (from > 0)
    soup_message_headers_set_range (soup_message_get_request_headers (self->message), (goffset) from, -1);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable, on_ready,
                           self);
  result = await (self);
  stream = soup_session_send_finish (self->session, result, &why);
  if (stream == NULL)
    fail (self, why, error);
  return stream;
}

/* Whether the server sends exactly the rest that was asked for. */
static gboolean
is_rest (const Exchange *self, guint64 from, guint64 *total)
{
  goffset start, end, length;

  if (soup_message_get_status (self->message) != SOUP_STATUS_PARTIAL_CONTENT
      || !soup_message_headers_get_content_range (soup_message_get_response_headers (self->message), &start,
                                                  &end, &length)
      || start < 0 || (guint64) start != from || length <= 0)
    return FALSE;
  *total = (guint64) length;
  return TRUE;
}

/* Decides from the answer whether to append, to start over or to give up. */
static gboolean
read_answer (Exchange *self, guint64 from, gboolean *retry, GError **error)
{
  const guint status = soup_message_get_status (self->message);
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  if (from > 0 && is_rest (self, from, &self->total))
    {
      self->fetch->resumed = TRUE;
      self->received = from;
      return TRUE;
    }
  if (from > 0 && status != SOUP_STATUS_OK)
    {
      *retry = TRUE;
      return FALSE;
    }
  if (status != SOUP_STATUS_OK)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "%s answered “%u %s”", self->host, status,
                   soup_message_get_reason_phrase (self->message));
      return FALSE;
    }
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    self->total = (guint64) soup_message_headers_get_content_length (headers);
  return gbox_fetch_restart (self->fetch, error);
}

static gboolean
check_total (const Exchange *self, GError **error)
{
  const guint64 expected = self->fetch->entry->size;

  if (self->total <= MAX_SIZE && (self->total == 0 || expected == 0 || self->total == expected))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_CHECKSUM,
               "%s offers a file of %" G_GUINT64_FORMAT " bytes instead of the expected one", self->host,
               self->total);
  return FALSE;
}

static gboolean
receive (Exchange *self, GInputStream *stream, GError **error)
{
  g_autofree char *what = g_strdup_printf ("Downloading from %s", self->host);
  const guint64 total = MAX (self->total, self->fetch->entry->size);

  for (;;)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GBytes) bytes = NULL;
      GError *why = NULL;

      gbox_fetch_report (self->fetch, self->received, total, what);
      g_input_stream_read_bytes_async (stream, BLOCK, G_PRIORITY_DEFAULT, self->cancellable, on_ready, self);
      result = await (self);
      bytes = g_input_stream_read_bytes_finish (stream, result, &why);
      if (bytes == NULL)
        return fail (self, why, error);
      if (g_bytes_get_size (bytes) == 0)
        break;
      if (!gbox_fetch_append (self->fetch, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                              &self->received, error))
        return FALSE;
      if (self->received > MAX_SIZE)
        break;
    }
  if (self->received <= MAX_SIZE && (self->total == 0 || self->received == self->total))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "%s stopped sending before the end", self->host);
  return FALSE;
}

/* Asks for what is missing from byte @from on, or for everything. */
static gboolean
exchange (Exchange *self, GUri *uri, guint64 from, gboolean *retry, GError **error)
{
  g_autoptr (GInputStream) stream = NULL;
  gboolean done;

  self->message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  stream = request (self, from, error);
  done = stream != NULL && read_answer (self, from, retry, error) && check_total (self, error)
         && receive (self, stream, error);
  g_clear_object (&self->message);
  return done;
}

static gboolean
run (Exchange *self, const char *address, gboolean resume, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  off_t end = lseek (self->fetch->fd, 0, SEEK_END);
  gboolean retry = FALSE;
  gboolean done;

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "“%s” is no address", address);
      return FALSE;
    }
  self->host = g_uri_get_host (uri);
  self->fetch->resumed = FALSE;
  done = exchange (self, uri, resume && end > 0 ? (guint64) end : 0, &retry, error);
  if (retry)
    done = exchange (self, uri, 0, &retry, error);
  return done;
}

gboolean
gbox_fetch_address (GboxFetch *self, const char *address, gboolean resume, GError **error)
{
  Exchange e = { .fetch = self };
  gboolean done;

  e.context = g_main_context_new ();
  g_main_context_push_thread_default (e.context);
  e.session
    = soup_session_new_with_options ("timeout", PATIENCE, "user-agent", "Glassbox/" GBOX_VERSION, NULL);
  e.cancellable = g_cancellable_new ();
  if (self->cancellable != NULL)
    e.handler
      = g_cancellable_connect (self->cancellable, G_CALLBACK (on_user_cancelled), e.cancellable, NULL);
  done = run (&e, address, resume, error);
  if (self->cancellable != NULL)
    g_cancellable_disconnect (self->cancellable, e.handler);
  soup_session_abort (e.session);
  g_object_unref (e.session);
  g_object_unref (e.cancellable);
  while (g_main_context_iteration (e.context, FALSE))
    ;
  g_main_context_pop_thread_default (e.context);
  g_main_context_unref (e.context);
  return done;
}
