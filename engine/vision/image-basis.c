/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image parameterizations: from the parameters that are optimised to an RGB image, and the gradient back. */
#include "vision/image-basis.h"

#include <math.h>

#include "base/error.h"
#include "base/philox.h"
#include "kernels/colour.h"
#include "kernels/fft.h"
#include "vision/purpose.h"

#define START_SD  0.01f
#define ALIGNMENT 64 /* what the Fourier transform asks for */

/* Standard deviation of what goes into the sigmoid for the contrast of photographs, 0.226 of black to white
 * (the mean of ImageNet's three, .229, .224 and .225): a normal number of 1.2 comes out of it with 0.228.
 * Mixing colours makes 0.597 of it, the norm of the mixing matrix's rows. */
#define NATURAL_SD       1.2
#define NATURAL_SD_MIXED (NATURAL_SD / 0.597)

struct _GboxImageBasis
{
  GboxBasis basis;
  int n_images;
  int height;
  int width;
  gboolean decorrelate;
  /* Fourier and MACO only: */
  GboxFft *fft;
  int columns; /* of the half spectrum */
  /* Fourier only: */
  float *scale; /* (height, columns): what each coefficient is multiplied by */
  float
    *gradient_scale; /* (height, columns): the same, twice that where a column stands for two frequencies */
  /* MACO only: */
  float *amplitudes; /* (3, height, columns): of each coefficient, over H·W */
  float *spectrum;   /* (3 · n_images, height, columns, 2) */
  float *dspectrum;  /* its gradient, but for what the columns count */
};

/* 1 / max (f, 1/max (H, W))^decay */
static double
get_weight (const GboxImageBasis *self, int ky, int kx, double decay_power)
{
  const double h = self->height, w = self->width;
  const double fy = MIN (ky, self->height - ky) / h, fx = kx / w;

  return 1.0 / pow (MAX (sqrt (fy * fy + fx * fx), 1.0 / MAX (h, w)), decay_power);
}

static gboolean
is_self_conjugate (const GboxImageBasis *self, int kx)
{
  return kx == 0 || 2 * kx == self->width;
}

/* What the weights of the Fourier basis are multiplied by: √(H·W), over 4 and over the H·W that the inverse
 * transform does not divide by. */
static double
get_fourier_factor (const GboxImageBasis *self)
{
  const double n = (double) self->height * (double) self->width;

  return sqrt (n) / 4.0 / n;
}

/* The same for phases, where the squares of the amplitudes sum up to the variance; without that of the mean.
 */
static double
get_phase_factor (const GboxImageBasis *self, double decay_power)
{
  double variance = 0.0;

  for (int ky = 0; ky < self->height; ky++)
    for (int kx = 0; kx < self->columns; kx++)
      if (ky > 0 || kx > 0)
        variance
          += (is_self_conjugate (self, kx) ? 1.0 : 2.0) * pow (get_weight (self, ky, kx, decay_power), 2.0);
  return (self->decorrelate ? NATURAL_SD_MIXED : NATURAL_SD) / sqrt (variance);
}

static void
fill_scale (GboxImageBasis *self, double decay_power)
{
  const double factor = get_fourier_factor (self);
  gsize i = 0;

  for (int ky = 0; ky < self->height; ky++)
    for (int kx = 0; kx < self->columns; kx++, i++)
      {
        self->scale[i] = (float) (factor * get_weight (self, ky, kx, decay_power));
        self->gradient_scale[i] = (is_self_conjugate (self, kx) ? 1.0f : 2.0f) * self->scale[i];
      }
}

/* Of a spectrum; planes that are not mixed are what mixing makes of independent ones. */
static double
get_amplitude (const GboxImageBasis *self, const GboxPhotoSpectrum *spectrum, double frequency, int plane)
{
  double square = 0.0;

  if (self->decorrelate)
    return gbox_photo_spectrum_get (spectrum, frequency, plane);
  for (int k = 0; k < 3; k++)
    square
      += pow ((double) gbox_colour_get_mixing (plane, k) * gbox_photo_spectrum_get (spectrum, frequency, k),
              2.0);
  return sqrt (square);
}

