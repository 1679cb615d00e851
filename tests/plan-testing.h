/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images for plans, and the values of what they compute. */
#pragma once

#include "base/philox.h"
#include "base/tensor.h"

static void
fill_image (float *image, gsize n, guint64 seed)
{
  GboxPhilox random;

  gbox_philox_init (&random, seed, 1, 0);
  for (gsize i = 0; i < n; i++)
    image[i] = 255.0f * gbox_philox_uniform (&random);
}

static gsize
n_values (const GboxTensor *tensor)
{
  return gbox_tensor_n_pixels (tensor) * (gsize) tensor->channels;
}

static float *
get_value (const GboxTensor *tensor, gsize i)
{
  return tensor->data + i / (gsize) tensor->channels * tensor->stride + i % (gsize) tensor->channels;
}
