/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans of a small network with every kind of operation: values, gradients, memory. */
#include "base/error.h"
#include "count-allocations.h"
#include "models/plan-profile.h"
#include "network-definition.h"
#include "small-plan.h"

/* Float sums of up to 200 products through at most 14 operations: 2e-5 of the largest value is 10 times what
 * is seen. */
static void
check_output (const GboxTensor *output, const double *expected)
{
  double largest = 0.0;

  for (gsize i = 0; i < n_values (output); i++)
    largest = MAX (largest, fabs (expected[i]));
  g_assert_cmpfloat (largest, >, 0.1);
  for (gsize i = 0; i < n_values (output); i++)
    g_assert_cmpfloat (fabs ((double) *get_value (output, i) - expected[i]), <, 2e-5 * largest);
}

/* Without a gradient values die sooner. */
static void
check_forward_only (
  GboxNetwork *network, GboxTeam *team, guint layer, const GboxTensor *input, const double *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPlan) plan = gbox_plan_new (network, team, layer, 1, HEIGHT, WIDTH, FALSE, &error);

  g_assert_no_error (error);
  memcpy (gbox_plan_get_input (plan)->data, input->data, n_values (input) * sizeof (float));
  gbox_plan_forward (plan);
  check_output (gbox_plan_get_output (plan), expected);
}

/*
 * Central differences of the definition in double precision. The step of 1e-4 levels is small against the
 * distance to the next kink of a rectifier or maximum; the error left, of the normalisation's curvature and
 * of rounding, is under 1e-7. What remains is the float arithmetic of the gradient: 1e-4 of the largest
 * element.
 */
static void
check_gradient (
  GboxNetwork *network, guint layer, const GboxTensor *gradient, double *image, const float *weights)
{
  const double step = 1e-4;
  double largest = 0.0;
  GboxPhilox random;

  for (gsize i = 0; i < n_values (gradient); i++)
    largest = MAX (largest, fabs ((double) gradient->data[i]));
  g_assert_cmpfloat (largest, >, 0.0);

  gbox_philox_init (&random, 5, layer, 0);
  for (int n = 0; n < 12; n++)
    {
      const guint i = gbox_philox_below (&random, HEIGHT * WIDTH * 3);
      const double kept = image[i];
      double above, below;

      image[i] = kept + step;
      above = define_objective (network, layer, image, HEIGHT, WIDTH, weights, NULL);
      image[i] = kept - step;
      below = define_objective (network, layer, image, HEIGHT, WIDTH, weights, NULL);
      image[i] = kept;
      g_assert_cmpfloat (fabs ((above - below) / (2.0 * step) - (double) gradient->data[i]), <,
                         1e-4 * largest);
    }
}

static void
test_layer (gconstpointer data)
{
  const guint layer = GPOINTER_TO_UINT (data);
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPlan) plan = make_plan (network, team, layer, 1);
  GboxTensor *input = gbox_plan_get_input (plan);
  const GboxTensor *output = gbox_plan_get_output (plan);
  g_autofree float *weights = g_new (float, n_values (output));
  g_autofree double *expected = g_new (double, n_values (output));
  g_autofree double *image = g_new (double, n_values (input));
  GboxPhilox random;

  gbox_philox_init (&random, 3, 0, 0);
  gbox_philox_fill_normal (&random, weights, n_values (output), 0.0f, 1.0f);
  fill_image (input->data, n_values (input), 2);
  for (gsize i = 0; i < n_values (input); i++)
    image[i] = (double) input->data[i];
  define_objective (network, layer, image, HEIGHT, WIDTH, weights, expected);

  /* Twice: the second time over what the first left behind. */
  for (int pass = 0; pass < 2; pass++)
    {
      gbox_plan_forward (plan);
      check_output (output, expected);
      fill_gradient (gbox_plan_get_output_gradient (plan), weights);
      g_assert_false (gbox_plan_backward (plan, FALSE));
    }
  check_output (output, expected);
  check_forward_only (network, team, layer, input, expected);
  check_gradient (network, layer, gbox_plan_get_input_gradient (plan), image, weights);
}

