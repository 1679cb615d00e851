/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image parameterizations against their definition in double precision, and their gradients. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/philox.h"
#include "vision/image-basis.h"

static const double mixing[3][3] = {
  { 0.26 / 0.461952, 0.09 / 0.461952, 0.02 / 0.461952 },
  { 0.27 / 0.461952, 0.0, -0.05 / 0.461952 },
  { 0.27 / 0.461952, -0.09 / 0.461952, 0.03 / 0.461952 },
};

typedef struct
{
  const char *name;
  GboxBasis basis;
  int height, width;
  double decay_power;
  gboolean decorrelate;
  gboolean has_spectrum;
} Case;

/* Even and odd sizes both ways: with and without Nyquist row and column. */
static const Case cases[] = {
  { "fourier-even", GBOX_BASIS_FOURIER, 6, 8, 1.0, TRUE },
  { "fourier-odd", GBOX_BASIS_FOURIER, 7, 5, 1.0, TRUE },
  { "fourier-even-odd", GBOX_BASIS_FOURIER, 6, 7, 1.5, TRUE },
  { "fourier-odd-even", GBOX_BASIS_FOURIER, 5, 8, 0.0, FALSE },
  { "pixel", GBOX_BASIS_PIXEL, 5, 6, 1.0, FALSE },
  { "pixel-decorrelated", GBOX_BASIS_PIXEL, 6, 5, 1.0, TRUE },
  { "maco-even", GBOX_BASIS_MACO, 6, 8, 1.0, TRUE },
  { "maco-odd", GBOX_BASIS_MACO, 7, 5, 1.0, TRUE },
  { "maco-odd-even", GBOX_BASIS_MACO, 5, 8, 1.5, FALSE },
  { "spectrum-even", GBOX_BASIS_MACO, 6, 8, 1.0, TRUE, TRUE },
  { "spectrum-odd", GBOX_BASIS_MACO, 7, 5, 1.0, TRUE, TRUE },
  { "spectrum-odd-even", GBOX_BASIS_MACO, 5, 8, 1.0, FALSE, TRUE },
};

typedef struct
{
  const Case *c;
  GboxImageBasis *basis;
  GboxTeam *team;
  gsize n; /* parameters */
  gsize n_pixels;
  float *parameters, *rgb, *drgb, *gradient;
} Fixture;

static void
fill (float *x, gsize n, guint purpose, float sd)
{
  GboxPhilox random;

  gbox_philox_init (&random, 11, purpose, 0);
  gbox_philox_fill_normal (&random, x, n, 0.0f, sd);
}

/* Steep, and unlike in each plane. */
static const GboxPhotoSpectrum photo_spectrum = {
  .n_bands = 3,
  .frequencies = { 0.15, 0.3, 0.5 },
  .amplitudes = { { 4.0, 2.0, 3.0 }, { 1.0, 1.5, 0.5 }, { 0.5, 0.2, 0.4 } },
};

static void
fixture_init (Fixture *f, const Case *c, guint n_threads)
{
  g_autoptr (GError) error = NULL;

  f->c = c;
  f->basis = gbox_image_basis_new (c->basis, 1, c->height, c->width, c->decay_power, c->decorrelate,
                                   c->has_spectrum ? &photo_spectrum : NULL, &error);
  g_assert_no_error (error);
  f->team = gbox_team_new (n_threads);
  f->n = gbox_image_basis_get_n_parameters (f->basis);
  f->n_pixels = 3 * (gsize) c->height * (gsize) c->width;
  f->parameters = g_aligned_alloc0 (f->n, sizeof (float), 64);
  f->gradient = g_aligned_alloc0 (f->n, sizeof (float), 64);
  f->rgb = g_aligned_alloc0 (f->n_pixels, sizeof (float), 64);
  f->drgb = g_aligned_alloc0 (f->n_pixels, sizeof (float), 64);
}

static void
fixture_clear (Fixture *f)
{
  gbox_image_basis_free (f->basis);
  gbox_team_free (f->team);
  g_aligned_free (f->parameters);
  g_aligned_free (f->gradient);
  g_aligned_free (f->rgb);
  g_aligned_free (f->drgb);
}

