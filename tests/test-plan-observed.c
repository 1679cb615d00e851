/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans that keep several layers: their activations, their gradients, and the parts of the image they see. */
#include "base/error.h"
#include "models/plan.h"
#include "plan-testing.h"
#include "small-network.h"

#define SIZE 65

/* The order of sums may differ. */
static void
assert_close (const GboxTensor *a, const GboxTensor *b)
{
  float largest = 0.0f;

  g_assert_cmpuint (n_values (a), ==, n_values (b));
  for (gsize i = 0; i < n_values (b); i++)
    largest = MAX (largest, fabsf (*get_value (b, i)));
  g_assert_cmpfloat (largest, >, 0.0f);
  for (gsize i = 0; i < n_values (a); i++)
    g_assert_cmpfloat (fabsf (*get_value (a, i) - *get_value (b, i)), <=, 2e-5f * largest);
}

static GboxPlan *
plan_all (GboxNetwork *network, GboxTeam *team, int batch, int size, gboolean with_gradient)
{
  guint layers[16];
  const guint n = gbox_network_get_n_layers (network);
  g_autoptr (GError) error = NULL;
  GboxPlan *plan;

  g_assert_cmpuint (n, <=, G_N_ELEMENTS (layers));
  for (guint i = 0; i < n; i++)
    layers[i] = i;
  plan = gbox_plan_new_observed (network, team, n - 1, layers, n, batch, size, size, with_gradient, &error);
  g_assert_no_error (error);
  return plan;
}

/* Of every layer what a plan of that layer alone computes; the second size is computed in several chunks. */
static void
test_activations (gconstpointer data)
{
  const int size = GPOINTER_TO_INT (data), batch = size == SIZE ? 1 : 9;
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPlan) all = plan_all (network, team, batch, size, FALSE);
  GboxTensor *input = gbox_plan_get_input (all);
  const gsize n_image = n_values (input) / (gsize) batch;

  fill_image (input->data, n_values (input), 3);
  gbox_plan_forward (all);
  for (guint layer = 0; layer < gbox_network_get_n_layers (network); layer++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxPlan) single = gbox_plan_new (network, team, layer, 1, size, size, FALSE, &error);

      g_assert_no_error (error);
      for (int image = 0; image < batch; image += 4)
        {
          GboxTensor view = *gbox_plan_get_observed (all, layer);

          memcpy (gbox_plan_get_input (single)->data, input->data + (gsize) image * n_image,
                  n_image * sizeof (float));
          gbox_plan_forward (single);
          view.data = gbox_tensor_pixel (&view, image, 0, 0);
          view.batch = 1;
          assert_close (&view, gbox_plan_get_output (single));
        }
    }
}

/* An operation at a time, of one image after the other, to the bit. */
static void
test_in_parts (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPlan) whole = plan_all (network, team, 1, SIZE, FALSE);
  g_autoptr (GboxPlan) parts = plan_all (network, team, 1, SIZE, FALSE);
  GboxTensor *input = gbox_plan_get_input (whole);

  for (guint seed = 3; seed < 5; seed++)
    {
      guint n_calls = 1;

      fill_image (input->data, n_values (input), seed);
      memcpy (gbox_plan_get_input (parts)->data, input->data, n_values (input) * sizeof (float));
      gbox_plan_forward (whole);
      while (gbox_plan_forward_for (parts, 0))
        n_calls++;
      g_assert_cmpuint (n_calls, >, gbox_network_get_n_layers (network));
      for (guint layer = 0; layer < gbox_network_get_n_layers (network); layer++)
        {
          const GboxTensor *expected = gbox_plan_get_observed (whole, layer);

          for (gsize i = 0; i < n_values (expected); i++)
            g_assert_cmpfloat (*get_value (gbox_plan_get_observed (parts, layer), i), ==,
                               *get_value (expected, i));
        }
    }
}

static void
set_class_gradient (GboxPlan *plan)
{
  GboxTensor *gradient = gbox_plan_get_output_gradient (plan);

  for (gsize i = 0; i < n_values (gradient); i++)
    *get_value (gradient, i) = i == 3 ? 1.0f : 0.0f;
}

/* Backward an operation at a time: the gradients are those of a single call, to the bit, at every layer and
 * at the image, twice in a row. */
