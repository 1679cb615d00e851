/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits a frame's resolution to the pixels it is drawn in, where GSK's own filter is not good enough. */
#pragma once

#include <gdk/gdk.h>

#include "runtime/frame.h"

G_BEGIN_DECLS

/**
 * gbox_frame_scale_texture:
 * @frame: a frame
 * @device_side: device pixels the frame's longer side will be drawn in
 *
 * GSK's GL renderer samples four neighbours whatever the scale, so that a picture drawn smaller shimmers, and
 * its cairo renderer takes tens of milliseconds to do it well. A frame larger than @device_side is therefore
 * averaged over the area of each device pixel; any other becomes a texture of the same pixels, not copied.
 *
 * Returns: (transfer full): a texture
 */
GdkTexture *gbox_frame_scale_texture (GboxFrame *frame, int device_side);

G_END_DECLS
