/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PyTorch as the peer of the vision side. */
#pragma once

#include "bench-case.h"
#include "bench-peer.h"

G_BEGIN_DECLS

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

/* bench_peer_new() of it. */
BenchPeer *bench_torch_new (guint n_threads, GError **error);

/**
 * bench_torch_open:
 * @peer: PyTorch
 * @work: a step or a classification
 * @path: the file of weights
 * @way: how to do it
 * @id: (out): of the work, for the other functions
 * @error: return location for an error
 *
 * Returns: %FALSE with the errors of bench_peer_ask()
 */
gboolean bench_torch_open (
  BenchPeer *peer, const BenchCase *work, const char *path, BenchWay way, gint64 *id, GError **error);

#define BENCH_MAX_VALUES 3

/**
 * bench_torch_check:
 * @values: (out) (array length=BENCH_MAX_VALUES): what the work computes from agreed parameters
 * @n_values: (out): how many there are
 *
 * Compare with bench_check_compute().
 */
gboolean bench_torch_check (BenchPeer *peer, gint64 id, double *values, guint *n_values, GError **error);

G_END_DECLS
