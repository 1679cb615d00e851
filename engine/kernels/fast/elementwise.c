/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arithmetic element by element. */
#include "kernels/fast/elementwise.h"

#include "kernels/fast/fast.h"
#include "kernels/fast/vector.h"
#include "kernels/slices.h"

/* Where a task begins and how many rows of how many floats it has: one long row where nothing lies between
 * the pixels. */
typedef struct
{
  gsize first;
  gsize n_rows;
  gsize length;
} Span;

static Span
span_of (const GboxElementwiseWork *work, guint task)
{
  const gsize first = gbox_slice_first (work->n_pixels, work->n_slices, task);
  const gsize n = gbox_slice_first (work->n_pixels, work->n_slices, task + 1) - first;
  const gsize channels = (gsize) work->y.channels;
  const gboolean dense
    = work->a.stride == channels && work->b.stride == channels && work->y.stride == channels;

  return dense ? (Span){ first, 1, n * channels } : (Span){ first, n, channels };
}

void
FAST (elementwise_add) (gpointer data, guint task, guint worker)
{
  const GboxElementwiseWork *work = data;
  const Span span = span_of (work, task);

  for (gsize p = span.first; p < span.first + span.n_rows; p++)
    {
      const float *a = work->a.data + p * work->a.stride;
      const float *b = work->b.data + p * work->b.stride;
      float *y = work->y.data + p * work->y.stride;

      FOR_EACH_VECTOR (c, n, span.length,
                       vec_store_n (y + c, vec_load_n (a + c, n) + vec_load_n (b + c, n), n));
    }
}

void
FAST (elementwise_copy) (gpointer data, guint task, guint worker)
{
  const GboxElementwiseWork *work = data;
  const Span span = span_of (work, task);

  for (gsize p = span.first; p < span.first + span.n_rows; p++)
    {
      const float *a = work->a.data + p * work->a.stride;
      float *y = work->y.data + p * work->y.stride;

      FOR_EACH_VECTOR (c, n, span.length, vec_store_n (y + c, vec_load_n (a + c, n), n));
    }
}

typedef struct
{
  int order[3];
  float scale[3];
  float shift[3];
} ColourMap;

/* A copy of a map of three channels, which the compiler keeps in registers. */
ALWAYS_INLINE ColourMap
colour_map_of (const GboxElementwiseWork *work)
{
  ColourMap map;

  for (int c = 0; c < 3; c++)
    {
      map.order[c] = work->order[c];
      map.scale[c] = work->scale[c];
      map.shift[c] = work->shift != NULL ? work->shift[c] : 0;
    }

  return map;
}

static void
affine_colours (const GboxElementwiseWork *work, gsize first, gsize end)
{
  const ColourMap map = colour_map_of (work);
  const gsize x_stride = work->a.stride, y_stride = work->y.stride;
  const float *x = work->a.data + first * x_stride;
  float *y = work->y.data + first * y_stride;

  for (gsize p = first; p < end; p++, x += x_stride, y += y_stride)
    for (int c = 0; c < 3; c++)
      y[c] = x[map.order[c]] * map.scale[c] + map.shift[c];
}

static void
affine_colours_backward (const GboxElementwiseWork *work, gsize first, gsize end)
{
  const ColourMap map = colour_map_of (work);
  const gsize dy_stride = work->a.stride, dx_stride = work->y.stride;
  const float *dy = work->a.data + first * dy_stride;
  float *dx = work->y.data + first * dx_stride;

  for (gsize p = first; p < end; p++, dy += dy_stride, dx += dx_stride)
    for (int c = 0; c < 3; c++)
      dx[map.order[c]] = dy[c] * map.scale[c];
}

void
FAST (elementwise_affine) (gpointer data, guint task, guint worker)
{
  const GboxElementwiseWork *work = data;
  const gsize first = gbox_slice_first (work->n_pixels, work->n_slices, task);
  const gsize end = gbox_slice_first (work->n_pixels, work->n_slices, task + 1);

  if (work->y.channels == 3)
    affine_colours (work, first, end);
  else
    for (gsize p = first; p < end; p++)
      for (int c = 0; c < work->y.channels; c++)
        work->y.data[p * work->y.stride + (gsize) c]
          = work->a.data[p * work->a.stride + (gsize) work->order[c]] * work->scale[c] + work->shift[c];
}

void
FAST (elementwise_affine_backward) (gpointer data, guint task, guint worker)
{
  const GboxElementwiseWork *work = data;
  const gsize first = gbox_slice_first (work->n_pixels, work->n_slices, task);
  const gsize end = gbox_slice_first (work->n_pixels, work->n_slices, task + 1);

  if (work->y.channels == 3)
    affine_colours_backward (work, first, end);
  else
    for (gsize p = first; p < end; p++)
      for (int c = 0; c < work->y.channels; c++)
        work->y.data[p * work->y.stride + (gsize) work->order[c]]
          = work->a.data[p * work->a.stride + (gsize) c] * work->scale[c];
}
