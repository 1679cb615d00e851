/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One image through a network: what a layer answers, and the gradient of one unit. */
#pragma once

#include "base/team.h"
#include "models/image.h"

G_BEGIN_DECLS

/**
 * GboxProbe:
 *
 * What `glassbox-cli probe` prints. The gradient is of the objective with respect to the 0 … 255 RGB image.
 */
typedef struct
{
  int channels, height, width; /* of the layer */
  double mean, rms;            /* over the whole layer */
  float *channel_means;        /* (channels) */
  gboolean has_unit;
  double objective; /* mean of the channel, the unit at y, x, or the class logit */
  double gradient_l2;
  float *gradient; /* (H, W, 3), or NULL without a unit */
  int image_height, image_width;
} GboxProbe;

/**
 * gbox_probe_new:
 * @network: a network
 * @team: the workers
 * @layer: index of a layer
 * @image: taken as it is, any size from 64 to 1024
 * @unit: a channel or class, −1 for none
 * @at_y: row in the layer's map, −1 for the mean over all positions
 * @at_x: column
 *
 * Returns: (transfer full) (nullable): the answer; free with gbox_probe_free()
 */
GboxProbe *gbox_probe_new (GboxNetwork *network,
                           GboxTeam *team,
                           guint layer,
                           const GboxImage *image,
                           int unit,
                           int at_y,
                           int at_x,
                           GError **error);
void gbox_probe_free (GboxProbe *probe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxProbe, gbox_probe_free)

G_END_DECLS
