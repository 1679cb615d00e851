/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image parameterizations: from the parameters that are optimised to an RGB image, and the gradient back. */
#pragma once

#include "base/arena.h"
#include "base/team.h"
#include "vision/photo-spectrum.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxImageBasis:
 *
 * Parameters of images of height × width, which lie one after the other; the shapes below are one image's.
 * For the Fourier basis: the half spectrum (3, H, W/2+1) of (re, im) pairs, scaled by √(H·W) / max (f, 1/max
 * (H, W))^decay, inverse-transformed, divided by H·W (an ortho transform without its square root factor) and
 * by 4. For the pixel basis: the planes (3, H, W). For MACO (Fel et al. 2023): the phases (3, H, W/2+1) of a
 * spectrum whose amplitudes are fixed to what they are in photographs (see #GboxPhotoSpectrum), at any size,
 * times √(H·W); or to 1 / max (f, 1/max (H, W))^decay (Field 1987: decay 1), scaled to the contrast of
 * photographs. As in the paper nothing is left of a mean, and each pair of waves that are each other's mirror
 * image is one phase. All then go through the colour map and the sigmoid (kernels/colour.h).
 */
typedef struct _GboxImageBasis GboxImageBasis;

/* @spectrum: (nullable): the amplitudes of MACO; %NULL for the formula, which alone @decay_power is about
 * there. It is looked at now only. */
GboxImageBasis *gbox_image_basis_new (GboxBasis basis,
                                      int n_images,
                                      int height,
                                      int width,
                                      double decay_power,
                                      gboolean decorrelate,
                                      const GboxPhotoSpectrum *spectrum,
                                      GError **error);
void gbox_image_basis_free (GboxImageBasis *self);

gsize gbox_image_basis_get_n_parameters (const GboxImageBasis *self);
/* The shape of the parameters, (3, H, W/2+1, 2), (3, H, W) or (3, H, W/2+1), with three times the images for
 * 3. Returns how many of @dims are meant. */
guint gbox_image_basis_get_shape (const GboxImageBasis *self, guint64 dims[4]);
/* N(0, 0.01), or phases of −π … π, from the seed, independent of the number of threads. The first image is
 * the same however many there are. */
void gbox_image_basis_init_parameters (const GboxImageBasis *self, guint64 seed, float *parameters);
/**
 * gbox_image_basis_take_image:
 * @rgb: planes (3, H, W) in 0 … 1
 * @parameters: (out): what gbox_image_basis_forward() makes it of; for MACO its phases, whatever its
 * amplitudes were
 * @scratch: (3, H, W), aligned to 64 bytes
 *
 * Black and white become half a step of 8 bits less.
 */
void gbox_image_basis_take_image (
  GboxImageBasis *self, GboxTeam *team, const float *rgb, float *parameters, float *scratch);
/* parameters → rgb planes (3, H, W) in 0 … 1. No allocation. All pointers aligned to 64 bytes. Returns
 * whether every value is a number. */
gboolean gbox_image_basis_forward (GboxImageBasis *self, GboxTeam *team, const float *parameters, float *rgb);
/* drgb (3, H, W) → dparameters; interior columns of the half spectrum stand for two frequencies and count
 * twice. rgb as forward wrote it; drgb is overwritten. */
void gbox_image_basis_backward (
  GboxImageBasis *self, GboxTeam *team, const float *rgb, float *drgb, float *dparameters);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxImageBasis, gbox_image_basis_free)

G_END_DECLS
