/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what was timed: tables for people, or a JSON object a line. */
#pragma once

#include "bench-case.h"
#include "bench-machine.h"
#include "bench-turns.h"
#include "vision/vision-bench.h"

G_BEGIN_DECLS

/**
 * BenchReport:
 * @json: whether to print a JSON object a line instead of tables
 * @with_peer: whether the tables have columns for it
 * @in_table: whether lines of the table of cases were printed and its head holds
 */
typedef struct
{
  gboolean json;
  gboolean with_peer;
  gboolean in_table;
} BenchReport;

/* The machine, and who is timed. @version: (nullable): of the peer, whose absence @reason explains. */
void bench_report_machine (
  BenchReport *self, guint n_threads, const BenchMachine *machine, const char *version, const char *reason);

/* Why something is left out. */
void bench_report_missing (BenchReport *self, const char *what, const char *reason);

void bench_report_times (BenchReport *self, const BenchCase *work, const BenchTimes *times);

/**
 * BenchParts:
 * @bench: what the parts are
 * @seconds: (array): median of each
 * @whole: of the whole work
 * @network: of its parts in the network
 * @share: of the network in the whole, run by run
 */
typedef struct
{
  const GboxVisionBench *bench;
  const double *seconds;
  BenchSpread whole;
  BenchSpread network;
  BenchSpread share;
} BenchParts;

/* In bench-report-parts.c. */
void bench_report_parts (BenchReport *self,
                         const BenchCase *work,
                         const BenchParts *parts,
                         const BenchMachine *machine);

/* @speedup: of @n_threads over one, turn by turn. */
void bench_report_threads (BenchReport *self,
                           const BenchCase *work,
                           guint n_threads,
                           const BenchSpread *one,
                           const BenchSpread *all,
                           const BenchSpread *speedup);

/* @seconds: (array length=BENCH_N_SIZES): of a step, for each of bench_sizes. */
void bench_report_pixels (BenchReport *self, const BenchCase *work, const BenchSpread *seconds);

G_END_DECLS
