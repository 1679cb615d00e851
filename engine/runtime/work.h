/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as the engine thread sees it: its job, and what is to be done with that. Everything here is for the
 * engine thread only. */
#pragma once

#include "runtime/command.h"
#include "runtime/job.h"
#include "runtime/turns.h"

G_BEGIN_DECLS

typedef struct _GboxWork GboxWork;

/* Takes the spec. */
GboxWork *gbox_work_new (guint64 run, GboxMailbox *mailbox, GboxSpec *spec);

/* Frees the job too. */
void gbox_work_free (GboxWork *work);

guint64 gbox_work_get_run (const GboxWork *work);

/* Its place among those that take turns; its kind is the type of its spec. */
GboxTurn *gbox_work_get_turn (GboxWork *work);

/* Whether its job has been started, or it has been tried. */
gboolean gbox_work_has_started (const GboxWork *work);

/* Whether gbox_work_advance() has something to do. */
gboolean gbox_work_is_runnable (const GboxWork *work);

/**
 * gbox_work_advance:
 * @work: a runnable one
 * @context: what the job may use
 *
 * Starts the job, or does one step.
 *
 * Returns: %FALSE if it failed, which the run has been told: only freeing is left
 */
gboolean gbox_work_advance (GboxWork *work, const GboxJobContext *context);

void gbox_work_pause (GboxWork *work);
void gbox_work_resume (GboxWork *work);
void gbox_work_step (GboxWork *work);
/* The spec is this thread's. */
void gbox_work_adjust (GboxWork *work, GboxSpec *spec);
gboolean gbox_work_save (GboxWork *work, const char *path, GError **error);

/* Tells the run that it was stopped, unless it has finished. Returns whether it has not. */
gboolean gbox_work_stop (GboxWork *work);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxWork, gbox_work_free)

G_END_DECLS
