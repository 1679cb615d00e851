/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan says of its operations, against counts by hand, and that its clock notes each of them. */
#include "made-up-weights.h"
#include "models/plan-profile.h"

/* InceptionV1 up to 4a at 224 pixels: positions of the output, inputs of each and outputs. The
 * reductions of a module stand in one line. */
static const struct
{
  const char *name;
  double positions, inputs, outputs;
} convs_to_4a[] = {
  { "conv1 7×7/2 3→64", 112 * 112, 3 * 49, 64 }, { "conv2 1×1 64→64", 56 * 56, 64, 64 },
  { "conv2 3×3 64→192", 56 * 56, 64 * 9, 192 },  { "3a 1×1 192→112", 28 * 28, 192, 96 + 16 },
  { "3a 1×1 192→64", 28 * 28, 192, 64 },         { "3a 3×3 96→128", 28 * 28, 96 * 9, 128 },
  { "3a 5×5 16→32", 28 * 28, 16 * 25, 32 },      { "3a 1×1 192→32", 28 * 28, 192, 32 },
  { "3b 1×1 256→160", 28 * 28, 256, 128 + 32 },  { "3b 1×1 256→128", 28 * 28, 256, 128 },
  { "3b 3×3 128→192", 28 * 28, 128 * 9, 192 },   { "3b 5×5 32→96", 28 * 28, 32 * 25, 96 },
  { "3b 1×1 256→64", 28 * 28, 256, 64 },         { "4a 1×1 480→112", 14 * 14, 480, 96 + 16 },
  { "4a 1×1 480→192", 14 * 14, 480, 192 },       { "4a 3×3 96→208", 14 * 14, 96 * 9, 208 },
  { "4a 5×5 16→48", 14 * 14, 16 * 25, 48 },      { "4a 1×1 480→64", 14 * 14, 480, 64 },
};

static GboxPlan *
make_plan (GboxTeam *team, MadeUpVariant variant, const char *layer, gboolean with_gradient)
{
  g_autoptr (GboxNetwork) network = made_up_network (variant);
  g_autoptr (GError) error = NULL;
  GboxPlan *plan = gbox_plan_new (network, team, (guint) gbox_network_find_layer (network, layer), 1, 224,
                                  224, with_gradient, &error);

  g_assert_no_error (error);
  return plan;
}

/* Forward and backward together. */
static double
sum_flops (const GboxPlan *plan)
{
  double sum = 0;

  for (guint i = 0; i < gbox_plan_get_n_operations (plan); i++)
    {
      g_auto (GboxPlanOperation) operation = { 0 };

      gbox_plan_describe_operation (plan, i, &operation);
      sum += operation.forward_flops + operation.backward_flops;
    }
  return sum;
}

static void
test_convolutions (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxPlan) plan = make_plan (team, MADE_UP_BVLC, "4a", TRUE);
  guint n_convs = 0;
  double sum = 0;

  for (guint i = 0; i < gbox_plan_get_n_operations (plan); i++)
    {
      g_auto (GboxPlanOperation) operation = { 0 };
      double flops;

      gbox_plan_describe_operation (plan, i, &operation);
      if (!operation.is_conv)
        {
          g_assert_cmpfloat (operation.forward_flops, ==, 0);
          g_assert_cmpfloat (operation.backward_flops, ==, 0);
          continue;
        }
      g_assert_cmpuint (n_convs, <, G_N_ELEMENTS (convs_to_4a));
      flops = 2 * convs_to_4a[n_convs].positions * convs_to_4a[n_convs].inputs * convs_to_4a[n_convs].outputs;
      g_assert_cmpstr (operation.name, ==, convs_to_4a[n_convs].name);
      g_assert_cmpfloat (operation.forward_flops, ==, flops);
      g_assert_cmpfloat (operation.backward_flops, ==, flops);
      sum += 2 * flops;
      n_convs++;
    }
  g_assert_cmpuint (n_convs, ==, G_N_ELEMENTS (convs_to_4a));
  g_assert_cmpfloat (sum, ==, sum_flops (plan));
  /* 1.95 GFLOP each way. */
  g_assert_cmpfloat_with_epsilon (sum * 1e-9, 3.9, 0.05);
}

