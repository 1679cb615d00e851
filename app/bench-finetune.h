/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times a training step of finetuning, beside PyTorch and transformers where they are installed. */
#pragma once

#include "bench-options.h"

G_BEGIN_DECLS

/* Prints as it goes. Returns an exit code. */
int bench_finetune (const BenchOptions *options);

G_END_DECLS
