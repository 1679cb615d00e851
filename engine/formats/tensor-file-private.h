/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of the single formats share: building a tensor file, and its errors. */
#pragma once

#include "base/error.h"
#include "formats/tensor-file.h"

G_BEGIN_DECLS

/* No network comes near these; they bound what a hostile file can cost. */
#define GBOX_MAX_TENSORS     4096
#define GBOX_MAX_NAME_LENGTH 1024

/**
 * gbox_tensor_file_new:
 * @format: what gbox_tensor_file_get_format() returns; static
 * @display_name: how messages call the file
 *
 * Returns: (transfer full): an empty file, to be filled and then sealed by its only owner
 */
GboxTensorFile *gbox_tensor_file_new (const char *format, const char *display_name);

/* Keeps @bytes (transfer full) until the file goes: the memory its tensors point into. */
void gbox_tensor_file_keep (GboxTensorFile *file, GBytes *bytes);

/**
 * gbox_tensor_file_add:
 * @file: a file not yet sealed
 * @tensor: a tensor; its name is copied, its data are not
 * @error: return location for an error
 *
 * Returns: %FALSE if the name is no UTF-8 or too long, the sizes do not multiply to the data's, or there are
 * too many
 */
gboolean gbox_tensor_file_add (GboxTensorFile *file, const GboxNamedTensor *tensor, GError **error);

/* What gbox_tensor_file_get_all_metadata() returns, to be filled. */
GboxMetadata *gbox_tensor_file_get_own_metadata (GboxTensorFile *file);

/**
 * gbox_tensor_file_seal:
 * @file: a file
 * @error: return location for an error
 *
 * Makes the tensors findable by name.
 *
 * Returns: %FALSE if there is no tensor, or two have the same name
 */
gboolean gbox_tensor_file_seal (GboxTensorFile *file, GError **error);

/* Sets "“NAME” cannot be used: CAUSE." followed by what to do; the cause is given without a full stop. */
void
gbox_tensor_file_set_error (GError **error, GboxError code, const char *display_name, const char *cause, ...)
  G_GNUC_PRINTF (4, 5);

G_END_DECLS
