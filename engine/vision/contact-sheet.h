/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A film on one sheet: small pictures with their steps beneath. */
#pragma once

#include "vision/film.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * gbox_contact_sheet_save:
 * @path: where to, a PNG
 * @film: at least one frame, all of one size
 * @spec: how the last frame was made; stored as in gbox_picture_save(), so that it can be made from the sheet
 * @error: return location for an error
 *
 * Up to 16 frames, four a row, the first and the last among them, and beneath each the number of its step.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO or %GBOX_ERROR_INVALID_ARGUMENT
 */
gboolean
gbox_contact_sheet_save (const char *path, const GboxFilm *film, GboxVisualizationSpec *spec, GError **error);

G_END_DECLS
