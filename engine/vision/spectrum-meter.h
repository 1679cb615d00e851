/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures how strong the waves of a photograph are. */
#pragma once

#include "base/team.h"
#include "vision/photo-spectrum.h"

G_BEGIN_DECLS

/* Pixels of the squares that are measured, each way. */
#define GBOX_SPECTRUM_METER_SIDE 256

/* Bands that are told apart, of equal width in the logarithm of the frequency. */
#define GBOX_SPECTRUM_METER_N_BANDS 16

/**
 * GboxSpectrumBands:
 * @amplitudes: of each band in each plane, see #GboxPhotoSpectrum
 */
typedef struct
{
  double amplitudes[GBOX_SPECTRUM_METER_N_BANDS][3];
} GboxSpectrumBands;

/* Belongs to one thread. */
typedef struct _GboxSpectrumMeter GboxSpectrumMeter;

/* Transfer full, nullable: %GBOX_ERROR_MEMORY. */
GboxSpectrumMeter *gbox_spectrum_meter_new (GError **error);
void gbox_spectrum_meter_free (GboxSpectrumMeter *self);

/**
 * gbox_spectrum_meter_add:
 * @team: the workers
 * @pixels: (side, side, 3): a square of a photograph, RGB
 * @weight: how much it counts
 * @bands: (inout): gets @weight times the mean amplitudes of each band added
 *
 * Under a Hann window, so that the edges, which do not meet, are no wave of the photograph. No allocation.
 */
void gbox_spectrum_meter_add (
  GboxSpectrumMeter *self, GboxTeam *team, const guint8 *pixels, double weight, GboxSpectrumBands *bands);

/**
 * gbox_spectrum_meter_conclude:
 * @bands: means over photographs
 * @spectrum: (out): the spectrum
 */
void gbox_spectrum_meter_conclude (const GboxSpectrumMeter *self,
                                   const GboxSpectrumBands *bands,
                                   GboxPhotoSpectrum *spectrum);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxSpectrumMeter, gbox_spectrum_meter_free)

G_END_DECLS
