/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike images are to a layer, which makes images that are made together unlike each other. */
#pragma once

#include "base/team.h"
#include "base/tensor.h"

G_BEGIN_DECLS

/**
 * GboxDiversity:
 *
 * The style of an image is the Gram matrix G = AᵀA of what a layer answers to it, A (positions, channels):
 * which channels are active together, wherever that is. The likeness of N images is Σ_{i≠j} ⟨Ĝᵢ, Ĝⱼ⟩ / N, Ĝ =
 * G / |G|: the cosines of their styles, as in Olah et al. 2017 and lucid's `objectives.py`. 0 where no two
 * have anything in common, N − 1 where all are alike. Belongs to one thread.
 */
typedef struct _GboxDiversity GboxDiversity;

/**
 * gbox_diversity_new:
 * @team: the workers; must outlive it
 * @shape: of what the layer answers, (N, H, W, C) with N of at least 2; its data is not looked at
 * @error: return location for an error
 *
 * All memory is laid out now.
 *
 * Returns: (transfer full) (nullable): %NULL with %GBOX_ERROR_MEMORY
 */
GboxDiversity *gbox_diversity_new (GboxTeam *team, const GboxTensor *shape, GError **error);
void gbox_diversity_free (GboxDiversity *self);

/**
 * gbox_diversity_subtract:
 * @activation: what the layer answers, of the shape it was made for
 * @weight: of the likeness
 * @gradient: (nullable) (inout): of that shape, of which @weight times the likeness's gradient is subtracted
 *
 * The same bits for any number of threads.
 *
 * Returns: the likeness, without the weight
 */
double gbox_diversity_subtract (GboxDiversity *self,
                                const GboxTensor *activation,
                                double weight,
                                GboxTensor *gradient);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxDiversity, gbox_diversity_free)

G_END_DECLS
