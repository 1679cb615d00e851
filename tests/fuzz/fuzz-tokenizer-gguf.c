/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target: the tokenizers in GGUF files. */
#include "fuzz-tokenizer.h"

#include "formats/gguf.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GboxTensorFile) file = gbox_gguf_read (bytes, "fuzz", NULL);
  GError *error = NULL;
  GboxTokenizer *tokenizer;

  if (file == NULL)
    return 0;
  tokenizer = gbox_tokenizer_new_from_gguf (file, &error);
  fuzz_check (tokenizer != NULL, error);
  fuzz_tokenize_and_unref (tokenizer);
  return 0;
}