/* Runs @plan on images of @seeds; the output and the input's gradient, one after the other. */
static float *
run_plan (GboxPlan *plan, const guint64 *seeds, gsize *n_output, gsize *n_gradient)
{
  GboxTensor *input = gbox_plan_get_input (plan);
  GboxTensor *output_gradient = gbox_plan_get_output_gradient (plan);
  const gsize n_image = n_values (input) / (gsize) input->batch;
  g_autofree float *weights = g_new (float, n_values (output_gradient));
  g_autofree float *output = NULL;
  g_autofree float *gradient = NULL;
  float *all;

  for (gsize i = 0; i < n_values (output_gradient); i++)
    weights[i] = sinf ((float) (i % (n_values (output_gradient) / (gsize) input->batch)));
  for (int n = 0; n < input->batch; n++)
    fill_image (input->data + (gsize) n * n_image, n_image, seeds[n]);
  gbox_plan_forward (plan);
  fill_gradient (output_gradient, weights);
  gbox_plan_backward (plan, TRUE);

  output = gather (gbox_plan_get_output (plan));
  gradient = gather (gbox_plan_get_input_gradient (plan));
  *n_output = n_values (gbox_plan_get_output (plan));
  *n_gradient = n_values (input);
  all = g_new (float, *n_output + *n_gradient);
  memcpy (all, output, *n_output * sizeof (float));
  memcpy (all + *n_output, gradient, *n_gradient * sizeof (float));

  return all;
}

static void
test_threads (void)
{
  const guint64 seeds[] = { 7 };
  g_autoptr (GboxNetwork) network = make_network ();
  g_autofree float *expected = NULL;
  gsize n_output, n_gradient;

  for (guint n_threads = 1; n_threads <= 3; n_threads++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (n_threads);
      g_autoptr (GboxPlan) plan = make_plan (network, team, gbox_network_get_n_layers (network) - 1, 1);
      g_autofree float *values = run_plan (plan, seeds, &n_output, &n_gradient);

      if (expected == NULL)
        expected = g_steal_pointer (&values);
      else
        g_assert_cmpmem (values, (n_output + n_gradient) * sizeof (float), expected,
                         (n_output + n_gradient) * sizeof (float));
    }
}

static void
assert_close (const float *a, const float *b, gsize n)
{
  g_assert_cmpfloat (get_largest (b, n), >, 0.0f);
  assert_as_close (a, b, n);
}

static void
test_batch (void)
{
  const guint64 seeds[] = { 11, 12 };
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);

  for (guint layer = 0; layer < gbox_network_get_n_layers (network); layer++)
    {
      g_autoptr (GboxPlan) pair = make_plan (network, team, layer, 2);
      g_autoptr (GboxPlan) single = make_plan (network, team, layer, 1);
      gsize n_output, n_gradient, n_single_output, n_single_gradient;
      g_autofree float *both = run_plan (pair, seeds, &n_output, &n_gradient);

      for (gsize n = 0; n < 2; n++)
        {
          g_autofree float *one = run_plan (single, seeds + n, &n_single_output, &n_single_gradient);

          g_assert_cmpuint (n_output, ==, 2 * n_single_output);
          assert_close (both + n * n_single_output, one, n_single_output);
          assert_close (both + n_output + n * n_single_gradient, one + n_single_output, n_single_gradient);
        }
    }
}

/* Images of such a size that a few fill the caches, so that they are not all computed together: that takes
 * less memory than each apart. */
