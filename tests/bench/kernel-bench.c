/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times an operation in rounds, and says how long it took. */
#include "kernel-bench.h"

#include <stdlib.h>
#include <string.h>

#include "base/philox.h"

#define WARM_UP 3
/* Short operations are repeated for about this long a round: the clock and the start of the workers would be
 * felt. */
#define ROUND_MILLISECONDS 0.5
#define REPEATS_MAX        16

gboolean
kernel_bench_wants (const KernelBench *bench, const char *name)
{
  return strstr (name, bench->only) != NULL;
}

static int
compare_doubles (const void *a, const void *b)
{
  const double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

/* Milliseconds of one of n runs. */
static double
time_of (const KernelBench *bench, KernelOperation operation, gpointer data, guint n)
{
  const gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < n; i++)
    operation (bench->team, data);

  return (double) (g_get_monotonic_time () - start) / 1e3 / n;
}

KernelTiming
kernel_bench_measure (const KernelBench *bench, KernelOperation operation, gpointer data)
{
  g_autofree double *times = g_new (double, bench->n_rounds);
  double first = 1;
  guint n;

  for (guint i = 0; i < WARM_UP; i++)
    first = time_of (bench, operation, data, 1);
  n = (guint) CLAMP (ROUND_MILLISECONDS / MAX (first, 1e-3), 1, REPEATS_MAX);
  for (guint i = 0; i < bench->n_rounds; i++)
    times[i] = time_of (bench, operation, data, n);
  qsort (times, bench->n_rounds, sizeof (double), compare_doubles);

  return (KernelTiming){ times[0], times[bench->n_rounds / 2] };
}

GboxTensor
kernel_bench_new_tensor (int size, int channels)
{
  const gsize n = (gsize) size * (gsize) size * (gsize) channels;
  float *data = g_aligned_alloc (n, sizeof (float), 64);
  GboxPhilox philox;

  gbox_philox_init (&philox, 1, 0, 0);
  gbox_philox_fill_normal (&philox, data, n, 0, 1);

  return gbox_tensor (data, 1, size, size, channels);
}

void
kernel_bench_free_tensor (GboxTensor *tensor)
{
  g_aligned_free (tensor->data);
}

void
kernel_bench_report (const char *name, KernelTiming forward, KernelTiming backward, double flops)
{
  g_print ("%-18s %7.3f %7.3f", name, forward.least, forward.median);
  if (flops > 0)
    g_print (" %6.1f", flops / forward.least * 1e-6);
  g_print ("   %7.3f %7.3f", backward.least, backward.median);
  if (flops > 0)
    g_print (" %6.1f", flops / backward.least * 1e-6);
  g_print ("\n");
}
