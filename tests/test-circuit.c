/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A unit's inputs through the weights, beside a network without what is not linear. */
#include "base/error.h"
#include "network-definition.h"
#include "runtime/event-private.h"
#include "runtime/job-private.h"
#include "small-network.h"
#include "vision/circuit-job.h"

#define SIDE 48
/* What a linear network answers and what the weights say differ only by the rounding of kernels to floats. */
#define TOLERANCE 1e-5

/* ---- the linear twin of a network ---- */

/* What @op counts as in a circuit: without bias and rectifier; a maximum as what is in the middle of its
 * window, a normalisation as its gain at rest. */
static GboxOperation
make_linear (const GboxOperation *op)
{
  const int kernel = op->window.kernel;
  const gsize n_taps = (gsize) kernel * (gsize) kernel, n = (gsize) op->output.n;
  GboxOperation linear = *op;

  linear.activation = GBOX_ACTIVATION_NONE;
  linear.bias = g_new0 (float, n);
  if (op->kind != GBOX_OPERATION_MAX_POOL && op->kind != GBOX_OPERATION_LRN)
    return linear;
  linear.kind = GBOX_OPERATION_DEPTHWISE;
  linear.weights = g_new0 (float, n_taps *n);
  for (gsize c = 0; c < n; c++)
    linear.weights[n_taps / 2 * n + c]
      = op->kind == GBOX_OPERATION_LRN ? powf (op->lrn.k, -op->lrn.beta) : 1.0f;
  return linear;
}

static void
clear_linear (const GboxOperation *linear, const GboxOperation *op)
{
  g_free (linear->bias);
  if (linear->weights != op->weights)
    g_free (linear->weights);
}

/* Sets the channels of all layers but the target's to what @random draws, anew at each call with the same
 * draw; of the image, too. */
static void
set_layers (const GboxNetworkData *data, Plane *planes, guint target, gboolean is_flat)
{
  for (guint i = 0; i <= data->layers->len; i++)
    {
      const GboxSlice image = { .value = 0, .first = 0, .n = 3 };
      const GboxSlice *slice
        = i < data->layers->len ? &g_array_index (data->layer_slices, GboxSlice, i) : &image;
      const Plane *plane = &planes[slice->value];
      GboxPhilox random;

      if (i == target || plane->data == NULL)
        continue;
      for (int p = 0; p < plane->height * plane->width; p++)
        {
          gbox_philox_init (&random, 11, i, is_flat ? 0 : (guint64) p);
          for (int c = 0; c < slice->n; c++)
            plane->data[p * plane->channels + slice->first + c]
              = gbox_philox_below (&random, 2000) / 1000.0 - 1.0;
        }
    }
}

/* All values of the linear network; free with free_planes(). */
static Plane *
compute_planes (const GboxNetworkData *data, guint target, gboolean is_flat)
{
  Plane *planes = g_new0 (Plane, data->values->len);

  planes[0] = (Plane){ SIDE, SIDE, 3, g_new0 (double, SIDE *SIDE * 3) };
  set_layers (data, planes, target, is_flat);
  for (guint i = 0; i < data->operations->len; i++)
    {
      const GboxOperation *op = &g_array_index (data->operations, GboxOperation, i);
      const GboxOperation linear = make_linear (op);

      execute (data, &linear, planes);
      set_layers (data, planes, target, is_flat);
      clear_linear (&linear, op);
    }
  return planes;
}

static void
free_planes (Plane *planes, const GboxNetworkData *data)
{
  for (guint i = 0; i < data->values->len; i++)
    g_free (planes[i].data);
  g_free (planes);
}

/* Pixel @channel of the image that the value 0 is made of, without the shift. */
static double
peek_pixel (const GboxNetworkData *data, const Plane *plane, int y, int x, int channel)
{
  for (int c = 0; c < 3; c++)
    if (data->pixel_map.order[c] == channel)
      return peek (plane, y, x, c) / (double) data->pixel_map.scale[c];
  g_assert_not_reached ();
}

/* Σ kernel · activations, for a unit at @y, @x. */
static double
apply (
  const GboxNetworkData *data, const Plane *planes, const GboxCircuitInput *input, int stride, int y, int x)
{
  const GboxSlice *slice
    = input->layer >= 0 ? &g_array_index (data->layer_slices, GboxSlice, input->layer) : NULL;
  double sum = 0.0;

  for (int i = 0; i < input->side; i++)
    for (int j = 0; j < input->side; j++)
      {
        const int yy = y * stride + input->first + i * input->step;
        const int xx = x * stride + input->first + j * input->step;
        const double value = slice != NULL ? peek (&planes[slice->value], yy, xx, slice->first + input->unit)
                                           : peek_pixel (data, planes, yy, xx, input->unit);

        sum += value * (double) input->kernel[i * input->side + j];
      }
  return sum;
}

