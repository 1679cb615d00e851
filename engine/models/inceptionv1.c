/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InceptionV1 (GoogLeNet; Szegedy et al. 2015) as trained with Caffe and as trained for torchvision. */
#include "models/inceptionv1.h"

#include "models/network-builder.h"

#define N_CLASSES          1000
#define BATCH_NORM_EPSILON 1e-3

/* Channels of one module: its 1×1, 3×3 and “5×5” branches with the reductions before them, and the projection
 * after its pooling. */
typedef struct
{
  const char *name;
  int single;
  int reduce3, triple;
  int reduce5, quintuple;
  int projection;
} Module;

static const Module modules[] = {
  { "3a", 64, 96, 128, 16, 32, 32 },     { "3b", 128, 128, 192, 32, 96, 64 },
  { "4a", 192, 96, 208, 16, 48, 64 },    { "4b", 160, 112, 224, 24, 64, 64 },
  { "4c", 128, 128, 256, 24, 64, 64 },   { "4d", 112, 144, 288, 32, 64, 64 },
  { "4e", 256, 160, 320, 32, 128, 128 }, { "5a", 256, 160, 320, 32, 128, 128 },
  { "5b", 384, 192, 384, 48, 128, 128 },
};

/* What the two trainings name and do differently. */
typedef struct
{
  const char *title;
  GboxPreprocessing preprocessing;
  GboxPixelMap pixel_map;
  const char *stem[3];       /* 7×7, 1×1 and 3×3 */
  const char *module_prefix; /* before a module's name */
  const char *single;        /* branches, after a module's name */
  const char *reduce3, *triple;
  const char *reduce5, *quintuple;
  const char *projection;
  const char *classifier_weights, *classifier_bias;
  gboolean batch_norm; /* else a bias, and local response normalisation in the stem */
  int quintuple_kernel;
  GboxWindowShape pool4; /* before 5a */
} Variant;

static const GboxWindowShape point = { .kernel = 1, .stride = 1 };
static const GboxWindowShape triple = { .kernel = 3, .stride = 1, .pad = 1 };
static const GboxWindowShape halving_pool = { .kernel = 3, .stride = 2, .padding = GBOX_PADDING_CEIL };
static const GboxWindowShape branch_pool
  = { .kernel = 3, .stride = 1, .padding = GBOX_PADDING_CEIL, .pad = 1 };

static const Variant bvlc = {
  .title = "InceptionV1",
  .preprocessing = { .resize = 256, .squash = TRUE, .crop = 224, .filter = GBOX_FILTER_BILINEAR },
  .pixel_map = { .order = { 2, 1, 0 }, .scale = { 1, 1, 1 }, .shift = { -104, -117, -123 } },
  .stem = { "conv1/7x7_s2", "conv2/3x3_reduce", "conv2/3x3" },
  .module_prefix = "inception_",
  .single = "/1x1",
  .reduce3 = "/3x3_reduce",
  .triple = "/3x3",
  .reduce5 = "/5x5_reduce",
  .quintuple = "/5x5",
  .projection = "/pool_proj",
  .classifier_weights = "loss3/classifier.0",
  .classifier_bias = "loss3/classifier.1",
  .quintuple_kernel = 5,
  .pool4 = { .kernel = 3, .stride = 2, .padding = GBOX_PADDING_CEIL },
};

static const Variant torchvision = {
  .title = "InceptionV1 (torchvision)",
  .preprocessing = { .resize = 256, .crop = 224, .filter = GBOX_FILTER_BILINEAR },
  .pixel_map = { .order = { 0, 1, 2 },
                 .scale = { 2.0f / 255.0f, 2.0f / 255.0f, 2.0f / 255.0f },
                 .shift = { -1, -1, -1 } },
  .stem = { "conv1", "conv2", "conv3" },
  .module_prefix = "inception",
  .single = ".branch1",
  .reduce3 = ".branch2.0",
  .triple = ".branch2.1",
  .reduce5 = ".branch3.0",
  .quintuple = ".branch3.1",
  .projection = ".branch4.1",
  .classifier_weights = "fc.weight",
  .classifier_bias = "fc.bias",
  .batch_norm = TRUE,
  .quintuple_kernel = 3,
  .pool4 = { .kernel = 2, .stride = 2, .padding = GBOX_PADDING_CEIL },
};

/* What a build carries along. */
typedef struct
{
  const Variant *variant;
  const GboxTensorFile *file;
  GboxNetworkBuilder *builder;
} Build;