/* @spectrum: (nullable): NULL for the formula */
static void
fill_amplitudes (GboxImageBasis *self, const GboxPhotoSpectrum *spectrum, double decay_power)
{
  const double h = self->height, w = self->width;
  const double factor = spectrum == NULL ? get_phase_factor (self, decay_power) : 1.0 / sqrt (h * w);
  float *out = self->amplitudes;

  for (int plane = 0; plane < 3; plane++)
    for (int ky = 0; ky < self->height; ky++)
      for (int kx = 0; kx < self->columns; kx++)
        {
          const double f = hypot (MIN (ky, self->height - ky) / h, kx / w);

          if (f == 0.0)
            *out++ = 0.0f;
          else if (spectrum == NULL)
            *out++ = (float) (factor * get_weight (self, ky, kx, decay_power));
          else
            *out++ = (float) (factor * get_amplitude (self, spectrum, f, plane));
        }
}

static int
count_planes (const GboxImageBasis *self)
{
  return 3 * self->n_images;
}

static gboolean
init_transform (GboxImageBasis *self, GError **error)
{
  self->fft = gbox_fft_new (count_planes (self), self->height, self->width, error);
  if (self->fft == NULL)
    return FALSE;
  self->columns = gbox_fft_get_n_columns (self->fft);
  return TRUE;
}

static gboolean
init_fourier (GboxImageBasis *self, double decay_power, GError **error)
{
  gsize n;

  if (!init_transform (self, error))
    return FALSE;
  n = (gsize) self->height * (gsize) self->columns;
  self->scale = g_new (float, n);
  self->gradient_scale = g_new (float, n);
  fill_scale (self, decay_power);
  return TRUE;
}

static gboolean
init_maco (GboxImageBasis *self, const GboxPhotoSpectrum *spectrum, double decay_power, GError **error)
{
  gsize n;

  if (!init_transform (self, error))
    return FALSE;
  n = (gsize) self->height * (gsize) self->columns;
  self->amplitudes = g_new (float, 3 * n);
  self->spectrum = g_aligned_alloc0 (2 * n * (gsize) count_planes (self), sizeof (float), ALIGNMENT);
  self->dspectrum = g_aligned_alloc0 (2 * n * (gsize) count_planes (self), sizeof (float), ALIGNMENT);
  fill_amplitudes (self, spectrum, decay_power);
  return TRUE;
}

