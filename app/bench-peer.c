/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another program in a process of its own, doing on request what we do. */
#include "bench-peer.h"

#include <signal.h>
#include <string.h>

#include "base/error.h"
#include "bench-json.h"
#include "models/json-reading.h"

#define NANOSECONDS 1e-9

/* At rest means less than this share of a core in such a while, which is longer than the kernel takes to
 * count the time of a thread that runs on. */
#define REST_SHARE        0.02
#define REST_MICROSECONDS 12000
#define REST_TRIES        80

struct _BenchPeer
{
  const BenchPeerKind *kind;
  GSubprocess *process;
  GDataInputStream *answers;
  char *version;
};

/* Installed, or beside the sources. */
static char *
find_script (const char *script, GError **error)
{
  g_auto (GStrv) folders = g_strsplit (BENCH_PEER_PATH, ":", -1);

  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *path = g_build_filename (*folder, script, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "The script “%s” is not in %s.", script,
               BENCH_PEER_PATH);
  return NULL;
}

/* Two threads on two cores: unpinned they sometimes share one. What slows a peer's libraries down is left
 * out.
 */
static void
set_environment (GSubprocessLauncher *launcher, guint n_threads)
{
  static const char *const unwanted[] = {
    "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "GOMP_CPU_AFFINITY",
  };
  g_autofree char *number = g_strdup_printf ("%u", n_threads);

  for (gsize i = 0; i < G_N_ELEMENTS (unwanted); i++)
    g_subprocess_launcher_unsetenv (launcher, unwanted[i]);
  g_subprocess_launcher_setenv (launcher, "OMP_NUM_THREADS", number, TRUE);
  g_subprocess_launcher_setenv (launcher, "OMP_PROC_BIND", "true", TRUE);
}

static void
set_no_answer (const BenchPeer *self, const char *said, GError **error)
{
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "%s’s process said “%s”, which is no answer.",
               self->kind->name, said);
}

static JsonNode *
read_answer (BenchPeer *self, GError **error)
{
  g_autofree char *line = g_data_input_stream_read_line (self->answers, NULL, NULL, error);
  g_autoptr (JsonNode) node = NULL;
  const char *failure;

  if (line == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "%s’s process ended.", self->kind->name);
      return NULL;
    }
  node = json_from_string (line, NULL);
  if (gbox_json_node_get_object (node) == NULL)
    {
      set_no_answer (self, line, error);
      return NULL;
    }
  if (!json_object_has_member (json_node_get_object (node), "error"))
    return g_steal_pointer (&node);
  failure = gbox_json_get_string (json_node_get_object (node), "error");
  if (failure != NULL)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, failure);
  else
    set_no_answer (self, line, error);
  return NULL;
}

static gboolean
start (BenchPeer *self, guint n_threads, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher
    = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *script = find_script (self->kind->script, error);
  g_autofree char *threads = g_strdup_printf ("%u", n_threads);
  g_autoptr (JsonNode) hello = NULL;

  if (script == NULL)
    return FALSE;
  set_environment (launcher, n_threads);
  self->process = g_subprocess_launcher_spawn (launcher, error, "python3", script, threads, NULL);
  if (self->process == NULL)
    return FALSE;
  self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  hello = read_answer (self, error);
  if (hello == NULL)
    return FALSE;
  self->version = g_strdup (gbox_json_get_string (json_node_get_object (hello), self->kind->version));
  if (self->version == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "%s’s process does not say which version it is.",
                 self->kind->name);
  return self->version != NULL;
}

BenchPeer *
bench_peer_new (const BenchPeerKind *kind, guint n_threads, GError **error)
{
  g_autoptr (BenchPeer) self = g_new0 (BenchPeer, 1);

  self->kind = kind;
  return start (self, n_threads, error) ? g_steal_pointer (&self) : NULL;
}

