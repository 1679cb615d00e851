/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another program in a process of its own, doing on request what we do. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _BenchPeer BenchPeer;

/**
 * BenchPeerKind:
 * @name: "PyTorch"
 * @script: what `python3` runs
 * @version: the member of its first line that holds the version
 *
 * Which program.
 */
typedef struct
{
  const char *name;
  const char *script;
  const char *version;
} BenchPeerKind;

/**
 * bench_peer_new:
 * @kind: which program; must outlive the peer
 * @n_threads: for it
 * @error: return location for an error
 *
 * Starts `python3` with the installed script. Takes seconds.
 *
 * Returns: (transfer full) (nullable): the peer; %NULL where there is no python3, no such program in it, or
 * no script, with an error that says so
 */
BenchPeer *bench_peer_new (const BenchPeerKind *kind, guint n_threads, GError **error);
/* Ends the process. */
void bench_peer_free (BenchPeer *self);

const char *bench_peer_get_name (const BenchPeer *self);
const char *bench_peer_get_version (const BenchPeer *self);

/* (transfer full): an object to be filled, whose member "do" is @what. */
JsonBuilder *bench_peer_request_new (const char *what);

/**
 * bench_peer_ask:
 * @self: a peer
 * @request: what bench_peer_request_new() returned; is ended
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the answer, an object; %NULL with %GBOX_ERROR_UNSUPPORTED if the peer
 * fails, %GBOX_ERROR_IO if its process ends
 */
JsonNode *bench_peer_ask (BenchPeer *self, JsonBuilder *request, GError **error);

/* Sets @error to say that an answer has no @member of the type it should have. */
void bench_peer_set_missing (const BenchPeer *self, const char *member, GError **error);

/* Sets a piece of work up that @request describes, an "open". @id: (out): of the work, for what follows. */
gboolean bench_peer_open (BenchPeer *self, JsonBuilder *request, gint64 *id, GError **error);
/* Forgets all work. */
gboolean bench_peer_close (BenchPeer *self, GError **error);

/* Does the work once; @seconds: (out): as the peer's own clock says. */
gboolean bench_peer_run (BenchPeer *self, gint64 id, double *seconds, GError **error);

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
