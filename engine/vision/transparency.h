/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the unit looked while an image grew, and the image with the rest faded. */
#pragma once

#include "base/team.h"

G_BEGIN_DECLS

/**
 * gbox_transparency_add:
 * @team: the workers
 * @drgb: planes (n_images, 3, size, size): gradient of the objective
 * @n_images: how many
 * @size: rows and columns
 * @sums: (inout): (n_images, size, size): get the mean over the colours of |@drgb| added
 *
 * The transparency of MACO (Fel et al. 2023), before it is scaled. No allocation; the same bits for any
 * number of threads.
 */
void gbox_transparency_add (GboxTeam *team, const float *drgb, int n_images, int size, float *sums);

/**
 * gbox_transparency_fade:
 * @team: the workers
 * @sums: (size, size): what gbox_transparency_add() summed up of an image
 * @rgb: planes (3, size, size) in 0 … 1
 * @size: rows and columns
 * @out: (out): planes (3, size, size): the image, from grey where it never mattered to all of it where it
 * mattered more than at four pixels of five (xplique `plot_maco`); grey before the first step
 * @scratch: (size, size)
 *
 * No allocation.
 */
void gbox_transparency_fade (
  GboxTeam *team, const float *sums, const float *rgb, int size, float *out, float *scratch);

G_END_DECLS
