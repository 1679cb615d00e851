/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine thread: takes commands between steps and gives runs that have something to do the same time. */
#pragma once

#include "runtime/command.h"
#include "runtime/job.h"

G_BEGIN_DECLS

/**
 * GboxScheduler:
 *
 * Shared by the engine and its runs. Reference counted, thread-safe.
 */
typedef struct _GboxScheduler GboxScheduler;

/* @store must live until gbox_scheduler_shutdown() returns. */
GboxScheduler *gbox_scheduler_new (guint n_threads, GboxModelStore *store, GError **error);
GboxScheduler *gbox_scheduler_ref (GboxScheduler *scheduler);
/* The last one must come after gbox_scheduler_shutdown(). */
void gbox_scheduler_unref (GboxScheduler *scheduler);

/* A number for a new run, never given twice. */
guint64 gbox_scheduler_make_run (GboxScheduler *scheduler);

/**
 * gbox_scheduler_send:
 * @scheduler: a scheduler
 * @command: (transfer full): what to do
 *
 * Returns: %FALSE if the scheduler was shut down: the command is freed, and nothing will come of it
 */
gboolean gbox_scheduler_send (GboxScheduler *scheduler, GboxCommand *command);

/* Stops every run, answers every command still waiting, and joins the thread. Idempotent; not from the engine
 * thread. */
void gbox_scheduler_shutdown (GboxScheduler *scheduler);

/* How many threads the team can have. */
guint gbox_scheduler_get_capacity (GboxScheduler *scheduler);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxScheduler, gbox_scheduler_unref)

G_END_DECLS
