/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How strong the waves of photographs are, by how fast they are. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* As many bands as there may be. */
#define GBOX_PHOTO_SPECTRUM_MAX_BANDS 64

/* Names of spectra, where another text is a file or folder of photographs to measure. */
#define GBOX_SPECTRUM_TABLE   "table"   /* the one that Glassbox brings */
#define GBOX_SPECTRUM_FORMULA "formula" /* none: 1/f^decay at the contrast of photographs */
#define GBOX_SPECTRUM_PHOTOS  "photos"  /* of the photographs in the index */

/**
 * GboxPhotoSpectrum:
 * @n_bands: how many bands are known, at least 2
 * @frequencies: (n_bands): of each, in cycles per pixel, rising
 * @amplitudes: (n_bands, 3): of each in each plane, above 0
 *
 * The mean of |F| / √(H·W) over photographs, F the Fourier transform of the planes that the colour map
 * (kernels/colour.h), with decorrelation, makes the photograph of; without their mean. Divided so it does not
 * depend on the size, as the waves of photographs are about as strong at whatever size they are looked at
 * (Field 1987).
 *
 * By the frequency alone, not by the direction too: in the photographs behind the table the waves that
 * horizons are made of are at most 1.3 times as strong as others of their frequency, while the slowest waves
 * are 500 times as strong as the fastest. Without directions a spectrum is short enough to be part of a
 * recipe.
 */
typedef struct
{
  guint n_bands;
  double frequencies[GBOX_PHOTO_SPECTRUM_MAX_BANDS];
  double amplitudes[GBOX_PHOTO_SPECTRUM_MAX_BANDS][3];
} GboxPhotoSpectrum;

/**
 * gbox_photo_spectrum_init_table:
 * @self: (out): what scripts/photo-spectrum.py measured
 */
void gbox_photo_spectrum_init_table (GboxPhotoSpectrum *self);

/**
 * gbox_photo_spectrum_parse:
 * @self: (out): a spectrum
 * @text: its bands, "0.0039:76:128:114,0.0055:66:114:103"
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT
 */
gboolean gbox_photo_spectrum_parse (GboxPhotoSpectrum *self, const char *text, GError **error);

/* Free with g_free(). */
char *gbox_photo_spectrum_to_text (const GboxPhotoSpectrum *self);

/**
 * gbox_photo_spectrum_is_settled:
 * @text: a spec's spectrum
 *
 * Returns: whether it says all by itself: a name or bands, not photographs that are to be measured
 */
gboolean gbox_photo_spectrum_is_settled (const char *text);

/* The amplitude of plane @plane at @frequency: along straight lines of the logarithms, and beyond either end
 * as 1/f. */
double gbox_photo_spectrum_get (const GboxPhotoSpectrum *self, double frequency, int plane);

G_END_DECLS