/* The pixel y, x of plane p: the real part of Σ over the half spectrum, interior columns twice, which is the
 * sum over the full spectrum whose other half is the conjugate; the scale as lucid writes it. */
static double
synthesize (const Case *c, const double *spectrum, int p, int y, int x)
{
  const int columns = c->width / 2 + 1;
  const double h = c->height, w = c->width;
  double sum = 0.0;

  for (int ky = 0; ky < c->height; ky++)
    for (int kx = 0; kx < columns; kx++)
      {
        const double fy = (ky <= c->height / 2 ? ky : ky - c->height) / h, fx = kx / w;
        const double scale
          = sqrt (h * w) / pow (MAX (sqrt (fy * fy + fx * fx), 1.0 / MAX (h, w)), c->decay_power);
        const double angle = 2.0 * G_PI * (ky * y / h + kx * x / w);
        const double *k = spectrum + 2 * ((p * c->height + ky) * columns + kx);
        const double times = kx == 0 || 2 * kx == c->width ? 1.0 : 2.0;

        sum += times * scale * (k[0] * cos (angle) - k[1] * sin (angle));
      }
  return sum / (h * w) / 4.0;
}

static double
get_maco_weight (const Case *c, int ky, int kx)
{
  const double h = c->height, w = c->width;
  const double fy = (ky <= c->height / 2 ? ky : ky - c->height) / h, fx = kx / w;

  return 1.0 / pow (MAX (sqrt (fy * fy + fx * fx), 1.0 / MAX (h, w)), c->decay_power);
}

/* Over the spectrum's √(H·W): by the definition; not decorrelated, independent planes are mixed. */
static double
get_spectrum_amplitude (const Case *c, int p, int ky, int kx)
{
  const double h = c->height, w = c->width;
  const double fy = (ky <= c->height / 2 ? ky : ky - c->height) / h, fx = kx / w;
  const double f = sqrt (fy * fy + fx * fx);
  double square = 0.0;

  if (c->decorrelate)
    return gbox_photo_spectrum_get (&photo_spectrum, f, p);
  for (int k = 0; k < 3; k++)
    square += pow (mixing[p][k] * gbox_photo_spectrum_get (&photo_spectrum, f, k), 2.0);
  return sqrt (square);
}

/* By the formula: all of it, over the waves' number. */
static double
get_formula_factor (const Case *c)
{
  double variance = 0.0;

  for (int ky = 0; ky < c->height; ky++)
    for (int kx = ky == 0 ? 1 : 0; kx < c->width; kx++)
      variance += pow (get_maco_weight (c, ky, MIN (kx, c->width - kx)), 2.0);
  return (c->decorrelate ? 1.2 / 0.597 : 1.2) / sqrt (variance);
}

/* Over the full spectrum but for the mean: waves whose amplitudes are fixed and of which each pair k, −k is
 * one real wave of the phase that the half spectrum has for it; the wave of a k that is its own −k has cos φ.
 */
static double
synthesize_phases (const Case *c, const double *phases, int p, int y, int x)
{
  const int h = c->height, w = c->width, columns = w / 2 + 1;
  const double factor = c->has_spectrum ? 1.0 / sqrt ((double) h * w) : get_formula_factor (c);
  double sum = 0.0;

  for (int ky = 0; ky < h; ky++)
    for (int kx = 0; kx < w; kx++)
      {
        const int my = (h - ky) % h, mx = (w - kx) % w;
        const double amplitude = c->has_spectrum ? get_spectrum_amplitude (c, p, ky, MIN (kx, mx))
                                                 : get_maco_weight (c, ky, MIN (kx, mx));
        /* Which of the two has a parameter: the one in the half, and in a column that is its own mirror
         * image, the upper one. */
        const gboolean is_first = kx != mx ? kx < mx : ky <= my;
        const double phase
          = is_first ? phases[(p * h + ky) * columns + kx] : -phases[(p * h + my) * columns + mx];

        if (ky > 0 || kx > 0)
          sum += amplitude * cos (phase + 2.0 * G_PI * ((double) ky * y / h + (double) kx * x / w));
      }
  return sum * factor;
}

