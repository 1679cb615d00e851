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
 * GSK samples four neighbours whatever the scale, so a picture drawn smaller than half its size shimmers.
 * Such a frame is averaged over square blocks first; any other becomes a texture of the same pixels, not
 * copied.
 *
 * Returns: (transfer full): a texture
 */
GdkTexture *gbox_frame_scale_texture (GboxFrame *frame, int device_side);

G_END_DECLS
