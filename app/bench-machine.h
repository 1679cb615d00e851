/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this machine can do at best, to compare with. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

typedef struct
{
  double sgemm;     /* FLOP/s of OpenBLAS's product of large matrices, all threads at once */
  double bandwidth; /* bytes/s read from memory, all threads at once */
} BenchMachine;

/* Takes about half a second. */
BenchMachine bench_machine_measure (GboxTeam *team);

G_END_DECLS
