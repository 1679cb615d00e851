/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fourier transforms against the plain sum, and by their properties. */
#include <math.h>
#include <string.h>

#include "base/philox.h"
#include "kernels/fft.h"

/*
 * Tolerances are relative to the root mean square of the expected values. A float transform of N points errs
 * by about ε·log₂ N ≈ 6e-8·16 = 1e-6 (Frigo and Johnson's measurements stay below 1e-6 for 2¹⁶ points); 2e-5
 * of the largest value leaves room for a peak among many.
 */
#define TOLERANCE 2e-5

static const int sizes[][2] = {
  { 1, 1 }, { 2, 2 }, { 1, 6 },   { 7, 1 },   { 5, 7 },   { 6, 5 },
  { 8, 8 }, { 9, 4 }, { 16, 17 }, { 17, 16 }, { 33, 31 }, { 32, 48 },
};

typedef struct
{
  int n_planes, height, width, columns;
  gsize n_real, n_spectrum; /* floats */
  GboxFft *fft;
  GboxTeam *team;
} Fixture;

static float *
new_floats (gsize n)
{
  return g_aligned_alloc0 (n, sizeof (float), 64);
}

static float *
new_random (gsize n, guint purpose)
{
  float *x = new_floats (n);
  GboxPhilox random;

  gbox_philox_init (&random, 1, purpose, 0);
  gbox_philox_fill_normal (&random, x, n, 0.0f, 1.0f);
  return x;
}

static void
fixture_init (Fixture *f, int n_planes, int height, int width, guint n_threads)
{
  g_autoptr (GError) error = NULL;

  *f = (Fixture){ n_planes, height, width, width / 2 + 1 };
  f->n_real = (gsize) (n_planes * height * width);
  f->n_spectrum = (gsize) (2 * n_planes * height * f->columns);
  f->fft = gbox_fft_new (n_planes, height, width, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gbox_fft_get_n_columns (f->fft), ==, f->columns);
  f->team = gbox_team_new (n_threads);
}

static void
fixture_clear (Fixture *f)
{
  gbox_fft_free (f->fft);
  gbox_team_free (f->team);
}

static void
assert_close (const float *actual, const double *expected, gsize n)
{
  double square = 0.0;

  for (gsize i = 0; i < n; i++)
    square += expected[i] * expected[i];

  const double rms = sqrt (square / (double) n);

  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (fabs ((double) actual[i] - expected[i]), <=, TOLERANCE * rms);
}

/* X[k] = Σ x[n] e^(−2πi k·n), one coefficient. */
static void
sum_forward (const Fixture *f, const float *plane, int ky, int kx, double *re, double *im)
{
  *re = *im = 0.0;
  for (int y = 0; y < f->height; y++)
    for (int x = 0; x < f->width; x++)
      {
        const double angle = -2.0 * G_PI * ((double) ky * y / f->height + (double) kx * x / f->width);

        *re += (double) plane[y * f->width + x] * cos (angle);
        *im += (double) plane[y * f->width + x] * sin (angle);
      }
}

static void
test_forward_is_the_sum (void)
{
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      Fixture f;

      fixture_init (&f, 2, sizes[s][0], sizes[s][1], 2);

      float *x = new_random (f.n_real, 1), *actual = new_floats (f.n_spectrum);
      g_autofree double *expected = g_new (double, f.n_spectrum);
      gsize i = 0;

      for (int p = 0; p < f.n_planes; p++)
        for (int ky = 0; ky < f.height; ky++)
          for (int kx = 0; kx < f.columns; kx++, i += 2)
            sum_forward (&f, x + p * f.height * f.width, ky, kx, &expected[i], &expected[i + 1]);
      gbox_fft_forward (f.fft, f.team, x, NULL, actual);
      assert_close (actual, expected, f.n_spectrum);
      g_aligned_free (x);
      g_aligned_free (actual);
      fixture_clear (&f);
    }
}

