/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every bench says of the machine, of the other side, and of how quiet it was. */
#pragma once

#include "bench-machine.h"
#include "bench-turns.h"

G_BEGIN_DECLS

/**
 * BenchBeside:
 * @name: of the other side, for people
 * @key: of its version in JSON
 * @before: what stands before the version, for people
 * @after: and after it
 */
typedef struct
{
  const char *name;
  const char *key;
  const char *before;
  const char *after;
} BenchBeside;

/* The machine, and who is timed. @version: (nullable): of the other side, whose absence @reason explains. */
void bench_beside_print_machine (const BenchBeside *self,
                                 gboolean json,
                                 guint n_threads,
                                 const BenchMachine *machine,
                                 const char *version,
                                 const char *reason);

/* For people: figures taken while somebody else worked say little. */
void bench_beside_print_unrest (const BenchBeside *self, const BenchTimes *times);

G_END_DECLS