static void
test_chunks (void)
{
  enum
  {
    N_IMAGES = 9,
    SIZE = 640
  };
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GError) error = NULL;
  const guint layer = gbox_network_get_n_layers (network) - 1;
  g_autoptr (GboxPlan) all = gbox_plan_new (network, team, layer, N_IMAGES, SIZE, SIZE, FALSE, &error);
  g_autoptr (GboxPlan) single = gbox_plan_new (network, team, layer, 1, SIZE, SIZE, FALSE, &error);
  const gsize n_image = n_values (gbox_plan_get_input (single));
  const gsize n_output = n_values (gbox_plan_get_output (single));
  g_autofree float *outputs = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (gbox_plan_get_size (all), <, N_IMAGES * gbox_plan_get_size (single) / 2);
  g_assert_cmpuint (n_values (gbox_plan_get_input (all)), ==, N_IMAGES * n_image);
  for (gsize n = 0; n < N_IMAGES; n++)
    fill_image (gbox_plan_get_input (all)->data + n * n_image, n_image, n);
  gbox_plan_forward (all);
  g_assert_cmpuint (n_values (gbox_plan_get_output (all)), ==, N_IMAGES * n_output);
  outputs = gather (gbox_plan_get_output (all));
  for (gsize n = 0; n < N_IMAGES; n++)
    {
      g_autofree float *one = NULL;

      fill_image (gbox_plan_get_input (single)->data, n_image, n);
      gbox_plan_forward (single);
      one = gather (gbox_plan_get_output (single));
      assert_close (outputs + n * n_output, one, n_output);
    }
}

/* Large gradients go through a depthwise convolution and the 1×1 before it at once, but not while each is
 * timed. */
static void
test_through (void)
{
  enum
  {
    SIZE = 1024
  };
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GError) error = NULL;
  const guint layer = gbox_network_get_n_layers (network) - 1;
  g_autoptr (GboxPlan) plan = gbox_plan_new (network, team, layer, 1, SIZE, SIZE, TRUE, &error);
  g_autofree gint64 *laps = g_new0 (gint64, 2 * gbox_plan_get_n_operations (plan));
  GboxLapClock clock = { .laps = laps };
  float *gradients[2];

  for (guint i = 0; i < 2; i++)
    {
      gbox_plan_set_clock (plan, i == 0 ? &clock : NULL);
      fill_image (gbox_plan_get_input (plan)->data, n_values (gbox_plan_get_input (plan)), 1);
      fill_image (gbox_plan_get_output_gradient (plan)->data, n_values (gbox_plan_get_output_gradient (plan)),
                  2);
      gbox_plan_forward (plan);
      gbox_plan_backward (plan, FALSE);
      gradients[i] = gather (gbox_plan_get_input_gradient (plan));
    }
  g_assert_cmpmem (gradients[0], n_values (gbox_plan_get_input_gradient (plan)) * sizeof (float),
                   gradients[1], n_values (gbox_plan_get_input_gradient (plan)) * sizeof (float));
  g_assert_cmpfloat (get_largest (gradients[0], n_values (gbox_plan_get_input_gradient (plan))), >, 0);
  g_free (gradients[0]);
  g_free (gradients[1]);
}

/* Blocks are computed at once, but not while each operation is timed, nor on the way back where rectifiers
 * are redirected. Returns: (transfer full): the output, and the input's gradient where there is one */
static float *
run_blocks (GboxPlan *plan, gboolean with_gradient, gboolean redirect, gsize *n)
{
  const gsize n_output = n_values (gbox_plan_get_output (plan));
  const gsize n_gradient = with_gradient ? n_values (gbox_plan_get_input (plan)) : 0;
  g_autofree float *output = NULL;
  float *all = g_new (float, n_output + n_gradient);

  fill_image (gbox_plan_get_input (plan)->data, n_values (gbox_plan_get_input (plan)), 1);
  gbox_plan_forward (plan);
  output = gather (gbox_plan_get_output (plan));
  memcpy (all, output, n_output * sizeof (float));
  if (with_gradient)
    {
      for (gsize i = 0; i < n_output; i++)
        *get_value (gbox_plan_get_output_gradient (plan), i) = sinf ((float) i);
      gbox_plan_backward (plan, redirect);
      memcpy (all + n_output, gbox_plan_get_input_gradient (plan)->data, n_gradient * sizeof (float));
    }
  *n = n_output + n_gradient;
  return all;
}