static gboolean
read_conv (const Build *build,
           const char *name,
           int n_out,
           int n_in,
           int kernel,
           GboxConvWeights *weights,
           GError **error)
{
  g_autofree char *weights_name = NULL;
  g_autofree char *other_name = NULL;

  if (!build->variant->batch_norm)
    {
      weights_name = g_strconcat (name, ".0", NULL);
      other_name = g_strconcat (name, ".1", NULL);
      return gbox_conv_weights_read (weights, build->file, weights_name, other_name, n_out, n_in, kernel,
                                     error);
    }

  weights_name = g_strconcat (name, ".conv.weight", NULL);
  other_name = g_strconcat (name, ".bn", NULL);
  return gbox_conv_weights_read (weights, build->file, weights_name, NULL, n_out, n_in, kernel, error)
         && gbox_conv_weights_fold (weights, build->file, other_name, BATCH_NORM_EPSILON, error);
}

static gboolean
add_conv (const Build *build,
          const char *name,
          GboxSlice input,
          GboxSlice output,
          const GboxWindowShape *window,
          GError **error)
{
  g_auto (GboxConvWeights) weights = { 0 };

  if (!read_conv (build, name, output.n, input.n, window->kernel, &weights, error))
    return FALSE;

  gbox_network_builder_conv (build->builder, input, output, window, GBOX_ACTIVATION_RELU, &weights);
  return TRUE;
}

static gboolean
add_branch (const Build *build,
            const Module *module,
            const char *branch,
            GboxSlice input,
            GboxSlice output,
            const GboxWindowShape *window,
            GError **error)
{
  g_autofree char *name = g_strconcat (build->variant->module_prefix, module->name, branch, NULL);

  return add_conv (build, name, input, output, window, error);
}

/* The reductions before the 3×3 and the “5×5” branch are one product of matrices. */
static gboolean
add_reductions (const Build *build, const Module *module, GboxSlice input, GboxSlice output, GError **error)
{
  const char *const branches[] = { build->variant->reduce3, build->variant->reduce5 };
  const int n_channels[] = { module->reduce3, module->reduce5 };
  g_auto (GboxConvWeights) merged = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (branches); i++)
    {
      g_autofree char *name = g_strconcat (build->variant->module_prefix, module->name, branches[i], NULL);
      g_auto (GboxConvWeights) weights = { 0 };

      if (!read_conv (build, name, n_channels[i], input.n, 1, &weights, error))
        return FALSE;
      gbox_conv_weights_append (&merged, &weights);
    }

  gbox_network_builder_conv (build->builder, input, output, &point, GBOX_ACTIVATION_RELU, &merged);
  return TRUE;
}

/*
 * The concatenation of the branches costs nothing, as each writes its channels of one value. The reductions
 * come first, so that the gradient of the module's input is finished by what sees most of it.
 */
static gboolean
add_module (const Build *build, const Module *module, GboxSlice input, GboxSlice *output, GError **error)
{
  const Variant *variant = build->variant;
  const GboxWindowShape quintuple
    = { .kernel = variant->quintuple_kernel, .stride = 1, .pad = variant->quintuple_kernel / 2 };
  const GboxSlice reduced
    = gbox_network_builder_add_value (build->builder, module->reduce3 + module->reduce5);
  const GboxSlice concatenation
    = gbox_network_builder_add_value (build->builder, module->single + module->triple + module->quintuple
                                                        + module->projection);
  const GboxSlice pooled = gbox_network_builder_add_value (build->builder, input.n);
  int first = 0;

  *output = concatenation;
  if (!add_reductions (build, module, input, reduced, error))
    return FALSE;
  if (!add_branch (build, module, variant->single, input, gbox_slice (concatenation, first, module->single),
                   &point, error))
    return FALSE;
  first += module->single;
  if (!add_branch (build, module, variant->triple, gbox_slice (reduced, 0, module->reduce3),
                   gbox_slice (concatenation, first, module->triple), &triple, error))
    return FALSE;
  first += module->triple;
  if (!add_branch (build, module, variant->quintuple, gbox_slice (reduced, module->reduce3, module->reduce5),
                   gbox_slice (concatenation, first, module->quintuple), &quintuple, error))
    return FALSE;
  first += module->quintuple;
  gbox_network_builder_max_pool (build->builder, input, pooled, &branch_pool);

  return add_branch (build, module, variant->projection, pooled,
                     gbox_slice (concatenation, first, module->projection), &point, error);
}