static double
add_up (GboxNetwork *network, const Plane *planes, const GboxCircuit *circuit, int y, int x)
{
  const int stride = gbox_network_get_layer (network, circuit->layer)->stride;
  double sum = 0.0;

  for (guint i = 0; i < circuit->n_excitatory + circuit->n_inhibitory; i++)
    {
      const GboxCircuitInput *input = &circuit->inputs[i];
      const int inner
        = input->layer >= 0 ? gbox_network_get_layer (network, (guint) input->layer)->stride : 1;

      sum += apply (gbox_network_get_data (network), planes, input, stride / inner, y, x);
    }
  return sum;
}

/* All inputs together say what the linear network answers, at a position in the middle and at one where
 * kernels reach into the padding. */
static void
check_unit (GboxNetwork *network, const Plane *planes, guint layer, int unit)
{
  const GboxSlice *slice = &g_array_index (gbox_network_get_data (network)->layer_slices, GboxSlice, layer);
  const Plane *plane = &planes[slice->value];
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCircuit) circuit = gbox_circuit_new (network, layer, unit, GBOX_CIRCUIT_RANK_SUM, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (circuit->n_excitatory + circuit->n_inhibitory, >, 0);
  for (int p = 0; p < MIN (plane->height, 2); p++)
    {
      const int y = p * (plane->height / 2), x = p * (plane->width / 2);
      const double expected = peek (plane, y, x, slice->first + unit);

      g_assert_cmpfloat (fabs (add_up (network, planes, circuit, y, x) - expected), <,
                         TOLERANCE * (1.0 + fabs (expected)));
    }
}

static void
test_linear (gconstpointer data)
{
  const guint layer = GPOINTER_TO_UINT (data);
  g_autoptr (GboxNetwork) network = make_network ();
  const GboxNetworkData *parts = gbox_network_get_data (network);
  const GboxLayer *info = gbox_network_get_layer (network, layer);
  /* A mean over the map counts as what is everywhere. */
  Plane *planes = compute_planes (parts, layer, info->stride == 0);

  for (int unit = 0; unit < info->n_channels; unit++)
    check_unit (network, planes, layer, unit);
  free_planes (planes, parts);
}

/* ---- order and figures ---- */

static float
get_strength (const GboxCircuitInput *input, GboxCircuitRank rank)
{
  return rank == GBOX_CIRCUIT_RANK_NORM ? input->norm : fabsf (input->weight);
}

static void
check_ranks (const GboxCircuit *circuit, GboxCircuitRank rank)
{
  for (guint i = 1; i < circuit->n_excitatory + circuit->n_inhibitory; i++)
    if (i != circuit->n_excitatory)
      g_assert_cmpfloat (get_strength (&circuit->inputs[i], rank), <=,
                         get_strength (&circuit->inputs[i - 1], rank));
}

static void
check_order (const GboxCircuit *circuit, GboxCircuitRank rank)
{
  double sums[2] = { 0.0, 0.0 };

  for (guint i = 0; i < circuit->n_excitatory + circuit->n_inhibitory; i++)
    {
      const GboxCircuitInput *input = &circuit->inputs[i];
      double sum = 0.0, squares = 0.0;

      for (int k = 0; k < input->side * input->side; k++)
        {
          sum += (double) input->kernel[k];
          squares += (double) input->kernel[k] * (double) input->kernel[k];
        }
      g_assert_cmpfloat (fabs (sum - (double) input->weight), <, 1e-5);
      g_assert_cmpfloat (fabs (sqrt (squares) - (double) input->norm), <, 1e-5);
      g_assert_cmpint (input->weight < 0.0f, ==, i >= circuit->n_excitatory);
      sums[input->weight < 0.0f] += (double) input->weight;
    }
  check_ranks (circuit, rank);
  g_assert_cmpfloat (fabs (sums[0] - circuit->excitation), <, 1e-5);
  g_assert_cmpfloat (fabs (sums[1] - circuit->inhibition), <, 1e-5);
}

