/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What speaks for a class: against finite differences, sums that must come out, and the map drawn of it. */
#include "base/error.h"
#include "models/plan.h"
#include "tiny-network.h"
#include "vision/attribution.h"
#include "vision/heat-map.h"

#include <string.h>

#define SIDE     64
#define CLASS_ID 4
#define BIAS     0.3 /* of the tiny network's classes */

static GboxImage *
make_image (void)
{
  GboxImage *image = g_new (GboxImage, 1);
  GboxPhilox random;

  *image = (GboxImage){ .width = SIDE, .height = SIDE, .pixels = g_malloc (3 * SIDE * SIDE) };
  gbox_philox_init (&random, 7, 1, 0);
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    image->pixels[i] = (guint8) gbox_philox_below (&random, 256);
  return image;
}

static GboxAttribution *
attribute (GboxNetwork *network, GboxTeam *team, const GboxImage *image, GboxAttributionMethod method)
{
  const guint layers[] = { 0, 1, 2 };
  g_autoptr (GError) error = NULL;
  GboxAttribution *attribution
    = gbox_attribution_new (network, team, image, CLASS_ID, layers, 3, method, &error);

  g_assert_no_error (error);
  while (gbox_attribution_step (attribution))
    ;
  return attribution;
}

/* The class's logit for the image with the pixel moved by @step of its way from the baseline. */
static double
get_logit (GboxPlan *plan, const GboxImage *image, gsize pixel, double step)
{
  float *input = gbox_plan_get_input (plan)->data;

  for (gsize i = 0; i < 3 * SIDE * SIDE; i++)
    input[i] = image->pixels[i];
  for (gsize i = 3 * pixel; i < 3 * pixel + 3; i++)
    input[i] += (float) step * (image->pixels[i] - GBOX_ATTRIBUTION_BASELINE);
  gbox_plan_forward (plan);
  return (double) gbox_plan_get_output (plan)->data[CLASS_ID];
}

static void
test_finite_differences (void)
{
  const double step = 1e-2;
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxImage) image = make_image ();
  g_autoptr (GboxAttribution) attribution = attribute (network, team, image, GBOX_ATTRIBUTION_GRADIENT);
  const float *pixels = gbox_attribution_get_pixels (attribution);
  g_autoptr (GboxPlan) plan = gbox_plan_new (network, team, 2, 1, SIDE, SIDE, FALSE, NULL);
  double squares = 0.0, errors = 0.0;

  for (gsize pixel = 3; pixel < SIDE * SIDE; pixel += 61)
    {
      const double expected
        = (get_logit (plan, image, pixel, step) - get_logit (plan, image, pixel, -step)) / (2.0 * step);

      squares += expected * expected;
      errors += (expected - (double) pixels[pixel]) * (expected - (double) pixels[pixel]);
    }
  g_assert_cmpfloat (squares, >, 0.0);
  /* A pixel may cross the edge of a rectifier or a maximum; logits are in single precision. */
  g_assert_cmpfloat (sqrt (errors / squares), <, 0.03);
}

static double
sum (const float *values, gsize n)
{
  double total = 0.0;

  for (gsize i = 0; i < n; i++)
    total += (double) values[i];
  return total;
}

/* Channels and positions sum up to the same. */
static double
sum_layer (const GboxAttribution *attribution, guint layer)
{
  int height, width, channels;
  double by_channel, by_position;

  gbox_attribution_get_shape (attribution, layer, &height, &width, &channels);
  by_channel = sum (gbox_attribution_get_channels (attribution, layer), (gsize) channels);
  by_position = sum (gbox_attribution_get_positions (attribution, layer), (gsize) height * (gsize) width);
  g_assert_cmpfloat (fabs (by_channel - by_position), <, 1e-4);
  return by_channel;
}

/* After the last rectifier the logit is linear but for its bias: gradient × activation gives all of it. */
static void
test_linear (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxImage) image = make_image ();
  g_autoptr (GboxAttribution) attribution = attribute (network, team, image, GBOX_ATTRIBUTION_GRADIENT);
  const double logit = gbox_attribution_get_logit (attribution);

  g_assert_cmpfloat (fabs (sum_layer (attribution, 2) - logit), <, 1e-5);
  g_assert_cmpfloat (fabs (sum_layer (attribution, 1) - (logit - BIAS)), <, 1e-4);
}

