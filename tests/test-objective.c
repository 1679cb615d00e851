/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objectives and their gradients. */
#include <math.h>

#include "base/error.h"
#include "base/philox.h"
#include "vision/objective.h"

#define BATCH    2
#define HEIGHT   5
#define WIDTH    7
#define CHANNELS 6
#define STRIDE   9 /* the layer is a slice of something wider */

static GboxTensor
new_tensor (guint purpose, int height, int width)
{
  const gsize n = (gsize) BATCH * (gsize) height * (gsize) width * STRIDE;
  float *data = g_new (float, n);
  GboxPhilox random;

  gbox_philox_init (&random, 4, purpose, 0);
  gbox_philox_fill_normal (&random, data, n, 0.3f, 1.0f);
  return (GboxTensor){ data, BATCH, height, width, CHANNELS, STRIDE };
}

static GboxVisualizationSpec *
new_spec (GboxObjectiveKind kind)
{
  GboxVisualizationSpec *spec = gbox_visualization_spec_new ();

  g_object_set (spec, "layer", "x", "objective", kind, "unit", 3, "direction", "0:1,2:-0.5,5:2", NULL);
  return spec;
}

static void
init (GboxObjective *objective, GboxVisualizationSpec *spec, const GboxTensor *output)
{
  g_autoptr (GError) error = NULL;

  gbox_objective_init (objective, spec, output, &error);
  g_assert_no_error (error);
}

/* Central differences in every element. The objectives are at most quadratic in it but for the direction with
 * a cosine; values are summed in double, so what is lost is the rounding of the moved input itself, which is
 * taken out by dividing by the step as rounded: with h = 1e-3 truncation is about 1e-6 of a slope, and the
 * gradient is stored as a float. */
static void
check_gradient (GboxVisualizationSpec *spec, int height, int width)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  GboxTensor output = new_tensor (1, height, width), gradient = new_tensor (2, height, width);
  GboxTensor untouched = new_tensor (2, height, width);
  GboxObjective objective;
  double largest = 0.0;

  init (&objective, spec, &output);
  gbox_objective_evaluate (&objective, team, &output, &gradient);
  for (gsize pixel = 0; pixel < gbox_tensor_n_pixels (&output); pixel++)
    for (int c = 0; c < CHANNELS; c++)
      largest = MAX (largest, (double) fabsf (gradient.data[pixel * STRIDE + (gsize) c]));
  g_assert_cmpfloat (largest, >, 0.0);
  for (gsize pixel = 0; pixel < gbox_tensor_n_pixels (&output); pixel++)
    {
      for (gsize c = 0; c < CHANNELS; c++)
        {
          float *a = &output.data[pixel * STRIDE + c];
          const float old = *a, above = old + 1e-3f, below = old - 1e-3f;
          double high, low;

          *a = above;
          high = gbox_objective_evaluate (&objective, team, &output, NULL);
          *a = below;
          low = gbox_objective_evaluate (&objective, team, &output, NULL);
          *a = old;
          g_assert_cmpfloat (fabs ((high - low) / ((double) above - (double) below)
                                   - (double) gradient.data[pixel * STRIDE + c]),
                             <=, 1e-5 * largest);
        }
      for (gsize c = CHANNELS; c < STRIDE; c++)
        g_assert_cmpfloat (gradient.data[pixel * STRIDE + c], ==, untouched.data[pixel * STRIDE + c]);
    }
  gbox_objective_clear (&objective);
  g_free (output.data);
  g_free (gradient.data);
  g_free (untouched.data);
}

static void
test_gradients (void)
{
  for (int kind = GBOX_OBJECTIVE_CHANNEL; kind <= GBOX_OBJECTIVE_DIRECTION; kind++)
    {
      g_autoptr (GboxVisualizationSpec) spec = new_spec (kind);

      check_gradient (spec, HEIGHT, WIDTH);
      check_gradient (spec, 1, 1);
    }
}

