/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A unit, its strongest inputs, theirs, and so on. */
#pragma once

#include "vision/circuit.h"

G_BEGIN_DECLS

/**
 * CircuitNode:
 * @layer: index of the layer, or %GBOX_CIRCUIT_IMAGE
 * @unit: a unit of it
 * @input: (nullable): how it leads to the node above, whose circuit owns this; %NULL at the root
 * @circuit: (nullable): its own inputs; %NULL where it is at the end of the tree, or is told elsewhere in it
 * @nodes: (element-type CircuitNode): a node for each input of @circuit
 */
typedef struct
{
  int layer;
  int unit;
  const GboxCircuitInput *input;
  GboxCircuit *circuit;
  GPtrArray *nodes;
} CircuitNode;

/**
 * circuit_tree_new:
 * @network: a network
 * @layer: index of a layer
 * @unit: a unit of it
 * @rank: what makes an input strong
 * @top: how many excitatory and how many inhibitory inputs of each unit
 * @depth: how many layers up; at least 1
 * @max_nodes: how many units it may have
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the root; %NULL with the errors of gbox_circuit_new(), or
 * %GBOX_ERROR_UNSUPPORTED where there are more units than that
 */
CircuitNode *circuit_tree_new (const GboxNetwork *network,
                               guint layer,
                               int unit,
                               GboxCircuitRank rank,
                               guint top,
                               guint depth,
                               guint max_nodes,
                               GError **error);
void circuit_tree_free (CircuitNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CircuitNode, circuit_tree_free)

G_END_DECLS
