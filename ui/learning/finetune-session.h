/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What finetuning is about: the model at hand, what it is to learn, and the run that goes on. */
#pragma once

#include "learning/finetune-job.h"
#include "learning/finetune-pair.h"
#include "models/model-choice.h"
#include "runtime/engine.h"
#include "shell/settings.h"

G_BEGIN_DECLS

/**
 * GboxFinetuneSession:
 *
 * Implements #GboxModelChoice. Has no widgets; the panes show it and tell it what the user wants. Main thread
 * only.
 *
 * Properties, read-only: `model` (#GboxModelItem), `problem` (string, %NULL), `run` (#GboxRun, nullable),
 * `is-running` (boolean), `warning` (string, nullable: what goes wrong, in plain words), `error` (string,
 * nullable: why the run failed).
 *
 * Signals: `point` (const GboxPoint *): a training step is done. `adjusted` (string): what was changed while
 * it goes on, such as “learning rate 0.001”. `texts-changed` (): the phase of the completions at hand, or one
 * of their rewards, is another. `cleared` (): all that was told is void. `message` (string): something to
 * tell the user once.
 *
 * A property of the spec that may change live is applied to the run at once; the others wait for the next
 * start.
 */
#define GBOX_TYPE_FINETUNE_SESSION (gbox_finetune_session_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneSession, gbox_finetune_session, GBOX, FINETUNE_SESSION, GObject)

/* Takes the last spec from @settings. */
GboxFinetuneSession *gbox_finetune_session_new (GboxEngine *engine, GboxSettings *settings);
/* Stops the run and what is being fetched. */
void gbox_finetune_session_end (GboxFinetuneSession *self);

GboxModelItem *gbox_finetune_session_get_model (GboxFinetuneSession *self);
/* A catalogue name, the path of a file, or "" for the default. */
void gbox_finetune_session_choose_model (GboxFinetuneSession *self, const char *name);
/* The same object for life: rows bind to its properties. */
GboxFinetuneSpec *gbox_finetune_session_get_spec (GboxFinetuneSession *self);
/* What the run does, or the next one will. */
const GboxFinetuneValues *gbox_finetune_session_get_values (GboxFinetuneSession *self);
GboxRun *gbox_finetune_session_get_run (GboxFinetuneSession *self); /* nullable */
gboolean gbox_finetune_session_is_running (GboxFinetuneSession *self);
/* Whether a run goes on or is paused. */
gboolean gbox_finetune_session_has_begun (GboxFinetuneSession *self);
/* Whether there is something to save. */
gboolean gbox_finetune_session_can_save (GboxFinetuneSession *self);

/* Goes on, or begins where nothing has begun or all is over. */
void gbox_finetune_session_start (GboxFinetuneSession *self);
void gbox_finetune_session_pause (GboxFinetuneSession *self);
/* Forgets what has been learnt. */
void gbox_finetune_session_reset (GboxFinetuneSession *self);

/* (transfer none): of #GboxFinetunePair: the completions that are compared. */
GListModel *gbox_finetune_session_get_pairs (GboxFinetuneSession *self);
/* What the completions on the right are: of training while it goes on, those after it in the end. */
GboxFinetunePhase gbox_finetune_session_get_phase (GboxFinetuneSession *self);
/* The training step they belong to. */
guint gbox_finetune_session_get_text_step (GboxFinetuneSession *self);
/* (nullable) (transfer none): counts what the run rewards. */
const GboxReward *gbox_finetune_session_get_reward (GboxFinetuneSession *self);

G_END_DECLS
