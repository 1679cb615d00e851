/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Has two sides do the same work in turns, so that both meet the same machine. */
#pragma once

#include "bench-peer.h"
#include "bench-spread.h"

G_BEGIN_DECLS

typedef struct _BenchTurns BenchTurns;

/* Does our work once and returns the seconds it took. */
typedef double (*BenchRunFunc) (gpointer bench);

/* Ways in which a peer may do it, at most. */
#define BENCH_MAX_WAYS 3

/**
 * BenchPeerResult:
 * @way: how the peer did it
 * @seconds: its times
 * @ratio: theirs over ours, turn by turn
 * @counts: whether it may be the best
 */
typedef struct
{
  const char *way;
  BenchSpread seconds;
  BenchSpread ratio;
  gboolean counts;
} BenchPeerResult;

/**
 * BenchTimes:
 * @seconds: ours
 * @n_peers: how many ways of the peer's there are
 * @peers: (array length=n_peers)
 * @best: the quickest of those that count
 * @ours_at_rest: share of a core that we used while the peer worked
 * @peer_at_rest: and the other way round
 * @others: cores that neither of us but others used meanwhile
 */
typedef struct
{
  BenchSpread seconds;
  guint n_peers;
  BenchPeerResult peers[BENCH_MAX_WAYS];
  guint best;
  double ours_at_rest;
  double peer_at_rest;
  double others;
} BenchTimes;

/**
 * bench_turns_new:
 * @run: our side
 * @bench: what @run is given; must outlive the turns
 * @peer: (nullable): the other; must outlive them too
 * @n: how many turns each side gets
 *
 * Returns: (transfer full): turns; free with bench_turns_free()
 */
BenchTurns *bench_turns_new (BenchRunFunc run, gpointer bench, BenchPeer *peer, guint n);
void bench_turns_free (BenchTurns *self);

/* The peer's work @id takes turns as well; @way: static, how it is done; @counts: whether as well as can be.
 */
void bench_turns_add_peer (BenchTurns *self, const char *way, gint64 id, gboolean counts);

/**
 * bench_turns_take:
 * @self: turns
 * @times: (out): what was found
 * @error: return location for an error
 *
 * In each turn a side works on for a while and the later half counts: the first wakes its threads and brings
 * back what the other drove out of the caches, as in use the step before does. What takes a second or more is
 * done once. Ours begins when
 * the peer's threads have come to rest; what either uses of the processors during the other's turn is
 * measured.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO if the peer fails or does not come to rest
 */
gboolean bench_turns_take (BenchTurns *self, BenchTimes *times, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchTurns, bench_turns_free)

G_END_DECLS