static void
test_backward_in_parts (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPlan) whole = plan_all (network, team, 1, SIZE, TRUE);
  g_autoptr (GboxPlan) parts = plan_all (network, team, 1, SIZE, TRUE);
  const GboxTensor *input = gbox_plan_get_input (whole);

  for (guint seed = 3; seed < 5; seed++)
    {
      GboxPlan *const plans[] = { whole, parts };
      guint n_calls = 1;

      for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
        {
          fill_image (gbox_plan_get_input (plans[i])->data, n_values (input), seed);
          gbox_plan_forward (plans[i]);
          set_class_gradient (plans[i]);
        }
      gbox_plan_backward (whole, FALSE);
      while (gbox_plan_backward_for (parts, 0))
        n_calls++;
      g_assert_cmpuint (n_calls, >, gbox_network_get_n_layers (network));
      g_assert_cmpmem (gbox_plan_get_input_gradient (parts)->data, n_values (input) * sizeof (float),
                       gbox_plan_get_input_gradient (whole)->data, n_values (input) * sizeof (float));
      for (guint layer = 0; layer < gbox_network_get_n_layers (network); layer++)
        {
          const GboxTensor *expected = gbox_plan_get_observed_gradient (whole, layer);

          for (gsize i = 0; i < n_values (expected); i++)
            g_assert_cmpfloat (*get_value (gbox_plan_get_observed_gradient (parts, layer), i), ==,
                               *get_value (expected, i));
        }
    }
}

/* All ways to the classes lead through these layers, so what a layer's gradient gives at the image is the
 * image's gradient. */
static void
test_gradients (void)
{
  const char *const names[] = { "conv", "pool", "lrn", "module", "depthwise", "overlap", "class" };
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPlan) all = plan_all (network, team, 1, SIZE, TRUE);
  GboxTensor *input = gbox_plan_get_input (all);

  fill_image (input->data, n_values (input), 3);
  gbox_plan_forward (all);
  set_class_gradient (all);
  gbox_plan_backward (all, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const guint layer = (guint) gbox_network_find_layer (network, names[i]);
      const GboxTensor *kept = gbox_plan_get_observed_gradient (all, layer);
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxPlan) single = gbox_plan_new (network, team, layer, 1, SIZE, SIZE, TRUE, &error);
      GboxTensor *gradient;

      g_assert_no_error (error);
      memcpy (gbox_plan_get_input (single)->data, input->data, n_values (input) * sizeof (float));
      gbox_plan_forward (single);
      gradient = gbox_plan_get_output_gradient (single);
      for (gsize j = 0; j < n_values (kept); j++)
        *get_value (gradient, j) = *get_value (kept, j);
      gbox_plan_backward (single, FALSE);
      assert_close (gbox_plan_get_input_gradient (single), gbox_plan_get_input_gradient (all));
    }
}

/* Where a rectifier gives 0 the gradient before it is 0; that after it, which is kept, is not. */
static void
test_after_rectifier (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxPlan) all = plan_all (network, team, 1, SIZE, TRUE);
  const guint layer = (guint) gbox_network_find_layer (network, "module");
  const GboxTensor *activation = gbox_plan_get_observed (all, layer);
  const GboxTensor *gradient = gbox_plan_get_observed_gradient (all, layer);
  guint n_dead = 0, n_with_gradient = 0;

  fill_image (gbox_plan_get_input (all)->data, n_values (gbox_plan_get_input (all)), 3);
  gbox_plan_forward (all);
  set_class_gradient (all);
  gbox_plan_backward (all, FALSE);
  for (gsize i = 0; i < n_values (activation); i++)
    if (*get_value (activation, i) <= 0.0f)
      {
        n_dead++;
        n_with_gradient += *get_value (gradient, i) != 0.0f;
      }
  g_assert_cmpuint (n_dead, >, 0);
  g_assert_cmpuint (n_with_gradient, >, n_dead / 4);
}

/* What is given to a layer on the way comes to the image beside what the target gives: together it is the sum
 * of what each gives alone, of which the layer's is a plan's of that layer. */
