/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EfficientNet-Lite0 (Tan and Le 2019, without squeeze-excitation, with ReLU6) as the package
 * efficientnet_lite_pytorch names it. */
#include "models/efficientnet-lite.h"

#include "models/network-builder.h"

#define N_CLASSES          1000
#define N_STEM_CHANNELS    32
#define N_HEAD_CHANNELS    1280
#define BATCH_NORM_EPSILON 1e-3

/* Blocks that follow each other; only the first has the stride and another number of channels before it. */
typedef struct
{
  int expansion;
  int kernel;
  int stride;
  int n_channels;
  int n_repeats;
} Stage;

static const Stage stages[] = {
  { 1, 3, 1, 16, 1 },  { 6, 3, 2, 24, 2 },  { 6, 5, 2, 40, 2 },  { 6, 3, 2, 80, 3 },
  { 6, 5, 1, 112, 3 }, { 6, 5, 2, 192, 4 }, { 6, 3, 1, 320, 1 },
};

static const GboxWindowShape point = { .kernel = 1, .stride = 1 };

/* What a build carries along. */
typedef struct
{
  const GboxTensorFile *file;
  GboxNetworkBuilder *builder;
} Build;

/* Reads a convolution and folds the normalisation after it. */
static gboolean
read_conv (const Build *build,
           const char *prefix,
           const char *conv,
           const char *norm,
           int n_out,
           int n_in,
           int kernel,
           GboxConvWeights *weights,
           GError **error)
{
  g_autofree char *conv_name = g_strconcat (prefix, conv, ".weight", NULL);
  g_autofree char *norm_name = g_strconcat (prefix, norm, NULL);

  return gbox_conv_weights_read (weights, build->file, conv_name, NULL, n_out, n_in, kernel, error)
         && gbox_conv_weights_fold (weights, build->file, norm_name, BATCH_NORM_EPSILON, error);
}

static gboolean
add_conv (const Build *build,
          const char *prefix,
          const char *conv,
          const char *norm,
          GboxSlice input,
          int n_out,
          const GboxWindowShape *window,
          GboxActivation activation,
          GboxSlice *output,
          GError **error)
{
  g_auto (GboxConvWeights) weights = { 0 };

  if (!read_conv (build, prefix, conv, norm, n_out, input.n, window->kernel, &weights, error))
    return FALSE;

  *output = gbox_network_builder_add_value (build->builder, n_out);
  gbox_network_builder_conv (build->builder, input, *output, window, activation, &weights);
  return TRUE;
}

static gboolean
add_depthwise (const Build *build,
               const char *prefix,
               GboxSlice input,
               const GboxWindowShape *window,
               GboxSlice *output,
               GError **error)
{
  g_auto (GboxConvWeights) weights = { 0 };

  if (!read_conv (build, prefix, "_depthwise_conv", "_bn1", input.n, 1, window->kernel, &weights, error))
    return FALSE;

  *output = gbox_network_builder_add_value (build->builder, input.n);
  gbox_network_builder_depthwise (build->builder, input, *output, window, GBOX_ACTIVATION_RELU6, &weights);
  return TRUE;
}

/* Expand, filter every channel, project; around it the input where shapes agree. @value is the input and
 * becomes the output. */
static gboolean
add_block (const Build *build, int index, const Stage *stage, int stride, GboxSlice *value, GError **error)
{
  const GboxWindowShape window = { .kernel = stage->kernel, .stride = stride, .padding = GBOX_PADDING_SAME };
  const GboxSlice input = *value;
  g_autofree char *prefix = g_strdup_printf ("_blocks.%d.", index);
  g_autofree char *name = g_strdup_printf ("block%d", index);

  if (stage->expansion != 1
      && !add_conv (build, prefix, "_expand_conv", "_bn0", input, input.n * stage->expansion, &point,
                    GBOX_ACTIVATION_RELU6, value, error))
    return FALSE;
  if (!add_depthwise (build, prefix, *value, &window, value, error)
      || !add_conv (build, prefix, "_project_conv", "_bn2", *value, stage->n_channels, &point,
                    GBOX_ACTIVATION_NONE, value, error))
    return FALSE;

  if (stride == 1 && input.n == stage->n_channels)
    {
      const GboxSlice sum = gbox_network_builder_add_value (build->builder, input.n);

      gbox_network_builder_add (build->builder, *value, input, sum);
      *value = sum;
    }
  gbox_network_builder_layer (build->builder, name, *value);

  return TRUE;
}

