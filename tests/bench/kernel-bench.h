/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times an operation in rounds, and says how long it took. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"

G_BEGIN_DECLS

/* Kernels whose names do not contain @only are left out. */
typedef struct
{
  GboxTeam *team;
  guint n_rounds;
  const char *only;
} KernelBench;

/* Milliseconds. */
typedef struct
{
  double least;
  double median;
} KernelTiming;

typedef void (*KernelOperation) (GboxTeam *team, gpointer data);

gboolean kernel_bench_wants (const KernelBench *bench, const char *name);
KernelTiming kernel_bench_measure (const KernelBench *bench, KernelOperation operation, gpointer data);

/* A line; @flops: of one run each way, 0 to say nothing of them. */
void kernel_bench_report (const char *name, KernelTiming forward, KernelTiming backward, double flops);

/* A square of random values. */
GboxTensor kernel_bench_new_tensor (int size, int channels);
void kernel_bench_free_tensor (GboxTensor *tensor);

G_END_DECLS
