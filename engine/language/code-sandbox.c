/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where Python that nobody has read may run: bubblewrap's namespaces, limits, and a filter of system calls.
 */
#include "language/code-sandbox.h"

#include "base/error.h"
#include "language-resources.h"
#include "language/code-filter.h"
#include "models/json-reading.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PYTHON  "/usr/bin/python3"
#define HARNESS "/org/glassbox/Glassbox/engine/code-harness.py"

/* The system's calls for files number what a program inherits from 3 on. */
#define FILTER_FD 3

#define MAX_SOURCE  (1 << 20)
#define MAX_OUTPUT  (64 * 1024)
#define MAX_OPEN    32
#define MAX_THREADS 16
#define MAX_FILE    (1 << 20)
#define TMP_BYTES   "16777216"
#define MEBIBYTE    (1 << 20)

/* How a shell says that a signal ended a program, and so does bubblewrap. */
#define SIGNAL_BASE 128

struct _GboxCodeSandbox
{
  gint n_references; /* atomic */
  char **argv;
  GBytes *filter;
};

/* One evaluation. */
typedef struct
{
  GSubprocess *process;
  GSource *timer;
  GCancellable *reading;
  GCancellable *cancellable;
  gulong cancelled;
  gboolean timed_out;
  gint64 begin; /* µs */
  guint64 n_starved;
  char *output; /* (MAX_OUTPUT + 1) */
  gsize n_output;
  GboxCodeAnswerKind kind;
} Evaluation;

static void
evaluation_free (Evaluation *evaluation)
{
  if (evaluation->timer != NULL)
    g_source_destroy (evaluation->timer);
  g_clear_pointer (&evaluation->timer, g_source_unref);
  if (evaluation->cancelled != 0)
    g_cancellable_disconnect (evaluation->cancellable, evaluation->cancelled);
  g_clear_object (&evaluation->cancellable);
  g_clear_object (&evaluation->reading);
  g_clear_object (&evaluation->process);
  g_free (evaluation->output);
  g_free (evaluation);
}

GboxCodeSandbox *
gbox_code_sandbox_ref (GboxCodeSandbox *sandbox)
{
  g_atomic_int_inc (&sandbox->n_references);
  return sandbox;
}

void
gbox_code_sandbox_unref (GboxCodeSandbox *sandbox)
{
  if (!g_atomic_int_dec_and_test (&sandbox->n_references))
    return;
  g_strfreev (sandbox->argv);
  g_bytes_unref (sandbox->filter);
  g_free (sandbox);
}

static void
add_words (GStrvBuilder *argv, const char *const *words)
{
  for (; *words != NULL; words++)
    g_strv_builder_add (argv, *words);
}

/* /lib and its relatives, which are links into /usr or folders of their own. */
static void
add_library_folder (GStrvBuilder *argv, const char *path)
{
  g_autofree char *target = g_file_read_link (path, NULL);

  if (target != NULL)
    add_words (argv, (const char *const[]){ "--symlink", target, path, NULL });
  else if (g_file_test (path, G_FILE_TEST_IS_DIR))
    add_words (argv, (const char *const[]){ "--ro-bind", path, path, NULL });
}

/* Only Python and the libraries: no programs, and no file that holds the checks. A mount is read-only, but
 * for /tmp; the root that bubblewrap makes becomes so last. */
static char **
make_arguments (const char *bwrap)
{
  static const char *const folders[] = { "/lib", "/lib64", "/lib32", "/usr/lib64", "/usr/local/lib" };
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autoptr (GBytes) harness = g_resource_lookup_data (gbox_language_get_resource (), HARNESS, 0, NULL);
  g_autofree char *filter_fd = g_strdup_printf ("%d", FILTER_FD);

  add_words (argv, (const char *const[]){ bwrap,
                                          "--unshare-all",
                                          "--unshare-user",
                                          "--die-with-parent",
                                          "--new-session",
                                          "--clearenv",
                                          "--cap-drop",
                                          "ALL",
                                          "--uid",
                                          "65534",
                                          "--gid",
                                          "65534",
                                          "--hostname",
                                          "sandbox",
                                          "--ro-bind",
                                          "/usr/lib",
                                          "/usr/lib",
                                          "--ro-bind",
                                          PYTHON,
                                          PYTHON,
                                          NULL });
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    add_library_folder (argv, folders[i]);
  add_words (argv, (const char *const[]){ "--dev-bind",
                                          "/dev/null",
                                          "/dev/null",
                                          "--dev-bind",
                                          "/dev/urandom",
                                          "/dev/urandom",
                                          "--size",
                                          TMP_BYTES,
                                          "--tmpfs",
                                          "/tmp",
                                          "--chdir",
                                          "/tmp",
                                          "--remount-ro",
                                          "/",
                                          "--seccomp",
                                          filter_fd,
                                          PYTHON,
                                          "-I",
                                          "-S",
                                          "-B",
                                          "-c",
                                          g_bytes_get_data (harness, NULL),
                                          NULL });
  return g_strv_builder_end (argv);
}

