/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits a frame's resolution to the pixels it is drawn in, where GSK's own filter is not good enough. */
#include "widgets/frame-scale.h"

/* sums: [width·3] of one block row */
static void
add_row (guint32 *sums, const guint8 *row, int width, int block)
{
  for (int x = 0; x < width; x++)
    for (int i = 0; i < block; i++, row += 3)
      {
        sums[3 * x] += row[0];
        sums[3 * x + 1] += row[1];
        sums[3 * x + 2] += row[2];
      }
}

/* The right and lower edge that does not fill a block is left out: less than one pixel of the result. */
static GdkTexture *
average_blocks (GboxFrame *frame, int block)
{
  int width = frame->width / block;
  int height = frame->height / block;
  gsize stride = 3 * (gsize) width;
  guint8 *pixels = g_malloc (stride * height);
  g_autofree guint32 *sums = g_new (guint32, stride);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, stride * height);
  guint32 area = (guint32) block * block;

  for (int y = 0; y < height; y++)
    {
      memset (sums, 0, stride * sizeof *sums);
      for (int i = 0; i < block; i++)
        add_row (sums, frame->pixels + 3 * (gsize) frame->width * (y * block + i), width, block);
      for (gsize x = 0; x < stride; x++)
        pixels[stride * y + x] = (sums[x] + area / 2) / area;
    }
  return gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8, bytes, stride);
}

GdkTexture *
gbox_frame_scale_texture (GboxFrame *frame, int device_side)
{
  g_autoptr (GBytes) bytes = NULL;
  int block = MAX (frame->width, frame->height) / MAX (device_side, 1);

  if (block >= 2 && MIN (frame->width, frame->height) >= block)
    return average_blocks (frame, block);
  bytes = gbox_frame_get_bytes (frame);
  return gdk_memory_texture_new (frame->width, frame->height, GDK_MEMORY_R8G8B8, bytes,
                                 3 * (gsize) frame->width);
}
