/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A unit at the right, and at the left what excites and what inhibits it; or the unit at the left, and what
 * it does. */
#include "vision/circuit-graph.h"

#include "vision/circuit-edges.h"

#include <math.h>

struct _GboxCircuitGraph
{
  AdwBin parent_instance;

  GtkBox *columns;
  GtkWidget *nodes_column;
  GtkWidget *unit_column;
  GtkLabel *excites_label;
  GtkBox *excitatory;
  GtkLabel *inhibits_label;
  GtkBox *inhibitory;
  GboxCircuitEdges *edges;
  GtkPicture *picture;
  GtkLabel *title_label;
  GtkLabel *sums_label;

  GPtrArray *nodes; /* of GboxCircuitNode, those of both boxes */
  int layer;
  int unit;
};

enum
{
  SIGNAL_UNIT_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxCircuitGraph, gbox_circuit_graph, ADW_TYPE_BIN)

static void
on_node_clicked (GboxCircuitGraph *self, GboxCircuitNode *node)
{
  g_signal_emit (self, signals[SIGNAL_UNIT_ACTIVATED], 0, gbox_circuit_node_get_layer (node),
                 gbox_circuit_node_get_unit (node));
}

static void
clear_box (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

static void
gbox_circuit_graph_dispose (GObject *object)
{
  GboxCircuitGraph *self = GBOX_CIRCUIT_GRAPH (object);

  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  G_OBJECT_CLASS (gbox_circuit_graph_parent_class)->dispose (object);
}

static void
gbox_circuit_graph_class_init (GboxCircuitGraphClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_circuit_graph_dispose;
  g_type_ensure (GBOX_TYPE_CIRCUIT_EDGES);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/circuit-graph.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, columns);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, nodes_column);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, unit_column);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, excites_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, excitatory);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, inhibits_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, inhibitory);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, edges);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, picture);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, title_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitGraph, sums_label);
  signals[SIGNAL_UNIT_ACTIVATED]
    = g_signal_new ("unit-activated", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
}

static void
gbox_circuit_graph_init (GboxCircuitGraph *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gbox_circuit_edges_set_target (self->edges, GTK_WIDGET (self->picture));
}

static void
add_node (GboxCircuitGraph *self, const GboxNetwork *network, const GboxCircuit *circuit, guint i)
{
  GtkWidget *node = gbox_circuit_node_new (network, circuit, &circuit->inputs[i]);

  g_signal_connect_object (node, "clicked", G_CALLBACK (on_node_clicked), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->nodes, g_object_ref_sink (node));
  gtk_box_append (i < circuit->n_excitatory ? self->excitatory : self->inhibitory, node);
}

static void
describe_unit (GboxCircuitGraph *self, const GboxNetwork *network, const GboxCircuit *circuit)
{
  g_autofree char *title = gbox_circuit_describe_unit (network, self->layer, self->unit);
  g_autofree char *sums
    = g_strdup_printf (circuit->is_downstream ? "All that it excites: +%.3g\nAll that it inhibits: −%.3g"
                                              : "All that excites it: +%.3g\nAll that inhibits it: −%.3g",
                       circuit->excitation, fabs (circuit->inhibition));

  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->sums_label, sums);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

/* From the left to the right, as what is computed goes. */
static void
arrange (GboxCircuitGraph *self, const GboxCircuit *circuit)
{
  GtkWidget *first = circuit->is_downstream ? self->unit_column : self->nodes_column;
  GtkWidget *last = circuit->is_downstream ? self->nodes_column : self->unit_column;

  gtk_box_reorder_child_after (self->columns, first, NULL);
  gtk_box_reorder_child_after (self->columns, GTK_WIDGET (self->edges), first);
  gtk_box_reorder_child_after (self->columns, last, GTK_WIDGET (self->edges));
  gtk_label_set_label (self->excites_label, circuit->is_downstream ? "It excites most" : "Excites most");
  gtk_label_set_label (self->inhibits_label, circuit->is_downstream ? "It inhibits most" : "Inhibits most");
  if (circuit->is_downstream && circuit->n_excitatory + circuit->n_inhibitory == 0)
    gtk_label_set_label (self->excites_label, "Nothing comes after it");
}

void
gbox_circuit_graph_set_circuit (GboxCircuitGraph *self,
                                const GboxNetwork *network,
                                const GboxCircuit *circuit)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_GRAPH (self));

  self->layer = (int) circuit->layer;
  self->unit = circuit->unit;
  gtk_picture_set_paintable (self->picture, NULL);
  clear_box (self->excitatory);
  clear_box (self->inhibitory);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  self->nodes = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < circuit->n_excitatory + circuit->n_inhibitory; i++)
    add_node (self, network, circuit, i);
  arrange (self, circuit);
  gtk_widget_set_visible (GTK_WIDGET (self->excites_label),
                          circuit->n_excitatory > 0 || (circuit->is_downstream && self->nodes->len == 0));
  gtk_widget_set_visible (GTK_WIDGET (self->inhibits_label), circuit->n_inhibitory > 0);
  gbox_circuit_edges_set_nodes (self->edges, self->nodes, circuit->is_downstream);
  describe_unit (self, network, circuit);
}

void
gbox_circuit_graph_set_texture (GboxCircuitGraph *self, int layer, int unit, GdkTexture *texture)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_GRAPH (self));

  if (layer == self->layer && unit == self->unit)
    gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  for (guint i = 0; self->nodes != NULL && i < self->nodes->len; i++)
    {
      GboxCircuitNode *node = g_ptr_array_index (self->nodes, i);

      if (gbox_circuit_node_get_layer (node) == layer && gbox_circuit_node_get_unit (node) == unit)
        gbox_circuit_node_set_texture (node, texture);
    }
}

void
gbox_circuit_graph_focus_first (GboxCircuitGraph *self)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_GRAPH (self));

  if (self->nodes != NULL && self->nodes->len > 0)
    gtk_widget_grab_focus (g_ptr_array_index (self->nodes, 0));
}
