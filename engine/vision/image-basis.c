/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image parameterizations: from the parameters that are optimised to an RGB image, and the gradient back. */
#include "vision/image-basis.h"

#include <math.h>

#include "base/error.h"
#include "base/philox.h"
#include "kernels/colour.h"
#include "kernels/fft.h"
#include "vision/purpose.h"

#define START_SD 0.01f

struct _GboxImageBasis
{
  GboxBasis basis;
  int height;
  int width;
  gboolean decorrelate;
  /* Fourier only: */
  GboxFft *fft;
  int columns;  /* of the half spectrum */
  float *scale; /* (height, columns): what each coefficient is multiplied by */
  float
    *gradient_scale; /* (height, columns): the same, twice that where a column stands for two frequencies */
};

/* √(H·W) / max (f, 1/max (H, W))^decay, f in cycles a pixel, over 4 and over the H·W that the inverse
 * transform does not divide by. */
static void
fill_scale (GboxImageBasis *self, double decay_power)
{
  const double h = self->height, w = self->width;
  const double lowest = 1.0 / MAX (h, w);
  gsize i = 0;

  for (int ky = 0; ky < self->height; ky++)
    for (int kx = 0; kx < self->columns; kx++, i++)
      {
        const double fy = MIN (ky, self->height - ky) / h, fx = kx / w;
        const double f = MAX (sqrt (fy * fy + fx * fx), lowest);
        const gboolean self_conjugate = kx == 0 || 2 * kx == self->width;

        self->scale[i] = (float) (sqrt (h * w) / pow (f, decay_power) / 4.0 / (h * w));
        self->gradient_scale[i] = (self_conjugate ? 1.0f : 2.0f) * self->scale[i];
      }
}

static gboolean
init_fourier (GboxImageBasis *self, double decay_power, GError **error)
{
  gsize n;

  self->fft = gbox_fft_new (3, self->height, self->width, error);
  if (self->fft == NULL)
    return FALSE;
  self->columns = gbox_fft_get_n_columns (self->fft);
  n = (gsize) self->height * (gsize) self->columns;
  self->scale = g_new (float, n);
  self->gradient_scale = g_new (float, n);
  fill_scale (self, decay_power);
  return TRUE;
}

GboxImageBasis *
gbox_image_basis_new (
  GboxBasis basis, int height, int width, double decay_power, gboolean decorrelate, GError **error)
{
  g_autoptr (GboxImageBasis) self = NULL;

  if (height < 1 || width < 1)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "An image cannot be %d × %d pixels large.",
                   width, height);
      return NULL;
    }
  self = g_new0 (GboxImageBasis, 1);
  self->basis = basis;
  self->height = height;
  self->width = width;
  self->decorrelate = decorrelate;
  if (basis == GBOX_BASIS_FOURIER && !init_fourier (self, decay_power, error))
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
  g_free (self);
}

guint
gbox_image_basis_get_shape (const GboxImageBasis *self, guint64 dims[4])
{
  const gboolean fourier = self->basis == GBOX_BASIS_FOURIER;

  dims[0] = 3;
  dims[1] = (guint64) self->height;
  dims[2] = (guint64) (fourier ? self->columns : self->width);
  dims[3] = 2;
  return fourier ? 4 : 3;
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
  gbox_philox_fill_normal (&random, parameters, gbox_image_basis_get_n_parameters (self), 0.0f, START_SD);
}

gboolean
gbox_image_basis_forward (GboxImageBasis *self, GboxTeam *team, const float *parameters, float *rgb)
{
  const gsize n = (gsize) self->height * (gsize) self->width;

  if (self->basis == GBOX_BASIS_FOURIER)
    {
      gbox_fft_inverse (self->fft, team, parameters, self->scale, rgb);
      return gbox_colour_forward (team, self->decorrelate, rgb, rgb, n);
    }

  return gbox_colour_forward (team, self->decorrelate, parameters, rgb, n);
}

/* With t = F⁻¹ (s ∘ X) over the full Hermitian spectrum: an interior column's coefficient stands also for its
 * mirror image, so ∂t[n]/∂Re X = 2s·cos (2π k·n), ∂t[n]/∂Im X = −2s·sin (2π k·n), and Σ dt[n]·that is 2s
 * times the forward transform of dt. In a self-conjugate column only the Hermitian part of X counts and both
 * halves are parameters, so the factor is 1. */
void
gbox_image_basis_backward (
  GboxImageBasis *self, GboxTeam *team, const float *rgb, float *drgb, float *dparameters)
{
  const gsize n = (gsize) self->height * (gsize) self->width;

  if (self->basis == GBOX_BASIS_FOURIER)
    {
      gbox_colour_backward (team, self->decorrelate, rgb, drgb, drgb, n);
      gbox_fft_forward (self->fft, team, drgb, self->gradient_scale, dparameters);
    }
  else
    {
      gbox_colour_backward (team, self->decorrelate, rgb, drgb, dparameters, n);
    }
}
