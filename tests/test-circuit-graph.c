/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph of a unit's inputs, of a network that needs no file. */
#include "tiny-network.h"
#include "vision/circuit-graph.h"
#include "vision/circuit-node.h"
#include "vision/circuit-outputs.h"
#include "widget-testing.h"
#include "widgets/kernel-map.h"

#define TOP    3
#define WIDTH  800
#define HEIGHT 500

typedef struct
{
  int layer;
  int unit;
  guint n;
} Activated;

static void
on_activated (GboxCircuitGraph *graph, int layer, int unit, gpointer data)
{
  Activated *activated = data;

  *activated = (Activated){ .layer = layer, .unit = unit, .n = activated->n + 1 };
}

/* All nodes below @from, from top to bottom. */
static void
collect_nodes (GtkWidget *from, GPtrArray *nodes)
{
  if (GBOX_IS_CIRCUIT_NODE (from))
    g_ptr_array_add (nodes, from);
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect_nodes (child, nodes);
}

static GboxCircuit *
trace (const GboxNetwork *network, const char *layer, int unit)
{
  GboxCircuit *circuit = gbox_circuit_new (network, (guint) gbox_network_find_layer (network, layer), unit,
                                           GBOX_CIRCUIT_RANK_SUM, NULL);

  gbox_circuit_trim (circuit, TOP);
  return circuit;
}

/* Where the first node is, from the left. */
static double
find_node_middle (GtkWidget *graph)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  graphene_rect_t bounds;

  collect_nodes (graph, nodes);
  g_assert_cmpuint (nodes->len, >, 0);
  g_assert_true (gtk_widget_compute_bounds (g_ptr_array_index (nodes, 0), graph, &bounds));
  return (double) bounds.origin.x + (double) bounds.size.width / 2.0;
}

/* The nodes are the inputs in their order. */
static void
check_nodes (GtkWidget *graph, const GboxCircuit *circuit)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  collect_nodes (graph, nodes);
  g_assert_cmpuint (nodes->len, ==, circuit->n_excitatory + circuit->n_inhibitory);
  for (guint i = 0; i < nodes->len; i++)
    {
      GboxCircuitNode *node = g_ptr_array_index (nodes, i);

      g_assert_cmpint (gbox_circuit_node_get_layer (node), ==, circuit->inputs[i].layer);
      g_assert_cmpint (gbox_circuit_node_get_unit (node), ==, circuit->inputs[i].unit);
      g_assert_cmpfloat (gbox_circuit_node_get_weight (node), ==, (double) circuit->inputs[i].weight);
    }
}

static gboolean
has_paintable (GtkWidget *from, GdkPaintable *paintable)
{
  if (GTK_IS_PICTURE (from) && gtk_picture_get_paintable (GTK_PICTURE (from)) == paintable)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_paintable (child, paintable))
      return TRUE;
  return FALSE;
}

/* How many pixels of a column are more red than blue, or the other way around, by far. */
static void
count_colours (cairo_surface_t *surface, int x, int *n_orange, int *n_blue)
{
  const int distance = 80;

  *n_orange = *n_blue = 0;
  for (int y = 0; y < cairo_image_surface_get_height (surface); y++)
    {
      const guint32 pixel = widget_testing_get_pixel (surface, x, y);
      const int red = (int) (pixel >> 16 & 0xff), blue = (int) (pixel & 0xff);

      *n_orange += red - blue > distance;
      *n_blue += blue - red > distance;
    }
}

/* Between the inputs and the unit there are edges of both colours; those that are dashed may have a gap. */
static void
check_edges (GtkWidget *graph)
{
  cairo_surface_t *surface = widget_testing_draw (graph);
  int n_orange = 0, n_blue = 0;

  for (int x = WIDTH / 2; x < WIDTH / 2 + 12; x++)
    {
      int orange, blue;

      count_colours (surface, x, &orange, &blue);
      g_assert_cmpint (orange, >, 0);
      n_orange += orange;
      n_blue += blue;
    }
  g_assert_cmpint (n_orange, >=, 12 * TOP);
  g_assert_cmpint (n_blue, >, 0);
  cairo_surface_destroy (surface);
}

static void
test_graph (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxCircuit) circuit = trace (network, "class", 4);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  GtkWidget *graph, *window;
  Activated activated = { 0 };

  if (!widget_testing_has_display ())
    return;
  graph = g_object_new (GBOX_TYPE_CIRCUIT_GRAPH, NULL);
  g_signal_connect (graph, "unit-activated", G_CALLBACK (on_activated), &activated);
  gbox_circuit_graph_set_circuit (GBOX_CIRCUIT_GRAPH (graph), network, circuit);
  window = widget_testing_show (graph, WIDTH, HEIGHT);
  g_assert_cmpuint (circuit->n_excitatory, ==, TOP);
  g_assert_cmpuint (circuit->n_inhibitory, ==, TOP);
  check_nodes (graph, circuit);
  check_edges (graph);

  collect_nodes (graph, nodes);
  g_signal_emit_by_name (g_ptr_array_index (nodes, TOP), "clicked");
  g_assert_cmpuint (activated.n, ==, 1);
  g_assert_cmpint (activated.layer, ==, gbox_network_find_layer (network, "conv2"));
  g_assert_cmpint (activated.unit, ==, circuit->inputs[TOP].unit);
  gbox_circuit_graph_focus_first (GBOX_CIRCUIT_GRAPH (graph));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == g_ptr_array_index (nodes, 0));
  widget_testing_close (window);
}