static void
define_forward (const Case *c, const double *parameters, double *rgb)
{
  const int n = c->height * c->width;

  for (int y = 0; y < c->height; y++)
    for (int x = 0; x < c->width; x++)
      {
        double t[3];
        const int i = y * c->width + x;

        for (int p = 0; p < 3; p++)
          t[p] = c->basis == GBOX_BASIS_PIXEL  ? parameters[p * n + i]
                 : c->basis == GBOX_BASIS_MACO ? synthesize_phases (c, parameters, p, y, x)
                                               : synthesize (c, parameters, p, y, x);
        for (int p = 0; p < 3; p++)
          {
            const double mixed = mixing[p][0] * t[0] + mixing[p][1] * t[1] + mixing[p][2] * t[2];

            rgb[p * n + i] = 1.0 / (1.0 + exp (-(c->decorrelate ? mixed : t[p])));
          }
      }
}

/* Parameters of sd 1 make pre-colours of sd up to a few: float roundings of sums of about 50 terms, 1e-6. */
static void
test_definition (gconstpointer data)
{
  Fixture f;
  g_autofree double *parameters = NULL;
  g_autofree double *expected = NULL;

  fixture_init (&f, data, 2);
  parameters = g_new (double, f.n);
  expected = g_new (double, f.n_pixels);
  fill (f.parameters, f.n, 1, 1.0f);
  for (gsize i = 0; i < f.n; i++)
    parameters[i] = (double) f.parameters[i];
  gbox_image_basis_forward (f.basis, f.team, f.parameters, f.rgb);
  define_forward (f.c, parameters, expected);
  for (gsize i = 0; i < f.n_pixels; i++)
    g_assert_cmpfloat (fabs ((double) f.rgb[i] - expected[i]), <=, 1e-6);
  fixture_clear (&f);
}

/* L = Σ w·rgb with random w. Every parameter, also those in DC, the Nyquist row and column and the
 * self-conjugate columns, is moved by ±1e-4 in the double precision definition: truncation about 1e-8,
 * cancellation 1e-12; so what may differ is the float gradient's rounding, 1e-6 of its largest element. */
static void
test_gradient (gconstpointer data)
{
  Fixture f;
  g_autofree double *parameters = NULL;
  g_autofree double *high = NULL;
  g_autofree double *low = NULL;
  g_autofree float *w = NULL;
  double largest = 0.0;

  fixture_init (&f, data, 2);
  parameters = g_new (double, f.n);
  high = g_new (double, f.n_pixels);
  low = g_new (double, f.n_pixels);
  fill (f.parameters, f.n, 2, 1.0f);
  fill (f.drgb, f.n_pixels, 3, 1.0f);
  w = g_memdup2 (f.drgb, f.n_pixels * sizeof (float));
  for (gsize i = 0; i < f.n; i++)
    parameters[i] = (double) f.parameters[i];
  gbox_image_basis_forward (f.basis, f.team, f.parameters, f.rgb);
  gbox_image_basis_backward (f.basis, f.team, f.rgb, f.drgb, f.gradient);
  for (gsize i = 0; i < f.n; i++)
    largest = MAX (largest, fabs ((double) f.gradient[i]));
  g_assert_cmpfloat (largest, >, 1e-3);
  for (gsize i = 0; i < f.n; i++)
    {
      const double h = 1e-4, old = parameters[i];
      double slope = 0.0;

      parameters[i] = old + h;
      define_forward (f.c, parameters, high);
      parameters[i] = old - h;
      define_forward (f.c, parameters, low);
      parameters[i] = old;
      for (gsize j = 0; j < f.n_pixels; j++)
        slope += (double) w[j] * (high[j] - low[j]) / (2.0 * h);
      g_assert_cmpfloat (fabs ((double) f.gradient[i] - slope), <=, 3e-6 * largest);
    }
  fixture_clear (&f);
}

