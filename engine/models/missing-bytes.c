/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a text that a vocabulary has no token for. */
#include "models/missing-bytes.h"

gsize
gbox_missing_bytes_count (const GboxTokenizer *tokenizer,
                          const char *text,
                          gsize length,
                          const GArray *ids,
                          GboxTokenizeFlags flags,
                          gsize *first)
{
  g_autoptr (GBytes) bytes
    = gbox_tokenizer_decode (tokenizer, (const int *) (gconstpointer) ids->data, ids->len, flags);
  gsize n, at = 0;
  const char *read = g_bytes_get_data (bytes, &n);

  /* Everything else comes back as it was, so what is read goes on with the byte after the missing ones. */
  while (at < MIN (n, length) && read[at] == text[at])
    at++;
  *first = n < length ? at : length;
  return n < length ? length - n : 0;
}

char *
gbox_missing_bytes_describe (
  const GboxTokenizer *tokenizer, const char *text, gsize length, const GArray *ids, GboxTokenizeFlags flags)
{
  gsize first;
  const gsize n = gbox_missing_bytes_count (tokenizer, text, length, ids, flags, &first);

  if (n == 0)
    return NULL;
  return g_strdup_printf ("The model has no token for %" G_GSIZE_FORMAT " of the text's %" G_GSIZE_FORMAT
                          " bytes and does not read them; the first is 0x%02x at byte %" G_GSIZE_FORMAT ".",
                          n, length, (guint) (guint8) text[first], first);
}
