/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Circuits in the real window: from a unit up through its inputs, and back, by mouse and by keys. */
#include "vision/circuit-graph.h"
#include "vision/circuit-node.h"
#include "vision/circuit-window.h"
#include "window-drive.h"

/* (nullable): the window of circuits. */
static GboxCircuitWindow *
find_circuit (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GObject) window = g_list_model_get_item (windows, i);

      if (GBOX_IS_CIRCUIT_WINDOW (window))
        return GBOX_CIRCUIT_WINDOW (window);
    }
  return NULL;
}

static gboolean
is_closed (gpointer unused)
{
  return find_circuit () == NULL;
}

static gboolean
is_traced (gpointer window)
{
  return gbox_circuit_walk_get_circuit (gbox_circuit_window_get_walk (window)) != NULL;
}

static const char *
get_here (GboxCircuitWindow *window)
{
  GboxCircuitWalk *walk = gbox_circuit_window_get_walk (window);

  return gbox_circuit_get_layer_name (gbox_circuit_walk_get_network (walk),
                                      gbox_circuit_walk_get_here (walk)->layer);
}

/* The strongest input of the unit at hand. */
static GboxCircuitNode *
find_first (GboxCircuitWindow *window)
{
  return GBOX_CIRCUIT_NODE (window_find_widget (GTK_WIDGET (window), GBOX_TYPE_CIRCUIT_NODE));
}

/* The layer before a unit's, as deep as that may be. */
static void
walk_to_image (GboxCircuitWindow *window)
{
  GboxCircuitWalk *walk = gbox_circuit_window_get_walk (window);
  guint n_places = gbox_circuit_walk_get_n_places (walk);

  while (gbox_circuit_node_get_layer (find_first (window)) >= 0)
    {
      const int layer = gbox_circuit_node_get_layer (find_first (window));
      const int unit = gbox_circuit_node_get_unit (find_first (window));

      g_signal_emit_by_name (find_first (window), "clicked");
      g_assert_cmpuint (gbox_circuit_walk_get_n_places (walk), ==, ++n_places);
      g_assert_cmpint (gbox_circuit_walk_get_here (walk)->layer, ==, layer);
      g_assert_cmpint (gbox_circuit_walk_get_here (walk)->unit, ==, unit);
      window_wait_until (is_traced, window);
    }
  g_assert_nonnull (window_find_label (GTK_WIDGET (window), "image · "));
  /* Its colours have no inputs. */
  g_assert_false (gtk_widget_get_focusable (GTK_WIDGET (find_first (window))));
}

static void
check_walk (WindowFixture *fixture, GboxCircuitWindow *window)
{
  GboxCircuitWalk *walk = gbox_circuit_window_get_walk (window);
  const GboxCircuit *circuit = gbox_circuit_walk_get_circuit (walk);

  g_assert_cmpstr (get_here (window), ==, "class");
  g_assert_cmpint (circuit->unit, ==, 488);
  g_assert_cmpuint (circuit->n_excitatory, ==, 5);
  g_assert_cmpuint (circuit->n_inhibitory, ==, 5);
  g_assert_cmpint (gbox_circuit_node_get_unit (find_first (window)), ==, circuit->inputs[0].unit);
  g_assert_nonnull (window_find_label (GTK_WIDGET (window), "chain"));

  walk_to_image (window);
  gtk_widget_activate_action (GTK_WIDGET (window), "circuit.back", NULL);
  window_wait_until (is_traced, window);
  g_assert_cmpint (gbox_circuit_node_get_layer (find_first (window)), >=, 0);
  gbox_circuit_walk_go_back (walk, 0);
  window_wait_until (is_traced, window);
  g_assert_cmpstr (get_here (window), ==, "class");
  /* There is nothing before it. */
  gtk_widget_activate_action (GTK_WIDGET (window), "circuit.back", NULL);
  g_assert_cmpuint (gbox_circuit_walk_get_n_places (walk), ==, 1);
}

/* Ranked by the norm, what was strongest by the sum is not above what has the larger norm. */
static void
check_rank (GboxCircuitWindow *window)
{
  GboxCircuitWalk *walk = gbox_circuit_window_get_walk (window);
  const GboxCircuit *circuit;

  g_signal_emit_by_name (find_first (window), "clicked");
  window_wait_until (is_traced, window);
  gtk_widget_activate_action (GTK_WIDGET (window), "circuit.rank", "s", "norm");
  g_assert_null (gbox_circuit_walk_get_circuit (walk));
  window_wait_until (is_traced, window);
  circuit = gbox_circuit_walk_get_circuit (walk);
  for (guint i = 1; i < circuit->n_excitatory; i++)
    g_assert_cmpfloat (circuit->inputs[i].norm, <=, circuit->inputs[i - 1].norm);
  gtk_widget_activate_action (GTK_WIDGET (window), "circuit.rank", "s", "sum");
  window_wait_until (is_traced, window);
  gbox_circuit_walk_go_back (walk, 0);
  window_wait_until (is_traced, window);
}

