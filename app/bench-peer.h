/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PyTorch in a process of its own, doing on request what we do. */
#pragma once

#include <gio/gio.h>

#include "bench-case.h"

G_BEGIN_DECLS

typedef struct _BenchPeer BenchPeer;

/* How PyTorch may do it; see tests/bench/vision-peer.py. */
typedef enum
{
  BENCH_CONTIGUOUS,
  BENCH_CHANNELS_LAST,
  BENCH_LUCENT,
  BENCH_N_WAYS,
} BenchWay;

/* "contiguous", "channels_last", "lucent". */
const char *bench_way_get_name (BenchWay way);

/**
 * bench_peer_new:
 * @n_threads: for PyTorch
 * @error: return location for an error
 *
 * Starts `python3` with the installed script. Takes seconds.
 *
 * Returns: (transfer full) (nullable): the peer; %NULL where there is no python3, no torch in it, or no
 * script, with an error that says so
 */
BenchPeer *bench_peer_new (guint n_threads, GError **error);
/* Ends the process. */
void bench_peer_free (BenchPeer *self);

/* Of PyTorch. */
const char *bench_peer_get_version (const BenchPeer *self);

/**
 * bench_peer_open:
 * @self: a peer
 * @work: a step or a classification
 * @path: the file of weights
 * @way: how to do it
 * @id: (out): of the work, for the other functions
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_UNSUPPORTED if PyTorch fails, %GBOX_ERROR_IO if its process ends
 */
gboolean bench_peer_open (
  BenchPeer *self, const BenchCase *work, const char *path, BenchWay way, gint64 *id, GError **error);
/* Forgets all work. */
gboolean bench_peer_close (BenchPeer *self, GError **error);

/* Does the work once; @seconds: (out): as the peer's own clock says. */
gboolean bench_peer_run (BenchPeer *self, gint64 id, double *seconds, GError **error);

#define BENCH_MAX_VALUES 3

/**
 * bench_peer_check:
 * @values: (out) (array length=BENCH_MAX_VALUES): what the work computes from agreed parameters
 * @n_values: (out): how many there are
 *
 * Compare with bench_check_compute().
 */
gboolean bench_peer_check (BenchPeer *self, gint64 id, double *values, guint *n_values, GError **error);

/**
 * bench_peer_get_cpu_seconds:
 *
 * Returns: processor time of all its threads so far: what it uses while it should rest shows in the
 * difference
 */
double bench_peer_get_cpu_seconds (const BenchPeer *self);

/* Waits until the peer uses no processor, for a second at most. Returns whether it came to rest. */
gboolean bench_peer_settle (const BenchPeer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchPeer, bench_peer_free)

G_END_DECLS
