/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A walk from a unit to its inputs, to theirs, and back. */
#pragma once

#include "runtime/engine.h"
#include "vision/circuit.h"

G_BEGIN_DECLS

/* A unit on the way. */
typedef struct
{
  int layer;
  int unit;
} GboxCircuitPlace;

/**
 * GboxCircuitWalk:
 *
 * The units on the way, and the strongest inputs of the last, the one at hand. Has no widgets. Main thread
 * only; weights are traced by the engine.
 *
 * Signals: `moved` (): another unit is at hand. `traced` (): its inputs are known, or cannot be.
 */
#define GBOX_TYPE_CIRCUIT_WALK (gbox_circuit_walk_get_type ())
G_DECLARE_FINAL_TYPE (GboxCircuitWalk, gbox_circuit_walk, GBOX, CIRCUIT_WALK, GObject)

GboxCircuitWalk *gbox_circuit_walk_new (GboxEngine *engine);

/* Begins at a unit of @network, which the store knows as @model. */
void
gbox_circuit_walk_begin (GboxCircuitWalk *self, const char *model, GboxNetwork *network, int layer, int unit);
/* Goes on to a unit of the same network. */
void gbox_circuit_walk_go (GboxCircuitWalk *self, int layer, int unit);
/* Goes back to the unit of number @i, and forgets those after it. */
void gbox_circuit_walk_go_back (GboxCircuitWalk *self, guint i);

/* What makes an input strong; the inputs of the unit at hand are traced anew. */
void gbox_circuit_walk_set_rank (GboxCircuitWalk *self, GboxCircuitRank rank);
/* Whether it is about a unit's outputs instead; those of the unit at hand are traced anew. */
void gbox_circuit_walk_set_downstream (GboxCircuitWalk *self, gboolean is_downstream);

const char *gbox_circuit_walk_get_model (GboxCircuitWalk *self);
GboxNetwork *gbox_circuit_walk_get_network (GboxCircuitWalk *self); /* transfer none */
guint gbox_circuit_walk_get_n_places (GboxCircuitWalk *self);
const GboxCircuitPlace *gbox_circuit_walk_get_place (GboxCircuitWalk *self, guint i);
/* The last of them. */
const GboxCircuitPlace *gbox_circuit_walk_get_here (GboxCircuitWalk *self);
/* (nullable): the inputs of the unit at hand, once they are traced. */
const GboxCircuit *gbox_circuit_walk_get_circuit (GboxCircuitWalk *self);
/* (nullable): why they could not be. */
const char *gbox_circuit_walk_get_problem (GboxCircuitWalk *self);

G_END_DECLS