static void
test_order (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  const guint layer = (guint) gbox_network_find_layer (network, "module");
  g_autoptr (GboxCircuit) by_sum = gbox_circuit_new (network, layer, 7, GBOX_CIRCUIT_RANK_SUM, NULL);
  g_autoptr (GboxCircuit) by_norm = gbox_circuit_new (network, layer, 7, GBOX_CIRCUIT_RANK_NORM, NULL);
  g_autoptr (GboxCircuit) copy = gbox_circuit_copy (by_sum);

  check_order (by_sum, GBOX_CIRCUIT_RANK_SUM);
  check_order (by_norm, GBOX_CIRCUIT_RANK_NORM);
  gbox_circuit_trim (copy, 2);
  g_assert_cmpuint (copy->n_excitatory, ==, 2);
  g_assert_cmpuint (copy->n_inhibitory, ==, 2);
  g_assert_cmpfloat (copy->inputs[1].weight, ==, by_sum->inputs[1].weight);
  g_assert_cmpfloat (copy->inputs[2].weight, ==, by_sum->inputs[by_sum->n_excitatory].weight);
  g_assert_cmpfloat (copy->excitation, ==, by_sum->excitation);
  gbox_circuit_trim (copy, 100);
  g_assert_cmpuint (copy->n_excitatory + copy->n_inhibitory, ==, 4);
}

static void
test_names (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  const int layer = gbox_network_find_layer (network, "class");
  g_autofree char *image = gbox_circuit_describe_unit (network, GBOX_CIRCUIT_IMAGE, 2);
  g_autofree char *unit = gbox_circuit_describe_unit (network, 0, 5);
  g_autofree char *class = gbox_circuit_describe_unit (network, layer, 1);

  g_assert_cmpstr (image, ==, "image · blue");
  g_assert_cmpstr (unit, ==, "conv · 5");
  g_assert_cmpstr (class, ==, "class · 1 (goldfish)");
}

/* ---- what cannot be traced ---- */

/* A convolution of @kernel of a convolution of @kernel, and nothing between them has a name. */
static GboxNetwork *
make_wide_network (int kernel, float factor)
{
  const GboxPreprocessing preprocessing = { .resize = 64, .crop = 64 };
  const GboxPixelMap map = { .order = { 0, 1, 2 }, .scale = { 1, 1, 1 } };
  const GboxWindowShape window = { .kernel = kernel, .stride = 1, .pad = kernel / 2 };
  g_autoptr (GboxNetworkBuilder) builder = gbox_network_builder_new ("wide", &preprocessing, &map);
  const GboxSlice input = gbox_network_builder_get_input (builder);
  const GboxSlice middle = gbox_network_builder_add_value (builder, 1);
  const GboxSlice output = gbox_network_builder_add_value (builder, 1);
  const int n_taps = kernel * kernel;
  g_auto (GboxConvWeights) first = { 0 };
  g_auto (GboxConvWeights) second = { 0 };

  gbox_conv_weights_init (&first, 1, 3, kernel, g_new0 (float, 3 * n_taps), NULL);
  gbox_conv_weights_init (&second, 1, 1, kernel, g_new0 (float, n_taps), NULL);
  for (int i = 0; i < n_taps; i++)
    first.weights[i] = second.weights[i] = factor;
  gbox_network_builder_conv (builder, input, middle, &window, GBOX_ACTIVATION_RELU, &first);
  gbox_network_builder_conv (builder, middle, output, &window, GBOX_ACTIVATION_RELU, &second);
  gbox_network_builder_layer (builder, "out", output);
  return gbox_network_builder_finish (builder);
}