static void
test_driven (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  const guint layer = (guint) gbox_network_find_layer (network, "module");
  const guint last = gbox_network_get_n_layers (network) - 1;
  g_autoptr (GboxPlan) both
    = gbox_plan_new_observed (network, team, last, &layer, 1, 2, SIZE, SIZE, TRUE, NULL);
  g_autoptr (GboxPlan) target = gbox_plan_new (network, team, last, 2, SIZE, SIZE, TRUE, NULL);
  g_autoptr (GboxPlan) alone = gbox_plan_new (network, team, layer, 2, SIZE, SIZE, TRUE, NULL);
  GboxPlan *const plans[] = { both, target, alone };
  GboxTensor *given = gbox_plan_drive_observed (both, 0), sum;
  g_autofree float *values = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      fill_image (gbox_plan_get_input (plans[i])->data, n_values (gbox_plan_get_input (plans[i])), 8);
      gbox_plan_forward (plans[i]);
    }
  assert_close (gbox_plan_get_observed (both, 0), gbox_plan_get_output (alone));
  set_class_gradient (both);
  set_class_gradient (target);
  for (gsize i = 0; i < n_values (given); i++)
    *get_value (given, i) = *get_value (gbox_plan_get_output_gradient (alone), i)
      = 1e-2f * (float) ((int) (i % 7) - 3);
  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    gbox_plan_backward (plans[i], FALSE);
  sum = *gbox_plan_get_input_gradient (target);
  values = g_new (float, n_values (&sum));
  for (gsize i = 0; i < n_values (&sum); i++)
    values[i] = *get_value (&sum, i) + *get_value (gbox_plan_get_input_gradient (alone), i);
  sum.data = values;
  assert_close (gbox_plan_get_input_gradient (both), &sum);
}

/* What keeps nothing computes the same gradient. */
static void
test_same_gradient (void)
{
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  const guint layer = gbox_network_get_n_layers (network) - 1;
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPlan) all = plan_all (network, team, 1, SIZE, TRUE);
  g_autoptr (GboxPlan) none = gbox_plan_new (network, team, layer, 1, SIZE, SIZE, TRUE, &error);
  GboxPlan *const plans[] = { all, none };

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      fill_image (gbox_plan_get_input (plans[i])->data, n_values (gbox_plan_get_input (plans[i])), 8);
      gbox_plan_forward (plans[i]);
      set_class_gradient (plans[i]);
      gbox_plan_backward (plans[i], FALSE);
    }
  assert_close (gbox_plan_get_input_gradient (all), gbox_plan_get_input_gradient (none));
}

/* Changing the image outside of a region's part changes nothing there; what is read from a plan of the region
 * is the same part. */
static void
test_region (void)
{
  const GboxRegion unit = { .top = 7, .left = 9, .height = 1, .width = 1 };
  const GboxPlanPart part = { .region = unit };
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  const guint layer = (guint) gbox_network_find_layer (network, "lrn");
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPlan) plan
    = gbox_plan_new_for_part (network, team, layer, 1, SIZE, SIZE, &part, FALSE, &error);
  GboxRegion seen;

  g_assert_no_error (error);
  g_assert_true (gbox_plan_measure_region (network, layer, SIZE, SIZE, &unit, &seen, &error));
  g_assert_cmpmem (&seen, sizeof seen, gbox_plan_get_input_region (plan), sizeof seen);
  g_assert_cmpint (seen.height, ==, gbox_network_get_layer (network, layer)->receptive_field);
  g_assert_false (
    gbox_plan_measure_region (network, layer, SIZE, SIZE, &(GboxRegion){ 99, 0, 1, 1 }, &seen, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

static void
test_unknown (void)
{
  const guint layer = 99;
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_plan_new_observed (network, team, 0, &layer, 1, 1, SIZE, SIZE, FALSE, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/plan-observed/activations", GINT_TO_POINTER (SIZE), test_activations);
  g_test_add_data_func ("/plan-observed/chunks", GINT_TO_POINTER (640), test_activations);
  g_test_add_func ("/plan-observed/in-parts", test_in_parts);
  g_test_add_func ("/plan-observed/backward-in-parts", test_backward_in_parts);
  g_test_add_func ("/plan-observed/gradients", test_gradients);
  g_test_add_func ("/plan-observed/after-rectifier", test_after_rectifier);
  g_test_add_func ("/plan-observed/driven", test_driven);
  g_test_add_func ("/plan-observed/same-gradient", test_same_gradient);
  g_test_add_func ("/plan-observed/region", test_region);
  g_test_add_func ("/plan-observed/unknown", test_unknown);

  return g_test_run ();
}
