/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what was found about a language model: tables for people, or a JSON object a line. */
#include "bench-language-report.h"

#include "bench-beside.h"
#include "bench-json.h"

#define MILLI   1e3
#define MEGA    1e-6
#define GIGA    1e-9
#define PERCENT 100

#define NAME_WIDTH 22

static const BenchBeside beside
  = { .name = "llama.cpp", .key = "llama_cpp", .before = "llama.cpp (llama-cpp-python ", .after = ")" };

void
bench_language_report_machine (BenchLanguageReport *self,
                               guint n_threads,
                               const BenchMachine *machine,
                               const BenchPeer *peer,
                               const char *reason)
{
  bench_beside_print_machine (&beside, self->json, n_threads, machine,
                              peer != NULL ? bench_peer_get_version (peer) : NULL, reason);
}

void
bench_language_report_loading (BenchLanguageReport *self, const BenchLoading *loading)
{
  g_autoptr (JsonBuilder) line = NULL;

  if (!self->json)
    {
      g_print ("loads in %.0f ms (%.0f – %.0f), first token after %d of prompt in %.0f ms (%.0f – %.0f)\n",
               loading->load.median * MILLI, loading->load.lower * MILLI, loading->load.upper * MILLI,
               loading->n_prompt, loading->first.median * MILLI, loading->first.lower * MILLI,
               loading->first.upper * MILLI);
      g_print ("file %.1f MB, weights in memory %.1f MB; process at most %.1f MB, %.2f times the file\n",
               loading->file_size * MEGA, loading->model_size * MEGA, loading->peak * MEGA,
               loading->peak / loading->file_size);
      return;
    }
  line = bench_json_line_new ("load", NULL);
  bench_json_add_spread (line, "milliseconds", &loading->load, MILLI);
  bench_json_add_int (line, "prompt_tokens", loading->n_prompt);
  bench_json_add_spread (line, "first_milliseconds", &loading->first, MILLI);
  bench_json_add_double (line, "file_mbytes", loading->file_size * MEGA);
  bench_json_add_double (line, "weights_mbytes", loading->model_size * MEGA);
  bench_json_add_double (line, "peak_mbytes", loading->peak * MEGA);
  bench_json_print_line (line);
}

void
bench_language_report_missing (BenchLanguageReport *self, const char *what, const char *reason)
{
  g_autoptr (JsonBuilder) line = NULL;

  if (!self->json)
    {
      g_print ("%s: left out. %s\n", what, reason);
      return;
    }
  line = bench_json_line_new ("missing", NULL);
  bench_json_add_string (line, "what", what);
  bench_json_add_string (line, "reason", reason);
  bench_json_print_line (line);
}

static JsonBuilder *
case_line_new (const char *kind, const char *name)
{
  JsonBuilder *line = bench_json_line_new (kind, NULL);

  bench_json_add_string (line, "case", name);
  return line;
}

/* The slower the time, the fewer tokens: quartiles change places. */
static BenchSpread
get_rates (const BenchSpread *seconds, int n_tokens)
{
  return (BenchSpread){ .least = n_tokens / seconds->most,
                        .lower = n_tokens / seconds->upper,
                        .median = n_tokens / seconds->median,
                        .upper = n_tokens / seconds->lower,
                        .most = n_tokens / seconds->least,
                        .n = seconds->n };
}

static void
print_times_json (const BenchLanguageCase *work, int n_tokens, const BenchTimes *times)
{
  g_autoptr (JsonBuilder) line = case_line_new ("case", work->name);
  const BenchSpread rates = get_rates (&times->seconds, n_tokens);

  bench_json_add_spread (line, "tokens_per_second", &rates, 1);
  json_builder_set_member_name (line, "llama_cpp");
  json_builder_begin_array (line);
  for (guint i = 0; i < times->n_peers; i++)
    {
      const BenchSpread theirs = get_rates (&times->peers[i].seconds, n_tokens);

      json_builder_begin_object (line);
      bench_json_add_string (line, "way", times->peers[i].way);
      json_builder_set_member_name (line, "best");
      json_builder_add_boolean_value (line, i == times->best);
      bench_json_add_spread (line, "tokens_per_second", &theirs, 1);
      bench_json_add_spread (line, "ratio", &times->peers[i].ratio, 1);
      json_builder_end_object (line);
    }
  json_builder_end_array (line);
  bench_json_add_double (line, "others", times->others);
  if (times->n_peers > 0)
    {
      bench_json_add_double (line, "at_rest", times->ours_at_rest);
      bench_json_add_double (line, "llama_cpp_at_rest", times->peer_at_rest);
    }
  bench_json_print_line (line);
}

