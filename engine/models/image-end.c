/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an image file is complete, which decoders often do not say. */
#include "models/image-end.h"

#include <string.h>

static guint32
read_le (const guint8 *data, guint n)
{
  guint32 number = 0;

  for (guint i = 0; i < n; i++)
    number |= (guint32) data[i] << (8 * i);
  return number;
}

/* The first marker at or after @at in entropy-coded data, where 0xff is stuffed with 0 and restarts are no
 * segments. */
static gsize
skip_jpeg_scan (const guint8 *data, gsize size, gsize at)
{
  for (; at + 1 < size; at++)
    if (data[at] == 0xff && data[at + 1] != 0 && data[at + 1] != 0xff
        && (data[at + 1] < 0xd0 || data[at + 1] > 0xd7))
      return at;
  return size;
}

/* Segments of a marker and a big-endian length, scans after SOS (0xda), up to EOI (0xd9). */
static gboolean
jpeg_ends_early (const guint8 *data, gsize size)
{
  gsize at = 2;

  while (at + 1 < size)
    {
      guint8 marker = data[at + 1];
      gsize length;

      if (data[at] != 0xff || marker == 0xff)
        {
          at++;
          continue;
        }
      if (marker == 0xd9)
        return FALSE;
      if (at + 4 > size)
        return TRUE;
      length = (gsize) data[at + 2] << 8 | data[at + 3];
      at += 2 + length;
      if (marker == 0xda)
        at = skip_jpeg_scan (data, size, at);
    }
  return TRUE;
}

/* The sub-blocks at @at: each a length and so many bytes, up to one of length 0. */
static gsize
skip_gif_blocks (const guint8 *data, gsize size, gsize at)
{
  while (at < size && data[at] != 0)
    at += 1 + (gsize) data[at];
  return at + 1;
}

/* A colour table's bytes by the flags of the descriptor before it. */
static gsize
gif_table_size (guint8 flags)
{
  return (flags & 0x80) != 0 ? (gsize) 3 << ((flags & 7) + 1) : 0;
}

/* Extensions (0x21) and images (0x2c) up to the trailer (0x3b). */
static gboolean
gif_ends_early (const guint8 *data, gsize size)
{
  gsize at = 13;

  if (size < at)
    return TRUE;
  at += gif_table_size (data[10]);
  while (at < size && data[at] != 0x3b)
    {
      if (data[at] == 0x21)
        at = skip_gif_blocks (data, size, at + 2);
      else if (data[at] == 0x2c && at + 10 < size)
        at = skip_gif_blocks (data, size, at + 11 + gif_table_size (data[at + 9]));
      else
        return TRUE;
    }
  return at >= size;
}

/* The directory says where each image lies. */
static gboolean
ico_ends_early (const guint8 *data, gsize size)
{
  const guint32 n = read_le (data + 4, 2);

  if (size < 6 + 16 * (gsize) n)
    return TRUE;
  for (guint32 i = 0; i < n; i++)
    if ((guint64) read_le (data + 6 + 16 * i + 8, 4) + read_le (data + 6 + 16 * i + 12, 4) > size)
      return TRUE;
  return FALSE;
}

gboolean
gbox_image_ends_early (const guint8 *data, gsize size)
{
  if (size < 12)
    return TRUE;
  if (memcmp (data, "\xff\xd8\xff", 3) == 0)
    return jpeg_ends_early (data, size);
  if (memcmp (data, "GIF8", 4) == 0)
    return gif_ends_early (data, size);
  if (memcmp (data, "RIFF", 4) == 0)
    return (guint64) read_le (data + 4, 4) + 8 > size;
  if (memcmp (data, "BM", 2) == 0)
    return read_le (data + 2, 4) > size;
  if (memcmp (data, "\0\0\1\0", 4) == 0)
    return ico_ends_early (data, size);
  return FALSE;
}
