/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How files write tokens down, as the bytes they stand for. */
#include "models/tokenizer-private.h"

#include <string.h>

/* GPT-2's alphabet: the bytes that print in Latin-1 stand for themselves, the other 68 for U+0100 and on, in
 * their order. */
static gboolean
is_printed (guint byte)
{
  return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

static int
find_byte (gunichar character)
{
  guint n = 0x100;

  if (character < n)
    return is_printed (character) ? (int) character : -1;
  for (guint byte = 0; byte < 0x100; byte++)
    if (!is_printed (byte) && n++ == character)
      return (int) byte;
  return -1;
}

gssize
gbox_byte_alphabet_decode (const char *text, gsize length, char *bytes)
{
  gssize n = 0;

  if (!g_utf8_validate_len (text, length, NULL))
    return -1;
  for (const char *at = text; at < text + length; at = g_utf8_next_char (at))
    {
      const int byte = find_byte (g_utf8_get_char (at));

      if (byte < 0)
        return -1;
      bytes[n++] = (char) byte;
    }
  return n;
}

gsize
gbox_unescape_spaces (const char *text, gsize length, char *bytes)
{
  static const char escape[] = "\xe2\x96\x81";
  const gsize n_escape = sizeof escape - 1;
  gsize n = 0;

  for (gsize at = 0; at < length;)
    if (length - at >= n_escape && memcmp (text + at, escape, n_escape) == 0)
      {
        bytes[n++] = ' ';
        at += n_escape;
      }
    else
      bytes[n++] = text[at++];
  return n;
}

int
gbox_parse_byte_token (const char *text, gsize length)
{
  if (length != 6 || memcmp (text, "<0x", 3) != 0 || text[5] != '>' || !g_ascii_isxdigit (text[3])
      || !g_ascii_isxdigit (text[4]))
    return -1;
  return g_ascii_xdigit_value (text[3]) * 16 + g_ascii_xdigit_value (text[4]);
}