/* What a unit leads to stands at its other side, and the edges go there. */
static void
test_downstream (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxCircuit) inputs = trace (network, "conv2", 2);
  g_autoptr (GboxCircuit) outputs
    = gbox_circuit_new_of_outputs (network, (guint) gbox_network_find_layer (network, "conv2"), 2,
                                   GBOX_CIRCUIT_RANK_SUM, NULL);
  g_autoptr (GboxCircuit) none
    = gbox_circuit_new_of_outputs (network, (guint) gbox_network_find_layer (network, "class"), 2,
                                   GBOX_CIRCUIT_RANK_SUM, NULL);
  GtkWidget *graph, *window;

  if (!widget_testing_has_display ())
    return;
  gbox_circuit_trim (outputs, TOP);
  graph = g_object_new (GBOX_TYPE_CIRCUIT_GRAPH, NULL);
  gbox_circuit_graph_set_circuit (GBOX_CIRCUIT_GRAPH (graph), network, inputs);
  window = widget_testing_show (graph, WIDTH, HEIGHT);
  g_assert_cmpfloat (find_node_middle (graph), <, WIDTH / 2.0);
  gbox_circuit_graph_set_circuit (GBOX_CIRCUIT_GRAPH (graph), network, outputs);
  widget_testing_settle ();
  check_nodes (graph, outputs);
  check_edges (graph);
  g_assert_cmpfloat (find_node_middle (graph), >, WIDTH / 2.0);
  gbox_circuit_graph_set_circuit (GBOX_CIRCUIT_GRAPH (graph), network, none);
  check_nodes (graph, none);
  widget_testing_close (window);
}

/* A picture goes to its unit, and another circuit leaves none of those before. */
static void
test_pictures (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxCircuit) circuit = trace (network, "conv2", 2);
  g_autoptr (GboxCircuit) first = trace (network, "conv1", 0);
  g_autoptr (GBytes) bytes = g_bytes_new ("\x40\x80\xc0", 3);
  g_autoptr (GdkTexture) input = gdk_memory_texture_new (1, 1, GDK_MEMORY_R8G8B8, bytes, 3);
  g_autoptr (GdkTexture) unit = gdk_memory_texture_new (1, 1, GDK_MEMORY_R8G8B8, bytes, 3);
  GtkWidget *graph, *window;

  if (!widget_testing_has_display ())
    return;
  graph = g_object_new (GBOX_TYPE_CIRCUIT_GRAPH, NULL);
  window = widget_testing_show (graph, WIDTH, HEIGHT);
  gbox_circuit_graph_set_circuit (GBOX_CIRCUIT_GRAPH (graph), network, circuit);
  gbox_circuit_graph_set_texture (GBOX_CIRCUIT_GRAPH (graph), circuit->inputs[1].layer,
                                  circuit->inputs[1].unit, input);
  gbox_circuit_graph_set_texture (GBOX_CIRCUIT_GRAPH (graph), (int) circuit->layer, circuit->unit, unit);
  g_assert_true (has_paintable (graph, GDK_PAINTABLE (input)));
  g_assert_true (has_paintable (graph, GDK_PAINTABLE (unit)));

  gbox_circuit_graph_set_circuit (GBOX_CIRCUIT_GRAPH (graph), network, first);
  check_nodes (graph, first);
  g_assert_cmpint (first->inputs[0].layer, ==, GBOX_CIRCUIT_IMAGE);
  g_assert_false (has_paintable (graph, GDK_PAINTABLE (input)));
  g_assert_false (has_paintable (graph, GDK_PAINTABLE (unit)));
  widget_testing_close (window);
}

/* The strongest weight has the whole colour, none has none. */
static void
test_kernel (void)
{
  const float kernel[] = { 2.0f, -2.0f, 0.0f, 1.0f };
  const int side = 40, first = 6, second = 26; /* within cells, beside their dashes */
  GtkWidget *map, *window;
  cairo_surface_t *surface;

  if (!widget_testing_has_display ())
    return;
  map = gbox_kernel_map_new (kernel, 2);
  window = widget_testing_show (map, side, side);
  surface = widget_testing_draw (map);
  g_assert_cmphex (widget_testing_get_pixel (surface, first, first) & 0xffffff, ==, 0xe66100);
  g_assert_cmphex (widget_testing_get_pixel (surface, second, first - 2) & 0xffffff, ==, 0x1c71d8);
  /* Grey, and half of the colour. */
  g_assert_cmphex (widget_testing_get_pixel (surface, first, second) & 0xff, ==,
                   widget_testing_get_pixel (surface, first, second) >> 16 & 0xff);
  g_assert_cmpint (widget_testing_get_pixel (surface, second, second) >> 24, <, 0xff);
  g_assert_cmpint (widget_testing_get_pixel (surface, second, second) >> 24, >, 0x70);
  cairo_surface_destroy (surface);
  widget_testing_close (window);
}

int
main (int argc, char **argv)
{
  widget_testing_init (&argc, &argv);
  g_test_add_func ("/circuit-graph/graph", test_graph);
  g_test_add_func ("/circuit-graph/downstream", test_downstream);
  g_test_add_func ("/circuit-graph/pictures", test_pictures);
  g_test_add_func ("/circuit-graph/kernel", test_kernel);
  return g_test_run ();
}
