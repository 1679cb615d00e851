/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli index: looks through folders of photographs with a network. */
#include "base/error.h"
#include "base/path-text.h"
#include "cli.h"
#include "runtime/engine.h"
#include "vision/photo-index-job.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop;
  GboxRun *run;
  gboolean json;
  guint n_skipped;
  double seconds;
  double n_patches;
  int code;
} Session;

static void
print_found (const Session *session, const GboxPhotosFound *found)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!session->json)
    {
      g_printerr ("%u photographs, %u of them looked at before; %u are gone.\n", found->n_photos,
                  found->n_known, found->n_forgotten);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_integer (builder, "photos", found->n_photos);
  cli_add_integer (builder, "known", found->n_known);
  cli_add_integer (builder, "unreadable", found->n_unreadable);
  cli_add_integer (builder, "forgotten", found->n_forgotten);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_skipped (Session *session, const GboxPhotoSkipped *skipped)
{
  g_autofree char *path = g_filename_display_name (skipped->path);
  g_autofree char *shown = gbox_path_to_text (skipped->path);
  g_autoptr (JsonBuilder) builder = NULL;

  session->n_skipped++;
  if (!session->json)
    {
      g_printerr (isatty (STDERR_FILENO) ? "\r\033[KSkipped %s: %s\n" : "Skipped %s: %s\n", shown,
                  skipped->problem);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_text (builder, "skipped", path);
  cli_add_text (builder, "problem", skipped->problem);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
on_record (GboxRun *run, GType type, gconstpointer record, Session *session)
{
  if (type == GBOX_TYPE_PHOTOS_FOUND)
    print_found (session, record);
  else if (type == GBOX_TYPE_PHOTO_SKIPPED)
    print_skipped (session, record);
}

static void
on_point (GboxRun *run, const GboxPoint *point, Session *session)
{
  g_autoptr (JsonBuilder) builder = NULL;

  session->seconds = point->seconds;
  session->n_patches = point->values[GBOX_PHOTO_INDEX_VALUE_PATCHES];
  if (!session->json)
    return;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_integer (builder, "done", point->step);
  cli_add_integer (builder, "of", gbox_run_get_n_steps (run));
  cli_add_integer (builder, "patches", (gint64) session->n_patches);
  cli_add_number (builder, "seconds", point->seconds);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_progress (Session *session)
{
  const guint step = gbox_run_get_step (session->run), n_steps = gbox_run_get_n_steps (session->run);
  const gboolean terminal = isatty (STDERR_FILENO);

  if (step == 0 || (!terminal && step % MAX (n_steps / 10, 1) != 0 && step != n_steps))
    return;
  g_printerr (terminal ? "\r\033[K%u/%u photographs, %.1f a second" : "%u/%u photographs, %.1f a second\n",
              step, n_steps, session->seconds > 0.0 ? step / session->seconds : 0.0);
}

static void
finish (Session *session)
{
  const guint n = gbox_run_get_step (session->run);

  if (n > 0)
    g_printerr (isatty (STDERR_FILENO) ? "\n%u photographs (%.0f patches) in %.1f s; %u skipped.\n"
                                       : "%u photographs (%.0f patches) in %.1f s; %u skipped.\n",
                n, session->n_patches, session->seconds, session->n_skipped);
  else
    g_printerr ("Nothing to do; %u skipped.\n", session->n_skipped);
  g_main_loop_quit (session->loop);
}

static void
on_state (GboxRun *run, GParamSpec *pspec, Session *session)
{
  switch (gbox_run_get_state (run))
    {
    case GBOX_RUN_FINISHED:
      finish (session);
      break;
    case GBOX_RUN_FAILED:
      session->code = cli_failure (gbox_run_get_error (run));
      g_main_loop_quit (session->loop);
      break;
    case GBOX_RUN_WAITING:
    case GBOX_RUN_RUNNING:
    case GBOX_RUN_PAUSED:
    case GBOX_RUN_STOPPED:
      break;
    }
}

/* What was done is kept. */
static gboolean
on_interrupt (gpointer user_data)
{
  Session *session = user_data;

  g_printerr (isatty (STDERR_FILENO) ? "\nInterrupted after %u photographs; the same command goes on.\n"
                                     : "Interrupted after %u photographs; the same command goes on.\n",
              gbox_run_get_step (session->run));
  session->code = CLI_FAILED;
  gbox_run_stop (session->run);
  g_main_loop_quit (session->loop);
  return G_SOURCE_CONTINUE;
}

static int
run_session (GboxEngine *engine, GboxPhotoIndexSpec *spec, gboolean json)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GboxRun) run = gbox_engine_start (engine, GBOX_SPEC (spec));
  Session session = { .loop = loop, .run = run, .json = json };
  guint sources[G_N_ELEMENTS (signals)];

  g_signal_connect (run, "record", G_CALLBACK (on_record), &session);
  g_signal_connect (run, "point", G_CALLBACK (on_point), &session);
  g_signal_connect_swapped (run, "notify::step", G_CALLBACK (print_progress), &session);
  g_signal_connect (run, "notify::state", G_CALLBACK (on_state), &session);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_interrupt, &session);
  on_state (run, NULL, &session);
  if (!gbox_run_is_final (run))
    g_main_loop_run (loop);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  g_signal_handlers_disconnect_by_data (run, &session);
  return session.code;
}

int
cli_index (char **argv)
{
  static const CliShortFlag flags[] = { { 'm', "--model" }, { 'l', "--layers" } };
  gboolean json = FALSE;
  GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print a JSON object a line for each photograph", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context
    = g_option_context_new ("FOLDER… — look for what excites each unit in folders of photographs");
  g_autoptr (GboxPhotoIndexSpec) spec = gbox_photo_index_spec_new ();
  g_auto (GStrv) words = cli_spell_out (argv, flags, G_N_ELEMENTS (flags));
  g_autofree char *folders = NULL;
  g_autoptr (GboxEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  int code;

  g_option_context_set_description (context,
                                    "What was looked at before and has not changed is not looked at again. "
                                    "-m and -l are --model and --layers.");
  g_option_context_set_main_group (context, gbox_spec_get_options (GBOX_SPEC (spec)));
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, &error))
    return cli_usage_error (argv[0], error);
  if (words[1] != NULL)
    {
      folders = g_strjoinv ("\n", words + 1);
      g_object_set (spec, "folders", folders, NULL);
    }
  if (!gbox_spec_validate (GBOX_SPEC (spec), &error))
    return cli_usage_error (argv[0], error);
  engine = gbox_engine_new (0, &error);
  if (engine == NULL)
    return cli_failure (error);
  code = run_session (engine, spec, json);
  gbox_engine_shutdown (engine);
  return code;
}
