/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The random transforms between the image and the network, composed into one sampling. */
#pragma once

#include "kernels/affine-sample.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * gbox_transform_draw:
 * @spec: how strong each transform is
 * @step: which step
 * @view: which of the step's views, from 0; with the step and the spec's seed it decides the draw
 *
 * pad → jitter → scale → rotate → jitter, then the middle size × size, as one affine map from the network's
 * input to the image: each stage of the chain is an affine map, and sampling once blurs less than sampling
 * for each. With transforms off the identity. The scale is one of the 11 equal steps of 1 ± `scale`; the
 * rotation one of the whole degrees of ± `rotate` with 0 five times more (lucid). The jitters together move
 * the image by at most `pad` pixels, so that, unscaled and upright, the network sees nothing beyond the grey
 * border. Where scaling or turning does show what is beyond, it is grey as well.
 *
 * At last a random part is enlarged, whose side is `crop` to 1 of the whole one's.
 *
 * Returns: the map for gbox_affine_sample() with fill 0.5
 */
GboxAffine gbox_transform_draw (GboxVisualizationSpec *spec, guint step, guint view);

G_END_DECLS
