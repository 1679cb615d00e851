/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A unit at the right, and at the left what excites and what inhibits it; or the unit at the left, and what
 * it does. */
#pragma once

#include <adwaita.h>

#include "vision/circuit.h"

G_BEGIN_DECLS

/**
 * GboxCircuitGraph:
 *
 * Signals: `unit-activated` (int layer, int unit): an input was clicked.
 */
#define GBOX_TYPE_CIRCUIT_GRAPH (gbox_circuit_graph_get_type ())
G_DECLARE_FINAL_TYPE (GboxCircuitGraph, gbox_circuit_graph, GBOX, CIRCUIT_GRAPH, AdwBin)

/* Shows a unit of @network and its inputs, or outputs; neither is kept. Pictures come with
 * gbox_circuit_graph_set_texture(). */
void gbox_circuit_graph_set_circuit (GboxCircuitGraph *self,
                                     const GboxNetwork *network,
                                     const GboxCircuit *circuit);
/* The picture of the unit or of an input, if it is one of them. */
void gbox_circuit_graph_set_texture (GboxCircuitGraph *self, int layer, int unit, GdkTexture *texture);
/* Puts the keyboard's focus on the strongest input. */
void gbox_circuit_graph_focus_first (GboxCircuitGraph *self);

G_END_DECLS
