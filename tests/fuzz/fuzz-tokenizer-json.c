/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target: Hugging Face's tokenizer.json. */
#include "fuzz-tokenizer.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  GError *error = NULL;
  GboxTokenizer *tokenizer = gbox_tokenizer_new_from_json (bytes, "fuzz", &error);

  fuzz_check (tokenizer != NULL, error);
  fuzz_tokenize_and_unref (tokenizer);
  return 0;
}