static void
test_refusals (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxNetwork) wide = make_wide_network (35, 1.0f);
  g_autoptr (GboxNetwork) damaged = make_wide_network (3, NAN);
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_circuit_new (network, 0, 8, GBOX_CIRCUIT_RANK_SUM, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (gbox_circuit_new (network, 0, -1, GBOX_CIRCUIT_RANK_SUM, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (gbox_circuit_new (network, 99, 0, GBOX_CIRCUIT_RANK_SUM, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (gbox_circuit_new (wide, 0, 0, GBOX_CIRCUIT_RANK_SUM, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (gbox_circuit_new (damaged, 0, 0, GBOX_CIRCUIT_RANK_SUM, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NUMERIC);
}

/* At rest a normalisation multiplies with k^−β, and the image counts as it is shown. */
static void
test_gain (void)
{
  const GboxPreprocessing preprocessing = { .resize = 64, .crop = 64 };
  const GboxPixelMap map = { .order = { 2, 1, 0 }, .scale = { 0.5f, 1, 1 } };
  const GboxLrnShape shape = { .size = 3, .alpha = 0.5f, .beta = 0.75f, .k = 2.0f };
  g_autoptr (GboxNetworkBuilder) builder = gbox_network_builder_new ("gain", &preprocessing, &map);
  const GboxSlice output = gbox_network_builder_add_value (builder, 3);
  g_autoptr (GboxNetwork) network = NULL;
  g_autoptr (GboxCircuit) circuit = NULL;

  gbox_network_builder_lrn (builder, gbox_network_builder_get_input (builder), output, &shape);
  gbox_network_builder_layer (builder, "out", output);
  network = gbox_network_builder_finish (builder);
  circuit = gbox_circuit_new (network, 0, 0, GBOX_CIRCUIT_RANK_SUM, NULL);
  g_assert_cmpuint (circuit->n_excitatory, ==, 1);
  g_assert_cmpint (circuit->inputs[0].layer, ==, GBOX_CIRCUIT_IMAGE);
  g_assert_cmpint (circuit->inputs[0].unit, ==, 2);
  g_assert_cmpfloat (fabs ((double) circuit->inputs[0].weight - 0.5 * pow (2.0, -0.75)), <, 1e-6);
}

/* A unit without any weights has no inputs, which is no error. */
static void
test_no_inputs (void)
{
  g_autoptr (GboxNetwork) network = make_wide_network (3, 0.0f);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCircuit) circuit = gbox_circuit_new (network, 0, 0, GBOX_CIRCUIT_RANK_SUM, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (circuit->n_excitatory + circuit->n_inhibitory, ==, 0);
  gbox_circuit_trim (circuit, 3);
}

/* ---- the job ---- */

static void
on_event (gpointer message, gpointer user_data)
{
  g_autoptr (GboxEvent) event = message;
  GboxCircuit **circuit = user_data;

  if (event->kind == GBOX_EVENT_RECORD && event->record.type == GBOX_TYPE_CIRCUIT)
    *circuit = gbox_circuit_copy (event->record.value);
}

static void
free_event (gpointer event)
{
  gbox_event_free (event);
}

/* Returns: (nullable): what a job posts. */
static GboxCircuit *
run_job (GboxNetwork *network, const char *layer, int unit, gboolean downstream, GError **error)
{
  GboxCircuit *circuit = NULL;
  g_autoptr (GboxCircuitSpec) spec = gbox_circuit_spec_new ();
  g_autoptr (GboxMailbox) mailbox = gbox_mailbox_new (NULL, on_event, NULL, free_event, &circuit);
  g_autoptr (GboxJob) job = NULL;
  const GboxJobContext context = { 0 };
  GboxStepResult result = GBOX_STEP_FAILED;

  g_object_set (spec, "layer", layer, "unit", unit, "rank", GBOX_CIRCUIT_RANK_NORM, "top", 2, "downstream",
                downstream, NULL);
  job = gbox_circuit_job_new_for_network (spec, network);
  gbox_job_set_mailbox (job, mailbox);
  if (gbox_job_start (job, &context, error))
    do
      result = gbox_job_step (job, error);
    while (result == GBOX_STEP_CONTINUE);
  while (result == GBOX_STEP_FINISHED && circuit == NULL)
    g_main_context_iteration (NULL, TRUE);
  gbox_mailbox_close (mailbox);
  return circuit;
}

static void
test_job (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  const int layer = gbox_network_find_layer (network, "depthwise");
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxCircuit) circuit = run_job (network, "module", 3, FALSE, &error);
  g_autoptr (GboxCircuit) filtered = run_job (network, "depthwise", 6, FALSE, &error);
  g_autoptr (GboxCircuit) outputs = run_job (network, "lrn", 6, TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (circuit->n_excitatory, ==, 2);
  g_assert_cmpuint (circuit->n_inhibitory, ==, 2);
  check_ranks (circuit, GBOX_CIRCUIT_RANK_NORM);
  g_assert_true (outputs->is_downstream);
  g_assert_cmpuint (outputs->n_excitatory, ==, 2);
  g_assert_false (circuit->is_downstream);
  /* A filter of each channel by itself has one input. */
  g_assert_cmpuint (filtered->layer, ==, layer);
  g_assert_cmpuint (filtered->n_excitatory + filtered->n_inhibitory, ==, 1);
  g_assert_cmpint (filtered->inputs[0].unit, ==, 6);
  g_assert_null (run_job (network, "nowhere", 0, FALSE, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (run_job (network, "module", 14, FALSE, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

static void
add_linear (void)
{
  g_autoptr (GboxNetwork) network = make_network ();

  for (guint i = 0; i < gbox_network_get_n_layers (network); i++)
    {
      g_autofree char *path
        = g_strconcat ("/circuit/linear/", gbox_network_get_layer (network, i)->name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_linear);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_linear ();
  g_test_add_func ("/circuit/order", test_order);
  g_test_add_func ("/circuit/names", test_names);
  g_test_add_func ("/circuit/refusals", test_refusals);
  g_test_add_func ("/circuit/gain", test_gain);
  g_test_add_func ("/circuit/no-inputs", test_no_inputs);
  g_test_add_func ("/circuit/job", test_job);

  return g_test_run ();
}
