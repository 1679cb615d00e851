/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading llama2.c's `.bin` files: seven numbers and float32 weights. */
#pragma once

#include "formats/tensor-file.h"

G_BEGIN_DECLS

/* Whether @data could be such a file: it has no magic number, but its seven numbers say its exact size. */
gboolean gbox_llama2c_recognise (const guint8 *data, gsize size);

/**
 * gbox_llama2c_read:
 * @bytes: a file's content
 * @display_name: how messages call it
 * @error: return location for an error
 *
 * Reads the first version of the format (the others begin with "ak42"). The stacks of all layers' matrices
 * are cut into tensors with GGUF's names ("blk.3.attn_q.weight", rows of the output first), and the numbers
 * become GGUF's keys ("llama.block_count" …), so that a llama from here is used like one from there; both
 * rotate neighbouring pairs. A negative vocabulary means a classifier of its own, "output.weight". Source:
 * llama2.c, `run.c`.
 *
 * Returns: (transfer full) (nullable): the tensors, which point into @bytes, and the keys
 */
GboxTensorFile *gbox_llama2c_read (GBytes *bytes, const char *display_name, GError **error);

G_END_DECLS