/* The coefficient of the full Hermitian spectrum, taking the Hermitian part of the self-conjugate columns. */
static void
get_full (const Fixture *f, const float *half, int ky, int kx, double *re, double *im)
{
  const int my = (f->height - ky) % f->height, mx = (f->width - kx) % f->width;
  const gboolean here = kx < f->columns, mirrored = mx < f->columns;
  double sum_re = 0.0, sum_im = 0.0;
  int n = 0;

  if (here)
    {
      sum_re += (double) half[2 * (ky * f->columns + kx)];
      sum_im += (double) half[2 * (ky * f->columns + kx) + 1];
      n++;
    }
  if (mirrored)
    {
      sum_re += (double) half[2 * (my * f->columns + mx)];
      sum_im -= (double) half[2 * (my * f->columns + mx) + 1];
      n++;
    }
  *re = sum_re / n;
  *im = sum_im / n;
}

static double
sum_inverse (const Fixture *f, const float *half, int y, int x)
{
  double sum = 0.0;

  for (int ky = 0; ky < f->height; ky++)
    for (int kx = 0; kx < f->width; kx++)
      {
        const double angle = 2.0 * G_PI * ((double) ky * y / f->height + (double) kx * x / f->width);
        double re, im;

        get_full (f, half, ky, kx, &re, &im);
        sum += re * cos (angle) - im * sin (angle);
      }
  return sum;
}

/* Random numbers break the symmetry of the self-conjugate columns. */
static void
test_inverse_is_the_sum (void)
{
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      Fixture f;

      fixture_init (&f, 2, sizes[s][0], sizes[s][1], 2);

      float *spectrum = new_random (f.n_spectrum, 2), *actual = new_floats (f.n_real);
      g_autofree float *before = g_memdup2 (spectrum, f.n_spectrum * sizeof (float));
      g_autofree double *expected = g_new (double, f.n_real);
      gsize i = 0;

      for (int p = 0; p < f.n_planes; p++)
        for (int y = 0; y < f.height; y++)
          for (int x = 0; x < f.width; x++, i++)
            expected[i] = sum_inverse (&f, spectrum + 2 * p * f.height * f.columns, y, x);
      gbox_fft_inverse (f.fft, f.team, spectrum, NULL, actual);
      assert_close (actual, expected, f.n_real);
      g_assert_cmpmem (spectrum, f.n_spectrum * sizeof (float), before, f.n_spectrum * sizeof (float));
      g_aligned_free (spectrum);
      g_aligned_free (actual);
      fixture_clear (&f);
    }
}

static const int large_sizes[][2]
  = { { 64, 64 }, { 64, 48 }, { 45, 63 }, { 75, 128 }, { 101, 67 }, { 224, 224 } };

static void
check_impulse (Fixture *f)
{
  float *x = new_floats (f->n_real), *spectrum = new_floats (f->n_spectrum);
  g_autofree double *expected = g_new (double, f->n_spectrum);
  const int y0 = f->height / 3, x0 = f->width / 2 + 1;
  gsize i = 0;

  for (int p = 0; p < f->n_planes; p++)
    {
      x[(p * f->height + y0) * f->width + x0] = 1.0f;
      for (int ky = 0; ky < f->height; ky++)
        for (int kx = 0; kx < f->columns; kx++, i += 2)
          {
            const double angle = -2.0 * G_PI * ((double) ky * y0 / f->height + (double) kx * x0 / f->width);

            expected[i] = cos (angle);
            expected[i + 1] = sin (angle);
          }
    }
  gbox_fft_forward (f->fft, f->team, x, NULL, spectrum);
  assert_close (spectrum, expected, f->n_spectrum);
  g_aligned_free (x);
  g_aligned_free (spectrum);
}

static void
check_linearity (Fixture *f)
{
  float *a = new_random (f->n_real, 1), *b = new_random (f->n_real, 2), *c = new_floats (f->n_real);
  float *fa = new_floats (f->n_spectrum), *fb = new_floats (f->n_spectrum), *fc = new_floats (f->n_spectrum);
  g_autofree double *expected = g_new (double, f->n_spectrum);

  for (gsize i = 0; i < f->n_real; i++)
    c[i] = 0.5f * a[i] - 3.0f * b[i];
  gbox_fft_forward (f->fft, f->team, a, NULL, fa);
  gbox_fft_forward (f->fft, f->team, b, NULL, fb);
  gbox_fft_forward (f->fft, f->team, c, NULL, fc);
  for (gsize i = 0; i < f->n_spectrum; i++)
    expected[i] = 0.5 * (double) fa[i] - 3.0 * (double) fb[i];
  assert_close (fc, expected, f->n_spectrum);
  g_aligned_free (a);
  g_aligned_free (b);
  g_aligned_free (c);
  g_aligned_free (fa);
  g_aligned_free (fb);
  g_aligned_free (fc);
}

