/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a unit looked: what is summed up, and what is left of an image. */
#include <math.h>

#include "base/philox.h"
#include "vision/transparency.h"

#define SIZE     10
#define N        (SIZE * SIZE)
#define N_IMAGES 2

static void
test_add (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (3);
  float drgb[N_IMAGES * 3 * N], sums[N_IMAGES * N];
  GboxPhilox random;

  gbox_philox_init (&random, 1, 0, 0);
  gbox_philox_fill_normal (&random, drgb, G_N_ELEMENTS (drgb), 0.0f, 1.0f);
  for (gsize i = 0; i < G_N_ELEMENTS (sums); i++)
    sums[i] = (float) i;
  gbox_transparency_add (team, drgb, N_IMAGES, SIZE, sums);
  for (gsize image = 0; image < N_IMAGES; image++)
    for (gsize i = 0; i < N; i++)
      {
        const float *plane = drgb + 3 * N * image + i;
        const double mean
          = (fabs ((double) plane[0]) + fabs ((double) plane[N]) + fabs ((double) plane[2 * N])) / 3.0;

        /* Half a unit in the last place of numbers up to 202. */
        g_assert_cmpfloat (fabs ((double) sums[image * N + i] - (double) (image * N + i) - mean), <, 2e-5);
      }
}

/* The sums are 0 … N − 1 in some order, so four fifths of the pixels are below 79 and fade by that. */
static void
test_fade (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  float rgb[3 * N], sums[N], out[3 * N], scratch[N];

  for (int i = 0; i < N; i++)
    sums[i] = (float) (i * 37 % N);
  for (int i = 0; i < 3 * N; i++)
    rgb[i] = (float) i / (3 * N);
  gbox_transparency_fade (team, sums, rgb, SIZE, out, scratch);
  for (int i = 0; i < 3 * N; i++)
    {
      const double alpha = MIN ((double) sums[i % N] / 79.0, 1.0);

      g_assert_cmpfloat (fabs ((double) out[i] - (0.5 + alpha * ((double) rgb[i] - 0.5))), <, 1e-6);
    }
}

/* Nothing was looked at yet, or everywhere the same. */
static void
test_even (void)
{
  g_autoptr (GboxTeam) team = gbox_team_new (1);
  float rgb[3 * N], sums[N] = { 0 }, out[3 * N], scratch[N];

  for (int i = 0; i < 3 * N; i++)
    rgb[i] = (float) i / (3 * N);
  gbox_transparency_fade (team, sums, rgb, SIZE, out, scratch);
  for (int i = 0; i < 3 * N; i++)
    g_assert_cmpfloat (out[i], ==, 0.5f);
  for (int i = 0; i < N; i++)
    sums[i] = 2.0f;
  gbox_transparency_fade (team, sums, rgb, SIZE, out, scratch);
  for (int i = 0; i < 3 * N; i++)
    g_assert_cmpfloat (fabs ((double) out[i] - (double) rgb[i]), <, 1e-7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transparency/add", test_add);
  g_test_add_func ("/transparency/fade", test_fade);
  g_test_add_func ("/transparency/even", test_even);
  return g_test_run ();
}