/* Integrated gradients sum up to what the logit differs by, at the image and at every layer. */
static void
test_completeness (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  g_autoptr (GboxImage) image = make_image ();
  g_autoptr (GboxAttribution) attribution = attribute (network, team, image, GBOX_ATTRIBUTION_INTEGRATED);
  const double difference
    = gbox_attribution_get_logit (attribution) - gbox_attribution_get_baseline_logit (attribution);
  const double total = sum (gbox_attribution_get_pixels (attribution), SIDE * SIDE);

  g_assert_cmpfloat (fabs (difference), >, 1e-3);
  g_assert_cmpfloat (fabs (total - difference), <, 0.01 * fabs (difference));
  g_assert_cmpfloat (fabs (fabs (total - difference) / fabs (difference)
                           - gbox_attribution_get_gap (attribution)),
                     <, 1e-4);
  /* What comes after conv2 is linear; after conv1 a maximum and a rectifier are not, and the parts of the way
   * are few. */
  g_assert_cmpfloat (fabs (sum_layer (attribution, 1) - difference), <, 1e-3 * fabs (difference));
  g_assert_cmpfloat (fabs (sum_layer (attribution, 0) - difference), <, 0.05 * fabs (difference));
}

static void
test_refusals (void)
{
  g_autoptr (GboxNetwork) network = tiny_network_new (1.0f);
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  g_autoptr (GboxImage) image = make_image ();
  g_autoptr (GError) error = NULL;

  g_assert_null (
    gbox_attribution_new (network, team, image, TINY_CLASSES, NULL, 0, GBOX_ATTRIBUTION_GRADIENT, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

static void
test_heat_map (void)
{
  const float values[4] = { 2.0f, 0.0f, 0.0f, -1.0f };
  float constant[12], peak[5] = { 0.0f, 0.0f, 3.0f, 0.0f, 0.0f };
  guint8 pixels[3 * 16];
  GboxImage image = { .width = 4, .height = 4, .pixels = pixels };

  memset (pixels, 100, sizeof pixels);
  gbox_heat_map_draw (&image, values, 2, 2);
  g_assert_cmpint (pixels[0], ==, 204); /* 0.2 · 100 + 0.8 · 230 */
  g_assert_cmpint (pixels[3 * 15], <, 100);
  g_assert_cmpint (pixels[3 * 15 + 2], >, 100);
  g_assert_cmpint (pixels[3 * 3], ==, 100);

  /* Orange where nothing is said is less so: 0.75 · grey 128.6 + 0.25 · 230, and of 0. */
  memset (pixels, 0, sizeof pixels);
  pixels[3 * 3] = 230;
  pixels[3 * 3 + 1] = 102;
  gbox_heat_map_draw (&image, values, 2, 2);
  g_assert_cmpint (pixels[3 * 3], ==, 154);
  g_assert_cmpint (pixels[3 * 3 + 2], ==, 96);

  for (int i = 0; i < 12; i++)
    constant[i] = 2.5f;
  gbox_heat_map_smooth (constant, 3, 4, 2);
  for (int i = 0; i < 12; i++)
    g_assert_cmpfloat (constant[i], ==, 2.5f);
  gbox_heat_map_smooth (peak, 1, 5, 1);
  g_assert_cmpfloat (peak[0], ==, 0.0f);
  g_assert_cmpfloat (peak[1], ==, 1.0f);
  g_assert_cmpfloat (peak[2], ==, 1.0f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attribution/finite-differences", test_finite_differences);
  g_test_add_func ("/attribution/linear", test_linear);
  g_test_add_func ("/attribution/completeness", test_completeness);
  g_test_add_func ("/attribution/refusals", test_refusals);
  g_test_add_func ("/attribution/heat-map", test_heat_map);

  return g_test_run ();
}
