/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading GGUF files, versions 2 and 3. */
#pragma once

#include "formats/tensor-file.h"

G_BEGIN_DECLS

/* Whether @data begins like a GGUF file. */
gboolean gbox_gguf_recognise (const guint8 *data, gsize size);

/**
 * gbox_gguf_read:
 * @bytes: a file's content
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Tensors, strings and lists of strings point into @bytes. Sizes are turned round: the file has the fastest
 * first. Lists of lists are not read, nor are types that gbox_dtype_get_name() does not have.
 * Source: ggml, `docs/gguf.md`.
 *
 * Returns: (transfer full) (nullable): the tensors, and the keys as their metadata
 */
GboxTensorFile *gbox_gguf_read (GBytes *bytes, const char *display_name, GError **error);

G_END_DECLS
