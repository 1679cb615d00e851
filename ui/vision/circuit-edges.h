/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The edges from a unit's inputs to the unit, or from it to its outputs. */
#pragma once

#include "vision/circuit-node.h"

G_BEGIN_DECLS

/**
 * GboxCircuitEdges:
 *
 * Lies between the inputs and the unit and draws from where those end at its left to where that begins at its
 * right, or between the unit and its outputs, likewise: an edge is as thick as its weight is strong among the
 * others; orange with an arrow where it excites, blue, dashed and with a bar where it inhibits.
 */
#define GBOX_TYPE_CIRCUIT_EDGES (gbox_circuit_edges_get_type ())
G_DECLARE_FINAL_TYPE (GboxCircuitEdges, gbox_circuit_edges, GBOX, CIRCUIT_EDGES, GtkWidget)

/* Where the edges meet. Not referenced: the widget that has both is to live longer. */
void gbox_circuit_edges_set_target (GboxCircuitEdges *self, GtkWidget *target);
/* (element-type GboxCircuitNode) (transfer none): where they begin, or end where @is_downstream. */
void gbox_circuit_edges_set_nodes (GboxCircuitEdges *self, GPtrArray *nodes, gboolean is_downstream);

G_END_DECLS