/* A file in memory with this content, or −1. */
static int
make_file (gconstpointer data, gsize size)
{
  const int fd = memfd_create ("glassbox", MFD_CLOEXEC);

  if (fd < 0)
    return -1;
  for (gsize at = 0; at < size;)
    {
      const ssize_t n = write (fd, (const char *) data + at, size - at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          close (fd);
          return -1;
        }
      at += (gsize) n;
    }
  lseek (fd, 0, SEEK_SET);
  return fd;
}

static void
add_limit (JsonBuilder *builder, const char *name, gint64 soft, gint64 hard)
{
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, name);
  json_builder_add_int_value (builder, soft);
  json_builder_add_int_value (builder, hard);
  json_builder_end_array (builder);
}

/* The hard limit of processor time kills what ignores the soft one. */
static char *
make_request (const char *source, const char *call)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "source");
  json_builder_add_string_value (builder, source);
  json_builder_set_member_name (builder, "call");
  json_builder_add_string_value (builder, call);
  json_builder_set_member_name (builder, "limits");
  json_builder_begin_array (builder);
  add_limit (builder, "RLIMIT_AS", GBOX_SANDBOX_MEGABYTES * (gint64) MEBIBYTE,
             GBOX_SANDBOX_MEGABYTES * (gint64) MEBIBYTE);
  add_limit (builder, "RLIMIT_CPU", GBOX_SANDBOX_CPU_SECONDS, GBOX_SANDBOX_CPU_SECONDS + 1);
  add_limit (builder, "RLIMIT_NPROC", MAX_THREADS, MAX_THREADS);
  add_limit (builder, "RLIMIT_FSIZE", MAX_FILE, MAX_FILE);
  add_limit (builder, "RLIMIT_NOFILE", MAX_OPEN, MAX_OPEN);
  add_limit (builder, "RLIMIT_CORE", 0, 0);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static void
lead_group (gpointer user_data)
{
  setpgid (0, 0);
}

/* With all of its group: bubblewrap's own child, if it is so young that it would not yet end with its
 * parent. */
static void
end_group (GSubprocess *process)
{
  const char *id = g_subprocess_get_identifier (process);

  if (id != NULL)
    kill (-(pid_t) g_ascii_strtoll (id, NULL, 10), SIGKILL);
}

/* Starts the program as the first of a process group; %NULL with an error. */
static GSubprocess *
start (
  GboxCodeSandbox *sandbox, const char *source, const char *call, GSubprocessFlags errors, GError **error)
{
  g_autofree char *request = make_request (source, call);
  g_autoptr (GSubprocessLauncher) launcher
    = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | errors);
  const int input = make_file (request, strlen (request));
  const int filter = make_file (g_bytes_get_data (sandbox->filter, NULL), g_bytes_get_size (sandbox->filter));
  g_autoptr (GError) why = NULL;
  GSubprocess *process = NULL;

  if (input < 0 || filter < 0)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "The sandbox could not be given its input: %s.",
                   g_strerror (errno));
      if (input >= 0)
        close (input);
      return NULL;
    }
  g_subprocess_launcher_set_child_setup (launcher, lead_group, NULL, NULL);
  g_subprocess_launcher_take_stdin_fd (launcher, input);
  g_subprocess_launcher_take_fd (launcher, filter, FILTER_FD);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) sandbox->argv, &why);
  if (process == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "The sandbox could not be started: %s.",
                 why->message);
  return process;
}

/* What the one line says that the harness, or the sample in its place, wrote; %NULL if it is none. */
static char *
read_answer (const char *output, gsize length, GboxCodeAnswerKind *kind)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static (output, length);
  JsonObject *object = gbox_json_parse (parser, bytes, MAX_OUTPUT, "answer", NULL);
  const char *value = gbox_json_get_string (object, "value");
  const char *exception = gbox_json_get_string (object, "exception");

  *kind = value != NULL                            ? GBOX_CODE_VALUE
          : exception == NULL                      ? GBOX_CODE_NO_ANSWER
          : g_str_equal (exception, "MemoryError") ? GBOX_CODE_MEMORY
                                                   : GBOX_CODE_EXCEPTION;
  return g_strdup (value != NULL ? value : *kind == GBOX_CODE_EXCEPTION ? exception : "");
}

