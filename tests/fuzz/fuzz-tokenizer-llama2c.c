/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target: llama2.c's tokenizer.bin. */
#include "fuzz-tokenizer.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  GError *error = NULL;
  GboxTokenizer *tokenizer = gbox_tokenizer_new_from_llama2c (bytes, "fuzz", &error);

  fuzz_check (tokenizer != NULL, error);
  fuzz_tokenize_and_unref (tokenizer);
  return 0;
}