/* 1.58 G products with their additions forward; the paper says about 1.5 G. */
static void
test_whole_network (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxPlan) plan = make_plan (team, MADE_UP_BVLC, "class", TRUE);
  g_autoptr (GboxPlan) forward = make_plan (team, MADE_UP_BVLC, "class", FALSE);

  g_assert_cmpfloat_with_epsilon (sum_flops (plan) * 1e-9, 6.3, 0.05);
  g_assert_cmpfloat (sum_flops (forward), ==, sum_flops (plan) / 2);
}

static void
test_names_and_bytes (void)
{
  static const struct
  {
    guint index;
    const char *name;
    double forward_flops, forward_bytes, backward_bytes;
  } expected[] = {
    { 0, "pixel map", 0, 2 * 150528 * 4, 2 * 150528 * 4 },
    { 1, "stem 3×3/2 3→32", 2.0 * 12544 * 27 * 32, (150528 + 27 * 32 + 12544 * 32) * 4,
      (150528 + 27 * 32 + 12544 * 32) * 4 },
    { 2, "block0 depthwise 3×3 32", 2.0 * 12544 * 9 * 32, (2 * 12544 * 32 + 9 * 32) * 4,
      (3 * 12544 * 32 + 9 * 32) * 4 },
    { 3, "block0 1×1 32→16", 2.0 * 12544 * 32 * 16, (12544 * 32 + 32 * 16 + 12544 * 16) * 4,
      (2 * 12544 * 32 + 32 * 16 + 12544 * 16) * 4 },
  };
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxPlan) plan = make_plan (team, MADE_UP_EFFICIENTNET, "block0", TRUE);

  g_assert_cmpuint (gbox_plan_get_n_operations (plan), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_auto (GboxPlanOperation) operation = { 0 };

      gbox_plan_describe_operation (plan, expected[i].index, &operation);
      g_assert_cmpstr (operation.name, ==, expected[i].name);
      g_assert_cmpfloat (operation.forward_flops, ==, expected[i].forward_flops);
      g_assert_cmpfloat (operation.backward_flops, ==, expected[i].forward_flops);
      g_assert_cmpfloat (operation.forward_bytes, ==, expected[i].forward_bytes);
      g_assert_cmpfloat (operation.backward_bytes, ==, expected[i].backward_bytes);
    }
}

/* Every lap is noted once a pass, and nothing once the clock is taken away. */
static void
test_clock (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxPlan) plan = make_plan (team, MADE_UP_EFFICIENTNET, "block2", TRUE);
  const guint n = gbox_plan_get_n_operations (plan);
  g_autofree gint64 *laps = g_new0 (gint64, 2 * n);
  GboxLapClock clock = { .laps = laps };

  made_up_picture (gbox_plan_get_input (plan));
  gbox_plan_set_clock (plan, &clock);
  gbox_plan_forward (plan);
  for (guint i = 0; i < 2 * n; i++)
    if (i < n)
      g_assert_cmpint (laps[i], >, 0);
    else
      g_assert_cmpint (laps[i], ==, 0);
  gbox_plan_backward (plan, FALSE);
  for (guint i = n; i < 2 * n; i++)
    g_assert_cmpint (laps[i], >, 0);

  gbox_plan_set_clock (plan, NULL);
  memset (laps, 0, 2 * n * sizeof *laps);
  gbox_plan_forward (plan);
  gbox_plan_backward (plan, FALSE);
  for (guint i = 0; i < 2 * n; i++)
    g_assert_cmpint (laps[i], ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/plan-profile/convolutions", test_convolutions);
  g_test_add_func ("/plan-profile/whole-network", test_whole_network);
  g_test_add_func ("/plan-profile/names-and-bytes", test_names_and_bytes);
  g_test_add_func ("/plan-profile/clock", test_clock);

  return g_test_run ();
}
