/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times a training step of finetuning, beside PyTorch and transformers where they are installed. */
#include "bench-finetune.h"

#include <math.h>

#include "base/error.h"
#include "bench-finetune-report.h"
#include "bench-json.h"
#include "bench-progress.h"
#include "cli.h"

/* Our layers compute in 8 bits, the peer's in float32: what may come first is that far from certain to be the
 * same, in nats. */
#define MAX_ENTROPY_ERROR 0.1

/* What a run of the command carries along. */
typedef struct
{
  const BenchOptions *options;
  GboxTeam *team;
  char *path;
  GboxLanguageModel *model;
  GboxFinetuneBench *bench;
  BenchPeer *peer; /* or NULL */
  BenchFinetuneReport report;
  gboolean failed; /* whether a step had numbers that are not finite */
} Session;

static void
session_clear (Session *session)
{
  bench_peer_free (session->peer);
  g_clear_pointer (&session->bench, gbox_finetune_bench_free);
  g_clear_pointer (&session->model, gbox_language_model_unref);
  g_clear_pointer (&session->team, gbox_team_free);
  g_free (session->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

static gboolean
load (Session *session, GError **error)
{
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (error);
  const char *name = session->options->model;

  if (catalogue == NULL)
    return FALSE;
  if (name == NULL)
    name = gbox_catalogue_get_default (catalogue, GBOX_MODEL_LANGUAGE);
  session->path = gbox_catalogue_locate (catalogue, name, error);
  if (session->path != NULL)
    session->model = gbox_language_model_load (session->path, error);
  if (session->model != NULL)
    session->bench = gbox_finetune_bench_new (session->model, session->team, error);
  return session->bench != NULL;
}

static BenchPeer *
start_peer (const Session *session, GError **error)
{
  static const BenchPeerKind kind = { .name = "PyTorch", .script = "finetune-peer.py", .version = "version" };

  if (session->options->no_peer)
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "It was not asked for.");
  else if (!g_str_has_suffix (session->path, ".gguf"))
    g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "It reads only GGUF files.");
  else
    return bench_peer_new (&kind, (guint) session->options->threads, error);
  return NULL;
}

/* Sets its work up. @entropy: (out): of what may come first after the prompt. */
static gboolean
open_peer (Session *session, gint64 *id, double *entropy, GError **error)
{
  g_autoptr (JsonBuilder) request = bench_peer_request_new ("open");
  g_autoptr (JsonNode) answer = NULL;
  JsonObject *object;

  bench_json_add_string (request, "path", session->path);
  bench_json_add_string (request, "prompt", GBOX_FINETUNE_BENCH_PROMPT);
  bench_json_add_int (request, "batch", GBOX_FINETUNE_BENCH_BATCH);
  bench_json_add_int (request, "length", GBOX_FINETUNE_BENCH_LENGTH);
  answer = bench_peer_ask (session->peer, request, error);
  if (answer == NULL)
    return FALSE;
  object = json_node_get_object (answer);
  *id = json_object_get_int_member_with_default (object, "id", 0);
  *entropy = json_object_get_double_member_with_default (object, "entropy", NAN);
  return TRUE;
}

/* Times mean nothing unless both begin with the same distribution. */
static gboolean
check (Session *session, double theirs, GError **error)
{
  const double ours = gbox_finetune_bench_get_first_entropy (session->bench);

  /* So that NaN fails. */
  if (fabs (ours - theirs) < MAX_ENTROPY_ERROR)
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
               "Glassbox and PyTorch do not compute the same, so their times say nothing: what may come "
               "first after “%s” has an entropy of %.3f and %.3f nats.",
               GBOX_FINETUNE_BENCH_PROMPT, ours, theirs);
  return FALSE;
}

static double
run_bench (gpointer data)
{
  Session *session = data;
  const double seconds = gbox_finetune_bench_run (session->bench);

  session->failed |= seconds <= 0;
  return seconds;
}

static void
time_parts (Session *session)
{
  const guint n = (guint) session->options->repeats;
  g_autofree double *wholes = g_new (double, n);
  g_autofree double *columns = g_new (double, (gsize) n *GBOX_N_FINETUNE_LAPS);
  BenchFinetuneParts parts;

  for (guint i = 0; i < n; i++)
    {
      double seconds[GBOX_N_FINETUNE_LAPS];

      wholes[i] = gbox_finetune_bench_run_parts (session->bench, seconds);
      for (guint lap = 0; lap < GBOX_N_FINETUNE_LAPS; lap++)
        columns[lap * n + i] = seconds[lap];
    }
  parts.whole = bench_spread (wholes, n);
  for (guint lap = 0; lap < GBOX_N_FINETUNE_LAPS; lap++)
    parts.seconds[lap] = bench_spread (columns + lap * n, n).median;
  bench_finetune_report_parts (&session->report, &parts);
}

static gboolean
time_steps (Session *session, GError **error)
{
  g_autoptr (BenchTurns) turns
    = bench_turns_new (run_bench, session, session->peer, (guint) session->options->repeats);
  BenchTimes times;

  if (session->peer != NULL)
    {
      double entropy;
      gint64 id;

      if (!open_peer (session, &id, &entropy, error) || !check (session, entropy, error))
        return FALSE;
      bench_turns_add_peer (turns, "transformers", id, TRUE);
    }
  if (!bench_turns_take (turns, &times, error))
    return FALSE;
  if (session->failed)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                           "The model's numbers are beyond what can be computed with; its file may be "
                           "damaged. Get it again or choose another.");
      return FALSE;
    }
  bench_finetune_report_times (&session->report, gbox_finetune_bench_get_n_tokens (session->bench), &times);
  return TRUE;
}

int
bench_finetune (const BenchOptions *options)
{
  g_auto (Session) session = { .options = options, .report = { .json = options->json } };
  g_autoptr (GError) reason = NULL;
  g_autoptr (GError) error = NULL;
  BenchMachine machine;

  session.team = gbox_team_new ((guint) options->threads);
  if (!load (&session, &error))
    return cli_failure (error);
  session.peer = start_peer (&session, &reason);
  machine = bench_machine_measure (session.team);
  bench_finetune_report_machine (&session.report, (guint) options->threads, &machine, session.peer,
                                 reason != NULL ? reason->message : NULL);
  bench_say_what ("training steps");
  if (!time_steps (&session, &error))
    return cli_failure (error);
  bench_say_what ("their parts");
  time_parts (&session);
  return CLI_OK;
}
