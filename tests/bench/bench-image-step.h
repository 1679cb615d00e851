/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times what an optimization step has outside the network. */
#pragma once

#include "kernel-bench.h"

G_BEGIN_DECLS

/* From the parameters to the network's input and back, each part and all of it. */
void bench_image_step (const KernelBench *bench);

G_END_DECLS
