/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times a training step of finetuning. */
#pragma once

#include "learning/finetune-lap.h"
#include "models/language-model.h"

G_BEGIN_DECLS

/* What is done: as many completions of so many tokens as a new run of finetuning writes, of this prompt. */
#define GBOX_FINETUNE_BENCH_BATCH  64
#define GBOX_FINETUNE_BENCH_LENGTH 28
#define GBOX_FINETUNE_BENCH_PROMPT "Good morning"

/**
 * GboxFinetuneBench:
 *
 * A head in training, and one training step after the other: completions of a prompt, full stops less the
 * divergence as rewards, leave-one-out advantages, and a clipped step of Adam, as #GboxFinetuneJob does it.
 * Belongs to one thread.
 */
typedef struct _GboxFinetuneBench GboxFinetuneBench;

/**
 * gbox_finetune_bench_new:
 * @model: a model; a reference is kept
 * @team: the workers; must outlive the bench
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): a bench that has read the prompt; %NULL with the errors of
 * gbox_rollout_new() and gbox_trainee_new()
 */
GboxFinetuneBench *gbox_finetune_bench_new (GboxLanguageModel *model, GboxTeam *team, GError **error);
void gbox_finetune_bench_free (GboxFinetuneBench *self);

/* Tokens that were written in the last step. */
guint gbox_finetune_bench_get_n_tokens (const GboxFinetuneBench *self);

/* Entropy of what may come first after the prompt, in nats: of the model itself before the first step. 0 if
 * the numbers are not finite. */
double gbox_finetune_bench_get_first_entropy (GboxFinetuneBench *self);

/* Does a training step. Returns the seconds it took; 0 if the numbers are not finite any more. */
double gbox_finetune_bench_run (GboxFinetuneBench *self);

/* The same with a look at the clock after each part; @seconds: (out) (array length=GBOX_N_FINETUNE_LAPS). */
double gbox_finetune_bench_run_parts (GboxFinetuneBench *self, double *seconds);

/* "layers", "gradient" … */
const char *gbox_finetune_lap_get_name (GboxFinetuneLap lap);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxFinetuneBench, gbox_finetune_bench_free)

G_END_DECLS
