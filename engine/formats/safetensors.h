/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing safetensors files. Reading is gbox_tensor_file_open(). */
#pragma once

#include "formats/tensor-file.h"

G_BEGIN_DECLS

/**
 * gbox_safetensors_save:
 * @path: where to
 * @tensors: (array length=n_tensors): what to
 * @n_tensors: how many
 * @metadata: (nullable): string → string, written as `__metadata__`
 * @error: return location for an error
 *
 * Writes to a temporary name in the same folder, syncs and renames, so that @path holds either the old file
 * or the whole new one.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO (disk full, no permission); then nothing is left behind
 */
gboolean gbox_safetensors_save (
  const char *path, const GboxNamedTensor *tensors, guint n_tensors, GHashTable *metadata, GError **error);

G_END_DECLS