void
bench_language_report_times (BenchLanguageReport *self,
                             const BenchLanguageCase *work,
                             int n_tokens,
                             const BenchTimes *times)
{
  const BenchSpread rates = get_rates (&times->seconds, n_tokens);

  if (self->json)
    {
      print_times_json (work, n_tokens, times);
      return;
    }
  if (!self->in_table)
    g_print ("\n%-*s%7s %8s %7s %8s%s\n", NAME_WIDTH, "tokens/s", "max", "quartile", "median", "quartile",
             times->n_peers > 0 ? "   llama.cpp   median   ratio (quartiles)" : "");
  self->in_table = TRUE;
  g_print ("%-*s%7.0f %8.0f %7.0f %8.0f", NAME_WIDTH, work->name, rates.most, rates.upper, rates.median,
           rates.lower);
  if (times->n_peers > 0)
    {
      const BenchPeerResult *peer = &times->peers[times->best];

      g_print ("   %-10s %7.0f   %5.2f (%.2f – %.2f)", peer->way, n_tokens / peer->seconds.median,
               peer->ratio.median, peer->ratio.lower, peer->ratio.upper);
    }
  g_print ("\n");
  bench_beside_print_unrest (&beside, times);
}

static void
print_part_json (const BenchLanguageCase *work,
                 const BenchLanguageParts *parts,
                 guint part,
                 const BenchMachine *machine)
{
  const double seconds = parts->seconds[part];
  g_autoptr (JsonBuilder) line = case_line_new ("part", work->name);

  bench_json_add_string (line, "part", gbox_language_bench_get_part_name (part));
  bench_json_add_double (line, "milliseconds", seconds * MILLI);
  bench_json_add_double (line, "share", seconds / parts->whole.median);
  if (parts->products[part] > 0 && seconds > 0)
    {
      bench_json_add_double (line, "gmacs", parts->products[part] / seconds * GIGA);
      bench_json_add_double (line, "sgemm_share", 2 * parts->products[part] / seconds / machine->sgemm);
      bench_json_add_double (line, "gbytes", parts->bytes[part] / seconds * GIGA);
      bench_json_add_double (line, "read_share", parts->bytes[part] / seconds / machine->bandwidth);
    }
  bench_json_print_line (line);
}

static void
print_part (const BenchLanguageParts *parts, guint part, const BenchMachine *machine)
{
  const double seconds = parts->seconds[part];

  g_print ("  %-*s%8.3f %4.0f %%", NAME_WIDTH, gbox_language_bench_get_part_name (part), seconds * MILLI,
           PERCENT * seconds / parts->whole.median);
  if (parts->products[part] > 0 && seconds > 0)
    g_print (" %7.1f %4.0f %% %4.0f %%", parts->products[part] / seconds * GIGA,
             PERCENT * 2 * parts->products[part] / seconds / machine->sgemm,
             PERCENT * parts->bytes[part] / seconds / machine->bandwidth);
  g_print ("\n");
}

void
bench_language_report_parts (BenchLanguageReport *self,
                             const BenchLanguageCase *work,
                             const BenchLanguageParts *parts,
                             const BenchMachine *machine)
{
  self->in_table = FALSE;
  if (!self->json)
    g_print ("\nparts of %s: ms, share; GMAC/s, share of sgemm’s, share of the read bandwidth\n", work->name);
  for (guint part = 0; part < GBOX_LANGUAGE_BENCH_N_PARTS; part++)
    if (self->json)
      print_part_json (work, parts, part, machine);
    else
      print_part (parts, part, machine);
  if (self->json)
    {
      g_autoptr (JsonBuilder) line = case_line_new ("parts", work->name);

      bench_json_add_spread (line, "milliseconds", &parts->whole, MILLI);
      bench_json_print_line (line);
    }
  else
    g_print ("  %-*s%8.3f\n", NAME_WIDTH, "all", parts->whole.median * MILLI);
}

void
bench_language_report_logits (BenchLanguageReport *self, const char *what, const BenchLogitsError *error)
{
  g_autoptr (JsonBuilder) line = NULL;

  if (!self->json)
    {
      if (self->in_table)
        g_print ("\n");
      self->in_table = FALSE;
      g_print ("logits of %-10s %.4f from float32 (relative rms), %u of %u first tokens the same, divergence "
               "%.2g\n",
               what, error->rms, error->n_same, error->n, error->divergence);
      return;
    }
  line = bench_json_line_new ("logits", NULL);
  bench_json_add_string (line, "of", what);
  bench_json_add_double (line, "rms", error->rms);
  bench_json_add_int (line, "same", error->n_same);
  bench_json_add_int (line, "tokens", error->n);
  bench_json_add_double (line, "divergence", error->divergence);
  bench_json_print_line (line);
}
