/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the language side, beside llama.cpp where that is installed. */
#include "bench-language.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "bench-language-report.h"
#include "bench-llama.h"
#include "bench-progress.h"
#include "cli.h"
#include "models/language-model.h"

#define NANOSECONDS 1e-9
#define KILOBYTE    1024

/* Loading is the same work every time: fewer times do. */
#define MAX_LOADS 5
/* Of the prompt whose first token is waited for. */
#define N_PROMPT 128
/* A file's weights are the same for both sides: their rounding brings them no further apart than this. */
#define MAX_PEER_ERROR 0.2

/* What both sides read to compare logits: some plain sentences, and a program. */
static const char text[]
  = "The river rose in the night, and by morning the road to the village was gone. Nobody had expected it so "
    "early in the year. def mean(values):\n    total = 0\n    for value in values:\n        total += value\n"
    "    return total / len(values)\n\nWater boils at a lower temperature in the mountains because";

/* What a run of the command carries along. */
typedef struct
{
  const BenchOptions *options;
  GboxTeam *team;
  char *path;
  GboxLanguageModel *model;
  BenchMachine machine;
  BenchPeer *peer; /* or NULL */
  BenchLanguageReport report;
} Session;

static void
session_clear (Session *session)
{
  bench_peer_free (session->peer);
  g_clear_pointer (&session->model, gbox_language_model_unref);
  g_clear_pointer (&session->team, gbox_team_free);
  g_free (session->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

static gboolean
locate (Session *session, GError **error)
{
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (error);
  const char *name = session->options->model;

  if (catalogue == NULL)
    return FALSE;
  if (name == NULL)
    name = gbox_catalogue_get_default (catalogue, GBOX_MODEL_LANGUAGE);
  session->path = gbox_catalogue_locate (catalogue, name, error);
  return session->path != NULL;
}

static double
get_peak_memory (void)
{
  struct rusage usage = { 0 };

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss * KILOBYTE;
}

static int
get_prompt_length (const Session *session)
{
  const GboxTransformer *model = gbox_language_model_get_transformer (session->model);

  return MIN (N_PROMPT, gbox_transformer_get_config (model)->n_context);
}

/* Seconds until the first token after a prompt, with memory that was never used. */
static gboolean
time_first (Session *session, double *seconds, GError **error)
{
  const gint64 begin = gbox_lap_clock_now ();
  g_autoptr (GboxLanguageBench) bench
    = gbox_language_bench_new (gbox_language_model_get_transformer (session->model), session->team,
                               GBOX_PRECISION_INT8, GBOX_LANGUAGE_PROMPT, get_prompt_length (session), error);

  if (bench == NULL)
    return FALSE;
  gbox_language_bench_run (bench);
  *seconds = (double) (gbox_lap_clock_now () - begin) * NANOSECONDS;
  return TRUE;
}

/* Before anything else, so that the memory counted is this alone. */
static gboolean
load (Session *session, BenchLoading *loading, GError **error)
{
  const guint n = (guint) MIN (session->options->repeats, MAX_LOADS);
  double loads[MAX_LOADS], firsts[MAX_LOADS];
  GStatBuf status;

  bench_say_what (BENCH_LANGUAGE_LOAD);
  for (guint i = 0; i < n; i++)
    {
      const gint64 begin = gbox_lap_clock_now ();

      g_clear_pointer (&session->model, gbox_language_model_unref);
      session->model = gbox_language_model_load (session->path, error);
      if (session->model == NULL)
        return FALSE;
      loads[i] = (double) (gbox_lap_clock_now () - begin) * NANOSECONDS;
      if (!time_first (session, &firsts[i], error))
        return FALSE;
      if (i == 0)
        loading->peak = get_peak_memory ();
    }
  if (g_stat (session->path, &status) == 0)
    loading->file_size = (double) status.st_size;
  loading->model_size
    = (double) gbox_transformer_get_size (gbox_language_model_get_transformer (session->model));
  loading->n_prompt = get_prompt_length (session);
  loading->load = bench_spread (loads, n);
  loading->first = bench_spread (firsts, n);
  return TRUE;
}

static double
run_bench (gpointer bench)
{
  return gbox_language_bench_run (bench);
}

static double
get_median_part (const double *samples, guint n, guint part)
{
  g_autofree double *column = g_new (double, n);

  for (guint i = 0; i < n; i++)
    column[i] = samples[i * GBOX_LANGUAGE_BENCH_N_PARTS + part];
  return bench_spread (column, n).median;
}

static void
time_parts (Session *session, const BenchLanguageCase *work, GboxLanguageBench *bench)
{
  const GboxTransformer *model = gbox_language_model_get_transformer (session->model);
  const guint n = (guint) session->options->repeats;
  g_autofree double *samples = g_new (double, (gsize) n *GBOX_LANGUAGE_BENCH_N_PARTS);
  g_autofree double *wholes = g_new (double, n);
  BenchLanguageParts parts = { 0 };

  gbox_language_bench_run (bench);
  for (guint i = 0; i < n; i++)
    wholes[i] = gbox_language_bench_run_parts (bench, samples + (gsize) i * GBOX_LANGUAGE_BENCH_N_PARTS);
  parts.whole = bench_spread (wholes, n);
  for (guint part = 0; part < GBOX_LANGUAGE_BENCH_N_PARTS; part++)
    parts.seconds[part] = get_median_part (samples, n, part);
  for (GboxTransformerLap lap = 0; lap < GBOX_N_TRANSFORMER_LAPS; lap++)
    {
      const gboolean head = lap == GBOX_LAP_HEAD;
      const gboolean one_head = head && work->work == GBOX_LANGUAGE_PROMPT;
      const int n_tokens
        = head ? gbox_language_bench_get_n_logits (bench) : gbox_language_bench_get_n_tokens (bench);
      const int n_passes = one_head ? 1 : gbox_language_bench_get_n_passes (bench);

      parts.bytes[lap] = (double) gbox_transformer_get_lap_size (model, lap) * n_passes;
      parts.products[lap] = (double) gbox_transformer_get_lap_weights (model, lap) * n_tokens;
    }
  bench_language_report_parts (&session->report, work, &parts, &session->machine);
}

static gboolean
add_peers (const Session *session, const BenchLanguageCase *work, BenchTurns *turns, GError **error)
{
  const guint n = work->work == GBOX_LANGUAGE_SEQUENCES ? BENCH_N_LLAMA_WAYS : BENCH_N_LLAMA_WAYS - 1;

  for (guint i = 0; i < n; i++)
    {
      gint64 id;

      if (!bench_llama_open (session->peer, work, session->path, bench_llama_ways[i], &id, error))
        return FALSE;
      bench_turns_add_peer (turns, bench_llama_ways[i], id, TRUE);
    }
  return TRUE;
}

/* A model that was made for short texts does not get to all of it. */
static gboolean
time_case (Session *session, const BenchLanguageCase *work, GError **error)
{
  g_autoptr (GError) unfit = NULL;
  g_autoptr (GboxLanguageBench) bench
    = gbox_language_bench_new (gbox_language_model_get_transformer (session->model), session->team,
                               work->precision, work->work, work->n, &unfit);
  g_autoptr (BenchTurns) turns = NULL;
  BenchTimes times;

  bench_say_what (work->name);
  if (bench == NULL)
    {
      bench_language_report_missing (&session->report, work->name, unfit->message);
      return TRUE;
    }
  turns = bench_turns_new (run_bench, bench, session->peer, (guint) session->options->repeats);
  if ((session->peer != NULL && !add_peers (session, work, turns, error))
      || !bench_turns_take (turns, &times, error)
      || (session->peer != NULL && !bench_peer_close (session->peer, error)))
    return FALSE;
  bench_language_report_times (&session->report, work, gbox_language_bench_get_n_tokens (bench), &times);
  if (work->parts || session->options->parts)
    time_parts (session, work, bench);
  return TRUE;
}

static gboolean
compare_with_peer (
  Session *session, const int *tokens, int n, int n_vocab, const float *reference, GError **error)
{
  g_autofree float *theirs = bench_llama_get_logits (session->peer, session->path, tokens, n, n_vocab, error);
  BenchLogitsError found;

  if (theirs == NULL)
    return FALSE;
  found = bench_logits_compare (theirs, reference, n, n_vocab);
  /* So that NaN fails. */
  if (!(found.rms < MAX_PEER_ERROR))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                   "Glassbox and llama.cpp do not compute the same, so their times say nothing: the logits "
                   "differ by %.2f.",
                   found.rms);
      return FALSE;
    }
  bench_language_report_logits (&session->report, "llama.cpp", &found);
  return TRUE;
}

