/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What “bench language” times. */
#pragma once

#include "language/language-bench.h"

G_BEGIN_DECLS

/**
 * BenchLanguageCase:
 * @name: "prompt-64/int8"
 * @work: what is done
 * @n: tokens of a prompt, or sequences
 * @precision: how exactly
 * @parts: whether to say what each part of it takes even where that was not asked for
 */
typedef struct
{
  const char *name;
  GboxLanguageWork work;
  int n;
  GboxPrecision precision;
  gboolean parts;
} BenchLanguageCase;

/* What is measured besides, under these names. */
#define BENCH_LANGUAGE_LOAD   "load"
#define BENCH_LANGUAGE_LOGITS "logits"

guint bench_language_get_n_cases (void);
const BenchLanguageCase *bench_language_get_case (guint i);

/* Whether @name contains one of @only, a NULL-terminated list; %NULL for all. */
gboolean bench_language_is_wanted (const char *name, char **only);

/**
 * bench_language_check_names:
 * @only: (nullable): NULL-terminated
 * @error: return location for an error
 *
 * Returns: %FALSE, with a message that lists the names there are, if one of @only is in none
 */
gboolean bench_language_check_names (char **only, GError **error);

/* "int8", "int16", "float32". */
const char *bench_precision_get_name (GboxPrecision precision);

G_END_DECLS
