/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli bench: how fast this machine does what the window does. */
#include <stdio.h>

#include "base/error.h"
#include "base/team.h"
#include "bench-case.h"
#include "bench-finetune.h"
#include "bench-language-case.h"
#include "bench-language.h"
#include "bench-vision.h"
#include "cli.h"

#define MAX_REPEATS     1000
#define DEFAULT_THREADS 2
/* As many repeats as the subject has. */
#define REPEATS_UNSET G_MININT

static void
options_clear (BenchOptions *options)
{
  g_free (options->model);
  g_strfreev (options->only);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BenchOptions, options_clear)

static gboolean
parse (char ***words, BenchOptions *options, GError **error)
{
  GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &options->model,
      "Time only this one: a name from “glassbox-cli models”, or a file", "MODEL" },
    { "only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->only,
      "Time only what has this in its name, e.g. 4a@224 or decode; may be said again", "NAME" },
    { "repeats", 0, 0, G_OPTION_ARG_INT, &options->repeats,
      "How often each is timed, 1 … 1000; unless told 15 of vision, 7 of language, 3 of finetune", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options->threads, "Threads of each side; 2 unless told", "N" },
    { "parts", 0, 0, G_OPTION_ARG_NONE, &options->parts,
      "Say of everything timed what its parts take, not only of some", NULL },
    { "no-peer", 0, 0, G_OPTION_ARG_NONE, &options->no_peer, "Leave PyTorch or llama.cpp out", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print a JSON object a line", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("vision|language|finetune — time this machine");

  g_option_context_set_description (
    context,
    "“vision” times steps of visualizations and classification, “language” prompts and completions,\n"
    "“finetune” a training step of 64 completions of 28 tokens.\n"
    "Where python3 finds torch, with transformers and gguf for “finetune”, or llama-cpp-python for\n"
    "“language”, that does the same work in turns with Glassbox; a ratio is its time over Glassbox’s.\n"
    "What is being timed is said on standard error. Let nothing else run meanwhile.");
  g_option_context_add_main_entries (context, entries, NULL);
  return cli_parse (context, words, error);
}

/**
 * Subject:
 * @name: what the command line calls it
 * @repeats: how often each is timed unless told: all of it ends within some five minutes beside a peer
 * @check_names: (nullable): whether what --only names is in it; %NULL where nothing can be picked
 * @run: does it
 */
typedef struct
{
  const char *name;
  int repeats;
  gboolean (*check_names) (char **only, GError **error);
  int (*run) (const BenchOptions *options);
} Subject;

static const Subject subjects[] = {
  { "vision", 15, bench_check_names, bench_vision },
  { "language", 7, bench_language_check_names, bench_language },
  { "finetune", 3, NULL, bench_finetune },
};

/* (nullable). */
static const Subject *
find_subject (char **words)
{
  for (gsize i = 0; g_strv_length (words) == 2 && i < G_N_ELEMENTS (subjects); i++)
    if (g_str_equal (words[1], subjects[i].name))
      return &subjects[i];
  return NULL;
}

static gboolean
check_names (const Subject *subject, char **only, GError **error)
{
  if (subject->check_names != NULL)
    return subject->check_names (only, error);
  if (only == NULL)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "%s is one thing: leave --only out.",
               subject->name);
  return FALSE;
}

static gboolean
check_usage (const Subject *subject, const BenchOptions *options, GError **error)
{
  if (subject == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "say what to time: vision, language or finetune.");
  else if (options->repeats < 1 || options->repeats > MAX_REPEATS)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--repeats takes a number from 1 to %d, not %d.", MAX_REPEATS, options->repeats);
  else if (options->threads < 1 || options->threads > GBOX_TEAM_MAX_THREADS)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--threads takes a number from 1 to %d, not %d.", GBOX_TEAM_MAX_THREADS, options->threads);
  else
    return check_names (subject, options->only, error);
  return FALSE;
}

int
cli_bench (char **argv)
{
  g_auto (BenchOptions) options = { .repeats = REPEATS_UNSET, .threads = DEFAULT_THREADS };
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;
  const Subject *subject = NULL;

  if (parse (&words, &options, &error))
    {
      subject = find_subject (words);
      if (subject != NULL && options.repeats == REPEATS_UNSET)
        options.repeats = subject->repeats;
    }
  if (error != NULL || !check_usage (subject, &options, &error))
    return cli_usage_error (argv[0], error);
  /* What reads a pipe gets each line when it is known, not all of them minutes later. */
  setvbuf (stdout, NULL, _IOLBF, BUFSIZ);
  return subject->run (&options);
}
