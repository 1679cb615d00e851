/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A walk from a unit to its inputs, to theirs, and back. */
#include "vision/circuit-walk.h"

#include "vision/circuit-spec.h"

struct _GboxCircuitWalk
{
  GObject parent_instance;

  GboxEngine *engine;
  GboxNetwork *network;
  GboxCircuitSpec *spec;
  GArray *places; /* of GboxCircuitPlace */
  GSignalGroup *run_signals;
  GboxRun *run;         /* (nullable): the newest */
  GboxCircuit *circuit; /* (nullable) */
};

enum
{
  SIGNAL_MOVED,
  SIGNAL_TRACED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxCircuitWalk, gbox_circuit_walk, G_TYPE_OBJECT)

static void
on_record (GboxCircuitWalk *self, GType type, gconstpointer record)
{
  if (type != GBOX_TYPE_CIRCUIT)
    return;
  g_clear_pointer (&self->circuit, gbox_circuit_free);
  self->circuit = gbox_circuit_copy (record);
  g_signal_emit (self, signals[SIGNAL_TRACED], 0);
}

static void
on_state (GboxCircuitWalk *self)
{
  if (gbox_circuit_walk_get_problem (self) != NULL)
    g_signal_emit (self, signals[SIGNAL_TRACED], 0);
}

/* Traces the inputs of the unit at hand; what is still being traced is stale. */
static void
follow_places (GboxCircuitWalk *self)
{
  const GboxCircuitPlace *here = gbox_circuit_walk_get_here (self);

  g_object_set (self->spec, "layer", gbox_circuit_get_layer_name (self->network, here->layer), "unit",
                here->unit, NULL);
  g_clear_pointer (&self->circuit, gbox_circuit_free);
  g_signal_group_set_target (self->run_signals, NULL);
  g_clear_object (&self->run);
  self->run = gbox_engine_start (self->engine, GBOX_SPEC (self->spec));
  g_signal_group_set_target (self->run_signals, self->run);
  g_signal_emit (self, signals[SIGNAL_MOVED], 0);
}

static void
gbox_circuit_walk_dispose (GObject *object)
{
  GboxCircuitWalk *self = GBOX_CIRCUIT_WALK (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->run);
  g_clear_object (&self->spec);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_pointer (&self->circuit, gbox_circuit_free);
  g_clear_pointer (&self->places, g_array_unref);
  G_OBJECT_CLASS (gbox_circuit_walk_parent_class)->dispose (object);
}

static void
gbox_circuit_walk_class_init (GboxCircuitWalkClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_circuit_walk_dispose;
  signals[SIGNAL_MOVED] = g_signal_new ("moved", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TRACED] = g_signal_new ("traced", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
}

static void
gbox_circuit_walk_init (GboxCircuitWalk *self)
{
  self->spec = gbox_circuit_spec_new ();
  self->places = g_array_new (FALSE, FALSE, sizeof (GboxCircuitPlace));
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
}

GboxCircuitWalk *
gbox_circuit_walk_new (GboxEngine *engine)
{
  GboxCircuitWalk *self = g_object_new (GBOX_TYPE_CIRCUIT_WALK, NULL);

  self->engine = g_object_ref (engine);
  return self;
}

void
gbox_circuit_walk_begin (GboxCircuitWalk *self, const char *model, GboxNetwork *network, int layer, int unit)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_WALK (self));

  gbox_network_ref (network);
  g_clear_pointer (&self->network, gbox_network_unref);
  self->network = network;
  g_object_set (self->spec, "model", model, NULL);
  g_array_set_size (self->places, 0);
  gbox_circuit_walk_go (self, layer, unit);
}

void
gbox_circuit_walk_go (GboxCircuitWalk *self, int layer, int unit)
{
  const GboxCircuitPlace place = { .layer = layer, .unit = unit };

  g_return_if_fail (GBOX_IS_CIRCUIT_WALK (self) && layer >= 0);

  g_array_append_val (self->places, place);
  follow_places (self);
}

void
gbox_circuit_walk_go_back (GboxCircuitWalk *self, guint i)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_WALK (self) && i < self->places->len);

  if (i + 1 == self->places->len)
    return;
  g_array_set_size (self->places, i + 1);
  follow_places (self);
}

void
gbox_circuit_walk_set_rank (GboxCircuitWalk *self, GboxCircuitRank rank)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_WALK (self));

  if (rank == gbox_circuit_spec_get_values (self->spec)->rank)
    return;
  g_object_set (self->spec, "rank", rank, NULL);
  if (self->places->len > 0)
    follow_places (self);
}

void
gbox_circuit_walk_set_downstream (GboxCircuitWalk *self, gboolean is_downstream)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_WALK (self));

  if (is_downstream == gbox_circuit_spec_get_values (self->spec)->downstream)
    return;
  g_object_set (self->spec, "downstream", is_downstream, NULL);
  if (self->places->len > 0)
    follow_places (self);
}

const char *
gbox_circuit_walk_get_model (GboxCircuitWalk *self)
{
  return gbox_circuit_spec_get_values (self->spec)->model;
}

GboxNetwork *
gbox_circuit_walk_get_network (GboxCircuitWalk *self)
{
  return self->network;
}

guint
gbox_circuit_walk_get_n_places (GboxCircuitWalk *self)
{
  return self->places->len;
}

const GboxCircuitPlace *
gbox_circuit_walk_get_place (GboxCircuitWalk *self, guint i)
{
  g_return_val_if_fail (i < self->places->len, NULL);

  return &g_array_index (self->places, GboxCircuitPlace, i);
}

const GboxCircuitPlace *
gbox_circuit_walk_get_here (GboxCircuitWalk *self)
{
  return gbox_circuit_walk_get_place (self, self->places->len - 1);
}

const GboxCircuit *
gbox_circuit_walk_get_circuit (GboxCircuitWalk *self)
{
  return self->circuit;
}

const char *
gbox_circuit_walk_get_problem (GboxCircuitWalk *self)
{
  const GError *error = self->run != NULL ? gbox_run_get_error (self->run) : NULL;

  return error != NULL ? error->message : NULL;
}
