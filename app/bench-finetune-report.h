/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what was found about finetuning: a table for people, or a JSON object a line. */
#pragma once

#include "bench-machine.h"
#include "bench-turns.h"
#include "learning/finetune-bench.h"

G_BEGIN_DECLS

/* @json: whether to print a JSON object a line instead of tables. */
typedef struct
{
  gboolean json;
} BenchFinetuneReport;

/* @peer: (nullable): the other side, whose absence @reason explains. */
void bench_finetune_report_machine (const BenchFinetuneReport *self,
                                    guint n_threads,
                                    const BenchMachine *machine,
                                    const BenchPeer *peer,
                                    const char *reason);

/* @n_tokens: that our last step wrote. */
void bench_finetune_report_times (const BenchFinetuneReport *self, guint n_tokens, const BenchTimes *times);

/**
 * BenchFinetuneParts:
 * @seconds: (array length=GBOX_N_FINETUNE_LAPS): median of each
 * @whole: of the whole step
 */
typedef struct
{
  double seconds[GBOX_N_FINETUNE_LAPS];
  BenchSpread whole;
} BenchFinetuneParts;

void bench_finetune_report_parts (const BenchFinetuneReport *self, const BenchFinetuneParts *parts);

G_END_DECLS