/* Moving an image around by (dy, dx) turns X[k] by e^(−2πi k·d). */
static void
check_shift (Fixture *f)
{
  float *x = new_random (f->n_real, 1), *moved = new_floats (f->n_real);
  float *fx = new_floats (f->n_spectrum), *fmoved = new_floats (f->n_spectrum);
  g_autofree double *expected = g_new (double, f->n_spectrum);
  const int dy = 5, dx = 11;
  gsize i = 0;

  for (int p = 0; p < f->n_planes; p++)
    for (int row = 0; row < f->height; row++)
      for (int column = 0; column < f->width; column++)
        moved[(p * f->height + (row + dy) % f->height) * f->width + (column + dx) % f->width]
          = x[(p * f->height + row) * f->width + column];
  gbox_fft_forward (f->fft, f->team, x, NULL, fx);
  gbox_fft_forward (f->fft, f->team, moved, NULL, fmoved);
  for (int p = 0; p < f->n_planes; p++)
    for (int ky = 0; ky < f->height; ky++)
      for (int kx = 0; kx < f->columns; kx++, i += 2)
        {
          const double angle = -2.0 * G_PI * ((double) ky * dy / f->height + (double) kx * dx / f->width);
          const double re = (double) fx[i], im = (double) fx[i + 1];

          expected[i] = re * cos (angle) - im * sin (angle);
          expected[i + 1] = re * sin (angle) + im * cos (angle);
        }
  assert_close (fmoved, expected, f->n_spectrum);
  g_aligned_free (x);
  g_aligned_free (moved);
  g_aligned_free (fx);
  g_aligned_free (fmoved);
}

/* 1 for the self-conjugate columns, 2 for those that stand for two frequencies. */
static double
get_weight (const Fixture *f, gsize i)
{
  const int kx = (int) (i / 2) % f->columns;

  return kx == 0 || 2 * kx == f->width ? 1.0 : 2.0;
}

/* Sums of n products of unit variance are known to √n·ε·√n at worst; 1e-5 of Σ|a·b| is far above that and far
 * below a wrong weight. */
static void
check_parseval_and_adjoint (Fixture *f)
{
  float *x = new_random (f->n_real, 1), *spectrum = new_random (f->n_spectrum, 2);
  float *fx = new_floats (f->n_spectrum), *inverse = new_floats (f->n_real);
  double energy = 0.0, spectral_energy = 0.0, left = 0.0, right = 0.0, magnitude = 0.0;

  gbox_fft_forward (f->fft, f->team, x, NULL, fx);
  gbox_fft_inverse (f->fft, f->team, spectrum, NULL, inverse);
  for (gsize i = 0; i < f->n_real; i++)
    {
      energy += (double) x[i] * (double) x[i];
      left += (double) inverse[i] * (double) x[i];
      magnitude += fabs ((double) inverse[i] * (double) x[i]);
    }
  for (gsize i = 0; i < f->n_spectrum; i++)
    {
      spectral_energy += get_weight (f, i) * (double) fx[i] * (double) fx[i];
      right += get_weight (f, i) * (double) fx[i] * (double) spectrum[i];
    }
  spectral_energy /= (double) f->height * (double) f->width;
  g_assert_cmpfloat (fabs (spectral_energy - energy), <=, 1e-5 * energy);
  g_assert_cmpfloat (fabs (left - right), <=, 1e-5 * magnitude);
  g_aligned_free (x);
  g_aligned_free (spectrum);
  g_aligned_free (fx);
  g_aligned_free (inverse);
}

static void
check_round_trip (Fixture *f)
{
  float *x = new_random (f->n_real, 1), *spectrum = new_floats (f->n_spectrum),
        *back = new_floats (f->n_real);
  g_autofree float *before = g_memdup2 (x, f->n_real * sizeof (float));
  g_autofree double *expected = g_new (double, f->n_real);

  for (gsize i = 0; i < f->n_real; i++)
    expected[i] = (double) x[i] * f->height * f->width;
  gbox_fft_forward (f->fft, f->team, x, NULL, spectrum);
  g_assert_cmpmem (x, f->n_real * sizeof (float), before, f->n_real * sizeof (float));
  gbox_fft_inverse (f->fft, f->team, spectrum, NULL, back);
  assert_close (back, expected, f->n_real);
  g_aligned_free (x);
  g_aligned_free (spectrum);
  g_aligned_free (back);
}

