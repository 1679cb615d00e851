/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the vision side, beside PyTorch where that is installed. */
#include "bench-vision.h"

#include "base/error.h"
#include "bench-check.h"
#include "bench-progress.h"
#include "bench-report.h"
#include "bench-torch.h"
#include "bench-turns.h"
#include "cli.h"

/* What a run of the command carries along. */
typedef struct
{
  const BenchOptions *options;
  GboxTeam *team;
  GboxModelStore *store;
  BenchMachine machine;
  BenchPeer *peer; /* or NULL */
  BenchReport report;
} Session;

/* A network that is timed. */
typedef struct
{
  const char *model; /* the catalogue's name, as the cases have it */
  char *path;
  GboxNetwork *network;
  gboolean peer_knows; /* its file */
} Subject;

static void
subject_clear (Subject *subject)
{
  g_free (subject->path);
  g_clear_pointer (&subject->network, gbox_network_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

static GboxVisionBench *
make_bench (const Session *session, const Subject *subject, const BenchCase *work, int size, GError **error)
{
  g_autoptr (GboxVisualizationSpec) spec = NULL;

  if (work->work == BENCH_CLASSIFY)
    return gbox_vision_bench_new_classify (subject->network, session->team, work->batch, error);
  spec = bench_case_make_spec (work, size);
  return gbox_vision_bench_new_step (subject->network, session->team, spec, error);
}

/* Each way of the peer's has to compute what we do. */
static gboolean
open_peer (
  const Session *session, const Subject *subject, const BenchCase *work, BenchTurns *turns, GError **error)
{
  g_autofree char *name = bench_case_get_full_name (work);
  double ours[BENCH_MAX_VALUES], theirs[BENCH_MAX_VALUES];
  guint n, n_theirs;

  if (!bench_check_compute (subject->network, session->team, work, ours, &n, error))
    return FALSE;
  for (BenchWay way = 0; way < BENCH_N_WAYS; way++)
    {
      gint64 id;

      if (way == BENCH_LUCENT && !work->lucent)
        continue;
      if (!bench_torch_open (session->peer, work, subject->path, way, &id, error)
          || !bench_torch_check (session->peer, id, theirs, &n_theirs, error)
          || !bench_check_compare (name, ours, n, theirs, n_theirs, error))
        return FALSE;
      bench_turns_add_peer (turns, bench_way_get_name (way), id, way != BENCH_LUCENT);
    }
  return TRUE;
}

/* Timings of all parts, run by run. */
typedef struct
{
  guint n;
  guint n_parts;
  double *parts;   /* (n, n_parts) */
  double *wholes;  /* (n) */
  double *network; /* (n) */
} PartTimes;

static PartTimes
part_times_new (guint n, guint n_parts)
{
  return (PartTimes){ .n = n,
                      .n_parts = n_parts,
                      .parts = g_new (double, (gsize) n *n_parts),
                      .wholes = g_new (double, n),
                      .network = g_new0 (double, n) };
}

static void
part_times_clear (PartTimes *self)
{
  g_free (self->parts);
  g_free (self->wholes);
  g_free (self->network);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PartTimes, part_times_clear)

static void
part_times_take (PartTimes *self, GboxVisionBench *bench)
{
  gbox_vision_bench_run (bench);
  for (guint i = 0; i < self->n; i++)
    {
      double *parts = self->parts + (gsize) i * self->n_parts;

      self->wholes[i] = gbox_vision_bench_run_parts (bench, parts);
      for (guint part = 0; part < self->n_parts; part++)
        if (gbox_vision_bench_get_part (bench, part)->in_network)
          self->network[i] += parts[part];
    }
}

/* (transfer full): of each part. */
static double *
part_times_get_medians (const PartTimes *self)
{
  double *medians = g_new (double, self->n_parts);
  g_autofree double *samples = g_new (double, self->n);

  for (guint part = 0; part < self->n_parts; part++)
    {
      for (guint i = 0; i < self->n; i++)
        samples[i] = self->parts[(gsize) i * self->n_parts + part];
      medians[part] = bench_spread (samples, self->n).median;
    }
  return medians;
}

/* The machine is looked at again: one that was busy at the start would make everything look good. */
static void
time_parts (Session *session, const BenchCase *work, GboxVisionBench *bench)
{
  const BenchMachine machine = bench_machine_measure (session->team);
  g_auto (PartTimes) times
    = part_times_new ((guint) session->options->repeats, gbox_vision_bench_get_n_parts (bench));
  g_autofree double *medians = NULL;
  BenchParts parts;

  session->machine.sgemm = MAX (session->machine.sgemm, machine.sgemm);
  session->machine.bandwidth = MAX (session->machine.bandwidth, machine.bandwidth);
  part_times_take (&times, bench);
  medians = part_times_get_medians (&times);
  parts = (BenchParts){ .bench = bench,
                        .seconds = medians,
                        .whole = bench_spread (times.wholes, times.n),
                        .network = bench_spread (times.network, times.n),
                        .share = bench_spread_of_ratios (times.network, times.wholes, times.n) };
  bench_report_parts (&session->report, work, &parts, &session->machine);
}

static double
run_bench (gpointer bench)
{
  return gbox_vision_bench_run (bench);
}

static gboolean
time_case (Session *session, const Subject *subject, const BenchCase *work, GError **error)
{
  g_autoptr (GboxVisionBench) bench = make_bench (session, subject, work, 0, error);
  g_autoptr (BenchTurns) turns = NULL;
  const gboolean with_peer = session->peer != NULL && subject->peer_knows;
  g_autofree char *name = bench_case_get_full_name (work);
  BenchTimes times;

  if (bench == NULL)
    return FALSE;
  bench_say_what (name);
  turns = bench_turns_new (run_bench, bench, session->peer, (guint) session->options->repeats);
  if ((with_peer && !open_peer (session, subject, work, turns, error))
      || !bench_turns_take (turns, &times, error) || (with_peer && !bench_peer_close (session->peer, error)))
    return FALSE;
  bench_report_times (&session->report, work, &times);
  if (work->parts || session->options->parts)
    time_parts (session, work, bench);
  return TRUE;
}

/* The second of two runs: the first wakes the threads and brings back what others drove out of the caches. */
static double
run_warm (GboxVisionBench *bench)
{
  gbox_vision_bench_run (bench);
  return gbox_vision_bench_run (bench);
}

static gboolean
time_threads (Session *session, const Subject *subject, const BenchCase *work, GError **error)
{
  g_autoptr (GboxVisionBench) bench = make_bench (session, subject, work, 0, error);
  const guint n = (guint) session->options->repeats;
  const guint n_threads = gbox_team_get_active (session->team);
  g_autofree double *one = g_new (double, n), *all = g_new (double, n);
  BenchSpread one_spread, all_spread, speedup;

  if (bench == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      gbox_team_set_active (session->team, 1);
      one[i] = run_warm (bench);
      gbox_team_set_active (session->team, n_threads);
      all[i] = run_warm (bench);
    }
  one_spread = bench_spread (one, n);
  all_spread = bench_spread (all, n);
  speedup = bench_spread_of_ratios (one, all, n);
  bench_report_threads (&session->report, work, n_threads, &one_spread, &all_spread, &speedup);
  return TRUE;
}

static gboolean
time_pixels (Session *session, const Subject *subject, const BenchCase *work, GError **error)
{
  const guint n = (guint) session->options->repeats;
  g_autofree double *seconds = g_new (double, n);
  BenchSpread spreads[BENCH_N_SIZES];

  for (guint i = 0; i < BENCH_N_SIZES; i++)
    {
      g_autoptr (GboxVisionBench) bench = make_bench (session, subject, work, bench_sizes[i], error);

      if (bench == NULL)
        return FALSE;
      gbox_vision_bench_run (bench);
      for (guint k = 0; k < n; k++)
        seconds[k] = gbox_vision_bench_run (bench);
      spreads[i] = bench_spread (seconds, n);
    }
  bench_report_pixels (&session->report, work, spreads);
  return TRUE;
}

static gboolean
time_subject (Session *session, const Subject *subject, GError **error)
{
  guint n_timed = 0;

  if (session->peer != NULL && !subject->peer_knows)
    bench_report_missing (&session->report, "PyTorch", "It reads only the two networks' original files.");
  for (guint i = 0; i < bench_get_n_cases (); i++)
    {
      const BenchCase *work = bench_get_case (i);
      gboolean done = FALSE;

      if (!g_str_equal (work->model, subject->model) || !bench_case_is_wanted (work, session->options->only))
        continue;
      switch (work->work)
        {
        case BENCH_STEP:
        case BENCH_CLASSIFY:
          done = time_case (session, subject, work, error);
          break;
        case BENCH_THREADS:
          done = time_threads (session, subject, work, error);
          break;
        case BENCH_PIXELS:
          done = time_pixels (session, subject, work, error);
          break;
        }
      if (!done)
        return FALSE;
      n_timed++;
    }
  if (n_timed == 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "With %s nothing is timed that --only names: leave it out to see what there is.",
                 gbox_network_get_title (subject->network));
  return n_timed > 0;
}

/* The peer reads two of the networks, each in its original file. */
static gboolean
is_known_to_peer (const char *title, const char *path)
{
  return (g_str_equal (title, "InceptionV1") && g_str_has_suffix (path, ".caffemodel"))
         || (g_str_equal (title, "EfficientNet-Lite0") && g_str_has_suffix (path, ".pth"));
}

/* The cases go by layers' names. */
static const char *
find_model_of_cases (GboxNetwork *network)
{
  for (guint i = 0; i < bench_get_n_cases (); i++)
    if (gbox_network_find_layer (network, bench_get_case (i)->layer) >= 0
        && !g_str_equal (bench_get_case (i)->layer, "class"))
      return bench_get_case (i)->model;
  return NULL;
}

static gboolean
load_subject (const Session *session, const char *model, Subject *subject, GError **error)
{
  const GboxCatalogue *catalogue = gbox_model_store_get_catalogue (session->store);

  subject->path = gbox_catalogue_locate (catalogue, model, error);
  if (subject->path == NULL)
    return FALSE;
  subject->network = gbox_model_store_get_network (session->store, model, error);
  if (subject->network == NULL)
    return FALSE;
  subject->model = find_model_of_cases (subject->network);
  subject->peer_knows = is_known_to_peer (gbox_network_get_title (subject->network), subject->path);
  if (subject->model == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "There is nothing to time with %s.",
                 gbox_network_get_title (subject->network));
  return subject->model != NULL;
}

/* Starts the peer and looks at the machine. */
static void
start (Session *session)
{
  const guint n_threads = (guint) session->options->threads;
  g_autoptr (GError) reason = NULL;

  if (session->options->no_peer)
    g_set_error_literal (&reason, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "It was not asked for.");
  else
    session->peer = bench_torch_new (n_threads, &reason);
  session->machine = bench_machine_measure (session->team);
  bench_report_machine (&session->report, n_threads, &session->machine,
                        session->peer != NULL ? bench_peer_get_version (session->peer) : NULL,
                        reason != NULL ? reason->message : NULL);
}

/* Without a model, whichever of those with cases are here. */
static int
time_models (Session *session)
{
  const char *previous = "";
  guint n_timed = 0;

  start (session);
  for (guint i = 0; i < bench_get_n_cases (); i++)
    {
      const BenchCase *work = bench_get_case (i);
      g_auto (Subject) subject = { 0 };
      g_autoptr (GError) error = NULL;

      if (g_str_equal (work->model, previous) || !bench_case_is_wanted (work, session->options->only))
        continue;
      previous = work->model;
      if (!load_subject (session, work->model, &subject, &error))
        {
          bench_report_missing (&session->report, work->model, error->message);
          continue;
        }
      if (!time_subject (session, &subject, &error))
        return cli_failure (error);
      n_timed++;
    }
  return n_timed > 0 ? CLI_OK : CLI_FAILED;
}

static int
time_model (Session *session)
{
  g_auto (Subject) subject = { 0 };
  g_autoptr (GError) error = NULL;

  if (!load_subject (session, session->options->model, &subject, &error))
    return cli_failure (error);
  start (session);
  return time_subject (session, &subject, &error) ? CLI_OK : cli_failure (error);
}

int
bench_vision (const BenchOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTeam) team = gbox_team_new ((guint) options->threads);
  g_autoptr (GboxModelStore) store = gbox_model_store_new (&error);
  Session session = { .options = options, .team = team, .store = store, .report = { .json = options->json } };
  int code;

  if (store == NULL)
    return cli_failure (error);
  code = options->model != NULL ? time_model (&session) : time_models (&session);
  bench_peer_free (session.peer);
  return code;
}
