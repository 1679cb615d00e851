/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading PyTorch's `.pth` files, zip and legacy. */
#pragma once

#include "formats/tensor-file.h"

G_BEGIN_DECLS

/* Whether @data begins with the pickled magic number of torch.save()'s form before 1.6. */
gboolean gbox_torch_is_legacy (const guint8 *data, gsize size);

/**
 * gbox_torch_legacy_read:
 * @bytes: a file's content
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Reads a state dictionary from pickles of a magic number, a protocol, system information, the object and the
 * storages' keys, followed by the storages. Contiguous tensors point into @bytes.
 *
 * Returns: (transfer full) (nullable): the tensors
 */
GboxTensorFile *gbox_torch_legacy_read (GBytes *bytes, const char *display_name, GError **error);

/**
 * gbox_torch_zip_read:
 * @bytes: a file's content
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Reads a state dictionary from a zip archive with `data.pkl` and a file `data/KEY` for each storage.
 * Contiguous tensors of uncompressed storages point into @bytes.
 *
 * Returns: (transfer full) (nullable): the tensors
 */
GboxTensorFile *gbox_torch_zip_read (GBytes *bytes, const char *display_name, GError **error);

G_END_DECLS
