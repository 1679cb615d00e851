/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Films as files: an animation, and a sheet of small pictures. */
#pragma once

#include "vision/film.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * gbox_animation_save:
 * @path: where to
 * @film: at least one frame, all of one size
 * @spec: how the last frame was made; stored in the file
 * @error: return location for an error
 *
 * An animated WebP of 20 frames a second that repeats; the last frame stays for two seconds. Takes some ten
 * milliseconds a frame: any thread but those that must not wait. Writes to a temporary name, syncs, renames.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO or %GBOX_ERROR_INVALID_ARGUMENT
 */
gboolean
gbox_animation_save (const char *path, const GboxFilm *film, GboxVisualizationSpec *spec, GError **error);

/* Whether the file begins as a WebP does. */
gboolean gbox_animation_is (const char *path);

/**
 * gbox_animation_load_spec:
 * @path: an animation that Glassbox saved
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): how its last frame was made; %NULL with %GBOX_ERROR_IO,
 * %GBOX_ERROR_UNSUPPORTED or %GBOX_ERROR_INVALID_FILE
 */
GboxVisualizationSpec *gbox_animation_load_spec (const char *path, GError **error);

G_END_DECLS
