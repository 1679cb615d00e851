/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bilinear sampling of an image along an affine map, and its exact adjoint. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"

G_BEGIN_DECLS

/**
 * GboxAffine:
 *
 * Where an output pixel looks: source row = yy·oy + yx·ox + y0, source column = xy·oy + xx·ox + x0, in pixel
 * centres (0 is the centre of the first pixel).
 */
typedef struct
{
  float yy, yx, y0;
  float xy, xx, x0;
} GboxAffine;

/**
 * gbox_affine_sample:
 * @team: the workers
 * @map: the map
 * @fill: what every pixel outside the source holds
 * @src: planes (C, H, W)
 * @dst: (out): (1, OH, OW, C): sample·@scale
 *
 * Each of the four taps that falls outside takes @fill.
 */
void gbox_affine_sample (GboxTeam *team,
                         const GboxAffine *map,
                         float fill,
                         float scale,
                         const float *src,
                         int src_height,
                         int src_width,
                         GboxTensor *dst);

/**
 * gbox_affine_sample_adjoint:
 * @ddst: gradient with respect to dst (1, OH, OW, C)
 * @dsrc: (out): gradient with respect to the planes (C, H, W), overwritten
 *
 * Spreads each gradient over its four taps; deterministic for any number of threads.
 */
void gbox_affine_sample_adjoint (GboxTeam *team,
                                 const GboxAffine *map,
                                 float scale,
                                 const GboxTensor *ddst,
                                 float *dsrc,
                                 int src_height,
                                 int src_width);

void gbox_affine_sample_reference (const GboxAffine *map,
                                   float fill,
                                   float scale,
                                   const float *src,
                                   int src_height,
                                   int src_width,
                                   GboxTensor *dst);
void gbox_affine_sample_adjoint_reference (
  const GboxAffine *map, float scale, const GboxTensor *ddst, float *dsrc, int src_height, int src_width);

G_END_DECLS
