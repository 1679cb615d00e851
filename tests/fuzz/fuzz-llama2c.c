/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target: llama2.c's weights. */
#include "fuzz-target.h"

#include "formats/llama2c.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  GError *error = NULL;
  GboxTensorFile *file = gbox_llama2c_read (bytes, "fuzz", &error);

  g_assert (file == NULL || gbox_llama2c_recognise (data, size));
  fuzz_check (file != NULL, error);
  fuzz_use_and_unref (file);
  return 0;
}
