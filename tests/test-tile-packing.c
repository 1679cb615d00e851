/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weight matrices of every type a file may have: packed without loss, and multiplied. */
#include "formats/dtype.h"
#include "kernel-testing.h"
#include "models/linear.h"

#define N_OUT     37
#define N_IN      512
#define N         3
#define ALIGNMENT 64

static const GboxDtype dtypes[]
  = { GBOX_DTYPE_F32,  GBOX_DTYPE_F16,  GBOX_DTYPE_BF16, GBOX_DTYPE_Q4_0, GBOX_DTYPE_Q4_1, GBOX_DTYPE_Q5_0,
      GBOX_DTYPE_Q5_1, GBOX_DTYPE_Q8_0, GBOX_DTYPE_Q4_K, GBOX_DTYPE_Q5_K, GBOX_DTYPE_Q6_K };

/* Any bytes, but that bit 6 of each is clear: so halves and floats are no larger than 2. They begin at an odd
 * address, as they may in a file. */
static guint8 *
rows_new (GboxDtype dtype, gsize n, gsize *size)
{
  GboxPhilox random;
  guint8 *rows;

  *size = n / gbox_dtype_get_block (dtype) * gbox_dtype_get_size (dtype);
  rows = g_malloc (*size + 1);
  gbox_philox_init (&random, 11, (guint) dtype, 0);
  for (gsize i = 0; i <= *size; i++)
    rows[i] = (guint8) (gbox_philox_next (&random) & 0xbf);

  return rows;
}

/* A row is what the format's definition says, to the bit, whatever the instruction set multiplies with. */
static void
test_rows (gconstpointer data)
{
  const GboxDtype dtype = (GboxDtype) GPOINTER_TO_UINT (data);
  gsize size;
  g_autofree guint8 *rows = rows_new (dtype, (gsize) N_OUT * N_IN, &size);
  g_autofree float *expected = g_new (float, N_OUT *N_IN);
  g_autofree float *row = g_new (float, N_IN);
  g_autoptr (GboxLinear) linear = gbox_linear_new (dtype, N_OUT, N_IN, rows + 1, NULL);

  g_assert_true (gbox_dtype_to_floats (dtype, rows + 1, (gsize) N_OUT * N_IN, expected));
  g_assert_cmpint (gbox_linear_get_n_out (linear), ==, N_OUT);
  g_assert_cmpint (gbox_linear_get_n_in (linear), ==, N_IN);
  for (int i = 0; i < N_OUT; i++)
    {
      gbox_linear_get_row (linear, i, row);
      for (int k = 0; k < N_IN; k++)
        g_assert_cmpfloat (row[k], ==, expected[i * N_IN + k]);
    }
  /* 48 rows are stored for 37. */
  g_assert_cmpuint (gbox_linear_get_size (linear), >=, size);
  g_assert_cmpuint (gbox_linear_get_size (linear), <=, size * 48 / 37 * 103 / 100 + 1);
}

/* The largest difference of any result from the sums in double precision, over the largest result. */
static double
measure_error (GboxTeam *team, GboxDtype dtype, GboxPrecision precision, gboolean accumulate)
{
  gsize size;
  g_autofree guint8 *rows = rows_new (dtype, (gsize) N_OUT * N_IN, &size);
  g_autofree float *weights = g_new (float, N_OUT *N_IN);
  g_autofree float *x = random_floats (1, (gsize) N * N_IN);
  g_autofree float *bias = random_floats (2, N_OUT);
  g_autofree float *y = random_floats (3, (gsize) N * N_OUT);
  g_autofree float *before = g_memdup2 (y, N * N_OUT * sizeof (float));
  g_autoptr (GboxLinear) linear = gbox_linear_new (dtype, N_OUT, N_IN, rows + 1, bias);
  const gsize scratch_size = gbox_linear_scratch_size (linear, N, precision, gbox_team_get_n_threads (team));
  gpointer scratch = g_aligned_alloc (scratch_size + 1, 1, ALIGNMENT);
  double worst = 0, largest = 0;

  gbox_dtype_to_floats (dtype, rows + 1, (gsize) N_OUT * N_IN, weights);
  gbox_linear_forward (linear, team, precision, x, N_IN, N, y, N_OUT, accumulate, scratch);
  for (int i = 0; i < N; i++)
    for (int row = 0; row < N_OUT; row++)
      {
        double sum = (double) bias[row] + (accumulate ? (double) before[i * N_OUT + row] : 0);

        for (int k = 0; k < N_IN; k++)
          sum += (double) weights[row * N_IN + k] * (double) x[i * N_IN + k];
        largest = MAX (largest, fabs (sum));
        worst = MAX (worst, fabs (sum - (double) y[i * N_OUT + row]));
      }
  g_aligned_free (scratch);

  return worst / largest;
}