static gboolean
add_blocks (const Build *build, GboxSlice *value, GError **error)
{
  int index = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (stages); i++)
    for (int repeat = 0; repeat < stages[i].n_repeats; repeat++)
      if (!add_block (build, index++, &stages[i], repeat == 0 ? stages[i].stride : 1, value, error))
        return FALSE;

  return TRUE;
}

static gboolean
add_classifier (const Build *build, GboxSlice input, GError **error)
{
  const GboxSlice average = gbox_network_builder_add_value (build->builder, input.n);
  const GboxSlice logits = gbox_network_builder_add_value (build->builder, N_CLASSES);
  g_auto (GboxConvWeights) weights = { 0 };

  if (!gbox_conv_weights_read (&weights, build->file, "_fc.weight", "_fc.bias", N_CLASSES, input.n, 1, error))
    return FALSE;

  gbox_network_builder_global_average (build->builder, input, average);
  gbox_network_builder_conv (build->builder, average, logits, &point, GBOX_ACTIVATION_NONE, &weights);
  gbox_network_builder_layer (build->builder, "class", logits);
  return TRUE;
}

/* The larger members of the family have other blocks, the original EfficientNets squeeze and excite. */
gboolean
gbox_efficientnet_lite_recognises (const GboxTensorFile *file)
{
  return gbox_tensor_file_lookup (file, "_conv_stem.weight") != NULL
         && gbox_tensor_file_lookup (file, "_blocks.15._project_conv.weight") != NULL
         && gbox_tensor_file_lookup (file, "_blocks.16._project_conv.weight") == NULL
         && gbox_tensor_file_lookup (file, "_blocks.0._se_reduce.weight") == NULL;
}

GboxNetwork *
gbox_efficientnet_lite_new (const GboxTensorFile *file, GError **error)
{
  static const GboxPreprocessing preprocessing
    = { .resize = 256, .crop = 224, .filter = GBOX_FILTER_BICUBIC };
  static const GboxPixelMap pixel_map = { .order = { 0, 1, 2 },
                                          .scale = { 1 / 128.0f, 1 / 128.0f, 1 / 128.0f },
                                          .shift = { -127 / 128.0f, -127 / 128.0f, -127 / 128.0f } };
  static const GboxWindowShape first = { .kernel = 3, .stride = 2, .padding = GBOX_PADDING_SAME };
  g_autoptr (GboxNetworkBuilder) builder
    = gbox_network_builder_new ("EfficientNet-Lite0", &preprocessing, &pixel_map);
  const Build build = { .file = file, .builder = builder };
  GboxSlice value = gbox_network_builder_get_input (builder);

  if (!add_conv (&build, "", "_conv_stem", "_bn0", value, N_STEM_CHANNELS, &first, GBOX_ACTIVATION_RELU6,
                 &value, error))
    return NULL;
  gbox_network_builder_layer (builder, "stem", value);
  if (!add_blocks (&build, &value, error))
    return NULL;
  if (!add_conv (&build, "", "_conv_head", "_bn1", value, N_HEAD_CHANNELS, &point, GBOX_ACTIVATION_RELU6,
                 &value, error))
    return NULL;
  gbox_network_builder_layer (builder, "head", value);
  if (!add_classifier (&build, value, error))
    return NULL;

  return gbox_network_builder_finish (builder);
}
