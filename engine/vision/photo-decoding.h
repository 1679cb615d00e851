/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One photograph, decoded on a thread of its own. */
#pragma once

#include "models/image.h"

G_BEGIN_DECLS

typedef struct _GboxPhotoDecoding GboxPhotoDecoding;

/* Begins; the shorter side keeps at least @min_side pixels. Transfer full. */
GboxPhotoDecoding *gbox_photo_decoding_new (const char *path, int min_side);
/* Waits until it is done. */
void gbox_photo_decoding_free (GboxPhotoDecoding *decoding);

/**
 * gbox_photo_decoding_wait:
 * @image: (out) (transfer full) (nullable): the photograph, once
 * @error: return location for an error
 *
 * Waits for some milliseconds.
 *
 * Returns: %FALSE if it cannot be read; @image is %NULL while it is not done
 */
gboolean gbox_photo_decoding_wait (GboxPhotoDecoding *decoding, GboxImage **image, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPhotoDecoding, gbox_photo_decoding_free)

G_END_DECLS
