/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Philox: the published vectors, the streams made of them, and the distributions drawn from those. */
#include "base/philox.h"

#include <math.h>
#include <string.h>

typedef struct
{
  guint32 counter[4], key[2], out[4];
} Vector;

/* From kat_vectors of the Random123 distribution, philox4x32 10. */
static const Vector vectors[] = {
  { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
  { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
    { 0xffffffff, 0xffffffff },
    { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
  { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
    { 0xa4093822, 0x299f31d0 },
    { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static void
test_known_answers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      guint32 out[4];

      gbox_philox_block (vectors[i].counter, vectors[i].key, out);
      g_assert_cmpmem (out, sizeof out, vectors[i].out, sizeof vectors[i].out);
    }
}

static void
test_streams (void)
{
  const guint64 seed = 0x0123456789abcdef, step = 0xfedcba9876543210;
  const guint32 key[2] = { 0x89abcdef, 0x01234567 };
  GboxPhilox stream;

  gbox_philox_init (&stream, seed, 7, step);
  for (guint32 block = 0; block < 100; block++)
    {
      const guint32 counter[4] = { block, 7, 0x76543210, 0xfedcba98 };
      guint32 out[4];

      gbox_philox_block (counter, key, out);
      for (guint i = 0; i < 4; i++)
        g_assert_cmphex (gbox_philox_next (&stream), ==, out[i]);
    }
}

static void
test_uniform (void)
{
  const guint n = 1 << 20;
  guint bins[256] = { 0 };
  double chi2 = 0, mean = 0;
  GboxPhilox stream;

  gbox_philox_init (&stream, 1, 2, 3);
  for (guint i = 0; i < n; i++)
    {
      const float u = gbox_philox_uniform (&stream);

      g_assert_true (u >= 0 && u < 1);
      g_assert_true (u * 0x1p24f == floorf (u * 0x1p24f));
      bins[(guint) (u * 256)]++;
      mean += u / n;
    }
  for (guint i = 0; i < 256; i++)
    chi2 += pow (bins[i] - n / 256.0, 2) / (n / 256.0);

  /* Five standard deviations: of the mean 1/sqrt(12 n) each, of chi² with 255 degrees of freedom sqrt(510).
   */
  g_assert_cmpfloat (fabs (mean - 0.5), <, 5 / sqrt (12.0 * n));
  g_assert_cmpfloat (fabs (chi2 - 255), <, 5 * sqrt (510));
}

static void
test_below (void)
{
  const guint32 large = 0xC0000000u;
  const guint n = 1 << 18;
  guint counts[7] = { 0 };
  guint n_multiples = 0;
  GboxPhilox stream;

  gbox_philox_init (&stream, 4, 5, 6);
  for (guint i = 0; i < n; i++)
    {
      const guint32 x = gbox_philox_below (&stream, large);

      g_assert_cmpuint (x, <, large);
      n_multiples += x % 3 == 0;
      counts[gbox_philox_below (&stream, 7)]++;
      g_assert_cmpuint (gbox_philox_below (&stream, 1), ==, 0);
    }

  /* Scaling alone would give the multiples of 3 half of the draws for this bound. Five standard deviations.
   */
  g_assert_cmpfloat (fabs (n_multiples - n / 3.0), <, 5 * sqrt (n * 2.0 / 9.0));
  for (guint i = 0; i < 7; i++)
    g_assert_cmpfloat (fabs (counts[i] - n / 7.0), <, 5 * sqrt (n * 6.0 / 49.0));
}

static void
test_normal (void)
{
  const gsize n = (1 << 20) + 1;
  g_autofree float *x = g_new (float, n + 1);
  double sum = 0, sum2 = 0, sum4 = 0, beside = 0;
  GboxPhilox stream;
  guint tail = 0;

  x[n] = 12345;
  gbox_philox_init (&stream, 8, 9, 10);
  gbox_philox_fill_normal (&stream, x, n, 3, 2);
  g_assert_cmpfloat (x[n], ==, 12345);

  for (gsize i = 0; i < n; i++)
    {
      const double z = (x[i] - 3.0) / 2.0;

      g_assert_true (isfinite (x[i]));
      sum += z;
      sum2 += z * z;
      sum4 += z * z * z * z;
      tail += fabs (z) > 3;
      if (i > 0)
        beside += z * (x[i - 1] - 3.0) / 2.0;
    }
  /* Five standard deviations of the estimators of the moments 0, 1, 3, of the product of neighbours 0 and of
   * the 0.27 % beyond 3. */
  g_assert_cmpfloat (fabs (sum / n), <, 5 / sqrt (n));
  g_assert_cmpfloat (fabs (sum2 / n - 1), <, 5 * sqrt (2.0 / n));
  g_assert_cmpfloat (fabs (sum4 / n - 3), <, 5 * sqrt (96.0 / n));
  g_assert_cmpfloat (fabs (beside / n), <, 5 / sqrt (n));
  g_assert_cmpfloat (fabs (tail - n * 0.0026998), <, 5 * sqrt (n * 0.0027));
}

static void
fill (guint64 seed, guint32 purpose, guint64 step, float out[8])
{
  GboxPhilox stream;

  gbox_philox_init (&stream, seed, purpose, step);
  gbox_philox_fill_normal (&stream, out, 8, 0, 1);
}

static void
test_names_differ (void)
{
  float a[8], b[8];

  fill (1, 2, 3, a);
  fill (1, 2, 3, b);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  fill (G_GUINT64_CONSTANT (1) << 32 | 1, 2, 3, b);
  g_assert_true (memcmp (a, b, sizeof a) != 0);
  fill (1, 3, 3, b);
  g_assert_true (memcmp (a, b, sizeof a) != 0);
  fill (1, 2, G_GUINT64_CONSTANT (1) << 32 | 3, b);
  g_assert_true (memcmp (a, b, sizeof a) != 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/philox/known-answers", test_known_answers);
  g_test_add_func ("/philox/streams", test_streams);
  g_test_add_func ("/philox/uniform", test_uniform);
  g_test_add_func ("/philox/below", test_below);
  g_test_add_func ("/philox/normal", test_normal);
  g_test_add_func ("/philox/names-differ", test_names_differ);

  return g_test_run ();
}
