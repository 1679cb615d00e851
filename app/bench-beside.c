/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every bench says of the machine, of the other side, and of how quiet it was. */
#include "bench-beside.h"

#include "bench-json.h"
#include "kernels/isa.h"

#define GIGA    1e-9
#define PERCENT 100

/* From this share of a core on, a side that should rest is said not to. */
#define UNREST 0.10

static void
print_machine_json (const BenchBeside *self,
                    guint n_threads,
                    const BenchMachine *machine,
                    const char *version,
                    const char *reason)
{
  g_autoptr (JsonBuilder) line = bench_json_line_new ("machine", NULL);
  g_autofree char *without = g_strconcat ("without_", self->key, NULL);

  bench_json_add_string (line, "isa", gbox_isa_get_name (gbox_isa_get ()));
  bench_json_add_int (line, "threads", n_threads);
  bench_json_add_double (line, "sgemm_gflops", machine->sgemm * GIGA);
  bench_json_add_double (line, "read_gbytes", machine->bandwidth * GIGA);
  json_builder_set_member_name (line, self->key);
  if (version != NULL)
    json_builder_add_string_value (line, version);
  else
    json_builder_add_null_value (line);
  if (version == NULL)
    bench_json_add_string (line, without, reason);
  bench_json_print_line (line);
}

void
bench_beside_print_machine (const BenchBeside *self,
                            gboolean json,
                            guint n_threads,
                            const BenchMachine *machine,
                            const char *version,
                            const char *reason)
{
  if (json)
    {
      print_machine_json (self, n_threads, machine, version, reason);
      return;
    }
  g_print ("%s, %u threads; OpenBLAS multiplies at %.0f GFLOP/s, memory is read at %.1f GB/s\n",
           gbox_isa_get_name (gbox_isa_get ()), n_threads, machine->sgemm * GIGA, machine->bandwidth * GIGA);
  if (version != NULL)
    g_print ("beside %s%s%s\n", self->before, version, self->after);
  else
    g_print ("without %s: %s\n", self->name, reason);
}

void
bench_beside_print_unrest (const BenchBeside *self, const BenchTimes *times)
{
  if (times->ours_at_rest > UNREST)
    g_print ("  Glassbox used %.0f %% of a core during %s’s turns.\n", PERCENT * times->ours_at_rest,
             self->name);
  if (times->peer_at_rest > UNREST)
    g_print ("  %s used %.0f %% of a core during Glassbox’s turns.\n", self->name,
             PERCENT * times->peer_at_rest);
  if (times->others > UNREST)
    g_print ("  Others used %.0f %% of a core meanwhile: do not rely on this.\n", PERCENT * times->others);
}
