/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bit for each channel of each pixel: where a rectifier lets gradients through. */
#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/* Channels whose bits share a word, the first in the lowest. */
#define GBOX_BITS_CHANNELS 16

/**
 * GboxBits:
 * @words: (N, H, W, ⌈C / 16⌉); %NULL where nothing is kept
 * @stride: words of a pixel
 *
 * A 32nd of what the rectifier made, and all that its gradient asks of it.
 */
typedef struct
{
  guint16 *words;
  gsize stride;
} GboxBits;

/* Words of a pixel of so many channels. */
static inline gsize
gbox_bits_stride (int n_channels)
{
  return ((gsize) n_channels + GBOX_BITS_CHANNELS - 1) / GBOX_BITS_CHANNELS;
}

/* Bytes for all pixels of @tensor. */
static inline gsize
gbox_bits_size (const GboxTensor *tensor)
{
  return gbox_tensor_n_pixels (tensor) * gbox_bits_stride (tensor->channels) * sizeof (guint16);
}

G_END_DECLS
