/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small networks with random weights for test-plan. */
#pragma once

#include "base/philox.h"
#include "models/network-builder.h"

#include <math.h>

static GboxConvWeights
draw_weights (GboxPhilox *random, int n_out, int n_in, int kernel)
{
  GboxConvWeights weights;
  const gsize n_inputs = (gsize) n_in * (gsize) kernel * (gsize) kernel;
  float *w = g_new (float, (gsize) n_out *n_inputs);
  float *b = g_new (float, n_out);

  gbox_philox_fill_normal (random, w, (gsize) n_out * n_inputs, 0.0f, sqrtf (2.0f / (float) n_inputs));
  gbox_philox_fill_normal (random, b, (gsize) n_out, 0.3f, 0.3f);
  gbox_conv_weights_init (&weights, n_out, n_in, kernel, w, b);

  return weights;
}

static GboxSlice
add_conv (GboxNetworkBuilder *builder,
          GboxPhilox *random,
          GboxSlice input,
          GboxSlice output,
          GboxWindowShape window,
          GboxActivation activation)
{
  g_auto (GboxConvWeights) weights = draw_weights (random, output.n, input.n, window.kernel);

  gbox_network_builder_conv (builder, input, output, &window, activation, &weights);

  return output;
}

static GboxSlice
add_depthwise (GboxNetworkBuilder *builder, GboxPhilox *random, GboxSlice input, GboxWindowShape window)
{
  g_auto (GboxConvWeights) weights = draw_weights (random, input.n, 1, window.kernel);
  const GboxSlice output = gbox_network_builder_add_value (builder, input.n);

  gbox_network_builder_depthwise (builder, input, output, &window, GBOX_ACTIVATION_RELU6, &weights);

  return output;
}

static const GboxWindowShape point = { .kernel = 1, .stride = 1 };
static const GboxWindowShape triple = { .kernel = 3, .stride = 1, .pad = 1 };

/* As an inception module lies: merged 1×1 convolutions, and the concatenation behind the reductions. Two
 * layers: all of it, and a run of channels that cuts through the merged convolutions, whose other channels
 * have no gradient. */
static GboxSlice
add_module (GboxNetworkBuilder *builder, GboxPhilox *random, GboxSlice input)
{
  const GboxWindowShape pool = { .kernel = 3, .stride = 1, .padding = GBOX_PADDING_CEIL, .pad = 1 };
  const GboxSlice reduced = gbox_network_builder_add_value (builder, 10);
  const GboxSlice value = gbox_network_builder_add_value (builder, 14);
  const GboxSlice pooled = gbox_network_builder_add_value (builder, input.n);
  g_auto (GboxConvWeights) merged = draw_weights (random, 4, input.n, 1);
  g_auto (GboxConvWeights) reduce = draw_weights (random, 6, input.n, 1);

  gbox_conv_weights_append (&merged, &reduce);
  gbox_network_builder_conv (builder, input, reduced, &point, GBOX_ACTIVATION_RELU, &merged);
  gbox_network_builder_layer (builder, "part", gbox_slice (reduced, 2, 5));
  add_conv (builder, random, input, gbox_slice (value, 0, 6), point, GBOX_ACTIVATION_RELU);
  add_conv (builder, random, gbox_slice (reduced, 4, 6), gbox_slice (value, 6, 4), triple,
            GBOX_ACTIVATION_RELU);
  gbox_network_builder_max_pool (builder, input, pooled, &pool);
  add_conv (builder, random, pooled, gbox_slice (value, 10, 4), point, GBOX_ACTIVATION_RELU);
  gbox_network_builder_layer (builder, "module", value);

  return value;
}

/* As an EfficientNet's block, with further additions so that both terms of the first are read again; then two
 * convolutions that read runs of channels which overlap in part. */
static GboxSlice
add_block (GboxNetworkBuilder *builder, GboxPhilox *random, GboxSlice input)
{
  const GboxWindowShape same = { .kernel = 5, .stride = 1, .padding = GBOX_PADDING_SAME };
  const GboxSlice wide = gbox_network_builder_add_value (builder, 20);
  const GboxSlice narrow = gbox_network_builder_add_value (builder, input.n);
  const GboxSlice sum = gbox_network_builder_add_value (builder, input.n);
  const GboxSlice twice = gbox_network_builder_add_value (builder, input.n);
  const GboxSlice thrice = gbox_network_builder_add_value (builder, input.n);
  const GboxSlice overlap = gbox_network_builder_add_value (builder, 12);
  GboxSlice filtered;

  add_conv (builder, random, input, wide, point, GBOX_ACTIVATION_RELU6);
  filtered = add_depthwise (builder, random, wide, same);
  add_conv (builder, random, filtered, narrow, point, GBOX_ACTIVATION_NONE);
  gbox_network_builder_add (builder, narrow, input, sum);
  gbox_network_builder_add (builder, narrow, sum, twice);
  gbox_network_builder_add (builder, twice, input, thrice);
  gbox_network_builder_layer (builder, "sum", thrice);
  add_conv (builder, random, gbox_slice (thrice, 0, 8), gbox_slice (overlap, 0, 5), point,
            GBOX_ACTIVATION_RELU);
  add_conv (builder, random, gbox_slice (thrice, 4, 10), gbox_slice (overlap, 5, 7), triple,
            GBOX_ACTIVATION_RELU);
  gbox_network_builder_layer (builder, "overlap", overlap);

  return overlap;
}

