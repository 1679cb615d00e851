/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inputs of real networks' units, beside products of the matrices in their files. */
#include "models/catalogue.h"
#include "models/conv-weights.h"
#include "models/network-internal.h"
#include "vision/circuit.h"

#include <math.h>

/* Products of up to 240 floats, which the program adds up in another order. */
#define TOLERANCE 1e-5

/* A model of the catalogue with its file, as it is. */
typedef struct
{
  GboxNetwork *network;
  GboxTensorFile *file;
} Real;

static gboolean
open_real (Real *real, const char *name)
{
  g_autoptr (GboxCatalogue) catalogue = gbox_catalogue_new (NULL);
  g_autofree char *path = gbox_catalogue_locate (catalogue, name, NULL);
  g_autoptr (GError) error = NULL;

  *real = (Real){ 0 };
  if (path == NULL)
    {
      g_autofree char *message = g_strdup_printf ("%s is not here: it was not fetched", name);

      g_test_skip (message);
      return FALSE;
    }
  real->network = gbox_network_load (path, &error);
  g_assert_no_error (error);
  real->file = gbox_tensor_file_open (path, &error);
  g_assert_no_error (error);
  return TRUE;
}

static void
real_clear (Real *real)
{
  g_clear_pointer (&real->network, gbox_network_unref);
  g_clear_pointer (&real->file, gbox_tensor_file_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Real, real_clear)

static GboxConvWeights
read_weights (const Real *real, const char *name, int n_out, int n_in, int kernel)
{
  GboxConvWeights weights;
  g_autoptr (GError) error = NULL;

  gbox_conv_weights_read (&weights, real->file, name, NULL, n_out, n_in, kernel, &error);
  g_assert_no_error (error);
  return weights;
}

/* (nullable): the input that is @unit of layer @layer. */
static const GboxCircuitInput *
find_input (const GboxCircuit *circuit, int layer, int unit)
{
  for (guint i = 0; i < circuit->n_excitatory + circuit->n_inhibitory; i++)
    if (circuit->inputs[i].layer == layer && circuit->inputs[i].unit == unit)
      return &circuit->inputs[i];
  return NULL;
}

static GboxCircuit *
trace (const Real *real, const char *layer, int unit)
{
  g_autoptr (GError) error = NULL;
  GboxCircuit *circuit
    = gbox_circuit_new (real->network, (guint) gbox_network_find_layer (real->network, layer), unit,
                        GBOX_CIRCUIT_RANK_SUM, &error);

  g_assert_no_error (error);
  return circuit;
}

static void
assert_near (double value, double expected)
{
  g_assert_cmpfloat (fabs (value - expected), <, 1e-6 + TOLERANCE * fabs (expected));
}

/* Channel 192 + 30 of 4a is channel 30 of its 3×3 branch; 3b lies before a pooling of stride 2. */
static void
test_bottleneck (void)
{
  g_auto (Real) real = { 0 };
  g_autoptr (GboxCircuit) circuit = NULL;
  g_auto (GboxConvWeights) filter = { 0 };
  g_auto (GboxConvWeights) reduce = { 0 };
  int layer;

  if (!open_real (&real, "inceptionv1"))
    return;
  circuit = trace (&real, "4a", 192 + 30);
  filter = read_weights (&real, "inception_4a/3x3.0", 208, 96, 3);
  reduce = read_weights (&real, "inception_4a/3x3_reduce.0", 96, 480, 1);
  layer = gbox_network_find_layer (real.network, "3b");
  for (int i = 0; i < 480; i++)
    {
      const GboxCircuitInput *input = find_input (circuit, layer, i);

      g_assert_nonnull (input);
      g_assert_cmpint (input->side, ==, 3);
      g_assert_cmpint (input->step, ==, 2);
      g_assert_cmpint (input->first, ==, -1);
      for (int tap = 0; tap < 9; tap++)
        {
          double expected = 0.0;

          for (int r = 0; r < 96; r++)
            expected
              += (double) filter.weights[(30 * 96 + r) * 9 + tap] * (double) reduce.weights[r * 480 + i];
          assert_near ((double) input->kernel[tap], expected);
        }
    }
}

/* The first channel of 4b's pool projection, a class, and what of the image excites a unit of conv1. */
static void
test_direct (void)
{
  g_auto (Real) real = { 0 };
  g_auto (GboxConvWeights) projection = { 0 };
  g_auto (GboxConvWeights) classes = { 0 };
  g_auto (GboxConvWeights) first = { 0 };
  g_autoptr (GboxCircuit) pooled = NULL, chain = NULL, edge = NULL;

  if (!open_real (&real, "inceptionv1"))
    return;
  pooled = trace (&real, "4b", 160 + 224 + 64);
  projection = read_weights (&real, "inception_4b/pool_proj.0", 64, 512, 1);
  for (int i = 0; i < 512; i++)
    {
      const GboxCircuitInput *input = find_input (pooled, gbox_network_find_layer (real.network, "4a"), i);

      g_assert_cmpint (input->side, ==, 1);
      assert_near ((double) input->kernel[0], (double) projection.weights[i]);
    }
  chain = trace (&real, "class", 488);
  classes = read_weights (&real, "loss3/classifier.0", 1000, 1024, 1);
  for (int i = 0; i < 1024; i++)
    assert_near ((double) find_input (chain, gbox_network_find_layer (real.network, "5b"), i)->weight,
                 (double) classes.weights[488 * 1024 + i]);
  edge = trace (&real, "conv1", 3);
  first = read_weights (&real, "conv1/7x7_s2.0", 64, 3, 7);
  for (int c = 0; c < 3; c++)
    for (int tap = 0; tap < 49; tap++) /* the file's channels are blue, green, red */
      assert_near ((double) find_input (edge, GBOX_CIRCUIT_IMAGE, 2 - c)->kernel[tap],
                   (double) first.weights[(3 * 3 + c) * 49 + tap]);
}

static GboxConvWeights
read_folded (const Real *real, const char *conv, const char *norm, int n_out, int n_in, int kernel)
{
  g_autofree char *name = g_strconcat ("_blocks.4.", conv, ".weight", NULL);
  g_autofree char *prefix = g_strconcat ("_blocks.4.", norm, NULL);
  GboxConvWeights weights = read_weights (real, name, n_out, n_in, kernel);
  g_autoptr (GError) error = NULL;

  gbox_conv_weights_fold (&weights, real->file, prefix, 1e-3, &error);
  g_assert_no_error (error);
  return weights;
}

/* Block 4 of EfficientNet-Lite0: 40 channels, expanded to 240, filtered by 5×5, projected to 40, and its
 * input added. */
static void
test_residual (void)
{
  g_auto (Real) real = { 0 };
  g_autoptr (GboxCircuit) circuit = NULL;
  g_auto (GboxConvWeights) expand = { 0 };
  g_auto (GboxConvWeights) filter = { 0 };
  g_auto (GboxConvWeights) project = { 0 };

  if (!open_real (&real, "efficientnet-lite0"))
    return;
  circuit = trace (&real, "block4", 11);
  expand = read_folded (&real, "_expand_conv", "_bn0", 240, 40, 1);
  filter = read_folded (&real, "_depthwise_conv", "_bn1", 240, 1, 5);
  project = read_folded (&real, "_project_conv", "_bn2", 40, 240, 1);
  for (int i = 0; i < 40; i++)
    {
      const GboxCircuitInput *input
        = find_input (circuit, gbox_network_find_layer (real.network, "block3"), i);

      g_assert_cmpint (input->side, ==, 5);
      g_assert_cmpint (input->first, ==, -2);
      for (int tap = 0; tap < 25; tap++)
        {
          double expected = i == 11 && tap == 12 ? 1.0 : 0.0;

          for (int e = 0; e < 240; e++)
            expected += (double) project.weights[11 * 240 + e] * (double) filter.weights[e * 25 + tap]
                        * (double) expand.weights[e * 40 + i];
          assert_near ((double) input->kernel[tap], expected);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/circuit-values/bottleneck", test_bottleneck);
  g_test_add_func ("/circuit-values/direct", test_direct);
  g_test_add_func ("/circuit-values/residual", test_residual);

  return g_test_run ();
}