static void
check_blocks (int batch, int size, gboolean with_gradient, gboolean redirect)
{
  g_autoptr (GboxNetwork) network = make_block_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);

  for (guint layer = 0; layer < gbox_network_get_n_layers (network); layer++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxPlan) plan
        = gbox_plan_new (network, team, layer, batch, size, size, with_gradient, &error);
      g_autofree gint64 *laps = g_new0 (gint64, 2 * gbox_plan_get_n_operations (plan));
      GboxLapClock clock = { .laps = laps };
      g_autofree float *together = NULL, *apart = NULL;
      gsize n;

      g_assert_no_error (error);
      together = run_blocks (plan, with_gradient, redirect, &n);
      gbox_plan_set_clock (plan, &clock);
      apart = run_blocks (plan, with_gradient, redirect, &n);
      g_assert_cmpfloat (get_largest (apart, n), >, 0.1f);
      g_assert_cmpmem (together, n * sizeof (float), apart, n * sizeof (float));
    }
}

static void
test_blocks (void)
{
  check_blocks (5, HEIGHT, FALSE, FALSE);
  check_blocks (5, HEIGHT, TRUE, FALSE);
  check_blocks (4, HEIGHT, TRUE, TRUE);
  check_blocks (1, 128, FALSE, FALSE);
  check_blocks (1, 128, TRUE, FALSE);
}

static void
test_allocations (void)
{
#ifdef COUNTS_ALLOCATIONS
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPlan) plan = make_plan (network, team, gbox_network_get_n_layers (network) - 1, 2);
  int before;

  /* Libraries may set themselves up at their first call. */
  gbox_plan_forward (plan);
  gbox_plan_backward (plan, TRUE);

  before = g_atomic_int_get (&n_allocations);
  g_assert_cmpint (before, >, 0);
  for (int i = 0; i < 3; i++)
    {
      gbox_plan_forward (plan);
      gbox_plan_backward (plan, TRUE);
    }
  g_assert_cmpint (g_atomic_int_get (&n_allocations), ==, before);
#else
  g_test_skip ("The sanitizer has its own malloc");
#endif
}

/* The gradient where the channels from @first on let all of @weights through and those before it only what is
 * positive, if @redirect. */
static float *
define_redirected (const GboxConvWeights *conv, const float *weights, gboolean redirect)
{
  const GboxConvShape shape = { 3, 8, 3, 3, 1, 1, 1 };
  float *gradient = g_new0 (float, HEIGHT *WIDTH * 3);
  g_autofree float *passed = g_new0 (float, HEIGHT *WIDTH * 8);
  const GboxTensor dy = gbox_tensor (passed, 1, HEIGHT, WIDTH, 8);
  GboxTensor dx = gbox_tensor (gradient, 1, HEIGHT, WIDTH, 3);

  for (int i = 0; i < HEIGHT * WIDTH * 8; i++)
    if (i % 8 >= 3 || (redirect && weights[i] > 0.0f))
      passed[i] = weights[i];
  gbox_conv_backward_reference (&shape, conv->weights, &dy, &dx, FALSE);

  return gradient;
}

static void
test_redirect (void)
{
  g_auto (GboxConvWeights) conv = { 0 };
  g_autoptr (GboxNetwork) network = make_half_dead_network (&conv);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPlan) plan = make_plan (network, team, 0, 1);
  g_autofree float *weights = g_new (float, HEIGHT *WIDTH * 8);
  GboxPhilox random;

  gbox_philox_init (&random, 22, 0, 0);
  gbox_philox_fill_normal (&random, weights, HEIGHT * WIDTH * 8, 0.0f, 1.0f);
  fill_image (gbox_plan_get_input (plan)->data, HEIGHT * WIDTH * 3, 23);
  for (int redirect = 0; redirect < 2; redirect++)
    {
      g_autofree float *expected = define_redirected (&conv, weights, redirect);

      gbox_plan_forward (plan);
      fill_gradient (gbox_plan_get_output_gradient (plan), weights);
      g_assert_cmpint (gbox_plan_backward (plan, redirect), ==, redirect);
      assert_close (gbox_plan_get_input_gradient (plan)->data, expected, HEIGHT * WIDTH * 3);
    }
}

