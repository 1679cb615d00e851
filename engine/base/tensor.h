/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A view of a block of floats as images with interleaved channels. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxTensor:
 * @data: the channel 0 of pixel (0, 0) of image 0
 * @batch: number of images
 * @height: rows
 * @width: columns
 * @channels: channels this view covers
 * @stride: floats from one pixel to the next, at least @channels; larger where the view is a slice of a
 * concatenation
 *
 * A view, not an owner: element (n, y, x, c) is `data[((n * height + y) * width + x) * stride + c]`.
 */
typedef struct
{
  float *data;
  int batch;
  int height;
  int width;
  int channels;
  gsize stride;
} GboxTensor;

GboxTensor gbox_tensor (float *data, int batch, int height, int width, int channels);

/**
 * gbox_tensor_slice:
 *
 * Returns: the channels @first … @first + @n − 1 of @tensor, sharing its memory
 */
GboxTensor gbox_tensor_slice (const GboxTensor *tensor, int first, int n);

/* Sets the channels of every pixel to zero, and nothing between them. */
void gbox_tensor_clear (const GboxTensor *tensor);

static inline gsize
gbox_tensor_n_pixels (const GboxTensor *t)
{
  return (gsize) t->batch * (gsize) t->height * (gsize) t->width;
}

static inline float *
gbox_tensor_pixel (const GboxTensor *t, int n, int y, int x)
{
  return t->data + (((gsize) n * (gsize) t->height + (gsize) y) * (gsize) t->width + (gsize) x) * t->stride;
}

G_END_DECLS
