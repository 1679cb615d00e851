/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A view of a block of floats as images with interleaved channels. */
#include "base/tensor.h"

#include <string.h>

GboxTensor
gbox_tensor (float *data, int batch, int height, int width, int channels)
{
  return (GboxTensor){
    .data = data,
    .batch = batch,
    .height = height,
    .width = width,
    .channels = channels,
    .stride = (gsize) channels,
  };
}

GboxTensor
gbox_tensor_slice (const GboxTensor *tensor, int first, int n)
{
  GboxTensor slice = *tensor;

  slice.data += first;
  slice.channels = n;

  return slice;
}

void
gbox_tensor_clear (const GboxTensor *tensor)
{
  const gsize n_pixels = gbox_tensor_n_pixels (tensor);

  for (gsize i = 0; i < n_pixels; i++)
    memset (tensor->data + i * tensor->stride, 0, (gsize) tensor->channels * sizeof (float));
}
