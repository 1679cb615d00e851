/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit leads to through the weights: beside the inputs of all other units. */
#include "base/error.h"
#include "small-network.h"
#include "vision/circuit-outputs.h"

/* (nullable): the input, or output, that is @unit of layer @layer. */
static const GboxCircuitInput *
find (const GboxCircuit *circuit, int layer, int unit)
{
  for (guint i = 0; i < circuit->n_excitatory + circuit->n_inhibitory; i++)
    if (circuit->inputs[i].layer == layer && circuit->inputs[i].unit == unit)
      return &circuit->inputs[i];
  return NULL;
}

static void
assert_same_kernel (const GboxCircuitInput *a, const GboxCircuitInput *b)
{
  g_assert_cmpint (a->side, ==, b->side);
  g_assert_cmpint (a->first, ==, b->first);
  g_assert_cmpint (a->step, ==, b->step);
  g_assert_cmpmem (a->kernel, (gsize) a->side * (gsize) a->side * sizeof (float), b->kernel,
                   (gsize) b->side * (gsize) b->side * sizeof (float));
}

/* The outputs of a unit are those units whose inputs it is among, through the same kernels. Returns: how
 * many.
 */
static guint
check_outputs (const GboxNetwork *network, guint layer, int unit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCircuit) outputs
    = gbox_circuit_new_of_outputs (network, layer, unit, GBOX_CIRCUIT_RANK_SUM, &error);
  guint n_found = 0;

  g_assert_no_error (error);
  for (guint other = 0; other < gbox_network_get_n_layers (network); other++)
    for (int v = 0; v < gbox_network_get_layer (network, other)->n_channels; v++)
      {
        g_autoptr (GboxCircuit) inputs = gbox_circuit_new (network, other, v, GBOX_CIRCUIT_RANK_SUM, NULL);
        const GboxCircuitInput *input = find (inputs, (int) layer, unit);
        const GboxCircuitInput *output = find (outputs, (int) other, v);

        g_assert_cmpint (input != NULL, ==, output != NULL);
        if (input != NULL)
          assert_same_kernel (input, output);
        n_found += input != NULL;
      }
  g_assert_cmpuint (n_found, ==, outputs->n_excitatory + outputs->n_inhibitory);
  return n_found;
}

static void
test_inputs_of_others (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  const guint last = gbox_network_get_n_layers (network) - 1;

  for (guint layer = 0; layer <= last; layer++)
    {
      const int n = gbox_network_get_layer (network, layer)->n_channels;
      guint n_outputs = 0;

      for (int unit = 0; unit < n; unit++)
        n_outputs += check_outputs (network, layer, unit);
      g_assert_cmpint (n_outputs > 0, ==, layer < last);
    }
}

/* Strong ones first, those that are excited before those that are inhibited, by either measure. */
static void
test_order (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxCircuit) by_sum = gbox_circuit_new_of_outputs (network, 0, 2, GBOX_CIRCUIT_RANK_SUM, NULL);
  g_autoptr (GboxCircuit) by_norm = gbox_circuit_new_of_outputs (network, 0, 2, GBOX_CIRCUIT_RANK_NORM, NULL);
  double sums[2] = { 0.0, 0.0 };

  g_assert_cmpuint (by_sum->layer, ==, 0);
  g_assert_cmpint (by_sum->unit, ==, 2);
  g_assert_true (by_sum->is_downstream);
  for (guint i = 0; i < by_sum->n_excitatory + by_sum->n_inhibitory; i++)
    {
      const GboxCircuitInput *x = &by_sum->inputs[i], *y = &by_norm->inputs[i];

      g_assert_cmpint (x->weight < 0.0f, ==, i >= by_sum->n_excitatory);
      sums[x->weight < 0.0f] += (double) x->weight;
      if (i == 0 || i == by_sum->n_excitatory)
        continue;
      g_assert_cmpfloat (fabsf (x->weight), <=, fabsf (x[-1].weight));
      g_assert_cmpfloat (y->norm, <=, y[-1].norm);
    }
  g_assert_cmpfloat (sums[0], ==, by_sum->excitation);
  g_assert_cmpfloat (sums[1], ==, by_sum->inhibition);
}

/* As many steps as there are units to look at, and none where the last layer is reached. */
static void
test_steps (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  const guint last = gbox_network_get_n_layers (network) - 1;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCircuitOutputs) outputs = gbox_circuit_outputs_new (network, 0, 0, &error);
  g_autoptr (GboxCircuitOutputs) none = gbox_circuit_outputs_new (network, last, 0, &error);
  gboolean is_done = FALSE;
  guint n = 0;

  g_assert_no_error (error);
  for (; !is_done; n++)
    g_assert_true (gbox_circuit_outputs_step (outputs, &is_done, &error));
  g_assert_cmpuint (n, ==, gbox_circuit_outputs_count (outputs));
  g_assert_true (gbox_circuit_outputs_step (none, &is_done, &error));
  g_assert_true (is_done);
  g_assert_cmpuint (gbox_circuit_outputs_count (none), ==, 0);
  g_assert_null (gbox_circuit_new_of_outputs (network, 0, -1, GBOX_CIRCUIT_RANK_SUM, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/circuit-outputs/inputs-of-others", test_inputs_of_others);
  g_test_add_func ("/circuit-outputs/order", test_order);
  g_test_add_func ("/circuit-outputs/steps", test_steps);
  return g_test_run ();
}