/* One product of floats, wherever it is taken: every bit agrees. */
static void
check_scale (Fixture *f)
{
  const gsize n_scale = (gsize) f->height * (gsize) f->columns;
  float *x = new_random (f->n_real, 1), *spectrum = new_random (f->n_spectrum, 2);
  float *scale = new_random (n_scale, 3), *scaled = new_floats (f->n_spectrum);
  float *actual = new_floats (f->n_spectrum), *back = new_floats (f->n_real),
        *expected = new_floats (f->n_real);

  gbox_fft_forward (f->fft, f->team, x, scale, actual);
  gbox_fft_forward (f->fft, f->team, x, NULL, scaled);
  for (gsize i = 0; i < f->n_spectrum; i++)
    g_assert_cmpfloat (actual[i], ==, scaled[i] * scale[i / 2 % n_scale]);

  for (gsize i = 0; i < f->n_spectrum; i++)
    scaled[i] = spectrum[i] * scale[i / 2 % n_scale];
  gbox_fft_inverse (f->fft, f->team, spectrum, scale, back);
  gbox_fft_inverse (f->fft, f->team, scaled, NULL, expected);
  g_assert_cmpmem (back, f->n_real * sizeof (float), expected, f->n_real * sizeof (float));
  g_aligned_free (x);
  g_aligned_free (spectrum);
  g_aligned_free (scale);
  g_aligned_free (scaled);
  g_aligned_free (actual);
  g_aligned_free (back);
  g_aligned_free (expected);
}

static void
test_properties (void)
{
  for (gsize s = 0; s < G_N_ELEMENTS (large_sizes); s++)
    {
      Fixture f;

      fixture_init (&f, 3, large_sizes[s][0], large_sizes[s][1], 2);
      check_impulse (&f);
      check_linearity (&f);
      check_shift (&f);
      check_parseval_and_adjoint (&f);
      check_round_trip (&f);
      check_scale (&f);
      fixture_clear (&f);
    }
}

static void
test_threads (void)
{
  Fixture one, three;

  fixture_init (&one, 3, 75, 90, 1);
  fixture_init (&three, 3, 75, 90, 3);

  float *x = new_random (one.n_real, 1), *spectrum[2], *back[2];

  for (int i = 0; i < 2; i++)
    {
      Fixture *f = i == 0 ? &one : &three;

      spectrum[i] = new_floats (f->n_spectrum);
      back[i] = new_floats (f->n_real);
      gbox_fft_forward (f->fft, f->team, x, NULL, spectrum[i]);
      gbox_fft_inverse (f->fft, f->team, spectrum[i], NULL, back[i]);
    }
  g_assert_cmpmem (spectrum[0], one.n_spectrum * sizeof (float), spectrum[1],
                   one.n_spectrum * sizeof (float));
  g_assert_cmpmem (back[0], one.n_real * sizeof (float), back[1], one.n_real * sizeof (float));
  for (int i = 0; i < 2; i++)
    {
      g_aligned_free (spectrum[i]);
      g_aligned_free (back[i]);
    }
  g_aligned_free (x);
  fixture_clear (&one);
  fixture_clear (&three);
}

/* Plans are made and destroyed on several threads at once, as jobs come and go. */
static gpointer
plan_many (gpointer data)
{
  for (int i = 0; i < 20; i++)
    gbox_fft_free (gbox_fft_new (3, 32 + i, 40 + i, NULL));
  return NULL;
}

static void
test_planner_lock (void)
{
  GThread *threads[3];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("planner", plan_many, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fft/forward-is-the-sum", test_forward_is_the_sum);
  g_test_add_func ("/fft/inverse-is-the-sum", test_inverse_is_the_sum);
  g_test_add_func ("/fft/properties", test_properties);
  g_test_add_func ("/fft/threads", test_threads);
  g_test_add_func ("/fft/planner-lock", test_planner_lock);
  return g_test_run ();
}
