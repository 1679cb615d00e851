/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Penalties of an image against their definition, and their gradients by finite differences. */
#include <math.h>
#include <string.h>

#include "base/philox.h"
#include "vision/penalty.h"

#define HEIGHT 7
#define WIDTH  6
#define N      (3 * HEIGHT * WIDTH)

static const GboxPenalty penalties[]
  = { { .l1 = 0.5 }, { .total_variation = 0.25 }, { .blur = 1.0 }, { 0.05, 0.25, 1.5 } };

/* No two values are nearer than 1e-3 to each other or to grey, so that no difference of 1e-4 crosses a kink.
 */
static void
fill (float *rgb)
{
  GboxPhilox random;
  int order[N];

  gbox_philox_init (&random, 5, 0, 0);
  for (int i = 0; i < N; i++)
    order[i] = i;
  for (int i = N - 1; i > 0; i--)
    {
      const int j = (int) (gbox_philox_uniform (&random) * (float) i), other = order[j];

      order[j] = order[i];
      order[i] = other;
    }
  for (int i = 0; i < N; i++)
    rgb[i] = ((float) order[i] + 0.25f) / N;
}

static double
get_pixel (const double *rgb, int plane, int y, int x)
{
  return rgb[(plane * HEIGHT + y) * WIDTH + x];
}

/* Pair by pair, as it is written down. */
static double
define (const GboxPenalty *penalty, const double *rgb)
{
  double sum = 0.0;

  for (int p = 0; p < 3; p++)
    for (int y = 0; y < HEIGHT; y++)
      for (int x = 0; x < WIDTH; x++)
        {
          const double here = get_pixel (rgb, p, y, x);
          const double right = x + 1 < WIDTH ? get_pixel (rgb, p, y, x + 1) - here : 0.0;
          const double below = y + 1 < HEIGHT ? get_pixel (rgb, p, y + 1, x) - here : 0.0;
          double squares = right * right + below * below;

          for (int dx = -1; dx <= 1; dx += 2)
            if (y + 1 < HEIGHT && x + dx >= 0 && x + dx < WIDTH)
              squares += pow (get_pixel (rgb, p, y + 1, x + dx) - here, 2.0);
          sum += penalty->l1 * fabs (here - 0.5) + penalty->total_variation * (fabs (right) + fabs (below))
                 + penalty->blur * 0.5 * 0.1 * squares;
        }
  return sum;
}

static void
widen (const float *rgb, double *wide)
{
  for (int i = 0; i < N; i++)
    wide[i] = (double) rgb[i];
}

/* Each term is computed in float: 6e-8 of it. */
static void
test_definition (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  float rgb[N];
  double wide[N];

  fill (rgb);
  widen (rgb, wide);
  for (gsize i = 0; i < G_N_ELEMENTS (penalties); i++)
    {
      const double expected = define (&penalties[i], wide);

      g_assert_cmpfloat (expected, >, 0.1);
      g_assert_cmpfloat (fabs (gbox_penalty_subtract (&penalties[i], team, rgb, HEIGHT, WIDTH, NULL)
                               - expected),
                         <=, 1e-6 * expected);
    }
}

/* The definition in double precision moves every pixel by ±1e-4: no kink lies so near, and what is left of it
 * is of second degree, so differences are exact but for rounding, 1e-11. What is compared is float: sums of
 * up to 13 terms of up to 1.5, 1e-6. */
static void
test_gradient (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  float rgb[N], gradient[N];
  double wide[N];

  fill (rgb);
  widen (rgb, wide);
  for (gsize i = 0; i < G_N_ELEMENTS (penalties); i++)
    {
      for (int j = 0; j < N; j++)
        gradient[j] = 1.0f;
      gbox_penalty_subtract (&penalties[i], team, rgb, HEIGHT, WIDTH, gradient);
      for (int j = 0; j < N; j++)
        {
          const double h = 1e-4, old = wide[j];
          double slope;

          wide[j] = old + h;
          slope = define (&penalties[i], wide);
          wide[j] = old - h;
          slope = (slope - define (&penalties[i], wide)) / (2.0 * h);
          wide[j] = old;
          g_assert_cmpfloat (fabs (1.0 - slope - (double) gradient[j]), <=, 2e-6);
        }
    }
}

/* Inside of the image the slope of the blur is what lucid's blur takes away. */
static void
test_is_a_blur (void)
{
  const GboxPenalty penalty = { .blur = 1.0 };
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  float rgb[N], moved[N];

  fill (rgb);
  memcpy (moved, rgb, sizeof rgb);
  gbox_penalty_subtract (&penalty, team, rgb, HEIGHT, WIDTH, moved);
  for (int y = 1; y < HEIGHT - 1; y++)
    for (int x = 1; x < WIDTH - 1; x++)
      {
        double blurred = 0.5 * (double) rgb[y * WIDTH + x];

        for (int dy = -1; dy <= 1; dy++)
          for (int dx = -1; dx <= 1; dx++)
            blurred += 0.5 * (double) rgb[(y + dy) * WIDTH + x + dx];
        g_assert_cmpfloat (fabs (blurred / 5.0 - (double) moved[y * WIDTH + x]), <=, 1e-6);
      }
}

static void
test_threads (void)
{
  float rgb[N], gradients[3][N];
  double sums[3];

  fill (rgb);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (i + 1);

      memset (gradients[i], 0, sizeof gradients[i]);
      sums[i] = gbox_penalty_subtract (&penalties[3], team, rgb, HEIGHT, WIDTH, gradients[i]);
      g_assert_cmpmem (gradients[i], sizeof rgb, gradients[0], sizeof rgb);
      g_assert_cmpmem (&sums[i], sizeof (double), &sums[0], sizeof (double));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/penalty/definition", test_definition);
  g_test_add_func ("/penalty/gradient", test_gradient);
  g_test_add_func ("/penalty/is-a-blur", test_is_a_blur);
  g_test_add_func ("/penalty/threads", test_threads);
  return g_test_run ();
}
