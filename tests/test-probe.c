/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probing a small network: the numbers of a layer, the gradient of a unit, and what is refused. */
#include "base/error.h"
#include "network-definition.h"
#include "small-network.h"
#include "vision/probe.h"

#define HEIGHT 66
#define WIDTH  71

typedef struct
{
  GboxNetwork *network;
  GboxTeam *team;
  GboxImage image;
  guint layer;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GboxPhilox random;

  fixture->network = make_network ();
  fixture->team = gbox_team_new (2);
  fixture->layer = (guint) gbox_network_find_layer (fixture->network, "module");
  fixture->image = (GboxImage){ WIDTH, HEIGHT, g_malloc (WIDTH * HEIGHT * 3) };
  gbox_philox_init (&random, 31, 0, 0);
  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    fixture->image.pixels[i] = (guint8) gbox_philox_below (&random, 256);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_free (fixture->image.pixels);
  gbox_team_free (fixture->team);
  gbox_network_unref (fixture->network);
}

/* Σ weights · layer by the definition. @layer_out may be NULL. */
static double
evaluate (const Fixture *fixture, const double *image, const float *weights, double *layer_out)
{
  return define_objective (fixture->network, fixture->layer, image, HEIGHT, WIDTH, weights, layer_out);
}

static double *
get_image (const Fixture *fixture)
{
  double *image = g_new (double, WIDTH *HEIGHT * 3);

  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    image[i] = fixture->image.pixels[i];

  return image;
}

/* The gradient at the middle of the image by central differences, and the objective; tolerances as in
 * test-plan. */
static void
check_unit (const Fixture *fixture, const GboxProbe *probe, const float *weights)
{
  g_autofree double *image = get_image (fixture);
  double largest = 0.0;
  double sum_of_squares = 0.0;

  g_assert_true (probe->has_unit);
  g_assert_cmpfloat (fabs (probe->objective - evaluate (fixture, image, weights, NULL)), <,
                     2e-5 * fabs (probe->objective));
  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    {
      largest = MAX (largest, fabs ((double) probe->gradient[i]));
      sum_of_squares += pow ((double) probe->gradient[i], 2.0);
    }
  g_assert_cmpfloat (largest, >, 0.0);
  g_assert_cmpfloat (fabs (probe->gradient_l2 - sqrt (sum_of_squares)), <, 1e-9 * probe->gradient_l2);

  for (int i = (HEIGHT / 2 * WIDTH + WIDTH / 2) * 3; i < (HEIGHT / 2 * WIDTH + WIDTH / 2 + 3) * 3; i++)
    {
      const double kept = image[i];
      double difference;

      image[i] = kept + 1e-4;
      difference = evaluate (fixture, image, weights, NULL);
      image[i] = kept - 1e-4;
      difference -= evaluate (fixture, image, weights, NULL);
      image[i] = kept;
      g_assert_cmpfloat (fabs (difference / 2e-4 - (double) probe->gradient[i]), <, 1e-4 * largest);
    }
}

static int
find_busiest (const Fixture *fixture)
{
  g_autoptr (GboxProbe) probe
    = gbox_probe_new (fixture->network, fixture->team, fixture->layer, &fixture->image, -1, -1, -1, NULL);
  int unit = 0;

  for (int c = 1; c < probe->channels; c++)
    if (probe->channel_means[c] > probe->channel_means[unit])
      unit = c;

  return unit;
}

static void
test_unit (Fixture *fixture, gconstpointer data)
{
  const int unit = find_busiest (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxProbe) channel
    = gbox_probe_new (fixture->network, fixture->team, fixture->layer, &fixture->image, unit, -1, -1, &error);
  g_autoptr (GboxProbe) neuron = NULL;
  g_autofree float *weights = NULL;

  g_assert_no_error (error);
  weights = g_new0 (float, channel->height * channel->width * channel->channels);
  for (int i = 0; i < channel->height * channel->width; i++)
    weights[i * channel->channels + unit] = 1.0f / (float) (channel->height * channel->width);
  check_unit (fixture, channel, weights);

  neuron = gbox_probe_new (fixture->network, fixture->team, fixture->layer, &fixture->image, unit,
                           channel->height / 2, channel->width / 2, &error);
  g_assert_no_error (error);
  memset (weights, 0, (gsize) (channel->height * channel->width * channel->channels) * sizeof (float));
  weights[(channel->height / 2 * channel->width + channel->width / 2) * channel->channels + unit] = 1.0f;
  check_unit (fixture, neuron, weights);
}

static void
test_layer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxProbe) probe
    = gbox_probe_new (fixture->network, fixture->team, fixture->layer, &fixture->image, -1, -1, -1, &error);
  g_autofree double *image = get_image (fixture);
  g_autofree double *layer = NULL;
  g_autofree float *weights = NULL;
  double sum = 0.0, sum_of_squares = 0.0;
  int n;

  g_assert_no_error (error);
  g_assert_false (probe->has_unit);
  g_assert_null (probe->gradient);
  n = probe->height * probe->width * probe->channels;
  layer = g_new (double, n);
  weights = g_new0 (float, n);
  evaluate (fixture, image, weights, layer);
  for (int c = 0; c < probe->channels; c++)
    {
      double channel_sum = 0.0;

      for (int i = c; i < n; i += probe->channels)
        {
          channel_sum += layer[i];
          sum_of_squares += layer[i] * layer[i];
        }
      sum += channel_sum;
      g_assert_cmpfloat (fabs ((double) probe->channel_means[c]
                               - channel_sum / (probe->height * probe->width)),
                         <, 1e-5);
    }
  g_assert_cmpfloat (fabs (probe->mean - sum / n), <, 1e-5);
  g_assert_cmpfloat (fabs (probe->rms - sqrt (sum_of_squares / n)), <, 1e-5);
  g_assert_cmpfloat (probe->rms, >, 0.1);
}

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    int layer, unit, at_y, at_x, code;
  } cases[] = {
    { 0, 8, -1, -1, GBOX_ERROR_NOT_FOUND },       { 0, 0, 33, 0, GBOX_ERROR_NOT_FOUND },
    { 0, 0, 0, 36, GBOX_ERROR_NOT_FOUND },        { 0, 0, 0, -1, GBOX_ERROR_INVALID_ARGUMENT },
    { 0, 0, -1, 0, GBOX_ERROR_INVALID_ARGUMENT }, { 99, 0, -1, -1, GBOX_ERROR_NOT_FOUND },
  };
  GboxImage small = { 63, 64, fixture->image.pixels };
  g_autoptr (GError) too_small = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gbox_probe_new (fixture->network, fixture->team, (guint) cases[i].layer, &fixture->image,
                                     cases[i].unit, cases[i].at_y, cases[i].at_x, &error));
      g_assert_error (error, GBOX_ERROR, cases[i].code);
    }
  g_assert_null (gbox_probe_new (fixture->network, fixture->team, 0, &small, 0, -1, -1, &too_small));
  g_assert_error (too_small, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/probe/layer", Fixture, NULL, set_up, test_layer, tear_down);
  g_test_add ("/probe/unit", Fixture, NULL, set_up, test_unit, tear_down);
  g_test_add ("/probe/refusals", Fixture, NULL, set_up, test_refusals, tear_down);

  return g_test_run ();
}
