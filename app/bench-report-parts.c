/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what each part of a piece of work takes. */
#include "bench-json.h"
#include "bench-report.h"

#define MILLI      1e3
#define GIGA       1e-9
#define PERCENT    100
#define NAME_WIDTH 28

/* Where the network's operations stand among the parts: those backward in the opposite order. */
typedef struct
{
  guint first;
  guint n;
  guint first_backward; /* 0 where there are none */
} Network;

static Network
find_network (const GboxVisionBench *bench)
{
  Network network = { 0 };

  for (guint i = 0; i < gbox_vision_bench_get_n_parts (bench); i++)
    {
      const GboxVisionPart *part = gbox_vision_bench_get_part (bench, i);

      if (!part->in_network)
        continue;
      if (!part->is_backward && network.n++ == 0)
        network.first = i;
      if (part->is_backward && network.first_backward == 0)
        network.first_backward = i;
    }
  return network;
}

static void
print_part_json (const BenchCase *work,
                 const GboxVisionPart *part,
                 double seconds,
                 const BenchMachine *machine)
{
  g_autoptr (JsonBuilder) line = bench_json_line_new ("part", work);

  bench_json_add_string (line, "part", part->name);
  if (part->in_network)
    bench_json_add_string (line, "direction", part->is_backward ? "backward" : "forward");
  bench_json_add_double (line, "milliseconds", seconds * MILLI);
  bench_json_add_double (line, "gflops", part->flops / seconds * GIGA);
  bench_json_add_double (line, "sgemm_share", part->flops / seconds / machine->sgemm);
  bench_json_add_double (line, "gbytes", part->bytes / seconds * GIGA);
  bench_json_add_double (line, "read_share", part->bytes / seconds / machine->bandwidth);
  bench_json_print_line (line);
}

static void
print_name (const char *name)
{
  const glong length = g_utf8_strlen (name, -1);

  g_print ("  %s%*s", name, (int) MAX (NAME_WIDTH - length, 1), "");
}

static void
print_columns (const GboxVisionPart *part, double seconds, const BenchMachine *machine)
{
  g_print ("%8.3f", seconds * MILLI);
  if (part->flops > 0)
    g_print (" %6.1f %4.0f %%", part->flops / seconds * GIGA,
             PERCENT * part->flops / seconds / machine->sgemm);
  else
    g_print (" %13s", "");
  g_print (" %4.0f %%   ", PERCENT * part->bytes / seconds / machine->bandwidth);
}

static void
print_operations (const GboxVisionBench *bench,
                  const Network *network,
                  const double *seconds,
                  const BenchMachine *machine)
{
  for (guint k = 0; k < network->n; k++)
    {
      const guint forward = network->first + k;
      const guint backward = network->first_backward + network->n - 1 - k;

      print_name (gbox_vision_bench_get_part (bench, forward)->name);
      print_columns (gbox_vision_bench_get_part (bench, forward), seconds[forward], machine);
      if (network->first_backward > 0)
        print_columns (gbox_vision_bench_get_part (bench, backward), seconds[backward], machine);
      g_print ("\n");
    }
}

static void
print_rest (const GboxVisionBench *bench, const double *seconds, const BenchMachine *machine)
{
  for (guint i = 0; i < gbox_vision_bench_get_n_parts (bench); i++)
    {
      const GboxVisionPart *part = gbox_vision_bench_get_part (bench, i);

      if (part->in_network)
        continue;
      print_name (part->name);
      print_columns (part, seconds[i], machine);
      g_print ("\n");
    }
}

static double
count_flops (const GboxVisionBench *bench)
{
  double flops = 0;

  for (guint i = 0; i < gbox_vision_bench_get_n_parts (bench); i++)
    flops += gbox_vision_bench_get_part (bench, i)->flops;
  return flops;
}

static void
print_json (const BenchCase *work, const BenchParts *parts, const BenchMachine *machine)
{
  const double flops = count_flops (parts->bench);
  g_autoptr (JsonBuilder) line = NULL;

  for (guint i = 0; i < gbox_vision_bench_get_n_parts (parts->bench); i++)
    print_part_json (work, gbox_vision_bench_get_part (parts->bench, i), parts->seconds[i], machine);
  line = bench_json_line_new ("parts", work);
  bench_json_add_spread (line, "milliseconds", &parts->whole, MILLI);
  bench_json_add_spread (line, "network_milliseconds", &parts->network, MILLI);
  bench_json_add_spread (line, "network_share", &parts->share, 1);
  bench_json_add_double (line, "gflop", flops * GIGA);
  bench_json_add_double (line, "gflops", flops / parts->network.median * GIGA);
  bench_json_add_double (line, "sgemm_share", flops / parts->network.median / machine->sgemm);
  bench_json_print_line (line);
}

static void
print_sums (const BenchParts *parts, const BenchMachine *machine)
{
  const double flops = count_flops (parts->bench);
  const double speed = flops / parts->network.median;

  g_print ("  all %.2f ms: the network %.2f (%.0f %%), the rest %.2f; %.2f GFLOP at %.0f GFLOP/s, %.0f %% of "
           "sgemm’s\n",
           parts->whole.median * MILLI, parts->network.median * MILLI, PERCENT * parts->share.median,
           (parts->whole.median - parts->network.median) * MILLI, flops * GIGA, speed * GIGA,
           PERCENT * speed / machine->sgemm);
}

void
bench_report_parts (BenchReport *self,
                    const BenchCase *work,
                    const BenchParts *parts,
                    const BenchMachine *machine)
{
  const Network network = find_network (parts->bench);
  g_autofree char *name = bench_case_get_full_name (work);

  self->in_table = FALSE;
  if (self->json)
    {
      print_json (work, parts, machine);
      return;
    }
  g_print (
    "\nparts of %s: ms, GFLOP/s of direct convolution, share of sgemm’s, share of the read bandwidth\n",
    name);
  print_name ("");
  g_print ("%8s %27s\n", "forward", network.first_backward > 0 ? "backward" : "");
  print_operations (parts->bench, &network, parts->seconds, machine);
  print_rest (parts->bench, parts->seconds, machine);
  print_sums (parts, machine);
}
