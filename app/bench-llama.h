/* SPDX-License-Identifier: GPL-3.0-or-later */
/* llama.cpp as the peer of the language side. */
#pragma once

#include "bench-language-case.h"
#include "bench-peer.h"

G_BEGIN_DECLS

/* How llama.cpp computes attention; the last is only for several sequences. See tests/bench/language-peer.py.
 */
#define BENCH_N_LLAMA_WAYS 3
extern const char *const bench_llama_ways[BENCH_N_LLAMA_WAYS];

/* bench_peer_new() of it. */
BenchPeer *bench_llama_new (guint n_threads, GError **error);

/**
 * bench_llama_open:
 * @peer: llama.cpp
 * @work: what to do
 * @path: the file of weights
 * @way: one of bench_llama_ways
 * @id: (out): of the work
 * @error: return location for an error
 *
 * Returns: %FALSE with the errors of bench_peer_ask()
 */
gboolean bench_llama_open (BenchPeer *peer,
                           const BenchLanguageCase *work,
                           const char *path,
                           const char *way,
                           gint64 *id,
                           GError **error);

/**
 * bench_llama_get_logits:
 * @peer: llama.cpp
 * @path: the file of weights
 * @tokens: (array length=n): a text
 * @n: its tokens
 * @n_vocab: how many there are
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): (n, n_vocab), what it says after each token; %NULL with the errors of
 * bench_peer_ask(), or %GBOX_ERROR_IO
 */
float *bench_llama_get_logits (
  BenchPeer *peer, const char *path, const int *tokens, int n, int n_vocab, GError **error);

G_END_DECLS
