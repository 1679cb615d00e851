/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is being timed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Says on standard error that @what is being timed now: it may take minutes until there is something to
 * print. */
void bench_say_what (const char *what);

G_END_DECLS
