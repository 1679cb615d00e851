/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times what a language model does over and over: reading a prompt, and going on with it. */
#pragma once

#include "models/transformer.h"

G_BEGIN_DECLS

/**
 * GboxLanguageWork:
 * @GBOX_LANGUAGE_DECODE: one sequence goes on, a token at a time
 * @GBOX_LANGUAGE_PROMPT: a prompt is read
 * @GBOX_LANGUAGE_SEQUENCES: several that share a prompt go on, a token of each at a time
 */
typedef enum
{
  GBOX_LANGUAGE_DECODE,
  GBOX_LANGUAGE_PROMPT,
  GBOX_LANGUAGE_SEQUENCES,
} GboxLanguageWork;

/* Tokens that were read before those that are timed, and passes that are timed at a time. */
#define GBOX_LANGUAGE_BENCH_TRUNK        64
#define GBOX_LANGUAGE_BENCH_DECODE_STEPS 16
/* Tokens that each of several sequences gets before all begin again. */
#define GBOX_LANGUAGE_BENCH_BRANCH 28

/* Parts of the work: those of the transformer, then the choice of tokens. */
#define GBOX_LANGUAGE_BENCH_SAMPLER GBOX_N_TRANSFORMER_LAPS
#define GBOX_LANGUAGE_BENCH_N_PARTS (GBOX_N_TRANSFORMER_LAPS + 1)

/**
 * GboxLanguageBench:
 *
 * One piece of work, set up once and then timed as often as is wanted. Belongs to one thread.
 */
typedef struct _GboxLanguageBench GboxLanguageBench;

/**
 * gbox_language_bench_new:
 * @transformer: a model; a reference is kept
 * @team: the workers; must outlive the bench
 * @precision: how exactly to compute
 * @work: what to do
 * @n: tokens of a prompt, or how many sequences
 * @error: return location for an error
 *
 * Decoding is %GBOX_LANGUAGE_BENCH_DECODE_STEPS passes after %GBOX_LANGUAGE_BENCH_TRUNK tokens, sequences are
 * one pass after as many, and after the passes of the runs before: each run is the next token of completions
 * of %GBOX_LANGUAGE_BENCH_BRANCH. Logits are computed of the last token of a prompt, else of every token.
 * Token i is number (7919 i + 13) mod 1000, or mod n_vocab where that is less.
 *
 * Returns: (transfer full) (nullable): a bench; %NULL with the errors of gbox_transformer_context_new()
 */
GboxLanguageBench *gbox_language_bench_new (GboxTransformer *transformer,
                                            GboxTeam *team,
                                            GboxPrecision precision,
                                            GboxLanguageWork work,
                                            int n,
                                            GError **error);
void gbox_language_bench_free (GboxLanguageBench *self);

/* Tokens that are timed in a run. */
int gbox_language_bench_get_n_tokens (const GboxLanguageBench *self);
/* Passes of a run, and how many of their tokens get logits. */
int gbox_language_bench_get_n_passes (const GboxLanguageBench *self);
int gbox_language_bench_get_n_logits (const GboxLanguageBench *self);

/* Does the work once, without choosing tokens. Returns the seconds it took. */
double gbox_language_bench_run (GboxLanguageBench *self);

/**
 * gbox_language_bench_run_parts:
 * @self: a bench
 * @seconds: (out) (array length=GBOX_LANGUAGE_BENCH_N_PARTS): of each part
 *
 * Does the work once with a look at the clock after every part, and then chooses a token for everything that
 * has logits.
 *
 * Returns: the seconds of the whole
 */
double gbox_language_bench_run_parts (GboxLanguageBench *self, double *seconds);

/* "attention", "sampler" … */
const char *gbox_language_bench_get_part_name (guint part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxLanguageBench, gbox_language_bench_free)

G_END_DECLS