/* Programs that the kernel has ended since it started because memory ran out; 0 where it does not say. */
static guint64
count_starved (void)
{
  static const char key[] = "\noom_kill ";
  g_autofree char *counters = NULL;
  const char *at;

  if (!g_file_get_contents ("/proc/vmstat", &counters, NULL, NULL))
    return 0;
  at = strstr (counters, key);
  return at != NULL ? g_ascii_strtoull (at + strlen (key), NULL, 10) : 0;
}

/* Whether the program was ended, and for what: the limit of processor time ends it with either signal, the
 * kernel where memory runs out with the second, and so may the program itself. Python computes on one
 * processor, so that its time is no longer than that of the clock. */
static gboolean
was_ended (const Evaluation *evaluation, GboxCodeAnswerKind *kind)
{
  const gint64 limit = GBOX_SANDBOX_CPU_SECONDS * G_USEC_PER_SEC;
  int status;

  *kind = GBOX_CODE_TIME_OUT;
  if (evaluation->timed_out)
    return TRUE;
  if (!g_subprocess_get_if_exited (evaluation->process))
    return FALSE;
  status = g_subprocess_get_exit_status (evaluation->process);
  if (status == SIGNAL_BASE + SIGXCPU)
    return TRUE;
  if (status != SIGNAL_BASE + SIGKILL)
    return FALSE;
  if (count_starved () > evaluation->n_starved)
    *kind = GBOX_CODE_MEMORY;
  else if (g_get_monotonic_time () - evaluation->begin < limit)
    *kind = GBOX_CODE_NO_ANSWER;
  return TRUE;
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Evaluation *evaluation = g_task_get_task_data (task);
  char *text;

  g_subprocess_wait_finish (evaluation->process, result, NULL);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (was_ended (evaluation, &evaluation->kind))
    {
      g_task_return_pointer (task, g_strdup (""), g_free);
      return;
    }
  if (evaluation->n_output > MAX_OUTPUT)
    {
      evaluation->kind = GBOX_CODE_NO_ANSWER;
      g_task_return_pointer (task, g_strdup (""), g_free);
      return;
    }
  text = read_answer (evaluation->output, evaluation->n_output, &evaluation->kind);
  g_task_return_pointer (task, text, g_free);
}

/* All output is there, or too much of it. What closed it may live on until its time is up. */
static void
on_output (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Evaluation *evaluation = g_task_get_task_data (task);

  g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &evaluation->n_output, NULL);
  if (evaluation->n_output > MAX_OUTPUT)
    end_group (evaluation->process);
  g_subprocess_wait_async (evaluation->process, NULL, on_ended, g_steal_pointer (&task));
}

/* Whatever may still hold the pipe open is waited for no longer. */
static void
end_evaluation (Evaluation *evaluation)
{
  end_group (evaluation->process);
  g_cancellable_cancel (evaluation->reading);
}

static gboolean
on_time_out (gpointer user_data)
{
  Evaluation *evaluation = user_data;

  evaluation->timed_out = TRUE;
  end_evaluation (evaluation);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  end_evaluation (user_data);
}

static void
watch (GTask *task, Evaluation *evaluation)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  evaluation->timer = g_timeout_source_new_seconds (GBOX_SANDBOX_WALL_SECONDS);
  g_source_set_callback (evaluation->timer, on_time_out, evaluation, NULL);
  g_source_attach (evaluation->timer, g_task_get_context (task));
  if (cancellable != NULL)
    {
      evaluation->cancellable = g_object_ref (cancellable);
      evaluation->cancelled
        = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), evaluation, NULL);
    }
}

