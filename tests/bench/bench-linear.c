/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the matrix products of language models: each type, precision and number of vectors, beside what
 * memory gives. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "formats/dtype.h"
#include "formats/quantized.h"
#include "kernels/isa.h"
#include "models/linear.h"

/* The feed-forward of a model of 135 million weights, which stays in the cache, and matrices of which so many
 * pass by that none does. */
#define N_OUT        1536
#define N_IN         768
#define STREAM_BYTES (96 * 1024 * 1024)
#define ALIGNMENT    64
/* A round lasts about so long; the least of all rounds counts. */
#define ROUND_SECONDS 0.01

typedef struct
{
  GboxTeam *team;
  guint n_rounds;
  GboxLinear **linears;
  guint n_linears;
  GboxPrecision precision;
  int n;
  float *x, *y;
  gpointer scratch;
} Bench;

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static guint8 *
random_rows (GboxDtype dtype, gsize n)
{
  const gsize size = gbox_dtype_get_size (dtype), n_blocks = n / gbox_dtype_get_block (dtype);
  guint8 *rows = g_malloc (n_blocks * size);
  GboxPhilox random;

  gbox_philox_init (&random, 1, 0, 0);
  for (gsize i = 0; i < n_blocks * size; i++)
    rows[i] = (guint8) (gbox_philox_next (&random) & 0xbf); /* as halves and floats of moderate size */

  return rows;
}

static void
run_all (const Bench *bench)
{
  for (guint i = 0; i < bench->n_linears; i++)
    gbox_linear_forward (bench->linears[i], bench->team, bench->precision, bench->x, N_IN, bench->n, bench->y,
                         N_OUT, FALSE, bench->scratch);
}

/* Seconds of one pass over all matrices. */
static double
measure (const Bench *bench)
{
  double least = G_MAXDOUBLE, start = now ();
  guint n;

  run_all (bench);
  n = (guint) CLAMP (ROUND_SECONDS / (now () - start), 1, 1000);
  for (guint round = 0; round < bench->n_rounds; round++)
    {
      start = now ();
      for (guint i = 0; i < n; i++)
        run_all (bench);
      least = MIN (least, (now () - start) / n);
    }

  return least;
}

typedef struct
{
  const guint64 *data;
  gsize n;
  guint64 sums[GBOX_TEAM_MAX_THREADS][8];
} Reading;

#define READ_TASKS 64

static void
read_part (gpointer data, guint task, guint worker)
{
  Reading *reading = data;
  const gsize first = reading->n / READ_TASKS * task, end = first + reading->n / READ_TASKS;
  guint64 sums[8] = { 0 };

  for (gsize i = first; i < end; i += 8)
    for (gsize j = 0; j < 8; j++)
      sums[j] += reading->data[i + j];
  memcpy (reading->sums[worker], sums, sizeof sums);
}

/* Bytes a second that the team reads. */
static double
measure_bandwidth (GboxTeam *team, guint n_rounds)
{
  g_autofree Reading *reading = g_new0 (Reading, 1);
  double least = G_MAXDOUBLE;
  guint64 *data = g_aligned_alloc (STREAM_BYTES, 1, ALIGNMENT);

  memset (data, 1, STREAM_BYTES);
  reading->data = data;
  reading->n = STREAM_BYTES / sizeof (guint64);
  for (guint i = 0; i < n_rounds; i++)
    {
      const double start = now ();

      gbox_team_run (team, READ_TASKS, read_part, reading);
      least = MIN (least, now () - start);
    }
  g_aligned_free (data);

  return STREAM_BYTES / least;
}

static void
allocate (Bench *bench, guint n_linears, GboxDtype dtype, int n)
{
  g_autofree guint8 *rows = random_rows (dtype, (gsize) N_OUT * N_IN);

  bench->n_linears = n_linears;
  bench->linears = g_new (GboxLinear *, n_linears);
  for (guint i = 0; i < n_linears; i++)
    bench->linears[i] = gbox_linear_new (dtype, N_OUT, N_IN, rows, NULL);
  bench->x = g_aligned_alloc0 ((gsize) n * N_IN, sizeof (float), ALIGNMENT);
  bench->y = g_aligned_alloc0 ((gsize) n * N_OUT, sizeof (float), ALIGNMENT);
  for (int i = 0; i < n * N_IN; i++)
    bench->x[i] = (float) (i % 31 - 15);
  bench->scratch = g_aligned_alloc (gbox_linear_scratch_size (bench->linears[0], n, GBOX_PRECISION_INT16,
                                                              gbox_team_get_n_threads (bench->team)),
                                    1, ALIGNMENT);
}