void
bench_peer_free (BenchPeer *self)
{
  if (self == NULL)
    return;
  if (self->process != NULL)
    {
      g_subprocess_force_exit (self->process);
      g_subprocess_wait (self->process, NULL, NULL);
    }
  g_clear_object (&self->answers);
  g_clear_object (&self->process);
  g_free (self->version);
  g_free (self);
}

const char *
bench_peer_get_name (const BenchPeer *self)
{
  return self->kind->name;
}

const char *
bench_peer_get_version (const BenchPeer *self)
{
  return self->version;
}

/* Should the process have ended, that is an error like others, not a signal that ends us, too. */
static gboolean
write_line (BenchPeer *self, const char *line, GError **error)
{
  const struct timespec at_once = { 0 };
  sigset_t pipe, before;
  gboolean written;

  sigemptyset (&pipe);
  sigaddset (&pipe, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &pipe, &before);
  written = g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), line, strlen (line), NULL,
                                       NULL, error);
  sigtimedwait (&pipe, NULL, &at_once);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return written;
}

JsonNode *
bench_peer_ask (BenchPeer *self, JsonBuilder *request, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;

  json_builder_end_object (request);
  root = json_builder_get_root (request);
  text = json_to_string (root, FALSE);
  line = g_strconcat (text, "\n", NULL);
  return write_line (self, line, error) ? read_answer (self, error) : NULL;
}

JsonBuilder *
bench_peer_request_new (const char *what)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  bench_json_add_string (builder, "do", what);
  return builder;
}

void
bench_peer_set_missing (const BenchPeer *self, const char *member, GError **error)
{
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "%s’s process answered without what is called “%s”.",
               self->kind->name, member);
}

gboolean
bench_peer_open (BenchPeer *self, JsonBuilder *request, gint64 *id, GError **error)
{
  g_autoptr (JsonNode) answer = bench_peer_ask (self, request, error);

  if (answer == NULL)
    return FALSE;
  if (gbox_json_get_integer (json_node_get_object (answer), "id", id))
    return TRUE;
  bench_peer_set_missing (self, "id", error);
  return FALSE;
}

gboolean
bench_peer_close (BenchPeer *self, GError **error)
{
  g_autoptr (JsonBuilder) request = bench_peer_request_new ("close");
  g_autoptr (JsonNode) answer = bench_peer_ask (self, request, error);

  return answer != NULL;
}

gboolean
bench_peer_run (BenchPeer *self, gint64 id, double *seconds, GError **error)
{
  g_autoptr (JsonBuilder) request = bench_peer_request_new ("run");
  g_autoptr (JsonNode) answer = NULL;

  bench_json_add_int (request, "id", id);
  answer = bench_peer_ask (self, request, error);
  if (answer == NULL)
    return FALSE;
  if (gbox_json_get_real (json_node_get_object (answer), "seconds", seconds) && *seconds > 0)
    return TRUE;
  bench_peer_set_missing (self, "seconds", error);
  return FALSE;
}

double
bench_peer_get_cpu_seconds (const BenchPeer *self)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%s/task", g_subprocess_get_identifier (self->process));
  g_autoptr (GDir) threads = g_dir_open (folder, 0, NULL);
  double seconds = 0;
  const char *thread;

  if (threads == NULL)
    return 0;
  while ((thread = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, thread, "schedstat", NULL);
      g_autofree char *text = NULL;

      /* Its first number is nanoseconds on a processor. */
      if (g_file_get_contents (path, &text, NULL, NULL))
        seconds += g_ascii_strtod (text, NULL) * NANOSECONDS;
    }
  return seconds;
}

gboolean
bench_peer_settle (const BenchPeer *self)
{
  double before = bench_peer_get_cpu_seconds (self);

  for (guint i = 0; i < REST_TRIES; i++)
    {
      double after;

      g_usleep (REST_MICROSECONDS);
      after = bench_peer_get_cpu_seconds (self);
      if (after - before < REST_SHARE * REST_MICROSECONDS * 1e-6)
        return TRUE;
      before = after;
    }
  return FALSE;
}
