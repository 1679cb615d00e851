/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what was timed: tables for people, or a JSON object a line. */
#include "bench-report.h"

#include "bench-beside.h"
#include "bench-json.h"

#define MILLI 1e3
#define NANO  1e9

#define NAME_WIDTH 34

static const BenchBeside beside = { .name = "PyTorch", .key = "torch", .before = "PyTorch ", .after = "" };

/* Pads by characters, where printf would count bytes. */
static void
print_name (const char *name)
{
  const glong length = g_utf8_strlen (name, -1);

  g_print ("%s%*s", name, (int) MAX (NAME_WIDTH - length, 1), "");
}

static void
print_case_name (const BenchCase *work)
{
  g_autofree char *name = bench_case_get_full_name (work);

  print_name (name);
}

void
bench_report_machine (
  BenchReport *self, guint n_threads, const BenchMachine *machine, const char *version, const char *reason)
{
  self->with_peer = version != NULL;
  bench_beside_print_machine (&beside, self->json, n_threads, machine, version, reason);
}

void
bench_report_missing (BenchReport *self, const char *what, const char *reason)
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

/* Of a classification the time of one image. */
static double
get_scale (const BenchCase *work)
{
  return MILLI / MAX (work->batch, 1);
}

static void
print_times_json (const BenchCase *work, const BenchTimes *times)
{
  g_autoptr (JsonBuilder) line = bench_json_line_new ("case", work);
  const double scale = get_scale (work);

  bench_json_add_spread (line, "milliseconds", &times->seconds, scale);
  json_builder_set_member_name (line, "torch");
  json_builder_begin_array (line);
  for (guint i = 0; i < times->n_peers; i++)
    {
      json_builder_begin_object (line);
      bench_json_add_string (line, "way", times->peers[i].way);
      json_builder_set_member_name (line, "best");
      json_builder_add_boolean_value (line, i == times->best);
      bench_json_add_spread (line, "milliseconds", &times->peers[i].seconds, scale);
      bench_json_add_spread (line, "ratio", &times->peers[i].ratio, 1);
      json_builder_end_object (line);
    }
  json_builder_end_array (line);
  bench_json_add_double (line, "others", times->others);
  if (times->n_peers > 0)
    {
      bench_json_add_double (line, "at_rest", times->ours_at_rest);
      bench_json_add_double (line, "torch_at_rest", times->peer_at_rest);
    }
  bench_json_print_line (line);
}

static void
print_table_head (BenchReport *self)
{
  if (self->in_table)
    return;
  self->in_table = TRUE;
  g_print ("\n");
  print_name ("ms (classification: of one image)");
  g_print ("%7s %8s %7s %8s", "min", "quartile", "median", "quartile");
  if (self->with_peer)
    g_print ("   %-13s %7s   %s", "PyTorch", "median", "ratio (quartiles)");
  g_print ("\n");
}

static void
print_peer (const BenchPeerResult *peer, double scale)
{
  g_print ("   %-13s %7.2f   %5.2f (%.2f – %.2f)", peer->way, peer->seconds.median * scale,
           peer->ratio.median, peer->ratio.lower, peer->ratio.upper);
}

void
bench_report_times (BenchReport *self, const BenchCase *work, const BenchTimes *times)
{
  const double scale = get_scale (work);

  if (self->json)
    {
      print_times_json (work, times);
      return;
    }
  print_table_head (self);
  print_case_name (work);
  g_print ("%7.2f %8.2f %7.2f %8.2f", times->seconds.least * scale, times->seconds.lower * scale,
           times->seconds.median * scale, times->seconds.upper * scale);
  if (times->n_peers > 0)
    print_peer (&times->peers[times->best], scale);
  for (guint i = 0; i < times->n_peers; i++)
    if (!times->peers[i].counts)
      {
        g_print ("\n");
        print_name ("");
        g_print ("%33s", "");
        print_peer (&times->peers[i], scale);
      }
  g_print ("\n");
  bench_beside_print_unrest (&beside, times);
}

void
bench_report_threads (BenchReport *self,
                      const BenchCase *work,
                      guint n_threads,
                      const BenchSpread *one,
                      const BenchSpread *all,
                      const BenchSpread *speedup)
{
  g_autoptr (JsonBuilder) line = NULL;

  self->in_table = FALSE;
  if (!self->json)
    {
      g_print ("\n");
      print_case_name (work);
      g_print ("%s@%d: %.2f ms with one thread, %.2f with %u: %.2f times as fast (%.2f – %.2f)\n",
               work->layer, work->size, one->median * MILLI, all->median * MILLI, n_threads, speedup->median,
               speedup->lower, speedup->upper);
      return;
    }
  line = bench_json_line_new ("threads", work);
  bench_json_add_int (line, "threads", n_threads);
  bench_json_add_spread (line, "one_milliseconds", one, MILLI);
  bench_json_add_spread (line, "milliseconds", all, MILLI);
  bench_json_add_spread (line, "speedup", speedup, 1);
  bench_json_print_line (line);
}

/* Seconds of a pixel. */
static double
get_pixel_time (const BenchSpread *seconds, guint i)
{
  return seconds[i].median / ((double) bench_sizes[i] * bench_sizes[i]);
}

static void
print_pixels_json (const BenchCase *work, const BenchSpread *seconds)
{
  for (guint i = 0; i < BENCH_N_SIZES; i++)
    {
      g_autoptr (JsonBuilder) line = bench_json_line_new ("pixels", work);

      bench_json_add_int (line, "size", bench_sizes[i]);
      bench_json_add_spread (line, "milliseconds", &seconds[i], MILLI);
      bench_json_add_double (line, "nanoseconds_per_pixel", get_pixel_time (seconds, i) * NANO);
      bench_json_print_line (line);
    }
}

void
bench_report_pixels (BenchReport *self, const BenchCase *work, const BenchSpread *seconds)
{
  self->in_table = FALSE;
  if (self->json)
    {
      print_pixels_json (work, seconds);
      return;
    }
  g_print ("\n");
  print_case_name (work);
  g_print ("%s: ", work->layer);
  for (guint i = 0; i < BENCH_N_SIZES; i++)
    g_print ("%s%.0f ns a pixel at %d", i > 0 ? ", " : "", get_pixel_time (seconds, i) * NANO,
             bench_sizes[i]);
  g_print ("\n");
}