static double
compute_loss (Fixture *f, const float *w)
{
  double loss = 0.0;

  gbox_image_basis_forward (f->basis, f->team, f->parameters, f->rgb);
  for (gsize i = 0; i < f->n_pixels; i++)
    loss += (double) w[i] * (double) f->rgb[i];
  return loss;
}

/* At real sizes, along a random direction u: (L(p + hu) − L(p − hu)) / 2h with h = 0.05 on parameters of
 * sd 1. Every pixel's rounding is random, 3e-8, so the difference is known to 3e-8·√n_pixels / h, 1e-4;
 * truncation is h² of the third derivative. Both are under 1e-3 of ‖gradient‖, which is what the slope is for
 * a random direction. */
static void
test_directional (void)
{
  const Case sizes[] = {
    { "", GBOX_BASIS_FOURIER, 64, 64, 1.0, TRUE },
    { "", GBOX_BASIS_FOURIER, 45, 63, 1.0, TRUE },
    { "", GBOX_BASIS_FOURIER, 224, 224, 1.0, FALSE },
    { "", GBOX_BASIS_PIXEL, 64, 48, 1.0, TRUE },
  };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      Fixture f;
      const float h = 0.05f;
      double norm = 0.0, expected = 0.0, high, low;

      fixture_init (&f, &sizes[s], 2);

      g_autofree float *u = g_new (float, f.n), *w = g_new (float, f.n_pixels);
      g_autofree float *start = g_new (float, f.n);

      fill (start, f.n, 1, 1.0f);
      fill (u, f.n, 2, 1.0f);
      fill (w, f.n_pixels, 3, 1.0f);
      for (gsize i = 0; i < f.n; i++)
        f.parameters[i] = start[i];
      compute_loss (&f, w);
      for (gsize i = 0; i < f.n_pixels; i++)
        f.drgb[i] = w[i];
      gbox_image_basis_backward (f.basis, f.team, f.rgb, f.drgb, f.gradient);
      for (gsize i = 0; i < f.n; i++)
        {
          expected += (double) u[i] * (double) f.gradient[i];
          norm += (double) f.gradient[i] * (double) f.gradient[i];
        }
      for (gsize i = 0; i < f.n; i++)
        f.parameters[i] = start[i] + h * u[i];
      high = compute_loss (&f, w);
      for (gsize i = 0; i < f.n; i++)
        f.parameters[i] = start[i] - h * u[i];
      low = compute_loss (&f, w);
      g_assert_cmpfloat (fabs ((high - low) / (2.0 * (double) h) - expected), <=, 5e-3 * sqrt (norm));
      fixture_clear (&f);
    }
}

/* The variance of a pixel before the colour map: every coefficient of sd 0.01 adds its scale² times that,
 * once in the self-conjugate columns, of which only the real part of the sum counts, and in the others 4
 * times cos² + sin². */
static double
expect_start_sd (int size)
{
  double sum = 0.0;

  for (int ky = 0; ky < size; ky++)
    for (int kx = 0; kx <= size / 2; kx++)
      {
        const double fy = MIN (ky, size - ky) / (double) size, fx = kx / (double) size;
        const double f = MAX (sqrt (fy * fy + fx * fx), 1.0 / size);

        sum += (kx == 0 || 2 * kx == size ? 1.0 : 4.0) / (f * f);
      }
  return sqrt (sum) * 0.01 / (4.0 * size);
}

/* Also within 5 % of the published sd, which counts the self-conjugate columns as if both halves were free. A
 * 32nd of the variance is in each of the few lowest frequencies, so 24 planes know it to 3 %. The image is
 * almost flat grey. */