/* Rounding to integers of 8 bits, .4 % of the largest of 32 numbers each, spreads over a sum of 512 products;
 * 16 bits are 256 times finer; float32 sums err by some roundings. */
static void
check_products (GboxTeam *team, gconstpointer data)
{
  const GboxDtype dtype = (GboxDtype) GPOINTER_TO_UINT (data);

  for (guint accumulate = 0; accumulate < 2; accumulate++)
    {
      g_assert_cmpfloat (measure_error (team, dtype, GBOX_PRECISION_INT8, accumulate), <, 1.5e-2);
      g_assert_cmpfloat (measure_error (team, dtype, GBOX_PRECISION_INT16, accumulate), <, 1e-4);
      g_assert_cmpfloat (measure_error (team, dtype, GBOX_PRECISION_FLOAT32, accumulate), <, 2e-6);
    }
}

static void
test_products (gconstpointer data)
{
  for_each_isa (check_products, data);
}

/* Parts whose rows share tiles are what one matrix of all their rows is. */
static void
test_stacked (gconstpointer data)
{
  const GboxDtype dtype = (GboxDtype) GPOINTER_TO_UINT (data);
  gsize size;
  g_autofree guint8 *rows = rows_new (dtype, (gsize) N_OUT * N_IN, &size);
  g_autofree float *expected = g_new (float, N_IN);
  g_autofree float *row = g_new (float, N_IN);
  g_autoptr (GboxPages) pages = gbox_pages_new ();
  g_autoptr (GboxLinear) whole = gbox_linear_new (dtype, N_OUT, N_IN, rows, NULL);
  const GboxLinearPart parts[] = { { 5, rows, NULL },
                                   { 1, rows + size / N_OUT * 5, NULL },
                                   { N_OUT - 6, rows + size / N_OUT * 6, NULL } };
  g_autoptr (GboxLinear) stacked = gbox_linear_new_stacked (pages, dtype, N_IN, parts, 3);

  g_assert_cmpint (gbox_linear_get_n_out (stacked), ==, N_OUT);
  for (int i = 0; i < N_OUT; i++)
    {
      gbox_linear_get_row (whole, i, expected);
      gbox_linear_get_row (stacked, i, row);
      g_assert_cmpmem (row, N_IN * sizeof (float), expected, N_IN * sizeof (float));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autofree char *rows = g_strdup_printf ("/tile-packing/rows/%s", gbox_dtype_get_name (dtypes[i]));
      g_autofree char *products
        = g_strdup_printf ("/tile-packing/products/%s", gbox_dtype_get_name (dtypes[i]));

      g_autofree char *stacked
        = g_strdup_printf ("/tile-packing/stacked/%s", gbox_dtype_get_name (dtypes[i]));

      g_test_add_data_func (stacked, GUINT_TO_POINTER (dtypes[i]), test_stacked);
      g_test_add_data_func (rows, GUINT_TO_POINTER (dtypes[i]), test_rows);
      g_test_add_data_func (products, GUINT_TO_POINTER (dtypes[i]), test_products);
    }
  return g_test_run ();
}
