/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike images are to a layer, against its definition in plain loops, and its gradient. */
#include <math.h>
#include <string.h>

#include "base/philox.h"
#include "vision/diversity.h"

#define WEIGHT 3.0

typedef struct
{
  const char *name;
  int n_images, height, width, channels;
  gsize stride; /* larger where the layer is a slice of something wider */
} Case;

/* The last has several tasks of rows and of positions. */
static const Case cases[] = {
  { "two", 2, 3, 4, 5, 5 },
  { "six", 6, 2, 3, 4, 7 },
  { "one-position", 3, 1, 1, 6, 6 },
  { "tasks", 3, 9, 11, 37, 40 },
};

/* Like what a rectifier gives: half of it zero. */
static GboxTensor
new_activation (const Case *c)
{
  const gsize n = (gsize) (c->n_images * c->height * c->width) * c->stride;
  float *data = g_new (float, n);
  GboxPhilox random;

  gbox_philox_init (&random, 5, 1, 0);
  gbox_philox_fill_normal (&random, data, n, 0.2f, 1.0f);
  for (gsize i = 0; i < n; i++)
    data[i] = MAX (data[i], 0.0f);
  return (GboxTensor){ data, c->n_images, c->height, c->width, c->channels, c->stride };
}

/* The definition: style matrices, divided by their norms, and the dot products of all ordered pairs. */
static double
define_likeness (const GboxTensor *a)
{
  const int c = a->channels, n = a->height * a->width;
  g_autofree double *grams = g_new0 (double, (gsize) (a->batch * c * c));
  double sum = 0.0;

  for (int i = 0; i < a->batch; i++)
    {
      double *gram = grams + i * c * c, square = 0.0;

      for (int p = 0; p < n; p++)
        {
          const float *x = a->data + (gsize) (i * n + p) * a->stride;

          for (int k = 0; k < c * c; k++)
            gram[k] += (double) x[k / c] * (double) x[k % c];
        }
      for (int k = 0; k < c * c; k++)
        square += gram[k] * gram[k];
      for (int k = 0; k < c * c; k++)
        gram[k] /= MAX (sqrt (square), 1e-5);
    }
  for (int i = 0; i < a->batch; i++)
    for (int j = 0; j < a->batch; j++)
      for (int k = 0; k < c * c && j != i; k++)
        sum += grams[i * c * c + k] * grams[j * c * c + k];
  return sum / a->batch;
}

static double
evaluate (const GboxTensor *activation, guint n_threads, GboxTensor *gradient)
{
  g_autoptr (GboxTeam) team = gbox_team_new (n_threads);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxDiversity) diversity = gbox_diversity_new (team, activation, &error);

  g_assert_no_error (error);
  return gbox_diversity_subtract (diversity, activation, WEIGHT, gradient);
}

/* Products of floats, added up in floats: 1e-6 of N − 1, what it is at most. */
static void
test_definition (gconstpointer data)
{
  GboxTensor activation = new_activation (data);
  const double expected = define_likeness (&activation);

  g_assert_cmpfloat (expected, >, 0.05);
  g_assert_cmpfloat (fabs (evaluate (&activation, 2, NULL) - expected), <=, 1e-6 * activation.batch);
  g_free (activation.data);
}

/* Central differences of the definition in double, at every element or, of many, at every 41st: h = 1e-3
 * costs 1e-6 of curvature, the float products of the gradient about as much of the largest. What was in the
 * gradient stays, less the weighted slope; what lies beside the slice stays as it is. */
static void
test_gradient (gconstpointer data)
{
  GboxTensor activation = new_activation (data), gradient = new_activation (data);
  const gsize n = gbox_tensor_n_pixels (&activation) * activation.stride;
  g_autofree float *before = g_memdup2 (gradient.data, n * sizeof (float));
  double largest = 0.0;

  evaluate (&activation, 2, &gradient);
  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, (double) fabsf (gradient.data[i] - before[i]));
  g_assert_cmpfloat (largest, >, 0.0);
  for (gsize i = 0; i<n; i += n> 1000 ? 41 : 1)
    {
      const float old = activation.data[i], above = old + 1e-3f, below = old - 1e-3f;
      double high, low, slope;

      activation.data[i] = above;
      high = define_likeness (&activation);
      activation.data[i] = below;
      low = define_likeness (&activation);
      activation.data[i] = old;
      slope = -WEIGHT * (high - low) / ((double) above - (double) below);
      if (i % activation.stride >= (gsize) activation.channels)
        g_assert_cmpfloat (gradient.data[i], ==, before[i]);
      g_assert_cmpfloat (fabs ((double) gradient.data[i] - (double) before[i] - slope), <=,
                         2e-5 * largest + 1e-6);
    }
  g_free (activation.data);
  g_free (gradient.data);
}

static void
test_threads (void)
{
  GboxTensor activation = new_activation (&cases[3]);
  GboxTensor gradients[2] = { new_activation (&cases[3]), new_activation (&cases[3]) };
  const gsize n = gbox_tensor_n_pixels (&activation) * activation.stride * sizeof (float);

  g_assert_cmpfloat (evaluate (&activation, 1, &gradients[0]), ==, evaluate (&activation, 3, &gradients[1]));
  g_assert_cmpmem (gradients[0].data, n, gradients[1].data, n);
  g_free (activation.data);
  g_free (gradients[0].data);
  g_free (gradients[1].data);
}

/* Where all are the same the likeness is as large as it can be, which is N − 1, and has no slope: it is 1e-6
 * of what it is where they differ. */
static void
test_alike (void)
{
  GboxTensor activation = new_activation (&cases[3]), gradient = new_activation (&cases[3]);
  const gsize n = gbox_tensor_n_pixels (&activation) * activation.stride, n_image = n / 3;

  for (gsize i = n_image; i < n; i++)
    activation.data[i] = activation.data[i - n_image];
  memset (gradient.data, 0, n * sizeof (float));
  g_assert_cmpfloat_with_epsilon (evaluate (&activation, 2, &gradient), 2.0, 1e-5);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (fabsf (gradient.data[i]), <=, 1e-6f);
  g_free (activation.data);
  g_free (gradient.data);
}

/* An image that excites nothing is like none, and makes no NaN. */
static void
test_silent (void)
{
  GboxTensor activation = new_activation (&cases[0]), gradient = new_activation (&cases[0]);
  const gsize n = gbox_tensor_n_pixels (&activation) * activation.stride;

  memset (activation.data, 0, n / 2 * sizeof (float));
  memset (gradient.data, 0, n * sizeof (float));
  g_assert_cmpfloat (evaluate (&activation, 2, &gradient), ==, 0.0);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (gradient.data[i], ==, 0.0f);
  g_free (activation.data);
  g_free (gradient.data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *definition = g_strdup_printf ("/diversity/definition/%s", cases[i].name);
      g_autofree char *gradient = g_strdup_printf ("/diversity/gradient/%s", cases[i].name);

      g_test_add_data_func (definition, &cases[i], test_definition);
      g_test_add_data_func (gradient, &cases[i], test_gradient);
    }
  g_test_add_func ("/diversity/threads", test_threads);
  g_test_add_func ("/diversity/alike", test_alike);
  g_test_add_func ("/diversity/silent", test_silent);
  return g_test_run ();
}
