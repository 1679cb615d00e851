/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photograph that a picture begins with, and whether it is still the same. */
#pragma once

#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * gbox_start_photo_settle:
 * @spec: (inout): a spec; where it begins with noise nothing but the digest is changed, which is then empty
 * @error: return location for an error
 *
 * Makes `start` absolute, so that what is saved names the file wherever it is opened from, and notes its
 * SHA-256 in `start-digest`. Where another one is noted there already, what would be made is not the picture
 * that the recipe is of. Reads the file: not for the main thread.
 *
 * Returns: %FALSE with %GBOX_ERROR_NOT_FOUND, %GBOX_ERROR_INVALID_FILE where the photograph has changed, or
 * the errors of gbox_whole_file_read()
 */
gboolean gbox_start_photo_settle (GboxVisualizationSpec *spec, GError **error);

G_END_DECLS
