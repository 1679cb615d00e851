/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short ways to say things in JSON. */
#pragma once

#include <json-glib/json-glib.h>

#include "bench-case.h"
#include "bench-spread.h"

G_BEGIN_DECLS

void bench_json_add_double (JsonBuilder *builder, const char *name, double value);
void bench_json_add_int (JsonBuilder *builder, const char *name, gint64 value);
void bench_json_add_string (JsonBuilder *builder, const char *name, const char *value);
/* As an object, every number times @scale. */
void bench_json_add_spread (JsonBuilder *builder, const char *name, const BenchSpread *spread, double scale);

/* Begins an object whose member "kind" is @kind and, unless @work is %NULL, whose "case" is its name.
 * Transfer full. */
JsonBuilder *bench_json_line_new (const char *kind, const BenchCase *work);
/* Ends the object and prints it on a line. */
void bench_json_print_line (JsonBuilder *builder);

G_END_DECLS
