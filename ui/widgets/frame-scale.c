/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits a frame's resolution to the pixels it is drawn in, where GSK's own filter is not good enough. */
#include "widgets/frame-scale.h"

#include <math.h>

/* The share of pixel @i that lies between @start and @end. */
static float
get_overlap (int i, double start, double end)
{
  return (float) (fmin (i + 1, end) - fmax (i, start));
}

/* columns: [n] weighted sums of the pixels above each other; row: [n] */
static void
add_row (float *columns, const guint8 *row, float weight, gsize n)
{
  for (gsize i = 0; i < n; i++)
    columns[i] += weight * row[i];
}

/* row: [to·3]; columns: [from·3]; a pixel of the result covers @scale by @scale pixels. */
static void
average_columns (guint8 *row, int to, const float *columns, int from, double scale)
{
  float share = (float) (1 / (scale * scale));

  for (int x = 0; x < to; x++, row += 3)
    {
      double start = x * scale, end = fmin (start + scale, from);
      float sums[3] = { 0.5f, 0.5f, 0.5f };

      for (int i = (int) start; i < end; i++)
        {
          float weight = share * get_overlap (i, start, end);

          for (int channel = 0; channel < 3; channel++)
            sums[channel] += weight * columns[3 * i + channel];
        }
      for (int channel = 0; channel < 3; channel++)
        row[channel] = (guint8) sums[channel];
    }
}

/* @scale: above 1. What does not fill a pixel at the right and lower edge is left out. */
static GdkTexture *
average_areas (GboxFrame *frame, double scale)
{
  int width = MAX (1, (int) (frame->width / scale + 1e-6));
  int height = MAX (1, (int) (frame->height / scale + 1e-6));
  gsize n_columns = 3 * (gsize) frame->width;
  guint8 *pixels = g_malloc (3 * (gsize) width * height);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, 3 * (gsize) width * height);
  float *columns = g_new (float, n_columns);

  for (int y = 0; y < height; y++)
    {
      double start = y * scale, end = fmin (start + scale, frame->height);

      memset (columns, 0, n_columns * sizeof *columns);
      for (int i = (int) start; i < end; i++)
        add_row (columns, frame->pixels + n_columns * i, get_overlap (i, start, end), n_columns);
      average_columns (pixels + 3 * (gsize) width * y, width, columns, frame->width, scale);
    }
  g_free (columns);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8, bytes, 3 * (gsize) width);
}

GdkTexture *
gbox_frame_scale_texture (GboxFrame *frame, int device_side)
{
  g_autoptr (GBytes) bytes = NULL;
  int side = MAX (frame->width, frame->height);

  if (device_side > 0 && side > device_side)
    return average_areas (frame, (double) side / device_side);
  bytes = gbox_frame_get_bytes (frame);
  return gdk_memory_texture_new (frame->width, frame->height, GDK_MEMORY_R8G8B8, bytes,
                                 3 * (gsize) frame->width);
}
