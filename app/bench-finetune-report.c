/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what was found about finetuning: a table for people, or a JSON object a line. */
#include "bench-finetune-report.h"

#include "bench-beside.h"
#include "bench-json.h"

#define MILLI   1e3
#define PERCENT 100

#define NAME_WIDTH 22

static const BenchBeside beside
  = { .name = "PyTorch", .key = "torch", .before = "PyTorch and transformers (", .after = ")" };

void
bench_finetune_report_machine (const BenchFinetuneReport *self,
                               guint n_threads,
                               const BenchMachine *machine,
                               const BenchPeer *peer,
                               const char *reason)
{
  bench_beside_print_machine (&beside, self->json, n_threads, machine,
                              peer != NULL ? bench_peer_get_version (peer) : NULL, reason);
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
  bench_beside_print_unrest (&beside, times);
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
