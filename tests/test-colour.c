/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The colour map, the sigmoid, their gradient, and 8-bit colours. */
#include <math.h>

#include "base/philox.h"
#include "kernels/colour.h"
#include "kernels/isa.h"

/* The published matrix (lucid `color.py`), normalised by its largest column norm. */
static const double mixing[3][3] = {
  { 0.562829, 0.194825, 0.043295 },
  { 0.584476, 0.0, -0.108236 },
  { 0.584476, -0.194825, 0.064942 },
};

static GboxTeam *team;

static void
fill (float *x, gsize n, float sd)
{
  GboxPhilox random;

  gbox_philox_init (&random, 3, 0, n);
  gbox_philox_fill_normal (&random, x, n, 0.0f, sd);
}

static void
reference_forward (gboolean decorrelate, const float *t, double *rgb, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      {
        double sum = 0.0;

        for (gsize k = 0; k < 3; k++)
          sum += (decorrelate ? mixing[c][k] : c == k ? 1.0 : 0.0) * (double) t[k * n + i];
        rgb[c * n + i] = 1.0 / (1.0 + exp (-sum));
      }
}

/* The sigmoid alone is good to 3e-7 relative, down to the smallest numbers a float can tell from zero: a few
 * roundings of 6e-8 each, and half a rounding of x, which counts x-fold in e^x, is not its fault because the
 * reference takes the same x. */
static void
test_sigmoid (void)
{
  const gsize n = 20001;
  g_autofree float *t = g_new (float, 3 * n), *rgb = g_new (float, 3 * n);
  double worst = 0.0;

  for (gsize i = 0; i < 3 * n; i++)
    t[i] = -86.0f + 172.0f * (float) i / (float) (3 * n - 1);
  gbox_colour_forward (team, FALSE, t, rgb, n);
  for (gsize i = 0; i < 3 * n; i++)
    {
      const double expected = 1.0 / (1.0 + exp (-(double) t[i]));

      worst = MAX (worst, fabs ((double) rgb[i] - expected) / expected);
    }
  g_test_message ("largest relative error of the sigmoid: %.3g", worst);
  g_assert_cmpfloat (worst, <=, 3e-7);
}

static void
test_sigmoid_extremes (void)
{
  const float t[6] = { -1e30f, 1e30f, -INFINITY, INFINITY, NAN, 0.0f };
  float rgb[6];

  g_assert_false (gbox_colour_forward (team, FALSE, t, rgb, 2));
  g_assert_cmpfloat (rgb[0], <=, 1e-37f);
  g_assert_cmpfloat (rgb[0], >=, 0.0f);
  g_assert_cmpfloat (rgb[1], ==, 1.0f);
  g_assert_cmpfloat (rgb[2], <=, 1e-37f);
  g_assert_cmpfloat (rgb[3], ==, 1.0f);
  g_assert_true (isnan (rgb[4]));
  g_assert_cmpfloat (rgb[5], ==, 0.5f);
}

/* 4e-6: the published matrix has six digits, so a sum of three terms of size 3 errs by 3·3·5e-7. */
static void
test_forward (void)
{
  for (gsize n = 1; n < 20000; n = n * 3 + 1)
    for (int decorrelate = 0; decorrelate < 2; decorrelate++)
      {
        g_autofree float *t = g_new (float, 3 * n), *rgb = g_new (float, 3 * n);
        g_autofree double *expected = g_new (double, 3 * n);

        fill (t, 3 * n, 2.0f);
        reference_forward (decorrelate, t, expected, n);
        g_assert_true (gbox_colour_forward (team, decorrelate, t, rgb, n));
        for (gsize i = 0; i < 3 * n; i++)
          g_assert_cmpfloat (fabs ((double) rgb[i] - expected[i]), <=, 4e-6);
        gbox_colour_forward (team, decorrelate, t, t, n); /* in place */
        g_assert_cmpmem (t, 3 * n * sizeof (float), rgb, 3 * n * sizeof (float));
      }
}

/* L = Σ w·rgb; dL/dt against a central difference of the double reference with step 1e-5: truncation 1e-10,
 * so what is left is float rounding and the matrix's six digits. */
