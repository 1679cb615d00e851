/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli bench: how fast this machine does what the window does. */
#include "base/error.h"
#include "base/team.h"
#include "bench-case.h"
#include "bench-language-case.h"
#include "bench-language.h"
#include "bench-vision.h"
#include "cli.h"

#define DEFAULT_REPEATS 15
#define MAX_REPEATS     1000
#define DEFAULT_THREADS 2

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
      "How often each is timed, 1 … 1000; 15 unless told", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options->threads, "Threads of each side; 2 unless told", "N" },
    { "parts", 0, 0, G_OPTION_ARG_NONE, &options->parts,
      "Say of everything timed what its parts take, not only of some", NULL },
    { "no-peer", 0, 0, G_OPTION_ARG_NONE, &options->no_peer, "Leave PyTorch or llama.cpp out", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print a JSON object a line", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("vision|language — time this machine");

  g_option_context_set_description (
    context,
    "“vision” times steps of visualizations and classification, “language” prompts and completions.\n"
    "Where python3 finds torch, or for “language” llama-cpp-python, that does the same work in turns\n"
    "with Glassbox; a ratio is its time over Glassbox’s. Let nothing else run meanwhile.");
  g_option_context_add_main_entries (context, entries, NULL);
  return cli_parse (context, words, error);
}

static gboolean
is_language (char **words)
{
  return g_str_equal (words[1], "language");
}

static gboolean
check_usage (char **words, const BenchOptions *options, GError **error)
{
  if (g_strv_length (words) != 2 || !(g_str_equal (words[1], "vision") || is_language (words)))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "say what to time: vision or language.");
  else if (options->repeats < 1 || options->repeats > MAX_REPEATS)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--repeats takes a number from 1 to %d, not %d.", MAX_REPEATS, options->repeats);
  else if (options->threads < 1 || options->threads > GBOX_TEAM_MAX_THREADS)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "--threads takes a number from 1 to %d, not %d.", GBOX_TEAM_MAX_THREADS, options->threads);
  else
    return is_language (words) ? bench_language_check_names (options->only, error)
                               : bench_check_names (options->only, error);
  return FALSE;
}

int
cli_bench (char **argv)
{
  g_auto (BenchOptions) options = { .repeats = DEFAULT_REPEATS, .threads = DEFAULT_THREADS };
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;

  if (!parse (&words, &options, &error) || !check_usage (words, &options, &error))
    return cli_usage_error (argv[0], error);
  return is_language (words) ? bench_language (&options) : bench_vision (&options);
}