G_GNUC_UNUSED static GboxNetwork *
make_network (void)
{
  const GboxPreprocessing preprocessing = { .resize = 64, .crop = 64 };
  const GboxPixelMap map
    = { .order = { 2, 0, 1 }, .scale = { 0.02f, 0.015f, 0.01f }, .shift = { -2, -2, -1 } };
  const GboxWindowShape first = { .kernel = 5, .stride = 2, .pad = 2 };
  const GboxWindowShape pool = { .kernel = 3, .stride = 2, .padding = GBOX_PADDING_CEIL };
  const GboxWindowShape same = { .kernel = 3, .stride = 2, .padding = GBOX_PADDING_SAME };
  const GboxLrnShape lrn = { .size = 5, .alpha = 0.5f, .beta = 0.75f, .k = 1.0f };
  g_autoptr (GboxNetworkBuilder) builder = gbox_network_builder_new ("small", &preprocessing, &map);
  const GboxSlice conv = gbox_network_builder_add_value (builder, 8);
  const GboxSlice pooled = gbox_network_builder_add_value (builder, 8);
  const GboxSlice normalised = gbox_network_builder_add_value (builder, 8);
  const GboxSlice average = gbox_network_builder_add_value (builder, 12);
  GboxPhilox random;
  GboxSlice value;

  gbox_philox_init (&random, 4, 0, 0);
  add_conv (builder, &random, gbox_network_builder_get_input (builder), conv, first, GBOX_ACTIVATION_RELU);
  gbox_network_builder_layer (builder, "conv", conv);
  gbox_network_builder_max_pool (builder, conv, pooled, &pool);
  gbox_network_builder_layer (builder, "pool", pooled);
  gbox_network_builder_lrn (builder, pooled, normalised, &lrn);
  gbox_network_builder_layer (builder, "lrn", normalised);
  value = add_module (builder, &random, normalised);
  value = add_depthwise (builder, &random, value, same);
  gbox_network_builder_layer (builder, "depthwise", value);
  value = add_block (builder, &random, value);
  gbox_network_builder_global_average (builder, value, average);
  value = gbox_network_builder_add_value (builder, 10);
  gbox_network_builder_layer (builder, "class",
                              add_conv (builder, &random, average, value, point, GBOX_ACTIVATION_NONE));

  return gbox_network_builder_finish (builder);
}

/* Inverted residual blocks as an EfficientNet has them: without expansion, with a stride, with the input
 * around it. */
G_GNUC_UNUSED static GboxNetwork *
make_block_network (void)
{
  const GboxPreprocessing preprocessing = { .resize = 64, .crop = 64 };
  const GboxPixelMap map
    = { .order = { 0, 1, 2 }, .scale = { 0.02f, 0.02f, 0.02f }, .shift = { -2, -2, -2 } };
  const GboxWindowShape windows[] = { { .kernel = 3, .stride = 1, .padding = GBOX_PADDING_SAME },
                                      { .kernel = 3, .stride = 2, .padding = GBOX_PADDING_SAME },
                                      { .kernel = 5, .stride = 1, .padding = GBOX_PADDING_SAME } };
  g_autoptr (GboxNetworkBuilder) builder = gbox_network_builder_new ("blocks", &preprocessing, &map);
  GboxSlice value = gbox_network_builder_get_input (builder);
  GboxPhilox random;

  gbox_philox_init (&random, 6, 0, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      const GboxSlice input = value, wide = gbox_network_builder_add_value (builder, 28);
      GboxSlice filtered = input;

      if (i > 0)
        filtered = add_conv (builder, &random, input, wide, point, GBOX_ACTIVATION_RELU6);
      filtered = add_depthwise (builder, &random, filtered, windows[i]);
      value = add_conv (builder, &random, filtered, gbox_network_builder_add_value (builder, 10), point,
                        GBOX_ACTIVATION_NONE);
      if (i == 2)
        {
          const GboxSlice sum = gbox_network_builder_add_value (builder, 10);

          gbox_network_builder_add (builder, value, input, sum);
          value = sum;
        }
      gbox_network_builder_layer (builder, i == 0 ? "plain" : i == 1 ? "strided" : "sum", value);
    }

  return gbox_network_builder_finish (builder);
}

/* A convolution merged of a part that is dead everywhere (3 channels) and one that is alive (5). */
G_GNUC_UNUSED static GboxNetwork *
make_half_dead_network (GboxConvWeights *copy)
{
  const GboxPreprocessing preprocessing = { .resize = 64, .crop = 64 };
  const GboxPixelMap map = { .order = { 0, 1, 2 }, .scale = { 1, 1, 1 } };
  g_autoptr (GboxNetworkBuilder) builder = gbox_network_builder_new ("half dead", &preprocessing, &map);
  const GboxSlice output = gbox_network_builder_add_value (builder, 8);
  g_auto (GboxConvWeights) alive = { 0 };
  g_auto (GboxConvWeights) merged = { 0 };
  GboxPhilox random;

  gbox_philox_init (&random, 21, 0, 0);
  merged = draw_weights (&random, 3, 3, 3);
  alive = draw_weights (&random, 5, 3, 3);
  for (int o = 0; o < 3; o++)
    merged.bias[o] = -1e6f;
  for (int o = 0; o < 5; o++)
    alive.bias[o] = 1e6f;
  gbox_conv_weights_append (&merged, &alive);
  gbox_conv_weights_init (copy, 8, 3, 3, g_memdup2 (merged.weights, 8 * 27 * sizeof (float)), NULL);
  gbox_network_builder_conv (builder, gbox_network_builder_get_input (builder), output, &triple,
                             GBOX_ACTIVATION_RELU, &merged);
  gbox_network_builder_layer (builder, "conv", output);

  return gbox_network_builder_finish (builder);
}
