/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an image file is complete, which decoders often do not say. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gbox_image_ends_early:
 * @data: an image file's content
 * @size: bytes of @data
 *
 * Looks at the structure of JPEG, GIF, WebP, BMP and ICO files, whose decoders fill what is missing with
 * grey.
 *
 * Returns: %TRUE if the end is missing; %FALSE if it is there, or the format is another one
 */
gboolean gbox_image_ends_early (const guint8 *data, gsize size);

G_END_DECLS