/* The other way: what a unit leads to has it among its inputs' layer, and the last layer leads nowhere. */
static void
check_downstream (GboxCircuitWindow *window)
{
  GboxCircuitWalk *walk = gbox_circuit_window_get_walk (window);
  const GboxCircuit *circuit;
  guint layer;

  g_signal_emit_by_name (find_first (window), "clicked");
  window_wait_until (is_traced, window);
  layer = gbox_circuit_walk_get_circuit (walk)->layer;
  gtk_widget_activate_action (GTK_WIDGET (window), "circuit.downstream", NULL);
  g_assert_null (gbox_circuit_walk_get_circuit (walk));
  window_wait_until (is_traced, window);
  circuit = gbox_circuit_walk_get_circuit (walk);
  g_assert_true (circuit->is_downstream);
  g_assert_cmpuint (circuit->layer, ==, layer);
  g_assert_cmpint (circuit->inputs[0].layer, >, (int) layer);
  g_assert_nonnull (window_find_label (GTK_WIDGET (window), "It excites most"));
  gbox_circuit_walk_go_back (walk, 0);
  window_wait_until (is_traced, window);
  g_assert_nonnull (window_find_label (GTK_WIDGET (window), "Nothing comes after it"));
  gtk_widget_activate_action (GTK_WIDGET (window), "circuit.downstream", NULL);
  window_wait_until (is_traced, window);
  g_assert_nonnull (window_find_label (GTK_WIDGET (window), "Excites most"));
}

/* What the walk came to grows on the Vision page. */
static void
check_visualize (WindowFixture *fixture, GboxCircuitWindow *window)
{
  GboxCircuitWalk *walk = gbox_circuit_window_get_walk (window);

  g_signal_emit_by_name (find_first (window), "clicked");
  window_wait_until (is_traced, window);
  gtk_widget_activate_action (GTK_WIDGET (window), "circuit.visualize", NULL);
  g_assert_cmpstr (window_get_values (fixture)->layer, ==, get_here (window));
  g_assert_cmpint (window_get_values (fixture)->unit, ==, gbox_circuit_walk_get_here (walk)->unit);
  g_assert_cmpint (window_get_values (fixture)->objective, ==, GBOX_OBJECTIVE_CHANNEL);
  window_wait_until (window_has_frame, fixture);
}

static gboolean
is_enabled (WindowFixture *fixture)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "circuit");
}

static void
drive (gpointer data)
{
  WindowFixture *fixture = data;
  GboxCircuitWindow *window;

  window_set_parameter (fixture, "size", WINDOW_SIZE);
  window_wait_until (window_has_frame, fixture);
  window_activate (fixture, "visualize", g_variant_new_string ("class/488"));
  window_activate (fixture, "circuit", NULL);
  window = find_circuit ();
  g_assert_nonnull (window);
  window_wait_until (is_traced, window);
  check_walk (fixture, window);
  check_rank (window);
  check_downstream (window);
  check_visualize (fixture, window);

  /* It is the same window the next time, and begins anew; not for a layer as a whole. */
  window_activate (fixture, "circuit", NULL);
  g_assert_true (find_circuit () == window);
  g_assert_cmpuint (gbox_circuit_walk_get_n_places (gbox_circuit_window_get_walk (window)), ==, 1);
  window_activate (fixture, "objective", g_variant_new_string ("layer"));
  g_assert_false (is_enabled (fixture));
  window_activate (fixture, "objective", g_variant_new_string ("channel"));
  g_assert_true (is_enabled (fixture));
  gtk_window_close (GTK_WINDOW (window));
  window_wait_until (is_closed, NULL);

  /* Closed with its parent while it is about to make pictures. */
  window_activate (fixture, "stop", NULL);
  window_activate (fixture, "circuit", NULL);
  window_wait_until (is_traced, find_circuit ());
  window_iterate (50);
  window_close (fixture);
}

static void
test_circuit (void)
{
  window_test_with_model (drive);
}

static void
add_tests (void)
{
  g_test_add_func ("/window/circuit", test_circuit);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
