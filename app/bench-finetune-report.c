/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what was found about finetuning: a table for people, or a JSON object a line. */
#include "bench-finetune-report.h"

#include "bench-json.h"
#include "kernels/isa.h"

#define MILLI   1e3
#define GIGA    1e-9
#define PERCENT 100

#define NAME_WIDTH 22

/* From this share of a core on, a side that should rest is said not to. */
#define UNREST 0.10

void
bench_finetune_report_machine (const BenchFinetuneReport *self,
                               guint n_threads,
                               const BenchMachine *machine,
                               const BenchPeer *peer,
                               const char *reason)
{
  const char *isa = gbox_isa_get_name (gbox_isa_get ());
  g_autoptr (JsonBuilder) line = NULL;

  if (!self->json)
    {
      g_print ("%s, %u threads; OpenBLAS multiplies at %.0f GFLOP/s, memory is read at %.1f GB/s\n", isa,
               n_threads, machine->sgemm * GIGA, machine->bandwidth * GIGA);
      if (peer != NULL)
        g_print ("beside PyTorch and transformers (%s)\n", bench_peer_get_version (peer));
      else
        g_print ("without PyTorch: %s\n", reason);
      return;
    }
  line = bench_json_line_new ("machine", NULL);
  bench_json_add_string (line, "isa", isa);
  bench_json_add_int (line, "threads", n_threads);
  bench_json_add_double (line, "sgemm_gflops", machine->sgemm * GIGA);
  bench_json_add_double (line, "read_gbytes", machine->bandwidth * GIGA);
  json_builder_set_member_name (line, "torch");
  if (peer != NULL)
    json_builder_add_string_value (line, bench_peer_get_version (peer));
  else
    json_builder_add_null_value (line);
  if (peer == NULL)
    bench_json_add_string (line, "without_torch", reason);
  bench_json_print_line (line);
}

static void
print_times_json (guint n_tokens, const BenchTimes *times)
{
  g_autoptr (JsonBuilder) line = bench_json_line_new ("step", NULL);

  bench_json_add_int (line, "batch", GBOX_FINETUNE_BENCH_BATCH);
  bench_json_add_int (line, "length", GBOX_FINETUNE_BENCH_LENGTH);
  bench_json_add_int (line, "tokens", n_tokens);
  bench_json_add_spread (line, "seconds", &times->seconds, 1);
  if (times->n_peers > 0)
    {
      bench_json_add_spread (line, "torch_seconds", &times->peers[0].seconds, 1);
      bench_json_add_spread (line, "ratio", &times->peers[0].ratio, 1);
      bench_json_add_double (line, "at_rest", times->ours_at_rest);
      bench_json_add_double (line, "torch_at_rest", times->peer_at_rest);
    }
  bench_json_add_double (line, "others", times->others);
  bench_json_print_line (line);
}

static void
print_unrest (const char *who, double share, const char *when)
{
  if (share > UNREST)
    g_print ("  %s used %.0f %% of a core %s.\n", who, PERCENT * share, when);
}

void
bench_finetune_report_times (const BenchFinetuneReport *self, guint n_tokens, const BenchTimes *times)
{
  const BenchSpread *seconds = &times->seconds;

  if (self->json)
    {
      print_times_json (n_tokens, times);
      return;
    }
  g_print ("\nA training step: %d completions of %d tokens, the head alone, leave-one-out, Adam\n",
           GBOX_FINETUNE_BENCH_BATCH, GBOX_FINETUNE_BENCH_LENGTH);
  g_print ("%-*s%7s %8s %7s %8s %9s\n", NAME_WIDTH, "seconds", "min", "quartile", "median", "quartile",
           "tokens/s");
  g_print ("%-*s%7.2f %8.2f %7.2f %8.2f %9.0f\n", NAME_WIDTH, "Glassbox", seconds->least, seconds->lower,
           seconds->median, seconds->upper, n_tokens / seconds->median);
  if (times->n_peers > 0)
    {
      const BenchPeerResult *peer = &times->peers[0];

      g_print ("%-*s%7.2f %8.2f %7.2f %8.2f %9.0f\n", NAME_WIDTH, "PyTorch", peer->seconds.least,
               peer->seconds.lower, peer->seconds.median, peer->seconds.upper,
               GBOX_FINETUNE_BENCH_BATCH * GBOX_FINETUNE_BENCH_LENGTH / peer->seconds.median);
      g_print ("ratio, turn by turn: median %.2f, quartiles %.2f – %.2f, all %.2f – %.2f\n",
               peer->ratio.median, peer->ratio.lower, peer->ratio.upper, peer->ratio.least, peer->ratio.most);
    }
  print_unrest ("Glassbox", times->ours_at_rest, "during PyTorch’s turns");
  print_unrest ("PyTorch", times->peer_at_rest, "during Glassbox’s turns");
  print_unrest ("Others", times->others, "meanwhile: do not rely on this");
}

void
bench_finetune_report_parts (const BenchFinetuneReport *self, const BenchFinetuneParts *parts)
{
  if (!self->json)
    g_print ("\nparts of a training step: ms, share\n");
  for (guint lap = 0; lap < GBOX_N_FINETUNE_LAPS; lap++)
    {
      const char *name = gbox_finetune_lap_get_name (lap);
      const double share = parts->seconds[lap] / parts->whole.median;

      if (self->json)
        {
          g_autoptr (JsonBuilder) line = bench_json_line_new ("part", NULL);

          bench_json_add_string (line, "part", name);
          bench_json_add_double (line, "milliseconds", parts->seconds[lap] * MILLI);
          bench_json_add_double (line, "share", share);
          bench_json_print_line (line);
        }
      else
        g_print ("  %-*s%8.1f %4.0f %%\n", NAME_WIDTH, name, parts->seconds[lap] * MILLI, PERCENT * share);
    }
  if (self->json)
    {
      g_autoptr (JsonBuilder) line = bench_json_line_new ("parts", NULL);

      bench_json_add_spread (line, "milliseconds", &parts->whole, MILLI);
      bench_json_print_line (line);
    }
  else
    g_print ("  %-*s%8.1f\n", NAME_WIDTH, "all", parts->whole.median * MILLI);
}
