/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network of random weights that takes a millisecond, for the tests of what is built on networks. */
#pragma once

#include <math.h>

#include "base/philox.h"
#include "models/network-builder.h"

#define TINY_CHANNELS 16 /* of "conv2" */
#define TINY_SILENT   5  /* a channel of "conv2" that a grey image does not excite */
#define TINY_CLASSES  10 /* of "class" */

static GboxSlice
tiny_add_conv (GboxNetworkBuilder *builder,
               GboxSlice input,
               int n_out,
               const GboxWindowShape *window,
               GboxActivation activation,
               float gain)
{
  const GboxSlice output = gbox_network_builder_add_value (builder, n_out);
  const gsize fan_in = (gsize) (input.n * window->kernel * window->kernel);
  float *weights = g_new (float, (gsize) n_out *fan_in), *bias = g_new (float, n_out);
  g_auto (GboxConvWeights) packed = { 0 };
  GboxPhilox random;

  gbox_philox_init (&random, 17, (guint32) n_out, (guint64) window->kernel);
  gbox_philox_fill_normal (&random, weights, (gsize) n_out * fan_in, 0.0f,
                           gain * sqrtf (2.0f / (float) fan_in));
  for (int i = 0; i < n_out; i++)
    bias[i] = n_out == TINY_CHANNELS && i == TINY_SILENT ? -2.0f : 0.3f;
  gbox_conv_weights_init (&packed, n_out, input.n, window->kernel, weights, bias);
  gbox_network_builder_conv (builder, input, output, window, activation, &packed);
  return output;
}

/* Layers "conv1" (12 channels, half the size), "conv2" (16, a quarter) and "class" (10). @gain 1 keeps the
 * activations near 1. */
static GboxNetwork *
tiny_network_new (float gain)
{
  const GboxPreprocessing preprocessing = { .resize = 64, .crop = 64 };
  const GboxPixelMap map
    = { .order = { 0, 1, 2 }, .scale = { 0.02f, 0.02f, 0.02f }, .shift = { -2.5f, -2.5f, -2.5f } };
  const GboxWindowShape first = { .kernel = 5, .stride = 2, .pad = 2 };
  const GboxWindowShape pool = { .kernel = 3, .stride = 2, .padding = GBOX_PADDING_CEIL };
  const GboxWindowShape second = { .kernel = 3, .stride = 1, .pad = 1 };
  const GboxWindowShape linear = { .kernel = 1, .stride = 1 };
  g_autoptr (GboxNetworkBuilder) builder = gbox_network_builder_new ("Tiny", &preprocessing, &map);
  GboxSlice value = gbox_network_builder_get_input (builder), pooled;

  value = tiny_add_conv (builder, value, 12, &first, GBOX_ACTIVATION_RELU, gain);
  gbox_network_builder_layer (builder, "conv1", value);
  pooled = gbox_network_builder_add_value (builder, value.n);
  gbox_network_builder_max_pool (builder, value, pooled, &pool);
  value = tiny_add_conv (builder, pooled, TINY_CHANNELS, &second, GBOX_ACTIVATION_RELU, gain);
  gbox_network_builder_layer (builder, "conv2", value);
  pooled = gbox_network_builder_add_value (builder, value.n);
  gbox_network_builder_global_average (builder, value, pooled);
  value = tiny_add_conv (builder, pooled, TINY_CLASSES, &linear, GBOX_ACTIVATION_NONE, gain);
  gbox_network_builder_layer (builder, "class", value);
  return gbox_network_builder_finish (builder);
}