/* Fewer operations and shorter lives for less. */
static void
test_size (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  const guint last = gbox_network_get_n_layers (network) - 1;
  g_autoptr (GboxPlan) first_layer = make_plan (network, team, 0, 1);
  g_autoptr (GboxPlan) last_layer = make_plan (network, team, last, 1);
  g_autoptr (GboxPlan) forward = gbox_plan_new (network, team, last, 1, HEIGHT, WIDTH, FALSE, NULL);

  g_assert_cmpuint (gbox_plan_get_size (first_layer), <, gbox_plan_get_size (last_layer));
  g_assert_cmpuint (gbox_plan_get_size (forward), <, gbox_plan_get_size (last_layer));
}

static void
test_packed_once (void)
{
  const GboxConvPacking forward = { .direction = GBOX_CONV_FORWARD, .method = GBOX_CONV_WINDOWS };
  const GboxConvPacking backward = { .direction = GBOX_CONV_BACKWARD, .method = GBOX_CONV_WINDOWS };
  g_autoptr (GboxNetwork) network = make_network ();
  const GboxConv *conv = gbox_network_get_conv (network, 0, &forward);

  g_assert_true (gbox_network_get_conv (network, 0, &forward) == conv);
  g_assert_true (gbox_network_get_conv (network, 0, &backward) != conv);
  g_assert_cmpint (gbox_conv_get_packing (conv)->direction, ==, GBOX_CONV_FORWARD);
  g_assert_cmpint (gbox_conv_get_packing (gbox_network_get_conv (network, 0, &backward))->direction, ==,
                   GBOX_CONV_BACKWARD);
}

static gpointer
pack_all (gpointer network)
{
  const GboxConvPacking packing = { .direction = GBOX_CONV_FORWARD, .method = GBOX_CONV_WINDOWS };
  const GArray *operations = gbox_network_get_data (network)->operations;
  GPtrArray *convs = g_ptr_array_new ();

  for (guint i = 0; i < operations->len; i++)
    if (g_array_index (operations, GboxOperation, i).kind == GBOX_OPERATION_CONV)
      g_ptr_array_add (convs, (gpointer) gbox_network_get_conv (network, i, &packing));

  return convs;
}

static void
test_packed_by_threads (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  GThread *threads[4];
  g_autoptr (GPtrArray) first = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("pack", pack_all, network);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GPtrArray) convs = g_thread_join (threads[i]);

      g_assert_cmpuint (convs->len, >, 5);
      if (first != NULL)
        g_assert_cmpmem (convs->pdata, convs->len * sizeof (gpointer), first->pdata,
                         first->len * sizeof (gpointer));
      else
        first = g_steal_pointer (&convs);
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    guint layer;
    int batch, height, width, code;
  } cases[] = {
    { 99, 1, 64, 64, GBOX_ERROR_NOT_FOUND },       { 0, 0, 64, 64, GBOX_ERROR_INVALID_ARGUMENT },
    { 0, 1, 63, 64, GBOX_ERROR_INVALID_ARGUMENT }, { 0, 1, 64, 1025, GBOX_ERROR_INVALID_ARGUMENT },
    { 0, 100000, 1024, 1024, GBOX_ERROR_MEMORY },
  };
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (1);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gbox_plan_new (network, team, cases[i].layer, cases[i].batch, cases[i].height,
                                    cases[i].width, TRUE, &error));
      g_assert_error (error, GBOX_ERROR, cases[i].code);
    }
}

int
main (int argc, char **argv)
{
  static const char *const layers[]
    = { "conv", "pool", "lrn", "part", "module", "depthwise", "sum", "overlap", "class" };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      g_autofree char *path = g_strconcat ("/plan/layer/", layers[i], NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_layer);
    }
  g_test_add_func ("/plan/batch", test_batch);
  g_test_add_func ("/plan/chunks", test_chunks);
  g_test_add_func ("/plan/blocks", test_blocks);
  g_test_add_func ("/plan/through", test_through);
  g_test_add_func ("/plan/threads", test_threads);
  g_test_add_func ("/plan/allocations", test_allocations);
  g_test_add_func ("/plan/redirect", test_redirect);
  g_test_add_func ("/plan/size", test_size);
  g_test_add_func ("/plan/packed-once", test_packed_once);
  g_test_add_func ("/plan/packed-by-threads", test_packed_by_threads);
  g_test_add_func ("/plan/refusals", test_refusals);

  return g_test_run ();
}
