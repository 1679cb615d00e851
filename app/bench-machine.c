/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this machine can do at best, to compare with. */
#include "bench-machine.h"

#include <cblas.h>
#include <string.h>

#include "base/lap-clock.h"

#define REPEATS     10
#define ALIGNMENT   64
#define NANOSECONDS 1e-9

/* Each thread's product: large enough to run at OpenBLAS's full speed. */
#define GEMM_ROWS  512
#define GEMM_INNER 1024
#define GEMM_FLOPS (2.0 * GEMM_ROWS * GEMM_INNER * GEMM_INNER)

/* Each thread's share of the reading: far more than any cache holds. */
#define READ_WORDS ((gsize) 16 << 20)
#define READ_LANES 16

typedef struct
{
  float *a; /* (tasks, GEMM_ROWS, GEMM_INNER) */
  float *b; /* (GEMM_INNER, GEMM_INNER) */
  float *c; /* (tasks, GEMM_ROWS, GEMM_INNER) */
} Product;

static void
multiply (gpointer data, guint task, guint worker)
{
  const Product *p = data;
  const gsize offset = (gsize) task * GEMM_ROWS * GEMM_INNER;

  /* The process's setting, or with OpenMP the thread's; as in kernels/gemm.c. */
  openblas_set_num_threads (1);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, GEMM_ROWS, GEMM_INNER, GEMM_INNER, 1, p->a + offset,
               GEMM_INNER, p->b, GEMM_INNER, 0, p->c + offset, GEMM_INNER);
}

typedef struct
{
  guint64 *words; /* (tasks, READ_WORDS) */
  guint64 *sums;  /* (tasks) */
} Reading;

/* As many sums as the processor needs to have under way at once. */
static void
read_words (gpointer data, guint task, guint worker)
{
  const Reading *r = data;
  const guint64 *words = r->words + (gsize) task * READ_WORDS;
  guint64 sums[READ_LANES] = { 0 };
  guint64 sum = 0;

  for (gsize i = 0; i < READ_WORDS; i += READ_LANES)
    for (gsize lane = 0; lane < READ_LANES; lane++)
      sums[lane] += words[i + lane];
  for (gsize lane = 0; lane < READ_LANES; lane++)
    sum += sums[lane];
  r->sums[task] = sum;
}

/* Seconds of the quickest of several times, a task a thread. */
static double
get_least_time (GboxTeam *team, GboxTeamFunc func, gpointer data)
{
  double least = G_MAXDOUBLE;

  for (guint i = 0; i < REPEATS; i++)
    {
      const gint64 begin = gbox_lap_clock_now ();

      gbox_team_run (team, gbox_team_get_active (team), func, data);
      least = MIN (least, (double) (gbox_lap_clock_now () - begin) * NANOSECONDS);
    }
  return least;
}

static float *
ones_new (gsize n)
{
  float *values = g_aligned_alloc (n, sizeof (float), ALIGNMENT);

  for (gsize i = 0; i < n; i++)
    values[i] = 1;
  return values;
}

static double
measure_sgemm (GboxTeam *team)
{
  const gsize n = gbox_team_get_active (team);
  Product product = { .a = ones_new (n * GEMM_ROWS * GEMM_INNER),
                      .b = ones_new ((gsize) GEMM_INNER * GEMM_INNER),
                      .c = ones_new (n * GEMM_ROWS * GEMM_INNER) };
  const double seconds = get_least_time (team, multiply, &product);

  g_aligned_free (product.a);
  g_aligned_free (product.b);
  g_aligned_free (product.c);
  return (double) n * GEMM_FLOPS / seconds;
}

static double
measure_bandwidth (GboxTeam *team)
{
  const gsize n = gbox_team_get_active (team);
  Reading reading
    = { .words = g_aligned_alloc (n * READ_WORDS, sizeof (guint64), ALIGNMENT), .sums = g_new (guint64, n) };
  double seconds;

  /* Pages that were never written are all the same page. */
  memset (reading.words, 1, n * READ_WORDS * sizeof (guint64));
  seconds = get_least_time (team, read_words, &reading);
  g_aligned_free (reading.words);
  g_free (reading.sums);
  return (double) (n * READ_WORDS * sizeof (guint64)) / seconds;
}

BenchMachine
bench_machine_measure (GboxTeam *team)
{
  return (BenchMachine){ .sgemm = measure_sgemm (team), .bandwidth = measure_bandwidth (team) };
}
