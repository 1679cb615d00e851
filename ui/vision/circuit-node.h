/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One input of a unit: its picture, how strongly it counts, and the kernel through which it is seen. */
#pragma once

#include <gtk/gtk.h>

#include "vision/circuit.h"

G_BEGIN_DECLS

/**
 * GboxCircuitNode:
 *
 * A button that emits `clicked`, except for the image's colours, which have no inputs of their own.
 */
#define GBOX_TYPE_CIRCUIT_NODE (gbox_circuit_node_get_type ())
G_DECLARE_FINAL_TYPE (GboxCircuitNode, gbox_circuit_node, GBOX, CIRCUIT_NODE, GtkButton)

/* @input is one of @circuit’s, which is only looked at here. */
GtkWidget *
gbox_circuit_node_new (const GboxNetwork *network, const GboxCircuit *circuit, const GboxCircuitInput *input);

int gbox_circuit_node_get_layer (GboxCircuitNode *self);
int gbox_circuit_node_get_unit (GboxCircuitNode *self);
double gbox_circuit_node_get_weight (GboxCircuitNode *self);
void gbox_circuit_node_set_texture (GboxCircuitNode *self, GdkTexture *texture);

G_END_DECLS
