/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans of a part of a layer: what they compute is what the whole layer's plan has there. */
#include "base/error.h"
#include "small-plan.h"

static GboxTensor
view_part (const GboxTensor *tensor, const GboxRegion *region, int y, int x)
{
  GboxTensor view = *tensor;

  view.data = gbox_tensor_pixel (tensor, 0, region->top + y, region->left + x);
  view.height = view.width = 1;
  return view;
}

/* Copies the part of @from that @region names to all of @to, or the other way. */
static void
copy_part (const GboxTensor *whole, const GboxRegion *region, const GboxTensor *part, gboolean to_whole)
{
  for (int y = 0; y < region->height; y++)
    for (int x = 0; x < region->width; x++)
      {
        const GboxTensor outer = view_part (whole, region, y, x);
        float *inner = gbox_tensor_pixel (part, 0, y, x);

        memcpy (to_whole ? outer.data : inner, to_whole ? inner : outer.data,
                (gsize) part->channels * sizeof (float));
      }
}

/* What the plan of a part computes is what the whole plan has there; the whole plan's gradient beyond what
 * the part sees is zero. Both may choose other tiles and so round differently: 1e-5 of the largest value.
 * Returns: whether the part answers at all. */
static gboolean
check_part (GboxNetwork *network, GboxTeam *team, guint layer, const GboxPlanPart *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPlan) whole = make_plan (network, team, layer, 1);
  g_autoptr (GboxPlan) part
    = gbox_plan_new_for_part (network, team, layer, 1, HEIGHT, WIDTH, wanted, TRUE, &error);
  const GboxRegion *region = &wanted->region, *seen = gbox_plan_get_input_region (part);
  const GboxTensor output
    = gbox_tensor_slice (gbox_plan_get_output (whole), wanted->first_channel, wanted->n_channels);
  const GboxTensor output_gradient
    = gbox_tensor_slice (gbox_plan_get_output_gradient (whole), wanted->first_channel, wanted->n_channels);
  GboxTensor *gradient = gbox_plan_get_output_gradient (part);
  const gsize n_out = n_values (gradient);
  g_autofree float *weights = g_new (float, n_out);
  g_autofree float *expected_values = g_new (float, n_out);
  g_autofree float *spread = g_new0 (float, HEIGHT *WIDTH * 3);
  const GboxTensor expected
    = gbox_tensor (expected_values, 1, region->height, region->width, wanted->n_channels);
  const GboxTensor placed = gbox_tensor (spread, 1, HEIGHT, WIDTH, 3);
  g_autofree float *values = NULL;

  g_assert_no_error (error);
  for (gsize i = 0; i < n_out; i++)
    weights[i] = cosf ((float) i);
  fill_image (gbox_plan_get_input (whole)->data, HEIGHT * WIDTH * 3, 31);
  copy_part (gbox_plan_get_input (whole), seen, gbox_plan_get_input (part), FALSE);
  gbox_plan_forward (whole);
  gbox_plan_forward (part);
  copy_part (&output, region, &expected, FALSE);
  values = gather (gbox_plan_get_output (part));
  assert_as_close (values, expected_values, n_out);

  fill_gradient (gradient, weights);
  gbox_tensor_clear (gbox_plan_get_output_gradient (whole));
  copy_part (&output_gradient, region, gradient, TRUE);
  gbox_plan_backward (whole, FALSE);
  gbox_plan_backward (part, FALSE);
  copy_part (&placed, seen, gbox_plan_get_input_gradient (part), TRUE);
  assert_as_close (spread, gbox_plan_get_input_gradient (whole)->data, HEIGHT * WIDTH * 3);

  return get_largest (expected_values, n_out) > 0.0f && get_largest (spread, HEIGHT * WIDTH * 3) > 0.0f;
}

static void
test_parts (gconstpointer data)
{
  const guint layer = GPOINTER_TO_UINT (data);
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  const int n = gbox_network_get_layer (network, layer)->n_channels;
  int height, width, n_alive = 0;

  g_assert_true (gbox_plan_measure_layer (network, layer, HEIGHT, WIDTH, &height, &width, NULL));
  g_assert_true (check_part (network, team, layer, &(GboxPlanPart){ { 0, 0, height, width }, 0, n }));
  g_assert_true (check_part (network, team, layer, &(GboxPlanPart){ { height / 2, width / 2, 1, 1 }, 0, n }));
  g_assert_true (check_part (network, team, layer, &(GboxPlanPart){ { 0, width - 1, 1, 1 }, 0, n }));
  check_part (network, team, layer, &(GboxPlanPart){ { height / 2, 0, (height + 1) / 2, 1 }, n / 3, n / 2 });
  for (int c = 0; c < n; c += 3)
    n_alive += check_part (network, team, layer, &(GboxPlanPart){ { 0, 0, height, width }, c, 1 });
  g_assert_cmpint (n_alive, >, 0);
}

static void
test_part_outside (void)
{
  static const GboxPlanPart parts[] = {
    { { -1, 0, 1, 1 }, 0, 0 },
    { { 0, 0, 1, 0 }, 0, 0 },
    { { 0, 0, 1, 1000 }, 0, 0 },
    { { 1000, 0, 1, 1 }, 0, 0 },
    { { 0, G_MAXINT, 1, 1 }, 0, 0 },
    { { 0 }, -1, 1 },
    { { 0 }, 0, 9 },
    { { 0 }, 8, 1 },
    { { 0 }, 2, G_MAXINT },
    { { 0 }, 0, -1 },
  };
  g_autoptr (GboxNetwork) network = make_network ();
  g_autoptr (GboxTeam) team = gbox_team_new (1);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gbox_plan_new_for_part (network, team, 0, 1, HEIGHT, WIDTH, &parts[i], TRUE, &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
    }
}

/* Redirected, the only channel of a branch that a part has decides for itself. */
static void
test_redirected_part (void)
{
  static const GboxPlanPart dead = { { 0 }, 1, 1 }, alive = { { 0 }, 4, 1 };
  const GboxPlanPart *const parts[] = { &dead, &alive };
  g_auto (GboxConvWeights) conv = { 0 };
  g_autoptr (GboxNetwork) network = make_half_dead_network (&conv);
  g_autoptr (GboxTeam) team = gbox_team_new (2);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GboxPlan) plan
        = gbox_plan_new_for_part (network, team, 0, 1, HEIGHT, WIDTH, parts[i], TRUE, NULL);
      GboxTensor *gradient = gbox_plan_get_output_gradient (plan);

      fill_image (gbox_plan_get_input (plan)->data, HEIGHT * WIDTH * 3, 23);
      gbox_plan_forward (plan);
      for (gsize n = 0; n < n_values (gradient); n++)
        *get_value (gradient, n) = 1.0f;
      g_assert_cmpint (gbox_plan_backward (plan, TRUE), ==, parts[i] == &dead);
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
      g_autofree char *path = g_strconcat ("/plan-parts/", layers[i], NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_parts);
    }
  g_test_add_func ("/plan-parts/outside", test_part_outside);
  g_test_add_func ("/plan-parts/redirected", test_redirected_part);

  return g_test_run ();
}
