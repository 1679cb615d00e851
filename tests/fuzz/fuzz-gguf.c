/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target: GGUF files. */
#include "fuzz-target.h"

#include "formats/gguf.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  GError *error = NULL;
  GboxTensorFile *file = gbox_gguf_read (bytes, "fuzz", &error);

  fuzz_check (file != NULL, error);
  fuzz_use_and_unref (file);
  return 0;
}