static void
release (Bench *bench)
{
  for (guint i = 0; i < bench->n_linears; i++)
    gbox_linear_free (bench->linears[i]);
  g_free (bench->linears);
  g_aligned_free (bench->x);
  g_aligned_free (bench->y);
  g_aligned_free (bench->scratch);
}

static const char *const precisions[] = { "int8", "int16", "float32" };

static gboolean
is_float (GboxDtype dtype)
{
  return gbox_dtype_get_block (dtype) == 1;
}

/* Products of a batch, in GMAC/s a thread. */
static void
bench_batches (Bench *bench, GboxDtype dtype)
{
  static const int ns[] = { 1, 2, 4, 8, 32, 64, 256 };

  allocate (bench, 1, dtype, 256);
  for (guint p = is_float (dtype) ? GBOX_PRECISION_FLOAT32 : GBOX_PRECISION_INT8;
       p < G_N_ELEMENTS (precisions); p++)
    {
      bench->precision = (GboxPrecision) p;
      g_print ("%-5s %-8s", gbox_dtype_get_name (dtype), precisions[p]);
      for (guint i = 0; i < G_N_ELEMENTS (ns); i++)
        {
          bench->n = ns[i];
          g_print (" %6.1f",
                   1e-9 * N_OUT * N_IN * ns[i] / measure (bench) / gbox_team_get_active (bench->team));
        }
      g_print ("\n");
    }
  release (bench);
}

/* One vector and more weights than any cache holds, in GB/s of all threads and as a share of what is read
 * without computing, in turns. */
static void
bench_streams (Bench *bench, GboxDtype dtype)
{
  const gsize size = (gsize) N_OUT * N_IN / gbox_dtype_get_block (dtype) * gbox_dtype_get_size (dtype);

  allocate (bench, (guint) (STREAM_BYTES / size), dtype, 1);
  bench->n = 1;
  g_print ("%-5s", gbox_dtype_get_name (dtype));
  for (guint p = 0; p < G_N_ELEMENTS (precisions); p++)
    {
      const double bytes = (double) bench->n_linears * (double) gbox_linear_get_size (bench->linears[0]);
      double most = 0, bandwidth = 0;

      if (p < GBOX_PRECISION_FLOAT32 && is_float (dtype))
        {
          g_print ("  %-20s", "");
          continue;
        }
      bench->precision = (GboxPrecision) p;
      for (guint i = 0; i < 3; i++)
        {
          bandwidth = MAX (bandwidth, measure_bandwidth (bench->team, bench->n_rounds));
          most = MAX (most, bytes / measure (bench));
        }
      g_print ("  %-8s %5.1f %3.0f %%", precisions[p], most * 1e-9, 100 * most / bandwidth);
    }
  g_print ("\n");
  release (bench);
}

int
main (int argc, char **argv)
{
  static const GboxDtype dtypes[]
    = { GBOX_DTYPE_Q4_0, GBOX_DTYPE_Q4_1, GBOX_DTYPE_Q5_0, GBOX_DTYPE_Q5_1, GBOX_DTYPE_Q8_0, GBOX_DTYPE_Q4_K,
        GBOX_DTYPE_Q5_K, GBOX_DTYPE_Q6_K, GBOX_DTYPE_F16,  GBOX_DTYPE_BF16, GBOX_DTYPE_F32 };
  const char *only = argc > 3 ? argv[3] : "";
  Bench bench = { .n_rounds = argc > 1 ? (guint) MAX (atoi (argv[1]), 1) : 20 };
  g_autoptr (GboxTeam) team = gbox_team_new (argc > 2 ? (guint) MAX (atoi (argv[2]), 1) : 1);

  setlocale (LC_ALL, "");
  bench.team = team;
  g_print ("%s, %u threads, (%d, %d)\n\nGMAC/s a thread for 1, 2, 4, 8, 32, 64 and 256 vectors, weights in "
           "the cache\n",
           gbox_isa_get_name (gbox_isa_get ()), gbox_team_get_active (team), N_OUT, N_IN);
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strstr (gbox_dtype_get_name (dtypes[i]), only) != NULL)
      bench_batches (&bench, dtypes[i]);
  g_print (
    "\nOne vector, weights from memory: GB/s, and the share of what reading alone reaches (%.1f GB/s)\n",
    measure_bandwidth (team, bench.n_rounds) * 1e-9);
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strstr (gbox_dtype_get_name (dtypes[i]), only) != NULL)
      bench_streams (&bench, dtypes[i]);

  return 0;
}
