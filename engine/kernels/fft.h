/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two-dimensional real Fourier transforms of several planes, through FFTW. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/**
 * GboxFft:
 *
 * Plans for planes of one size. Made once (the planner is behind a lock), used from one team at a time.
 * Estimated plans only: the same machine gives the same bits in every process.
 */
typedef struct _GboxFft GboxFft;

/**
 * gbox_fft_new:
 * @n_planes: planes transformed together
 * @height: rows
 * @width: columns
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): transforms; free with gbox_fft_free()
 */
GboxFft *gbox_fft_new (int n_planes, int height, int width, GError **error);
void gbox_fft_free (GboxFft *fft);

/* Columns of the half spectrum: width / 2 + 1. */
int gbox_fft_get_n_columns (const GboxFft *fft);

/**
 * gbox_fft_forward:
 * @planes: (P, H, W), kept
 * @scale: (nullable): (H, W/2+1), what every plane's spectrum is multiplied by
 * @spectrum: (out): (P, H, W/2+1) of (re, im) pairs, X[k] = scale[k] · Σ x[n] e^(−2πi k·n), not normalised
 */
void
gbox_fft_forward (GboxFft *fft, GboxTeam *team, const float *planes, const float *scale, float *spectrum);

/**
 * gbox_fft_inverse:
 * @spectrum: (P, H, W/2+1) of (re, im) pairs, kept
 * @scale: (nullable): (H, W/2+1), what every plane's spectrum is multiplied by
 * @planes: (out): (P, H, W), aligned to 64 bytes, x[n] = Σ_k scale[k] · X[k] e^(2πi k·n) over the full
 * Hermitian spectrum, not normalised; what breaks the symmetry in the self-conjugate columns counts as its
 * Hermitian part
 */
void
gbox_fft_inverse (GboxFft *fft, GboxTeam *team, const float *spectrum, const float *scale, float *planes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxFft, gbox_fft_free)

G_END_DECLS
