/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved pictures: PNG files whose text says how to make them again. */
#pragma once

#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * gbox_picture_save:
 * @path: where to
 * @pixels: RGB of 8 bits, rows tight
 * @spec: (nullable): stored in the text chunk `glassbox-spec` as JSON
 * @step: stored as `glassbox-step`
 * @error: return location for an error
 *
 * Writes to a temporary name, syncs, renames.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO
 */
gboolean gbox_picture_save (
  const char *path, const guint8 *pixels, int width, int height, GboxSpec *spec, guint step, GError **error);

/* The PNG as bytes, for the clipboard. */
GBytes *
gbox_picture_encode (const guint8 *pixels, int width, int height, GboxSpec *spec, guint step, GError **error);

/**
 * gbox_picture_load_spec:
 * @path: a PNG that Glassbox saved
 * @step: (out) (optional): the step it shows
 *
 * Returns: (transfer full) (nullable): the spec in it; steps is set to the step it shows, so that running it
 * makes the same picture bit for bit
 */
GboxVisualizationSpec *gbox_picture_load_spec (const char *path, guint *step, GError **error);

G_END_DECLS
