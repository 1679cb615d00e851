/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weight matrices: every stored type against its definition, in each precision. */
#include "models/linear.h"

#include "fixture.h"
#include "formats/dtype.h"
#include "kernel-testing.h"

#define N     5
#define N_OUT 2
#define GAP   3

/* By precision: what rounding the activations to integers, or the sums to single precision, makes of a
 * product of two rows, relative to the product of their norms: half a step of 127 or 32767 over √3, and some
 * ε. */
static const double tolerances[] = {
  [GBOX_PRECISION_INT8] = 1e-2,
  [GBOX_PRECISION_INT16] = 4e-5,
  [GBOX_PRECISION_FLOAT32] = 1e-6,
};

static void
check_product (const float *weights, const float *x, int n_in, double y, double before, double tolerance)
{
  double sum = before, w2 = 0, x2 = 0;

  for (int i = 0; i < n_in; i++)
    {
      sum += (double) weights[i] * (double) x[i];
      w2 += (double) weights[i] * (double) weights[i];
      x2 += (double) x[i] * (double) x[i];
    }
  g_assert_cmpfloat (fabs (y - sum), <=, tolerance * (sqrt (w2 * x2) + fabs (before)));
}

static void
check_precision (
  const GboxLinear *linear, int n_in, const float *weights, const float *bias, GboxPrecision precision)
{
  g_autoptr (GboxTeam) team = gbox_team_new (2);
  const gsize stride = (gsize) n_in + GAP, y_stride = N_OUT + GAP;
  g_autofree float *x = random_floats (1, N * stride);
  g_autofree float *y = random_floats (2, N * y_stride);
  g_autofree float *before = g_memdup2 (y, N * y_stride * sizeof (float));
  g_autofree float *alone = g_memdup2 (y, N * y_stride * sizeof (float));
  g_autofree gpointer scratch
    = g_malloc (gbox_linear_scratch_size (linear, N, precision, gbox_team_get_n_threads (team)));

  gbox_linear_forward (linear, team, precision, x, stride, N, y, y_stride, TRUE, scratch);
  for (gsize i = 0; i < N; i++)
    {
      for (gsize o = 0; o < N_OUT; o++)
        check_product (weights + o * (gsize) n_in, x + i * stride, n_in, (double) y[i * y_stride + o],
                       (double) before[i * y_stride + o] + (double) bias[o], tolerances[precision]);
      for (gsize o = N_OUT; o < y_stride; o++)
        g_assert_cmpfloat (y[i * y_stride + o], ==, before[i * y_stride + o]);
      /* What the others are makes no difference. */
      gbox_linear_forward (linear, team, precision, x + i * stride, stride, 1, alone + i * y_stride, y_stride,
                           TRUE, scratch);
    }
  g_assert_cmpmem (alone, N * y_stride * sizeof (float), y, N * y_stride * sizeof (float));
  gbox_linear_forward (linear, team, precision, x, stride, 1, y, y_stride, FALSE, scratch);
  check_product (weights, x, n_in, (double) y[0], (double) bias[0], tolerances[precision]);
}

static void
check_matrix (GboxDtype dtype, int n_in, gconstpointer rows, const float *weights)
{
  static const float bias[N_OUT] = { 0.5f, -3 };
  g_autoptr (GboxLinear) linear = gbox_linear_new (dtype, N_OUT, n_in, rows, bias);
  g_autofree float *row = g_new (float, (gsize) n_in);

  g_assert_cmpint (gbox_linear_get_n_out (linear), ==, N_OUT);
  g_assert_cmpint (gbox_linear_get_n_in (linear), ==, n_in);
  gbox_linear_get_row (linear, 1, row);
  g_assert_cmpmem (row, (gsize) n_in * sizeof (float), weights + n_in, (gsize) n_in * sizeof (float));
  for (GboxPrecision precision = GBOX_PRECISION_INT8; precision <= GBOX_PRECISION_FLOAT32; precision++)
    check_precision (linear, n_in, weights, bias, precision);
}

static void
test_quantized (gconstpointer data)
{
  g_autoptr (GboxTensorFile) file = fixture_open ("quantized.gguf");
  g_autofree char *name = g_strconcat (data, ".values", NULL);
  const GboxNamedTensor *blocks = gbox_tensor_file_lookup (file, data);
  const GboxNamedTensor *values = gbox_tensor_file_lookup (file, name);
  const gsize n = values->n_bytes / sizeof (float);
  g_autofree float *weights = g_new (float, n);

  g_assert_cmpuint (blocks->dims[0], ==, N_OUT);
  g_assert_true (gbox_dtype_to_floats (blocks->dtype, blocks->data, n, weights));
  check_matrix (blocks->dtype, (int) blocks->dims[1], blocks->data, weights);
}

/* Widths that are no multiple of anything. */
static void
test_floats (void)
{
  for (int n_in = 1; n_in < 100; n_in += 7)
    {
      g_autofree float *weights = random_floats (3, (gsize) (N_OUT * n_in));
      g_autofree guint16 *halves = g_new (guint16, (gsize) (N_OUT * n_in));

      check_matrix (GBOX_DTYPE_F32, n_in, weights, weights);
      for (int i = 0; i < N_OUT * n_in; i++)
        {
          guint32 bits;

          memcpy (&bits, &weights[i], sizeof bits);
          halves[i] = (guint16) (bits >> 16);
          bits &= 0xffff0000u;
          memcpy (&weights[i], &bits, sizeof bits);
        }
      check_matrix (GBOX_DTYPE_BF16, n_in, halves, weights);
    }
}

int
main (int argc, char **argv)
{
  static const char *const types[] = { "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/linear/floats", test_floats);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *name = g_strconcat ("/linear/", types[i], NULL);

      g_test_add_data_func (name, types[i], test_quantized);
    }
  return g_test_run ();
}
