/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums and peaks of maps, against a plain search. */
#include "kernels/peaks.h"

#include "kernel-testing.h"

#define CHANNELS 37
#define FIRST    3

static void
search (const Block *block, int c, double *sum, float *peak, int *position)
{
  *sum = 0;
  *peak = -INFINITY;
  for (gsize p = 0; p < gbox_tensor_n_pixels (&block->view); p++)
    {
      const float value = block_get (block, p, c);

      *sum += (double) value;
      if (value > *peak)
        {
          *peak = value;
          *position = (int) p;
        }
    }
}

/* Rows of 9 numbers of up to 1 are summed in single precision. */
static void
check (GboxTeam *team, gconstpointer data)
{
  const Block *block = data;

  for (int n = 1; n <= CHANNELS - FIRST; n++)
    {
      double sums[CHANNELS];
      float peaks[CHANNELS];
      int positions[CHANNELS];

      gbox_peaks (&block->view, FIRST, n, sums, peaks, positions);
      for (int c = 0; c < n; c++)
        {
          double sum;
          float peak;
          int position = -1;

          search (block, FIRST + c, &sum, &peak, &position);
          g_assert_cmpfloat_with_epsilon (sums[c], sum, 1e-5);
          g_assert_cmpfloat (peaks[c], ==, peak);
          g_assert_cmpint (positions[c], ==, position);
        }
    }
}

/* All below zero in one channel, and the largest twice in another. */
static void
test_values (void)
{
  g_auto (Block) block = block_new (1, 1, 7, 9, CHANNELS, 5);

  for (gsize p = 0; p < gbox_tensor_n_pixels (&block.view); p++)
    {
      block.view.data[p * block.view.stride + FIRST] -= 3;
      block.view.data[p * block.view.stride + FIRST + 1] = p % 40 == 20 ? 2 : 0;
    }
  for_each_isa (check, &block);
}

static void
check_no_number (GboxTeam *team, gconstpointer data)
{
  const Block *block = data;
  double sum;
  float peak;
  int position;

  gbox_peaks (&block->view, 0, 1, &sum, &peak, &position);
  g_assert_true (isnan (sum));
  g_assert_true (isfinite (peak));
  g_assert_cmpint (position, !=, 2);
}

static void
test_no_number (void)
{
  g_auto (Block) block = block_new (2, 1, 3, 3, 1, 0);

  block.view.data[2] = NAN;
  for_each_isa (check_no_number, &block);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peaks/values", test_values);
  g_test_add_func ("/peaks/no-number", test_no_number);
  return g_test_run ();
}
