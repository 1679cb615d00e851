/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: one background thread that works on jobs, its team, and the loaded networks. */
#pragma once

#include "models/model-store.h"
#include "runtime/run.h"

G_BEGIN_DECLS

#define GBOX_TYPE_ENGINE (gbox_engine_get_type ())
G_DECLARE_FINAL_TYPE (GboxEngine, gbox_engine, GBOX, ENGINE, GObject)

/**
 * gbox_engine_new:
 * @n_threads: size of the team, 0 for the default of gbox_team_new()
 * @error: return location for an error
 *
 * Starts the engine thread, which sleeps until there is work. Returns at once.
 *
 * Returns: (transfer full) (nullable): an engine
 */
GboxEngine *gbox_engine_new (guint n_threads, GError **error);

/**
 * gbox_engine_start:
 * @engine: an engine
 * @spec: what to compute; copied
 *
 * Starts a run on the calling thread's default main context. Errors, also of an invalid spec, arrive as the
 * run's state and error. Runs that go on at the same time take turns, a step each. After
 * gbox_engine_shutdown() the run is STOPPED from the first.
 *
 * Returns: (transfer full): a run
 */
GboxRun *gbox_engine_start (GboxEngine *engine, GboxSpec *spec);

/* Stops every run within a step, joins the engine thread and frees what it held. Idempotent; finalizing does
 * it too. */
void gbox_engine_shutdown (GboxEngine *engine);

/* Takes effect between two steps; 0 for the default. No more than gbox_team_get_n_threads() of its team,
 * which is the larger of the number of cores and what gbox_engine_new() was given. No run is disturbed. */
void gbox_engine_set_n_threads (GboxEngine *engine, guint n_threads);
guint gbox_engine_get_n_threads (GboxEngine *engine);

GboxModelStore *gbox_engine_get_store (GboxEngine *engine);

/**
 * gbox_engine_load_network_async:
 * @engine: an engine
 * @model: a catalogue name or a path
 * @cancellable: (nullable)
 * @callback: called on the caller's main context
 * @user_data: for @callback
 *
 * Loads a network on a worker thread, or gets it from the store.
 */
void gbox_engine_load_network_async (GboxEngine *engine,
                                     const char *model,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
GboxNetwork *gbox_engine_load_network_finish (GboxEngine *engine, GAsyncResult *result, GError **error);

G_END_DECLS
