/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading Caffe's `.caffemodel` files (protocol buffers). */
#pragma once

#include "formats/tensor-file.h"

G_BEGIN_DECLS

/* Whether @data could be a Caffe network: the format has no magic number, so its first fields are walked. */
gboolean gbox_caffe_recognise (const guint8 *data, gsize size);

/**
 * gbox_caffe_read:
 * @bytes: a file's content
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Reads the blobs of V1 (`layers`) and newer (`layer`) networks. The floats are copied once, by protobuf-c.
 *
 * Returns: (transfer full) (nullable): the tensors
 */
GboxTensorFile *gbox_caffe_read (GBytes *bytes, const char *display_name, GError **error);

G_END_DECLS
