/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between circuits of a unit's inputs and of its outputs. */
#pragma once

#include "vision/circuit-trace.h"
#include "vision/circuit.h"

G_BEGIN_DECLS

/* FALSE with %GBOX_ERROR_NOT_FOUND where the network has no such unit. */
gboolean gbox_circuit_check_unit (const GboxNetwork *network, guint layer, int unit, GError **error);

/* Sets the kernel of a channel of @response, times @scale, and its figures. */
void gbox_circuit_measure (
  GboxCircuitInput *input, const GboxTraceResponse *response, int channel, int n_channels, double scale);

/* Frees what an input holds, for the arrays that inputs are collected in. */
void gbox_circuit_clear_input (gpointer input);

/**
 * gbox_circuit_new_from_inputs:
 * @network: a network
 * @layer: index of a layer
 * @unit: a unit of it
 * @inputs: (element-type GboxCircuitInput): in any order; what they hold goes over to the circuit
 * @rank: what their order is to be by
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): %NULL with %GBOX_ERROR_NUMERIC where the weights are not numbers
 */
GboxCircuit *gbox_circuit_new_from_inputs (
  const GboxNetwork *network, guint layer, int unit, GArray *inputs, GboxCircuitRank rank, GError **error);

G_END_DECLS