static gboolean
compare_logits (Session *session, GError **error)
{
  GboxTransformer *model = gbox_language_model_get_transformer (session->model);
  const GboxLanguageConfig *config = gbox_transformer_get_config (model);
  g_autoptr (GArray) ids = gbox_tokenizer_encode (gbox_language_model_get_tokenizer (session->model), text,
                                                  strlen (text), GBOX_TOKENIZE_PLAIN);
  const int *tokens = (const int *) (gpointer) ids->data;
  const int n = MIN (MIN ((int) ids->len, GBOX_TRANSFORMER_CHUNK), config->n_context);
  g_autofree float *reference = NULL;

  bench_say_what (BENCH_LANGUAGE_LOGITS);
  reference = bench_logits_compute (model, session->team, GBOX_PRECISION_FLOAT32, tokens, n, error);

  for (GboxPrecision precision = GBOX_PRECISION_INT8; precision < GBOX_PRECISION_FLOAT32; precision++)
    {
      g_autofree float *logits = bench_logits_compute (model, session->team, precision, tokens, n, error);
      BenchLogitsError found;

      if (logits == NULL || reference == NULL)
        return FALSE;
      found = bench_logits_compare (logits, reference, n, config->n_vocab);
      bench_language_report_logits (&session->report, bench_precision_get_name (precision), &found);
    }
  return session->peer == NULL || compare_with_peer (session, tokens, n, config->n_vocab, reference, error);
}

