/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PyTorch as the peer of the vision side. */
#include "bench-torch.h"

#include <math.h>

#include "bench-json.h"
#include "models/json-reading.h"

static const char *const ways[BENCH_N_WAYS] = { "contiguous", "channels_last", "lucent" };

const char *
bench_way_get_name (BenchWay way)
{
  return ways[way];
}

BenchPeer *
bench_torch_new (guint n_threads, GError **error)
{
  static const BenchPeerKind kind = { .name = "PyTorch", .script = "vision-peer.py", .version = "torch" };

  return bench_peer_new (&kind, n_threads, error);
}

static const char *
get_objective_name (GboxObjectiveKind objective)
{
  switch (objective)
    {
    case GBOX_OBJECTIVE_NEURON:
      return "neuron";
    case GBOX_OBJECTIVE_CLASS:
      return "class";
    case GBOX_OBJECTIVE_CHANNEL:
    case GBOX_OBJECTIVE_LAYER:
    case GBOX_OBJECTIVE_DIRECTION:
    default:
      return "channel";
    }
}

gboolean
bench_torch_open (
  BenchPeer *peer, const BenchCase *work, const char *path, BenchWay way, gint64 *id, GError **error)
{
  g_autoptr (JsonBuilder) request = bench_peer_request_new ("open");

  bench_json_add_string (request, "model", work->model);
  bench_json_add_string (request, "path", path);
  bench_json_add_string (request, "way", ways[way]);
  bench_json_add_string (request, "layer", work->layer);
  bench_json_add_string (request, "objective", get_objective_name (work->objective));
  bench_json_add_int (request, "unit", work->unit);
  bench_json_add_int (request, "size", work->size);
  bench_json_add_int (request, "batch", work->batch);
  return bench_peer_open (peer, request, id, error);
}

gboolean
bench_torch_check (BenchPeer *peer, gint64 id, double *values, guint *n_values, GError **error)
{
  g_autoptr (JsonBuilder) request = bench_peer_request_new ("check");
  g_autoptr (JsonNode) answer = NULL;
  JsonArray *array;

  bench_json_add_int (request, "id", id);
  answer = bench_peer_ask (peer, request, error);
  if (answer == NULL)
    return FALSE;
  array = gbox_json_get_array (json_node_get_object (answer), "values");
  if (array == NULL)
    {
      bench_peer_set_missing (peer, "values", error);
      return FALSE;
    }
  *n_values = MIN (json_array_get_length (array), BENCH_MAX_VALUES);
  for (guint i = 0; i < *n_values; i++)
    {
      JsonNode *value = json_array_get_element (array, i);

      values[i] = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_double (value) : NAN;
    }
  return TRUE;
}
