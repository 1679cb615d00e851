/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a photograph, and which channels on the way, speak for a class. */
#pragma once

#include "base/team.h"
#include "models/image.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxAttributionMethod:
 * @GBOX_ATTRIBUTION_GRADIENT: gradient × activation at the photograph: what the first derivative says
 * @GBOX_ATTRIBUTION_INTEGRATED: integrated gradients (Sundararajan et al. 2017): the gradient along the
 * straight way from a grey image to the photograph, so that all parts sum up to the difference of the class's
 * logits; of a layer the same way, by what its activations change on it (conductance, Dhamdhere et al. 2018)
 */
typedef enum
{
  GBOX_ATTRIBUTION_GRADIENT,
  GBOX_ATTRIBUTION_INTEGRATED,
} GboxAttributionMethod;

#define GBOX_TYPE_ATTRIBUTION_METHOD (gbox_attribution_method_get_type ())
GType gbox_attribution_method_get_type (void);

typedef struct _GboxAttribution GboxAttribution;

/* The grey of the baseline: the middle of what a pixel may be. */
#define GBOX_ATTRIBUTION_BASELINE 127.5f

/**
 * gbox_attribution_new:
 * @network: a network with classes; a reference is kept
 * @team: the workers; must outlive the attribution
 * @image: taken as it is, any size from 64 to 1024
 * @class_id: the class, 0-based
 * @layers: (array length=n_layers): indices of layers whose parts are told too
 * @n_layers: how many
 * @method: how
 * @error: return location for an error
 *
 * Nothing is computed yet.
 *
 * Returns: (transfer full) (nullable): an attribution
 */
GboxAttribution *gbox_attribution_new (GboxNetwork *network,
                                       GboxTeam *team,
                                       const GboxImage *image,
                                       int class_id,
                                       const guint *layers,
                                       guint n_layers,
                                       GboxAttributionMethod method,
                                       GError **error);
void gbox_attribution_free (GboxAttribution *attribution);

/**
 * gbox_attribution_step:
 *
 * Goes on with a pass forward and backward for some ten milliseconds. Integrated gradients divide the way
 * where the gradient misses most of what the logit changes by, until they sum up to all but half a percent of
 * it, or there are 256 parts.
 *
 * Returns: whether there is more to do
 */
gboolean gbox_attribution_step (GboxAttribution *attribution);

/* Once there is nothing more to do: the class's logit for the photograph, and for the baseline. */
double gbox_attribution_get_logit (const GboxAttribution *attribution);
double gbox_attribution_get_baseline_logit (const GboxAttribution *attribution);
/* (H, W): what each pixel, its three colours together, adds to the logit. */
const float *gbox_attribution_get_pixels (const GboxAttribution *attribution);
/* How much of the difference of the logits the pixels do not sum up to: 0 … 1 and above. Means something only
 * of integrated gradients. */
double gbox_attribution_get_gap (const GboxAttribution *attribution);
/* Points on the way that were taken. */
guint gbox_attribution_get_n_points (const GboxAttribution *attribution);

/* Of layer @i of those given: its size, (C): what each channel adds, over all positions; and (h, w): what
 * each position does, over all channels. */
void gbox_attribution_get_shape (
  const GboxAttribution *attribution, guint i, int *height, int *width, int *channels);
const float *gbox_attribution_get_channels (const GboxAttribution *attribution, guint i);
const float *gbox_attribution_get_positions (const GboxAttribution *attribution, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxAttribution, gbox_attribution_free)

G_END_DECLS