/* Starts the peer and looks at the machine. */
static void
start (Session *session)
{
  g_autoptr (GError) reason = NULL;

  if (session->options->no_peer)
    g_set_error_literal (&reason, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "It was not asked for.");
  else if (!g_str_has_suffix (session->path, ".gguf"))
    g_set_error_literal (&reason, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "It reads only GGUF files.");
  else
    session->peer = bench_llama_new ((guint) session->options->threads, &reason);
  session->machine = bench_machine_measure (session->team);
  bench_language_report_machine (&session->report, (guint) session->options->threads, &session->machine,
                                 session->peer, reason != NULL ? reason->message : NULL);
}

static gboolean
time_all (Session *session, GError **error)
{
  char **only = session->options->only;
  BenchLoading loading = { 0 };

  if (!locate (session, error) || !load (session, &loading, error))
    return FALSE;
  start (session);
  if (bench_language_is_wanted (BENCH_LANGUAGE_LOAD, only))
    bench_language_report_loading (&session->report, &loading);
  /* Also where only times are wanted: they mean nothing unless both compute the same. */
  if ((session->peer != NULL || bench_language_is_wanted (BENCH_LANGUAGE_LOGITS, only))
      && !compare_logits (session, error))
    return FALSE;
  for (guint i = 0; i < bench_language_get_n_cases (); i++)
    {
      const BenchLanguageCase *work = bench_language_get_case (i);

      if (bench_language_is_wanted (work->name, only) && !time_case (session, work, error))
        return FALSE;
    }
  return TRUE;
}

int
bench_language (const BenchOptions *options)
{
  g_auto (Session) session = { .options = options, .report = { .json = options->json } };
  g_autoptr (GError) error = NULL;

  session.team = gbox_team_new ((guint) options->threads);
  return time_all (&session, &error) ? CLI_OK : cli_failure (error);
}