static void
test_cosine_powers (void)
{
  const double powers[] = { 0.5, 1.0, 2.0, 4.0 };

  for (gsize i = 0; i < G_N_ELEMENTS (powers); i++)
    {
      g_autoptr (GboxVisualizationSpec) spec = new_spec (GBOX_OBJECTIVE_DIRECTION);

      g_object_set (spec, "cosine-power", powers[i], NULL);
      check_gradient (spec, HEIGHT, WIDTH);
    }
}

static float
at (const GboxTensor *t, int n, int y, int x, int c)
{
  return gbox_tensor_pixel (t, n, y, x)[c];
}

static double
evaluate (GboxVisualizationSpec *spec, const GboxTensor *output)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  GboxObjective objective;
  double value;

  init (&objective, spec, output);
  value = gbox_objective_evaluate (&objective, team, output, NULL);
  gbox_objective_clear (&objective);
  return value;
}

/* Sums of about 400 products in double on both sides: 1e-12. */
static void
test_values (void)
{
  GboxTensor output = new_tensor (1, HEIGHT, WIDTH);
  double channel = 0.0, squares = 0.0, direction = 0.0, powered = 0.0;
  const double d[CHANNELS] = { 1.0, 0.0, -0.5, 0.0, 0.0, 2.0 };
  const double positions = BATCH * HEIGHT * WIDTH;

  for (int n = 0; n < BATCH; n++)
    for (int y = 0; y < HEIGHT; y++)
      for (int x = 0; x < WIDTH; x++)
        {
          double dot = 0.0, a_square = 0.0, cosine;

          channel += (double) at (&output, n, y, x, 3) / positions;
          for (int c = 0; c < CHANNELS; c++)
            {
              const double a = (double) at (&output, n, y, x, c);

              squares += a * a / (positions * CHANNELS);
              dot += a * d[c];
              a_square += a * a;
            }
          cosine = dot / (1e-6 + sqrt (a_square) * sqrt (5.25));
          direction += dot / positions;
          powered += dot * pow (MAX (0.1, cosine), 2.0) / positions;
        }

  g_autoptr (GboxVisualizationSpec) spec = new_spec (GBOX_OBJECTIVE_CHANNEL);

  g_assert_cmpfloat_with_epsilon (evaluate (spec, &output), channel, 1e-12);
  g_object_set (spec, "objective", GBOX_OBJECTIVE_CLASS, NULL);
  g_assert_cmpfloat_with_epsilon (evaluate (spec, &output), channel, 1e-12);
  g_object_set (spec, "objective", GBOX_OBJECTIVE_LAYER, NULL);
  g_assert_cmpfloat_with_epsilon (evaluate (spec, &output), squares, 1e-12);
  g_object_set (spec, "objective", GBOX_OBJECTIVE_DIRECTION, NULL);
  g_assert_cmpfloat_with_epsilon (evaluate (spec, &output), direction, 1e-12);
  g_object_set (spec, "cosine-power", 2.0, NULL);
  g_assert_cmpfloat_with_epsilon (evaluate (spec, &output), powered, 1e-12);
  g_free (output.data);
}

static void
test_neuron_position (void)
{
  GboxTensor output = new_tensor (1, HEIGHT, WIDTH);
  g_autoptr (GboxVisualizationSpec) spec = new_spec (GBOX_OBJECTIVE_NEURON);

  g_assert_cmpfloat_with_epsilon (evaluate (spec, &output),
                                  ((double) at (&output, 0, HEIGHT / 2, WIDTH / 2, 3)
                                   + (double) at (&output, 1, HEIGHT / 2, WIDTH / 2, 3))
                                    / 2.0,
                                  1e-12);
  g_object_set (spec, "at-y", 0, "at-x", 6, NULL);
  g_assert_cmpfloat_with_epsilon (evaluate (spec, &output),
                                  ((double) at (&output, 0, 0, 6, 3) + (double) at (&output, 1, 0, 6, 3))
                                    / 2.0,
                                  1e-12);
  g_free (output.data);
}

