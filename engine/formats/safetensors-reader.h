/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading safetensors files. */
#pragma once

#include "formats/tensor-file.h"

G_BEGIN_DECLS

/* Whether @data begins like a safetensors file: a plausible header length, then an opening brace. */
gboolean gbox_safetensors_recognise (const guint8 *data, gsize size);

/**
 * gbox_safetensors_read:
 * @bytes: a file's content
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * The tensors point into @bytes. The header must describe every byte of the data once: no holes, no overlaps.
 *
 * Returns: (transfer full) (nullable): the tensors
 */
GboxTensorFile *gbox_safetensors_read (GBytes *bytes, const char *display_name, GError **error);

G_END_DECLS
