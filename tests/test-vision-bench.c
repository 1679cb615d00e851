/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is timed is the job's own work, and its parts are all of it. */
#include <string.h>

#include "base/error.h"
#include "tiny-network.h"
#include "vision/vision-bench.h"

#define SIZE 64

static GboxVisualizationSpec *
new_spec (void)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "layer", "conv2", "unit", 2, "size", SIZE, NULL);
  return spec;
}

/* Each part once, in the order of the work: the network in the middle, forward and then backward. */
static void
test_step (void)
{
  static const char *const names[] = {
    "sampling",
    "pixel map",
    "conv1 5×5/2 3→12",
    "conv2 max pool 3×3/2 12",
    "conv2 3×3 12→1",
    "objective",
    "conv2 3×3 12→1",
    "conv2 max pool 3×3/2 12",
    "conv1 5×5/2 3→12",
    "pixel map",
    "sampling, adjoint",
    "basis, backward",
    "Adam",
    "basis",
    "frame",
  };
  g_autoptr (GboxNetwork) network = tiny_network_new (1);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxVisionBench) bench = gbox_vision_bench_new_step (network, team, spec, &error);
  double seconds[G_N_ELEMENTS (names)], whole, sum = 0;

  g_assert_no_error (error);
  g_assert_cmpfloat (gbox_vision_bench_run (bench), >, 0);
  g_assert_cmpuint (gbox_vision_bench_get_n_parts (bench), ==, G_N_ELEMENTS (names));
  whole = gbox_vision_bench_run_parts (bench, seconds);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const GboxVisionPart *part = gbox_vision_bench_get_part (bench, i);

      g_assert_cmpstr (part->name, ==, names[i]);
      g_assert_cmpint (part->in_network, ==, (i >= 1 && i <= 4) || (i >= 6 && i <= 9));
      g_assert_cmpint (part->is_backward, ==, i >= 6 && i <= 9);
      g_assert_cmpfloat (part->bytes, >, 0);
      g_assert_cmpfloat (seconds[i], >, 0);
      sum += seconds[i];
    }
  /* Laps lie one after the other within the whole. */
  g_assert_cmpfloat (sum, <=, whole);
}

/* Looking at the clock adds nothing up from one run to the next. */
static void
test_again (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GboxVisionBench) bench = gbox_vision_bench_new_step (network, team, spec, NULL);

  for (int i = 0; i < 5; i++)
    {
      double seconds[15], sum = 0;
      const double whole = gbox_vision_bench_run_parts (bench, seconds);

      for (guint k = 0; k < gbox_vision_bench_get_n_parts (bench); k++)
        sum += seconds[k];
      g_assert_cmpfloat (sum, <=, whole);
    }
}

static void
test_classify (void)
{
  static const char *const names[] = {
    "pixel map",       "conv1 5×5/2 3→12", "conv2 max pool 3×3/2 12",
    "conv2 3×3 12→16", "class average 16", "class 1×1 16→10",
  };
  g_autoptr (GboxNetwork) network = tiny_network_new (1);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxVisionBench) bench = gbox_vision_bench_new_classify (network, team, 3, &error);
  double seconds[G_N_ELEMENTS (names)];

  g_assert_no_error (error);
  g_assert_cmpuint (gbox_vision_bench_get_n_parts (bench), ==, G_N_ELEMENTS (names));
  g_assert_cmpfloat (gbox_vision_bench_run_parts (bench, seconds), >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpstr (gbox_vision_bench_get_part (bench, i)->name, ==, names[i]);
      g_assert_cmpfloat (seconds[i], >, 0);
    }
  /* Three images. */
  g_assert_cmpfloat (gbox_vision_bench_get_part (bench, 5)->flops, ==, 3 * 2 * 16 * 10);
}

static void
test_refusals (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxVisualizationSpec) spec = new_spec ();
  g_autoptr (GError) error = NULL;

  g_object_set (spec, "layer", "nonsense", NULL);
  g_assert_null (gbox_vision_bench_new_step (network, team, spec, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (gbox_vision_bench_new_classify (network, team, 0, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision-bench/step", test_step);
  g_test_add_func ("/vision-bench/again", test_again);
  g_test_add_func ("/vision-bench/classify", test_classify);
  g_test_add_func ("/vision-bench/refusals", test_refusals);
  return g_test_run ();
}
