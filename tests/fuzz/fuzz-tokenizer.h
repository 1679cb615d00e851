/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzz targets of tokenizers share. */
#pragma once

#include "fuzz-target.h"

#include "models/token-decoder.h"

#include <string.h>

/* Encodes some text, decodes what came of it, and lets the tokenizer go. */
static inline void
fuzz_tokenize_and_unref (GboxTokenizer *tokenizer)
{
  static const char text[] = "The capital <|end|> of\n\n Fran\xc3\xa7"
                             "e is 42 \xff\xe2\x96\x81</s>";

  if (tokenizer == NULL)
    return;
  for (int flags = 0; flags < 4; flags++)
    {
      g_autoptr (GArray) ids
        = gbox_tokenizer_encode (tokenizer, text, strlen (text), (GboxTokenizeFlags) flags);
      g_autoptr (GBytes) back = gbox_tokenizer_decode (tokenizer, (const int *) (gpointer) ids->data,
                                                       ids->len, (GboxTokenizeFlags) flags);
      g_autoptr (GboxTokenDecoder) decoder = gbox_token_decoder_new (tokenizer, TRUE);
      g_autoptr (GString) out = g_string_new (NULL);

      g_assert_cmpuint (g_bytes_get_size (back), <=, (ids->len + 1) * GBOX_MAX_TOKEN_LENGTH);
      for (guint i = 0; i < ids->len; i++)
        gbox_token_decoder_push (decoder, g_array_index (ids, int, i), out);
      gbox_token_decoder_finish (decoder, out);
      g_assert_true (g_utf8_validate (out->str, (gssize) out->len, NULL));
    }
  gbox_tokenizer_unref (tokenizer);
}