static void
test_backward (void)
{
  const gsize n = 50;
  float t[150], rgb[150], drgb[150], dt[150];

  for (int decorrelate = 0; decorrelate < 2; decorrelate++)
    {
      fill (t, 3 * n, 1.5f);
      fill (drgb, 3 * n - 1, 1.0f);
      drgb[3 * n - 1] = 0.7f;
      gbox_colour_forward (team, decorrelate, t, rgb, n);
      gbox_colour_backward (team, decorrelate, rgb, drgb, dt, n);
      for (gsize j = 0; j < 3 * n; j++)
        {
          double high[150], low[150], slope = 0.0;
          const float old = t[j], above = old + 1e-3f, below = old - 1e-3f;

          t[j] = above;
          reference_forward (decorrelate, t, high, n);
          t[j] = below;
          reference_forward (decorrelate, t, low, n);
          t[j] = old;
          for (gsize i = 0; i < 3 * n; i++)
            slope += (double) drgb[i] * (high[i] - low[i]) / ((double) above - (double) below);
          g_assert_cmpfloat (fabs ((double) dt[j] - slope), <=, 2e-6);
        }
      gbox_colour_backward (team, decorrelate, rgb, drgb, drgb, n); /* in place */
      g_assert_cmpmem (drgb, sizeof drgb, dt, sizeof dt);
    }
}

static void
test_bytes (void)
{
  const gsize n = 10000;
  g_autofree float *rgb = g_new (float, 3 * n);
  g_autofree guint8 *bytes = g_new (guint8, 3 * n);

  for (gsize i = 0; i < 3 * n; i++)
    rgb[i] = (float) i / (float) (3 * n - 1);
  rgb[7] = NAN;
  rgb[8] = -2.0f;
  rgb[9] = 2.0f;
  gbox_colour_to_rgb8 (team, rgb, bytes, n);
  g_assert_cmpuint (bytes[3 * 7], ==, 0);
  g_assert_cmpuint (bytes[3 * 8], ==, 0);
  g_assert_cmpuint (bytes[3 * 9], ==, 255);
  for (gsize i = 10; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      {
        const double scaled = (double) rgb[c * n + i] * 255.0;

        g_assert_cmpfloat (fabs (bytes[3 * i + c] - scaled), <=, 0.5001);
      }
}

static void
test_threads (void)
{
  const gsize n = 30011;
  g_autoptr (GboxTeam) one = gbox_team_new (1);
  g_autofree float *t = g_new (float, 3 * n), *a = g_new (float, 3 * n), *b = g_new (float, 3 * n);

  fill (t, 3 * n, 1.0f);
  gbox_colour_forward (one, TRUE, t, a, n);
  gbox_colour_forward (team, TRUE, t, b, n);
  g_assert_cmpmem (a, 3 * n * sizeof (float), b, 3 * n * sizeof (float));
}

/* The fast sets against the plain loops: a few roundings of numbers up to 1, and of gradients up to 4. A byte
 * may round the other way. */
static void
test_reference (void)
{
  const gsize n = 10001;
  g_autofree float *t = g_new (float, 3 * n), *rgb = g_new (float, 3 * n), *expected = g_new (float, 3 * n);
  g_autofree guint8 *bytes = g_new (guint8, 3 * n), *expected_bytes = g_new (guint8, 3 * n);

  for (int decorrelate = 0; decorrelate < 2; decorrelate++)
    {
      fill (t, 3 * n, 2.0f);
      gbox_colour_forward (team, decorrelate, t, rgb, n);
      gbox_colour_forward_reference (decorrelate, t, expected, n);
      for (gsize i = 0; i < 3 * n; i++)
        g_assert_cmpfloat (fabsf (rgb[i] - expected[i]), <=, 5e-7f);
      gbox_colour_to_rgb8 (team, rgb, bytes, n);
      gbox_colour_to_rgb8_reference (rgb, expected_bytes, n);
      for (gsize i = 0; i < 3 * n; i++)
        g_assert_cmpint (ABS (bytes[i] - expected_bytes[i]), <=, 1);
      gbox_colour_backward_reference (decorrelate, rgb, t, expected, n);
      gbox_colour_backward (team, decorrelate, rgb, t, t, n);
      for (gsize i = 0; i < 3 * n; i++)
        g_assert_cmpfloat (fabsf (t[i] - expected[i]), <=, 1e-6f);
    }
}

typedef struct
{
  const char *path;
  void (*func) (void);
} Test;

static const Test tests[] = {
  { "/colour/sigmoid", test_sigmoid }, { "/colour/sigmoid-extremes", test_sigmoid_extremes },
  { "/colour/forward", test_forward }, { "/colour/backward", test_backward },
  { "/colour/bytes", test_bytes },     { "/colour/reference", test_reference },
  { "/colour/threads", test_threads },
};

/* With every instruction set of this machine, the reference included. */
static void
run_on_each_isa (gconstpointer data)
{
  const Test *test = data;
  const GboxIsa before = gbox_isa_get ();

  for (GboxIsa isa = GBOX_ISA_REFERENCE; isa < GBOX_N_ISAS; isa++)
    if (gbox_isa_select (isa))
      test->func ();
  g_assert_true (gbox_isa_select (before));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  team = gbox_team_new (2);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, &tests[i], run_on_each_isa);
  status = g_test_run ();
  gbox_team_free (team);
  return status;
}
