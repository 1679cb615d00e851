/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a photograph has and another one lacks, as a direction of a layer's channels. */
#pragma once

#include "base/team.h"
#include "models/network.h"

G_BEGIN_DECLS

/**
 * gbox_photo_direction:
 * @network: a network
 * @team: the workers
 * @layer: index of a layer
 * @path: a photograph, see gbox_image_load()
 * @minus: (nullable): another one
 * @error: return location for an error
 *
 * Each is shown as a classifier is shown it. The direction is the mean activation of each channel over all
 * positions for @path, less that for @minus, of length 1.
 *
 * Returns: (transfer full) (nullable): the direction as text, see gbox_direction_parse(); %NULL with the
 * errors of gbox_image_load(), or %GBOX_ERROR_INVALID_ARGUMENT where there is no difference
 */
char *gbox_photo_direction (
  GboxNetwork *network, GboxTeam *team, guint layer, const char *path, const char *minus, GError **error);

G_END_DECLS
