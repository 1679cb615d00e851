/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures how strong the waves of a photograph are. */
#include "vision/spectrum-meter.h"

#include <math.h>
#include <string.h>

#include "kernels/colour.h"
#include "kernels/fft.h"

#define SIDE      GBOX_SPECTRUM_METER_SIDE
#define COLUMNS   (SIDE / 2 + 1)
#define N_PIXELS  ((gsize) SIDE * SIDE)
#define N_WAVES   ((gsize) SIDE * COLUMNS)
#define ALIGNMENT 64 /* what the Fourier transform asks for */

/* In cycles per pixel: the first band begins below the slowest waves, the last one ends beyond the fastest.
 */
#define FIRST (0.75 / SIDE)
#define LAST  0.7072

/* Where all is grey nothing has a colour, and an amplitude is above 0. */
#define LEAST_AMPLITUDE 1e-6

struct _GboxSpectrumMeter
{
  GboxFft *fft;
  float *planes;   /* (3, SIDE, SIDE) */
  float *spectrum; /* (3, SIDE, COLUMNS, 2) */
  double window[SIDE];
  int band_of_wave[SIDE * COLUMNS]; /* −1 for the mean */
  guint n_waves[GBOX_SPECTRUM_METER_N_BANDS];
  double frequencies[GBOX_SPECTRUM_METER_N_BANDS];
};

static void
choose_bands (GboxSpectrumMeter *self)
{
  for (int ky = 0; ky < SIDE; ky++)
    for (int kx = 0; kx < COLUMNS; kx++)
      {
        const double f = hypot (MIN (ky, SIDE - ky), kx) / SIDE;
        int band = -1;

        if (f > 0.0)
          {
            band = (int) floor (GBOX_SPECTRUM_METER_N_BANDS * log (f / FIRST) / log (LAST / FIRST));
            self->n_waves[band]++;
            self->frequencies[band] += log (f);
          }
        self->band_of_wave[ky * COLUMNS + kx] = band;
      }
  for (int band = 0; band < GBOX_SPECTRUM_METER_N_BANDS; band++)
    self->frequencies[band] = exp (self->frequencies[band] / self->n_waves[band]);
}

GboxSpectrumMeter *
gbox_spectrum_meter_new (GError **error)
{
  g_autoptr (GboxSpectrumMeter) self = g_new0 (GboxSpectrumMeter, 1);

  self->fft = gbox_fft_new (3, SIDE, SIDE, error);
  if (self->fft == NULL)
    return NULL;
  self->planes = g_aligned_alloc (3 * N_PIXELS, sizeof (float), ALIGNMENT);
  self->spectrum = g_aligned_alloc (6 * N_WAVES, sizeof (float), ALIGNMENT);
  for (int i = 0; i < SIDE; i++)
    self->window[i] = pow (sin (G_PI * (i + 0.5) / SIDE), 2.0);
  choose_bands (self);
  return g_steal_pointer (&self);
}

void
gbox_spectrum_meter_free (GboxSpectrumMeter *self)
{
  if (self == NULL)
    return;
  gbox_fft_free (self->fft);
  g_aligned_free (self->planes);
  g_aligned_free (self->spectrum);
  g_free (self);
}

/* The planes that the photograph is made of. */
static void
take_pixels (GboxSpectrumMeter *self, const guint8 *pixels)
{
  for (gsize i = 0; i < N_PIXELS; i++)
    for (gsize c = 0; c < 3; c++)
      self->planes[c * N_PIXELS + i] = (float) pixels[3 * i + c] / 255.0f;
  gbox_colour_inverse (TRUE, self->planes, self->planes, N_PIXELS);
}

/* Without the mean, as the window sees it. */
static void
look_through_window (GboxSpectrumMeter *self, float *plane)
{
  double sum = 0.0, weights = 0.0;
  float mean;

  for (gsize i = 0; i < N_PIXELS; i++)
    {
      const double weight = self->window[i / SIDE] * self->window[i % SIDE];

      sum += weight * (double) plane[i];
      weights += weight;
    }
  mean = (float) (sum / weights);
  for (gsize i = 0; i < N_PIXELS; i++)
    plane[i] = (plane[i] - mean) * (float) (self->window[i / SIDE] * self->window[i % SIDE]);
}

/* Of the window's squares: what the sum of a plane's is instead of N_PIXELS times the mean. */
static double
get_window_power (const GboxSpectrumMeter *self)
{
  double sum = 0.0;

  for (int i = 0; i < SIDE; i++)
    sum += self->window[i] * self->window[i];
  return sum * sum;
}

void
gbox_spectrum_meter_add (
  GboxSpectrumMeter *self, GboxTeam *team, const guint8 *pixels, double weight, GboxSpectrumBands *bands)
{
  const double scale = weight / sqrt (get_window_power (self));

  take_pixels (self, pixels);
  for (gsize p = 0; p < 3; p++)
    look_through_window (self, self->planes + p * N_PIXELS);
  gbox_fft_forward (self->fft, team, self->planes, NULL, self->spectrum);
  for (gsize p = 0; p < 3; p++)
    for (gsize i = 0; i < N_WAVES; i++)
      {
        const float *wave = self->spectrum + 2 * (p * N_WAVES + i);
        const int band = self->band_of_wave[i];

        if (band >= 0)
          bands->amplitudes[band][p]
            += scale * hypot ((double) wave[0], (double) wave[1]) / self->n_waves[band];
      }
}

void
gbox_spectrum_meter_conclude (const GboxSpectrumMeter *self,
                              const GboxSpectrumBands *bands,
                              GboxPhotoSpectrum *spectrum)
{
  *spectrum = (GboxPhotoSpectrum){ .n_bands = GBOX_SPECTRUM_METER_N_BANDS };
  for (int band = 0; band < GBOX_SPECTRUM_METER_N_BANDS; band++)
    {
      spectrum->frequencies[band] = self->frequencies[band];
      for (int p = 0; p < 3; p++)
        spectrum->amplitudes[band][p] = MAX (bands->amplitudes[band][p], LEAST_AMPLITUDE);
    }
}
