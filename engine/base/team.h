/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's worker threads: one call cuts work into tasks and returns when all are done. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GboxTeam GboxTeam;

/* More threads than this are never made. */
#define GBOX_TEAM_MAX_THREADS 256

/**
 * GboxTeamFunc:
 * @data: what was given to gbox_team_run()
 * @task: index of the task, 0 … n_tasks − 1; each is run exactly once
 * @worker: which worker runs it, 0 … gbox_team_get_n_threads() − 1: an index for scratch memory, never a
 * reason to compute differently
 */
typedef void (*GboxTeamFunc) (gpointer data, guint task, guint worker);

/**
 * gbox_team_new:
 * @n_threads: how many threads, the caller's included; 0 for gbox_team_get_default_n_threads()
 *
 * Makes a team with @n_threads active threads. Its capacity, which never changes, is the larger of that and
 * the number of usable cores. The threads run at a lower priority than the program's main thread (see
 * gbox_team_lower_priority()) and sleep while there is no work.
 *
 * Returns: (transfer full): a team; free with gbox_team_free()
 */
GboxTeam *gbox_team_new (guint n_threads);
void gbox_team_free (GboxTeam *team);

/**
 * gbox_team_get_n_threads:
 * @team: a team
 *
 * Returns: the capacity: how many workers there can ever be, so how many scratch buffers a user of the team
 * needs. Fixed for the team's life.
 */
guint gbox_team_get_n_threads (const GboxTeam *team);

/**
 * gbox_team_set_active:
 * @team: a team that runs nothing
 * @n_threads: how many threads shall work from now on, the caller's included; 0 for the default; at most the
 * capacity is taken
 *
 * Ends or starts threads. For the thread that calls gbox_team_run(), between two calls. Where the system
 * refuses a thread, fewer are active.
 */
void gbox_team_set_active (GboxTeam *team, guint n_threads);

/* How many threads work, 1 … gbox_team_get_n_threads(). Any thread. */
guint gbox_team_get_active (const GboxTeam *team);

/**
 * gbox_team_get_default_n_threads:
 *
 * Returns: the environment variable `GBOX_THREADS` if it is a number from 1 to %GBOX_TEAM_MAX_THREADS, else
 * the number of cores that this process may use
 */
guint gbox_team_get_default_n_threads (void);

/**
 * gbox_team_lower_priority:
 *
 * Puts the calling thread 5 nice levels below the program's main thread, so that a window sharing the cores
 * stays responsive. Does nothing where the system forbids it, and on a second call.
 */
void gbox_team_lower_priority (void);

/**
 * gbox_team_run:
 * @team: a team; only one thread may call this at a time, and not from inside a task
 * @n_tasks: number of tasks
 * @func: called once for every task
 * @data: passed to @func
 *
 * Runs the tasks on the active workers, the caller being worker 0, and returns when the last one is done;
 * what they wrote is visible to the caller. Which worker gets which task varies from run to run, so a task
 * must write only what no other task writes: then the result is the same bit for bit for any number of
 * threads. Allocates nothing.
 */
void gbox_team_run (GboxTeam *team, guint n_tasks, GboxTeamFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxTeam, gbox_team_free)

G_END_DECLS
