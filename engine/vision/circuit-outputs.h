/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit excites and inhibits: the units of the layers after it that it is an input of. */
#pragma once

#include "vision/circuit.h"

G_BEGIN_DECLS

/**
 * GboxCircuitOutputs:
 *
 * The circuits of all units of the layers that get something from a unit's layer, looked through for that
 * unit one after the other. Of one thread.
 */
typedef struct _GboxCircuitOutputs GboxCircuitOutputs;

/**
 * gbox_circuit_outputs_new:
 * @network: a network; must outlive the outputs
 * @layer: index of a layer
 * @unit: a unit of it
 * @error: return location for an error
 *
 * Finds the layers that may get something from @layer directly: mostly the next one, of the last none.
 *
 * Returns: (transfer full) (nullable): %NULL with %GBOX_ERROR_NOT_FOUND where there is no such unit
 */
GboxCircuitOutputs *
gbox_circuit_outputs_new (const GboxNetwork *network, guint layer, int unit, GError **error);
void gbox_circuit_outputs_free (GboxCircuitOutputs *self);

/* How many units are to be looked at in all. */
guint gbox_circuit_outputs_count (const GboxCircuitOutputs *self);

/* Looks at one more unit, if there is one: a few milliseconds. Returns %FALSE with the errors of
 * gbox_circuit_new(). */
gboolean gbox_circuit_outputs_step (GboxCircuitOutputs *self, gboolean *is_done, GError **error);

/**
 * gbox_circuit_outputs_finish:
 * @self: (inout): all of whose units were looked at; what was found goes over to the circuit
 * @rank: what the order is by
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): as gbox_circuit_new() has a unit's inputs, the units it is an input of
 */
GboxCircuit *gbox_circuit_outputs_finish (GboxCircuitOutputs *self, GboxCircuitRank rank, GError **error);

/* All of that at once, for those who can wait: up to some seconds. */
GboxCircuit *gbox_circuit_new_of_outputs (
  const GboxNetwork *network, guint layer, int unit, GboxCircuitRank rank, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCircuitOutputs, gbox_circuit_outputs_free)

G_END_DECLS