static void
test_start (void)
{
  const struct
  {
    int size;
    double sd;
  } published[] = { { 128, 0.0195 }, { 224, 0.0206 } };

  for (gsize s = 0; s < G_N_ELEMENTS (published); s++)
    {
      const Case c = { "", GBOX_BASIS_FOURIER, published[s].size, published[s].size, 1.0, FALSE };
      const double expected = expect_start_sd (published[s].size);
      Fixture f;
      double square = 0.0, sd;

      fixture_init (&f, &c, 2);
      for (guint64 seed = 0; seed < 8; seed++)
        {
          gbox_image_basis_init_parameters (f.basis, seed, f.parameters);
          gbox_image_basis_forward (f.basis, f.team, f.parameters, f.rgb);
          for (gsize i = 0; i < f.n_pixels; i++)
            {
              const double t = log ((double) f.rgb[i] / (1.0 - (double) f.rgb[i]));

              square += t * t;
              g_assert_cmpfloat (fabs ((double) f.rgb[i] - 0.5), <, 0.05);
            }
        }
      sd = sqrt (square / (8.0 * (double) f.n_pixels));
      g_test_message ("sd at %d pixels: %.5f, expected %.5f", published[s].size, sd, expected);
      g_assert_cmpfloat (fabs (expected - published[s].sd), <=, 0.05 * published[s].sd);
      g_assert_cmpfloat (fabs (sd - expected), <=, 0.03 * expected);
      fixture_clear (&f);
    }
}

static void
test_start_of_pixels (void)
{
  const Case c = { "", GBOX_BASIS_PIXEL, 64, 64, 1.0, FALSE };
  Fixture f;
  double square = 0.0;

  fixture_init (&f, &c, 1);
  gbox_image_basis_init_parameters (f.basis, 1, f.parameters);
  for (gsize i = 0; i < f.n; i++)
    square += (double) f.parameters[i] * (double) f.parameters[i];
  g_assert_cmpfloat (fabs (sqrt (square / (double) f.n) - 0.01), <=, 0.0003);
  fixture_clear (&f);
}

static void
test_threads (void)
{
  const Case c = { "", GBOX_BASIS_FOURIER, 90, 75, 1.0, TRUE };
  Fixture f[2];

  for (guint i = 0; i < 2; i++)
    {
      fixture_init (&f[i], &c, 1 + 2 * i);
      gbox_image_basis_init_parameters (f[i].basis, 5, f[i].parameters);
      gbox_image_basis_forward (f[i].basis, f[i].team, f[i].parameters, f[i].rgb);
      fill (f[i].drgb, f[i].n_pixels, 3, 1.0f);
      gbox_image_basis_backward (f[i].basis, f[i].team, f[i].rgb, f[i].drgb, f[i].gradient);
    }
  g_assert_cmpmem (f[0].rgb, f[0].n_pixels * sizeof (float), f[1].rgb, f[1].n_pixels * sizeof (float));
  g_assert_cmpmem (f[0].gradient, f[0].n * sizeof (float), f[1].gradient, f[1].n * sizeof (float));
  fixture_clear (&f[0]);
  fixture_clear (&f[1]);
}

