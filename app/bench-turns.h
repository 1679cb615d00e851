/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Has two sides do the same work in turns, so that both meet the same machine. */
#pragma once

#include "bench-peer.h"
#include "bench-report.h"
#include "vision/vision-bench.h"

G_BEGIN_DECLS

typedef struct _BenchTurns BenchTurns;

/**
 * bench_turns_new:
 * @bench: our side; must outlive the turns
 * @peer: (nullable): the other; must outlive them too
 * @n: how many turns each side gets
 *
 * Returns: (transfer full): turns; free with bench_turns_free()
 */
BenchTurns *bench_turns_new (GboxVisionBench *bench, BenchPeer *peer, guint n);
void bench_turns_free (BenchTurns *self);

/* The peer's work @id, done in @way, takes turns as well. */
void bench_turns_add_peer (BenchTurns *self, BenchWay way, gint64 id);

/**
 * bench_turns_take:
 * @self: turns
 * @result: (inout): everything but the work is filled in
 * @error: return location for an error
 *
 * In each turn a side does the work twice and the second time counts: the first wakes its threads and brings
 * back what the other drove out of the caches, as in a visualization the step before does. Ours begins when
 * the peer's threads have come to rest; what either uses of the processors during the other's turn is
 * measured.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO if the peer fails or does not come to rest
 */
gboolean bench_turns_take (BenchTurns *self, BenchResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchTurns, bench_turns_free)

G_END_DECLS
