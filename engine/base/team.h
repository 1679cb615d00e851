/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's worker threads: one call cuts work into tasks and returns when all are done. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GboxTeam GboxTeam;

/**
 * GboxTeamFunc:
 * @data: what was given to gbox_team_run()
 * @task: index of the task, 0 … n_tasks − 1; each is run exactly once
 * @worker: which worker runs it, 0 … n_threads − 1: an index for scratch memory, never a reason to compute differently
 */
typedef void (*GboxTeamFunc) (gpointer data, guint task, guint worker);

/**
 * gbox_team_new:
 * @n_threads: how many threads, the caller's included; 0 takes the environment variable `GBOX_THREADS`, else one a core
 *
 * The threads run at a lower priority than the caller (nice +5), so that a window sharing the cores stays responsive.
 *
 * Returns: (transfer full): a team; free with gbox_team_free()
 */
GboxTeam *gbox_team_new (guint n_threads);
void gbox_team_free (GboxTeam *team);
guint gbox_team_get_n_threads (const GboxTeam *team);

/**
 * gbox_team_run:
 * @team: a team; only one thread may call this at a time, and not from inside a task
 * @n_tasks: number of tasks
 * @func: called once for every task
 * @data: passed to @func
 *
 * Runs the tasks on all workers and returns when the last one is done; what they wrote is visible to the caller. Which worker gets which
 * task varies from run to run, so a task must write only what no other task writes: then the result is the same bit for bit for any
 * number of threads. Allocates nothing.
 */
void gbox_team_run (GboxTeam *team, guint n_tasks, GboxTeamFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTeam, gbox_team_free)

G_END_DECLS
