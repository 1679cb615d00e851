/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Has two sides do the same work in turns, so that both meet the same machine. */
#include "bench-turns.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lap-clock.h"

#define NANOSECONDS 1e-9
/* In a turn a side goes on for this long, as it does in use: its data are in the caches and its threads on
 * cores of their own. The median of the later half of the runs counts. */
#define TURN_SECONDS 0.3
#define MIN_RUNS     2
/* Who takes longer than this has found its caches and woken its threads long before it ends. */
#define LONG_SECONDS 1.0
#define MAX_RUNS     512

typedef struct
{
  const char *way;
  gboolean counts;
  gint64 id;
  double *seconds; /* (n) */
} Side;

/* What those used of the processors whose turn it was not. */
typedef struct
{
  double cpu;
  double wall;
} Rest;

struct _BenchTurns
{
  BenchRunFunc run;
  gpointer bench;
  BenchPeer *peer;
  guint n;
  double *seconds; /* (n), ours */
  Side sides[BENCH_MAX_WAYS];
  guint n_sides;
  Rest ours, theirs;
};

BenchTurns *
bench_turns_new (BenchRunFunc run, gpointer bench, BenchPeer *peer, guint n)
{
  BenchTurns *self = g_new0 (BenchTurns, 1);

  *self = (BenchTurns){ .run = run, .bench = bench, .peer = peer, .n = n, .seconds = g_new (double, n) };
  return self;
}

void
bench_turns_free (BenchTurns *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_sides; i++)
    g_free (self->sides[i].seconds);
  g_free (self->seconds);
  g_free (self);
}

void
bench_turns_add_peer (BenchTurns *self, const char *way, gint64 id, gboolean counts)
{
  g_return_if_fail (self->n_sides < BENCH_MAX_WAYS);

  self->sides[self->n_sides++]
    = (Side){ .way = way, .counts = counts, .id = id, .seconds = g_new (double, self->n) };
}

static double
get_own_cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * NANOSECONDS;
}

/* Processor time of everything on this machine since it started, without what was idle; 0 where the system
 * does not tell. */
static double
get_machine_cpu_seconds (void)
{
  g_autofree char *text = NULL;
  guint64 user, nice, system;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL)
      || sscanf (text, "cpu %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &user, &nice,
                 &system)
           != 3)
    return 0;
  return (double) (user + nice + system) / (double) sysconf (_SC_CLK_TCK);
}

/* What neither side used of it. */
static double
get_others_cpu_seconds (const BenchTurns *self)
{
  const double peer = self->n_sides > 0 ? bench_peer_get_cpu_seconds (self->peer) : 0;

  return get_machine_cpu_seconds () - get_own_cpu_seconds () - peer;
}

static gboolean
run_once (BenchTurns *self, const Side *side, double *seconds, GError **error)
{
  if (side != NULL)
    return bench_peer_run (self->peer, side->id, seconds, error);
  *seconds = self->run (self->bench);
  return TRUE;
}

/* One turn of a side, or of ours where it is %NULL. */
static gboolean
work_on (BenchTurns *self, const Side *side, double *seconds, GError **error)
{
  const gint64 begin = gbox_lap_clock_now ();
  double runs[MAX_RUNS];
  guint n = 0;

  do
    if (!run_once (self, side, &runs[n++], error))
      return FALSE;
  while ((n < MIN_RUNS && runs[0] < LONG_SECONDS)
         || (n < MAX_RUNS && (double) (gbox_lap_clock_now () - begin) * NANOSECONDS < TURN_SECONDS));
  *seconds = bench_spread (runs + n / 2, n - n / 2).median;
  return TRUE;
}

static gboolean
take_our_turn (BenchTurns *self, double *seconds, GError **error)
{
  double cpu = 0;
  gint64 begin;

  if (self->n_sides > 0 && !bench_peer_settle (self->peer))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
                   "%s’s threads do not come to rest, so nothing can be timed beside them.",
                   bench_peer_get_name (self->peer));
      return FALSE;
    }
  if (self->n_sides > 0)
    cpu = bench_peer_get_cpu_seconds (self->peer);
  begin = gbox_lap_clock_now ();
  if (!work_on (self, NULL, seconds, error))
    return FALSE;
  self->theirs.wall += (double) (gbox_lap_clock_now () - begin) * NANOSECONDS;
  if (self->n_sides > 0)
    self->theirs.cpu += bench_peer_get_cpu_seconds (self->peer) - cpu;
  return TRUE;
}

static gboolean
take_their_turn (BenchTurns *self, const Side *side, double *seconds, GError **error)
{
  const double cpu = get_own_cpu_seconds ();
  const gint64 begin = gbox_lap_clock_now ();

  if (!work_on (self, side, seconds, error))
    return FALSE;
  self->ours.wall += (double) (gbox_lap_clock_now () - begin) * NANOSECONDS;
  self->ours.cpu += get_own_cpu_seconds () - cpu;
  return TRUE;
}

static double
get_share (const Rest *rest)
{
  return rest->wall > 0 ? rest->cpu / rest->wall : 0;
}

static void
fill_times (const BenchTurns *self, const Rest *others, BenchTimes *times)
{
  times->seconds = bench_spread (self->seconds, self->n);
  times->n_peers = self->n_sides;
  times->best = 0;
  for (guint i = 0; i < self->n_sides; i++)
    {
      const Side *side = &self->sides[i];

      times->peers[i]
        = (BenchPeerResult){ .way = side->way,
                             .counts = side->counts,
                             .seconds = bench_spread (side->seconds, self->n),
                             .ratio = bench_spread_of_ratios (side->seconds, self->seconds, self->n) };
      if (side->counts && times->peers[i].seconds.median < times->peers[times->best].seconds.median)
        times->best = i;
    }
  times->ours_at_rest = get_share (&self->ours);
  times->peer_at_rest = get_share (&self->theirs);
  times->others = MAX (get_share (others), 0);
}

gboolean
bench_turns_take (BenchTurns *self, BenchTimes *times, GError **error)
{
  const double cpu = get_others_cpu_seconds (self);
  const gint64 begin = gbox_lap_clock_now ();
  Rest others;

  self->run (self->bench);
  for (guint turn = 0; turn < self->n; turn++)
    {
      if (!take_our_turn (self, &self->seconds[turn], error))
        return FALSE;
      for (guint i = 0; i < self->n_sides; i++)
        if (!take_their_turn (self, &self->sides[i], &self->sides[i].seconds[turn], error))
          return FALSE;
    }
  others = (Rest){ .cpu = get_others_cpu_seconds (self) - cpu,
                   .wall = (double) (gbox_lap_clock_now () - begin) * NANOSECONDS };
  fill_times (self, &others, times);
  return TRUE;
}
