/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is being timed. */
#include "bench-progress.h"

void
bench_say_what (const char *what)
{
  g_printerr ("timing %s …\n", what);
}
