/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a saved picture or checkpoint says of how it was made. */
#pragma once

#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * gbox_recipe_is_in:
 * @path: any file
 *
 * Reads the beginning of the file.
 *
 * Returns: whether it is a picture, an animation or a checkpoint of a visualization, judging by its content;
 * it may still be damaged, or a picture that Glassbox did not save
 */
gboolean gbox_recipe_is_in (const char *path);

/**
 * gbox_recipe_load:
 * @path: a picture, an animation or a checkpoint that Glassbox saved
 * @step: (out) (optional): steps done by what is gone on from, 0 for a picture or animation
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): what makes the picture again, or goes on from the checkpoint; %NULL
 * with %GBOX_ERROR_NOT_FOUND, %GBOX_ERROR_IO, %GBOX_ERROR_UNSUPPORTED or %GBOX_ERROR_INVALID_FILE
 */
GboxVisualizationSpec *gbox_recipe_load (const char *path, guint *step, GError **error);

G_END_DECLS
