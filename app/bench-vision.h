/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the vision side, beside PyTorch where that is installed. */
#pragma once

#include "bench-options.h"

G_BEGIN_DECLS

/* Prints as it goes. Models that are missing are said to be, unless one was asked for. Returns an exit code.
 */
int bench_vision (const BenchOptions *options);

G_END_DECLS
