/* SPDX-License-Identifier: GPL-3.0-or-later */
/* llama.cpp as the peer of the language side. */
#include "bench-llama.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "bench-json.h"

const char *const bench_llama_ways[BENCH_N_LLAMA_WAYS] = { "plain", "flash", "streams" };

BenchPeer *
bench_llama_new (guint n_threads, GError **error)
{
  static const BenchPeerKind kind
    = { .name = "llama.cpp", .script = "language-peer.py", .version = "version" };

  return bench_peer_new (&kind, n_threads, error);
}

gboolean
bench_llama_open (BenchPeer *peer,
                  const BenchLanguageCase *work,
                  const char *path,
                  const char *way,
                  gint64 *id,
                  GError **error)
{
  static const char *const works[] = { "decode", "prompt", "sequences" };
  g_autoptr (JsonBuilder) request = bench_peer_request_new ("open");

  bench_json_add_string (request, "path", path);
  bench_json_add_string (request, "way", way);
  bench_json_add_string (request, "work", works[work->work]);
  bench_json_add_int (request, "n", work->n);
  bench_json_add_int (request, "trunk", GBOX_LANGUAGE_BENCH_TRUNK);
  bench_json_add_int (request, "steps",
                      work->work == GBOX_LANGUAGE_DECODE ? GBOX_LANGUAGE_BENCH_DECODE_STEPS
                                                         : GBOX_LANGUAGE_BENCH_BRANCH);
  return bench_peer_open (peer, request, id, error);
}

static gboolean
ask_for_logits (BenchPeer *peer, const char *path, const int *tokens, int n, const char *to, GError **error)
{
  g_autoptr (JsonBuilder) request = bench_peer_request_new ("logits");
  g_autoptr (JsonNode) answer = NULL;

  bench_json_add_string (request, "path", path);
  bench_json_add_string (request, "to", to);
  json_builder_set_member_name (request, "tokens");
  json_builder_begin_array (request);
  for (int i = 0; i < n; i++)
    json_builder_add_int_value (request, tokens[i]);
  json_builder_end_array (request);
  answer = bench_peer_ask (peer, request, error);
  return answer != NULL;
}

float *
bench_llama_get_logits (
  BenchPeer *peer, const char *path, const int *tokens, int n, int n_vocab, GError **error)
{
  g_autofree char *to = NULL;
  char *content = NULL;
  const int fd = g_file_open_tmp ("glassbox-logits-XXXXXX", &to, error);
  gsize size = 0;
  gboolean read;

  if (fd < 0)
    return NULL;
  close (fd);
  read
    = ask_for_logits (peer, path, tokens, n, to, error) && g_file_get_contents (to, &content, &size, error);
  g_remove (to);
  if (read && size != (gsize) n * (gsize) n_vocab * sizeof (float))
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_NUMERIC,
                           "llama.cpp has another number of tokens, so nothing can be compared.");
      g_clear_pointer (&content, g_free);
    }
  return (float *) (gpointer) content;
}
