/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what was found about a language model: tables for people, or a JSON object a line. */
#pragma once

#include "bench-language-case.h"
#include "bench-logits.h"
#include "bench-machine.h"
#include "bench-turns.h"

G_BEGIN_DECLS

/**
 * BenchLanguageReport:
 * @json: whether to print a JSON object a line instead of tables
 * @in_table: whether lines of the table of cases were printed and its head holds
 */
typedef struct
{
  gboolean json;
  gboolean in_table;
} BenchLanguageReport;

/* @peer: (nullable): the other side, whose absence @reason explains. */
void bench_language_report_machine (BenchLanguageReport *self,
                                    guint n_threads,
                                    const BenchMachine *machine,
                                    const BenchPeer *peer,
                                    const char *reason);

/**
 * BenchLoading:
 * @file_size: bytes
 * @model_size: bytes of the weights as they are held
 * @peak: the most memory the process had, after loading once and reading a prompt; 0 where it was not alone
 * @load: seconds
 * @first: seconds from the loaded model to the first token after a prompt of @n_prompt tokens
 */
typedef struct
{
  double file_size;
  double model_size;
  double peak;
  int n_prompt;
  BenchSpread load;
  BenchSpread first;
} BenchLoading;

void bench_language_report_loading (BenchLanguageReport *self, const BenchLoading *loading);

/* Why something is left out. */
void bench_language_report_missing (BenchLanguageReport *self, const char *what, const char *reason);

/* @n_tokens: of a run. */
void bench_language_report_times (BenchLanguageReport *self,
                                  const BenchLanguageCase *work,
                                  int n_tokens,
                                  const BenchTimes *times);

/**
 * BenchLanguageParts:
 * @seconds: (array length=GBOX_LANGUAGE_BENCH_N_PARTS): median of each
 * @bytes: (array length=GBOX_LANGUAGE_BENCH_N_PARTS): of weights that it reads
 * @products: (array length=GBOX_LANGUAGE_BENCH_N_PARTS): multiplications with weights
 * @whole: of the whole work
 */
typedef struct
{
  double seconds[GBOX_LANGUAGE_BENCH_N_PARTS];
  double bytes[GBOX_LANGUAGE_BENCH_N_PARTS];
  double products[GBOX_LANGUAGE_BENCH_N_PARTS];
  BenchSpread whole;
} BenchLanguageParts;

void bench_language_report_parts (BenchLanguageReport *self,
                                  const BenchLanguageCase *work,
                                  const BenchLanguageParts *parts,
                                  const BenchMachine *machine);

/* How far @what's logits are from ours in float32. */
void
bench_language_report_logits (BenchLanguageReport *self, const char *what, const BenchLogitsError *error);

G_END_DECLS