static void
test_impossible_size (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_image_basis_new (GBOX_BASIS_FOURIER, 1, 0, 10, 1.0, TRUE, NULL, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

/* An image becomes parameters that make it again: to 1e-5, as the roundings of two transforms are spread by
 * the slope of the sigmoid, at most ¼. MACO keeps only its phases: those of what comes back are the same,
 * where they are free. */
static void
test_take_image (gconstpointer data)
{
  Fixture f;
  g_autofree float *rgb = NULL;
  float *scratch;
  gsize columns;

  fixture_init (&f, data, 2);
  columns = (gsize) f.c->width / 2 + 1;
  rgb = g_new (float, f.n_pixels);
  scratch = g_aligned_alloc0 (f.n_pixels, sizeof (float), 64);
  fill (rgb, f.n_pixels, 4, 0.15f);
  for (gsize i = 0; i < f.n_pixels; i++)
    rgb[i] = CLAMP (0.5f + rgb[i], 0.05f, 0.95f);
  gbox_image_basis_take_image (f.basis, f.team, rgb, f.parameters, scratch);
  gbox_image_basis_forward (f.basis, f.team, f.parameters, f.rgb);
  if (f.c->basis == GBOX_BASIS_MACO)
    {
      gbox_image_basis_take_image (f.basis, f.team, f.rgb, f.gradient, scratch);
      for (gsize i = 0; i < f.n; i++)
        if (i % columns > 0 && 2 * (i % columns) != (gsize) f.c->width)
          g_assert_cmpfloat (cosf (f.parameters[i] - f.gradient[i]), >, 0.999f);
    }
  else
    for (gsize i = 0; i < f.n_pixels; i++)
      g_assert_cmpfloat (fabsf (f.rgb[i] - rgb[i]), <=, 1e-5f);
  g_aligned_free (scratch);
  fixture_clear (&f);
}

/* Several images are each what one alone is, there and back, bit for bit; the first one begins as one alone.
 */
static void
test_several (gconstpointer data)
{
  Fixture f;
  g_autoptr (GboxImageBasis) basis = NULL;
  float *parameters, *rgb, *drgb, *gradient;

  fixture_init (&f, data, 2);
  basis = gbox_image_basis_new (f.c->basis, 3, f.c->height, f.c->width, f.c->decay_power, f.c->decorrelate,
                                f.c->has_spectrum ? &photo_spectrum : NULL, NULL);
  g_assert_cmpuint (gbox_image_basis_get_n_parameters (basis), ==, 3 * f.n);
  parameters = g_aligned_alloc0 (3 * f.n, sizeof (float), 64);
  gradient = g_aligned_alloc0 (3 * f.n, sizeof (float), 64);
  rgb = g_aligned_alloc0 (3 * f.n_pixels, sizeof (float), 64);
  drgb = g_aligned_alloc0 (3 * f.n_pixels, sizeof (float), 64);
  gbox_image_basis_init_parameters (basis, 7, parameters);
  gbox_image_basis_init_parameters (f.basis, 7, f.parameters);
  g_assert_cmpmem (parameters, f.n * sizeof (float), f.parameters, f.n * sizeof (float));
  g_assert_cmpint (memcmp (parameters + f.n, parameters, f.n * sizeof (float)), !=, 0);
  gbox_image_basis_forward (basis, f.team, parameters, rgb);
  fill (drgb, 3 * f.n_pixels, 3, 1.0f);
  for (gsize i = 0; i < 3; i++)
    {
      memcpy (f.parameters, parameters + i * f.n, f.n * sizeof (float));
      memcpy (f.drgb, drgb + i * f.n_pixels, f.n_pixels * sizeof (float));
      gbox_image_basis_forward (f.basis, f.team, f.parameters, f.rgb);
      g_assert_cmpmem (rgb + i * f.n_pixels, f.n_pixels * sizeof (float), f.rgb, f.n_pixels * sizeof (float));
      gbox_image_basis_backward (f.basis, f.team, f.rgb, f.drgb, f.gradient);
      memcpy (gradient + i * f.n, f.gradient, f.n * sizeof (float));
    }
  memset (parameters, 0, 3 * f.n * sizeof (float));
  gbox_image_basis_backward (basis, f.team, rgb, drgb, parameters);
  g_assert_cmpmem (parameters, 3 * f.n * sizeof (float), gradient, 3 * f.n * sizeof (float));
  g_aligned_free (parameters);
  g_aligned_free (gradient);
  g_aligned_free (rgb);
  g_aligned_free (drgb);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *definition = g_strdup_printf ("/image-basis/definition/%s", cases[i].name);
      g_autofree char *take_image = g_strdup_printf ("/image-basis/take-image/%s", cases[i].name);
      g_autofree char *several = g_strdup_printf ("/image-basis/several/%s", cases[i].name);
      g_autofree char *gradient = g_strdup_printf ("/image-basis/gradient/%s", cases[i].name);

      g_test_add_data_func (definition, &cases[i], test_definition);
      g_test_add_data_func (gradient, &cases[i], test_gradient);
      g_test_add_data_func (several, &cases[i], test_several);
      g_test_add_data_func (take_image, &cases[i], test_take_image);
    }
  g_test_add_func ("/image-basis/directional", test_directional);
  g_test_add_func ("/image-basis/start", test_start);
  g_test_add_func ("/image-basis/start-of-pixels", test_start_of_pixels);
  g_test_add_func ("/image-basis/threads", test_threads);
  g_test_add_func ("/image-basis/impossible-size", test_impossible_size);
  return g_test_run ();
}
