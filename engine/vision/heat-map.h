/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map of values drawn over a photograph. */
#pragma once

#include "models/image.h"

G_BEGIN_DECLS

/* Replaces each value by the mean over the square of 2·@radius + 1 around it, as far as it lies inside; by
 * pixels what is said of a class is too fine to be seen. @values is (height, width). */
void gbox_heat_map_smooth (float *values, int height, int width, int radius);

/**
 * gbox_heat_map_draw:
 * @image: the photograph, which is drawn over
 * @values: (height, width): of equal parts of it
 * @height: rows
 * @width: columns
 *
 * Orange for what is positive, blue for what is negative; what is as large as the largest covers most. The
 * photograph's own colours are faded, unless all values are 0.
 */
void gbox_heat_map_draw (GboxImage *image, const float *values, int height, int width);

G_END_DECLS
