/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the language side, beside llama.cpp where that is installed. */
#pragma once

#include "bench-options.h"

G_BEGIN_DECLS

/* Prints as it goes. Returns an exit code. */
int bench_language (const BenchOptions *options);

G_END_DECLS