/* Where there is no activation at all the direction has no cosine, and nothing may become a NaN. */
static void
test_silent_direction (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  float zeros[CHANNELS] = { 0 }, slope[CHANNELS];
  GboxTensor output = gbox_tensor (zeros, 1, 1, 1, CHANNELS),
             gradient = gbox_tensor (slope, 1, 1, 1, CHANNELS);
  g_autoptr (GboxVisualizationSpec) spec = new_spec (GBOX_OBJECTIVE_DIRECTION);
  GboxObjective objective;

  g_object_set (spec, "cosine-power", 1.0, NULL);
  init (&objective, spec, &output);
  g_assert_cmpfloat (gbox_objective_evaluate (&objective, team, &output, &gradient), ==, 0.0);
  g_assert_cmpfloat_with_epsilon (slope[0], 0.1f, 1e-7f);
  g_assert_cmpfloat_with_epsilon (slope[5], 0.2f, 1e-7f);
  gbox_objective_clear (&objective);
}

static void
assert_refused (GboxVisualizationSpec *spec, GboxError code, const char *text)
{
  GboxTensor output = new_tensor (1, HEIGHT, WIDTH);
  g_autoptr (GError) error = NULL;
  GboxObjective objective;

  g_assert_false (gbox_objective_init (&objective, spec, &output, &error));
  g_assert_error (error, GBOX_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
  gbox_objective_clear (&objective);
  g_free (output.data);
}

static void
test_refusals (void)
{
  g_autoptr (GboxVisualizationSpec) spec = new_spec (GBOX_OBJECTIVE_CHANNEL);

  g_object_set (spec, "unit", CHANNELS, NULL);
  assert_refused (spec, GBOX_ERROR_NOT_FOUND, "from 0 to 5");
  g_object_set (spec, "objective", GBOX_OBJECTIVE_CLASS, NULL);
  assert_refused (spec, GBOX_ERROR_NOT_FOUND, "class 6");
  g_object_set (spec, "unit", 0, "objective", GBOX_OBJECTIVE_NEURON, "at-y", HEIGHT, "at-x", 0, NULL);
  assert_refused (spec, GBOX_ERROR_NOT_FOUND, "rows 0 to 4");
  g_object_set (spec, "objective", GBOX_OBJECTIVE_DIRECTION, "direction", "1:1,6:2", NULL);
  assert_refused (spec, GBOX_ERROR_NOT_FOUND, "channel 6");
  g_object_set (spec, "direction", "1:one", NULL);
  assert_refused (spec, GBOX_ERROR_INVALID_ARGUMENT, "1:one");
}

/* Large enough for many slices. */
static void
test_threads (void)
{
  GboxTensor output = new_tensor (1, 61, 53),
             gradients[2] = { new_tensor (2, 61, 53), new_tensor (2, 61, 53) };
  g_autoptr (GboxVisualizationSpec) spec = new_spec (GBOX_OBJECTIVE_LAYER);
  GboxObjective objective;
  double values[2];

  init (&objective, spec, &output);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (1 + 2 * i);

      values[i] = gbox_objective_evaluate (&objective, team, &output, &gradients[i]);
    }

  const gsize n = gbox_tensor_n_pixels (&output) * STRIDE * sizeof (float);

  g_assert_cmpfloat (values[0], ==, values[1]);
  g_assert_cmpmem (gradients[0].data, n, gradients[1].data, n);
  gbox_objective_clear (&objective);
  g_free (output.data);
  g_free (gradients[0].data);
  g_free (gradients[1].data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/objective/gradients", test_gradients);
  g_test_add_func ("/objective/cosine-powers", test_cosine_powers);
  g_test_add_func ("/objective/values", test_values);
  g_test_add_func ("/objective/neuron-position", test_neuron_position);
  g_test_add_func ("/objective/silent-direction", test_silent_direction);
  g_test_add_func ("/objective/refusals", test_refusals);
  g_test_add_func ("/objective/threads", test_threads);
  return g_test_run ();
}