static GboxSlice
add_pool (const Build *build, GboxSlice input, const GboxWindowShape *window)
{
  const GboxSlice output = gbox_network_builder_add_value (build->builder, input.n);

  gbox_network_builder_max_pool (build->builder, input, output, window);

  return output;
}

/* Only the Caffe training normalises the responses. */
static GboxSlice
add_lrn (const Build *build, GboxSlice input)
{
  static const GboxLrnShape shape = { .size = 5, .alpha = 1e-4f, .beta = 0.75f, .k = 1.0f };
  GboxSlice output;

  if (build->variant->batch_norm)
    return input;

  output = gbox_network_builder_add_value (build->builder, input.n);
  gbox_network_builder_lrn (build->builder, input, output, &shape);

  return output;
}

static gboolean
add_stem (const Build *build, GboxSlice *output, GError **error)
{
  static const GboxWindowShape first = { .kernel = 7, .stride = 2, .pad = 3 };
  GboxNetworkBuilder *builder = build->builder;
  const char *const *names = build->variant->stem;
  const GboxSlice conv1 = gbox_network_builder_add_value (builder, 64);
  const GboxSlice reduced = gbox_network_builder_add_value (builder, 64);
  const GboxSlice conv2 = gbox_network_builder_add_value (builder, 192);
  GboxSlice pooled;

  if (!add_conv (build, names[0], gbox_network_builder_get_input (builder), conv1, &first, error))
    return FALSE;
  gbox_network_builder_layer (builder, "conv1", conv1);

  pooled = add_lrn (build, add_pool (build, conv1, &halving_pool));
  if (!add_conv (build, names[1], pooled, reduced, &point, error)
      || !add_conv (build, names[2], reduced, conv2, &triple, error))
    return FALSE;
  gbox_network_builder_layer (builder, "conv2", conv2);

  *output = add_pool (build, add_lrn (build, conv2), &halving_pool);
  return TRUE;
}

static gboolean
add_classifier (const Build *build, GboxSlice input, GError **error)
{
  const GboxSlice average = gbox_network_builder_add_value (build->builder, input.n);
  const GboxSlice logits = gbox_network_builder_add_value (build->builder, N_CLASSES);
  g_auto (GboxConvWeights) weights = { 0 };

  gbox_network_builder_global_average (build->builder, input, average);
  if (!gbox_conv_weights_read (&weights, build->file, build->variant->classifier_weights,
                               build->variant->classifier_bias, N_CLASSES, input.n, 1, error))
    return FALSE;
  gbox_network_builder_conv (build->builder, average, logits, &point, GBOX_ACTIVATION_NONE, &weights);
  gbox_network_builder_layer (build->builder, "class", logits);

  return TRUE;
}

static GboxNetwork *
build_variant (const Variant *variant, const GboxTensorFile *file, GError **error)
{
  g_autoptr (GboxNetworkBuilder) builder
    = gbox_network_builder_new (variant->title, &variant->preprocessing, &variant->pixel_map);
  const Build build = { .variant = variant, .file = file, .builder = builder };
  GboxSlice value;

  if (!add_stem (&build, &value, error))
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (modules); i++)
    {
      const char *name = modules[i].name;

      if (g_str_equal (name, "4a"))
        value = add_pool (&build, value, &halving_pool);
      else if (g_str_equal (name, "5a"))
        value = add_pool (&build, value, &variant->pool4);
      if (!add_module (&build, &modules[i], value, &value, error))
        return NULL;
      gbox_network_builder_layer (builder, name, value);
    }

  if (!add_classifier (&build, value, error))
    return NULL;

  return gbox_network_builder_finish (builder);
}

gboolean
gbox_inceptionv1_recognises (const GboxTensorFile *file)
{
  return gbox_tensor_file_lookup (file, "conv1/7x7_s2.0") != NULL
         && gbox_tensor_file_lookup (file, "inception_3a/1x1.0") != NULL;
}

GboxNetwork *
gbox_inceptionv1_new (const GboxTensorFile *file, GError **error)
{
  return build_variant (&bvlc, file, error);
}

gboolean
gbox_inceptionv1_torchvision_recognises (const GboxTensorFile *file)
{
  return gbox_tensor_file_lookup (file, "conv1.conv.weight") != NULL
         && gbox_tensor_file_lookup (file, "inception3a.branch1.conv.weight") != NULL;
}

GboxNetwork *
gbox_inceptionv1_torchvision_new (const GboxTensorFile *file, GError **error)
{
  return build_variant (&torchvision, file, error);
}