void
gbox_code_sandbox_evaluate_async (GboxCodeSandbox *sandbox,
                                  const char *source,
                                  const char *call,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Evaluation *evaluation = g_new0 (Evaluation, 1);
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, gbox_code_sandbox_evaluate_async);
  g_task_set_task_data (task, evaluation, (GDestroyNotify) evaluation_free);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (strlen (source) > MAX_SOURCE)
    {
      g_task_return_new_error (task, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                               "The code is longer than 1 MiB. Shorten it.");
      return;
    }
  evaluation->process = start (sandbox, source, call, G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  if (evaluation->process == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  evaluation->begin = g_get_monotonic_time ();
  evaluation->n_starved = count_starved ();
  evaluation->reading = g_cancellable_new ();
  watch (task, evaluation);
  evaluation->output = g_malloc (MAX_OUTPUT + 1);
  g_input_stream_read_all_async (g_subprocess_get_stdout_pipe (evaluation->process), evaluation->output,
                                 MAX_OUTPUT + 1, G_PRIORITY_DEFAULT, evaluation->reading, on_output,
                                 g_object_ref (task));
}

char *
gbox_code_sandbox_evaluate_finish (GAsyncResult *result, GboxCodeAnswerKind *kind, GError **error)
{
  const Evaluation *evaluation = g_task_get_task_data (G_TASK (result));

  *kind = evaluation->kind;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fail (GTask *task, const char *why)
{
  g_task_return_new_error (task, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                           "Code cannot be run safely here, so it is not run at all: %s", why);
}

/* What bubblewrap or Python complained of, in a line. */
static void
fail_with_output (GTask *task, char *errors)
{
  char *end = errors != NULL ? strchr (errors, '\n') : NULL;
  g_autofree char *why = NULL;

  if (end != NULL)
    *end = '\0';
  why = g_strdup_printf ("a trial of the sandbox failed (%s).",
                         errors != NULL && *errors != '\0' ? errors : "it said nothing");
  fail (task, why);
}

/* A sandbox that is tried. */
typedef struct
{
  GboxCodeSandbox *sandbox;
  GSubprocess *process;
  GSource *timer;
  gboolean timed_out;
} Trial;

static void
trial_free (Trial *trial)
{
  if (trial->timer != NULL)
    g_source_destroy (trial->timer);
  g_clear_pointer (&trial->timer, g_source_unref);
  g_clear_object (&trial->process);
  gbox_code_sandbox_unref (trial->sandbox);
  g_free (trial);
}

static gboolean
on_trial_time_out (gpointer user_data)
{
  Trial *trial = user_data;

  trial->timed_out = TRUE;
  end_group (trial->process);
  return G_SOURCE_REMOVE;
}

static void
on_tried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree char *output = NULL, *errors = NULL, *answer = NULL;
  GboxCodeAnswerKind kind = GBOX_CODE_NO_ANSWER;
  const Trial *trial;

  if (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &output, &errors, NULL)
      && output != NULL)
    answer = read_answer (output, strlen (output), &kind);
  trial = g_task_get_task_data (task);
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    end_group (trial->process);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (trial->timed_out)
    fail (task, "a trial of the sandbox did not end.");
  else if (kind == GBOX_CODE_VALUE && g_str_equal (answer, "42"))
    g_task_return_pointer (task, gbox_code_sandbox_ref (trial->sandbox),
                           (GDestroyNotify) gbox_code_sandbox_unref);
  else
    fail_with_output (task, errors);
}

/* Takes the filter. */
static GboxCodeSandbox *
make_sandbox (const char *bwrap, GBytes *filter)
{
  GboxCodeSandbox *sandbox = g_new0 (GboxCodeSandbox, 1);

  g_atomic_int_set (&sandbox->n_references, 1);
  sandbox->argv = make_arguments (bwrap);
  sandbox->filter = filter;
  return sandbox;
}

void
gbox_code_sandbox_open_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *bwrap = g_find_program_in_path ("bwrap");
  GBytes *filter = gbox_code_filter_new ();
  Trial *trial;
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, gbox_code_sandbox_open_async);
  if (bwrap == NULL || filter == NULL || !g_file_test (PYTHON, G_FILE_TEST_IS_EXECUTABLE))
    {
      g_clear_pointer (&filter, g_bytes_unref);
      fail (task, bwrap == NULL ? "bubblewrap is not installed (its program “bwrap” was not found)."
                  : !g_file_test (PYTHON, G_FILE_TEST_IS_EXECUTABLE)
                    ? "there is no " PYTHON "."
                    : "it is not known which system calls to refuse on this kind of machine.");
      return;
    }
  trial = g_new0 (Trial, 1);
  trial->sandbox = make_sandbox (bwrap, filter);
  g_task_set_task_data (task, trial, (GDestroyNotify) trial_free);
  trial->process = start (trial->sandbox, "x = 6", "x * 7", G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  if (trial->process == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  trial->timer = g_timeout_source_new_seconds (GBOX_SANDBOX_WALL_SECONDS);
  g_source_set_callback (trial->timer, on_trial_time_out, trial, NULL);
  g_source_attach (trial->timer, g_task_get_context (task));
  g_subprocess_communicate_utf8_async (trial->process, NULL, cancellable, on_tried, g_steal_pointer (&task));
}

GboxCodeSandbox *
gbox_code_sandbox_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