GboxImageBasis *
gbox_image_basis_new (GboxBasis basis,
                      int n_images,
                      int height,
                      int width,
                      double decay_power,
                      gboolean decorrelate,
                      const GboxPhotoSpectrum *spectrum,
                      GError **error)
{
  g_autoptr (GboxImageBasis) self = NULL;

  g_return_val_if_fail (n_images > 0, NULL);

  if (height < 1 || width < 1)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "An image cannot be %d × %d pixels large.",
                   width, height);
      return NULL;
    }
  self = g_new0 (GboxImageBasis, 1);
  self->basis = basis;
  self->n_images = n_images;
  self->height = height;
  self->width = width;
  self->decorrelate = decorrelate;
  if (basis == GBOX_BASIS_FOURIER && !init_fourier (self, decay_power, error))
    return NULL;
  if (basis == GBOX_BASIS_MACO && !init_maco (self, spectrum, decay_power, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
gbox_image_basis_free (GboxImageBasis *self)
{
  if (self == NULL)
    return;
  gbox_fft_free (self->fft);
  g_free (self->scale);
  g_free (self->gradient_scale);
  g_free (self->amplitudes);
  g_aligned_free (self->spectrum);
  g_aligned_free (self->dspectrum);
  g_free (self);
}

guint
gbox_image_basis_get_shape (const GboxImageBasis *self, guint64 dims[4])
{
  dims[0] = (guint64) count_planes (self);
  dims[1] = (guint64) self->height;
  dims[2] = (guint64) (self->basis == GBOX_BASIS_PIXEL ? self->width : self->columns);
  dims[3] = 2;
  return self->basis == GBOX_BASIS_FOURIER ? 4 : 3;
}

gsize
gbox_image_basis_get_n_parameters (const GboxImageBasis *self)
{
  guint64 dims[4];
  const guint n_dims = gbox_image_basis_get_shape (self, dims);
  gsize n = 1;

  for (guint i = 0; i < n_dims; i++)
    n *= dims[i];
  return n;
}

void
gbox_image_basis_init_parameters (const GboxImageBasis *self, guint64 seed, float *parameters)
{
  GboxPhilox random;

  gbox_philox_init (&random, seed, GBOX_PURPOSE_START, 0);
  if (self->basis == GBOX_BASIS_MACO)
    {
      for (gsize i = 0; i < gbox_image_basis_get_n_parameters (self); i++)
        parameters[i] = (float) G_PI * (2.0f * gbox_philox_uniform (&random) - 1.0f);
      return;
    }
  gbox_philox_fill_normal (&random, parameters, gbox_image_basis_get_n_parameters (self), 0.0f, START_SD);
}

typedef struct
{
  const GboxImageBasis *basis;
  const float *phases;
  float *dphases;
} PhaseWork;

/* In a self-conjugate column the coefficients of ky and −ky are each other's conjugate: the first half of
 * them has the phases, and what the parameters of the other half are means nothing. */
static gboolean
is_tied (const GboxImageBasis *self, int ky, int kx)
{
  return is_self_conjugate (self, kx) && 2 * ky > self->height;
}

static void
fill_row (gpointer data, guint task, guint worker)
{
  const PhaseWork *work = data;
  const GboxImageBasis *self = work->basis;
  const int plane = (int) task / self->height, ky = (int) task % self->height;
  const float *mirrored = work->phases + (plane * self->height + self->height - ky) * self->columns;
  const float *row = work->phases + (gsize) task * (gsize) self->columns;
  const float *amplitudes = self->amplitudes + (plane % 3 * self->height + ky) * self->columns;
  float *out = self->spectrum + 2 * (gsize) task * (gsize) self->columns;

  for (int kx = 0; kx < self->columns; kx++)
    {
      const float phase = is_tied (self, ky, kx) ? -mirrored[kx] : row[kx];

      out[2 * kx] = amplitudes[kx] * cosf (phase);
      out[2 * kx + 1] = amplitudes[kx] * sinf (phase);
    }
}

/* X = A·e^(iφ), so ∂L/∂φ = Re X · ∂L/∂Im X − Im X · ∂L/∂Re X; what is tied to it has −φ. */
static void
collect_row (gpointer data, guint task, guint worker)
{
  const PhaseWork *work = data;
  const GboxImageBasis *self = work->basis;
  const int plane = (int) task / self->height, ky = (int) task % self->height;
  const int mirrored = plane * self->height + (self->height - ky) % self->height;
  const float *x = self->spectrum + 2 * (gsize) task * (gsize) self->columns;
  const float *dx = self->dspectrum + 2 * (gsize) task * (gsize) self->columns;
  const float *dmirrored = self->dspectrum + 2 * (gsize) mirrored * (gsize) self->columns;
  float *out = work->dphases + (gsize) task * (gsize) self->columns;

  for (int kx = 0; kx < self->columns; kx++)
    {
      const float re = x[2 * kx], im = x[2 * kx + 1];

      out[kx] = is_tied (self, ky, kx) ? 0.0f : re * dx[2 * kx + 1] - im * dx[2 * kx];
      if (!is_self_conjugate (self, kx))
        out[kx] *= 2.0f;
      else if (ky > 0 && 2 * ky < self->height)
        out[kx] -= re * dmirrored[2 * kx + 1] + im * dmirrored[2 * kx];
    }
}

static guint
count_rows (const GboxImageBasis *self)
{
  return (guint) (count_planes (self) * self->height);
}

static gboolean
colour_images (const GboxImageBasis *self, GboxTeam *team, const float *t, float *rgb)
{
  const gsize n = (gsize) self->height * (gsize) self->width;
  gboolean is_finite = TRUE;

  for (gsize i = 0; i < (gsize) self->n_images; i++)
    is_finite &= gbox_colour_forward (team, self->decorrelate, t + 3 * n * i, rgb + 3 * n * i, n);
  return is_finite;
}

gboolean
gbox_image_basis_forward (GboxImageBasis *self, GboxTeam *team, const float *parameters, float *rgb)
{
  if (self->basis == GBOX_BASIS_FOURIER)
    {
      gbox_fft_inverse (self->fft, team, parameters, self->scale, rgb);
      return colour_images (self, team, rgb, rgb);
    }
  if (self->basis == GBOX_BASIS_MACO)
    {
      PhaseWork work = { .basis = self, .phases = parameters };

      gbox_team_run (team, count_rows (self), fill_row, &work);
      gbox_fft_inverse (self->fft, team, self->spectrum, NULL, rgb);
      return colour_images (self, team, rgb, rgb);
    }

  return colour_images (self, team, parameters, rgb);
}

static void
colour_images_backward (
  const GboxImageBasis *self, GboxTeam *team, const float *rgb, const float *drgb, float *dt)
{
  const gsize n = (gsize) self->height * (gsize) self->width;

  for (gsize i = 0; i < (gsize) self->n_images; i++)
    gbox_colour_backward (team, self->decorrelate, rgb + 3 * n * i, drgb + 3 * n * i, dt + 3 * n * i, n);
}

/* With t = F⁻¹ (s ∘ X) over the full Hermitian spectrum: an interior column's coefficient stands also for its
 * mirror image, so ∂t[n]/∂Re X = 2s·cos (2π k·n), ∂t[n]/∂Im X = −2s·sin (2π k·n), and Σ dt[n]·that is 2s
 * times the forward transform of dt. In a self-conjugate column only the Hermitian part of X counts and both
 * halves are parameters, so the factor is 1. */
void
gbox_image_basis_backward (
  GboxImageBasis *self, GboxTeam *team, const float *rgb, float *drgb, float *dparameters)
{
  if (self->basis == GBOX_BASIS_FOURIER)
    {
      colour_images_backward (self, team, rgb, drgb, drgb);
      gbox_fft_forward (self->fft, team, drgb, self->gradient_scale, dparameters);
    }
  else if (self->basis == GBOX_BASIS_MACO)
    {
      PhaseWork work = { .basis = self, .dphases = dparameters };

      colour_images_backward (self, team, rgb, drgb, drgb);
      gbox_fft_forward (self->fft, team, drgb, NULL, self->dspectrum);
      gbox_team_run (team, count_rows (self), collect_row, &work);
    }
  else
    {
      colour_images_backward (self, team, rgb, drgb, dparameters);
    }
}

/* Divided by what forward multiplies with, and by the H·W that it does not divide by. */
static void
divide_by_scale (const GboxImageBasis *self, float *spectrum)
{
  const gsize n = (gsize) self->height * (gsize) self->columns;
  const float n_pixels = (float) self->height * (float) self->width;

  for (gsize i = 0; i < (gsize) count_planes (self) * n; i++)
    for (gsize part = 0; part < 2; part++)
      spectrum[2 * i + part] /= self->scale[i % n] * n_pixels;
}

void
gbox_image_basis_take_image (
  GboxImageBasis *self, GboxTeam *team, const float *rgb, float *parameters, float *scratch)
{
  const gsize n = (gsize) self->height * (gsize) self->width;
  float *t = self->basis == GBOX_BASIS_PIXEL ? parameters : scratch;

  for (gsize i = 0; i < (gsize) self->n_images; i++)
    gbox_colour_inverse (self->decorrelate, rgb + 3 * n * i, t + 3 * n * i, n);
  if (self->basis == GBOX_BASIS_FOURIER)
    {
      gbox_fft_forward (self->fft, team, scratch, NULL, parameters);
      divide_by_scale (self, parameters);
    }
  else if (self->basis == GBOX_BASIS_MACO)
    {
      gbox_fft_forward (self->fft, team, scratch, NULL, self->dspectrum);
      for (gsize i = 0; i < gbox_image_basis_get_n_parameters (self); i++)
        parameters[i] = atan2f (self->dspectrum[2 * i + 1], self->dspectrum[2 * i]);
    }
}
