/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of weights whose values follow from their names (see fixtures/make-googlenet-values.py), for the
 * three networks that are known. */
#pragma once

#include "base/tensor.h"
#include "formats/safetensors.h"
#include "models/network.h"

#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

typedef enum
{
  MADE_UP_BVLC,
  MADE_UP_TORCHVISION,
  MADE_UP_EFFICIENTNET,
} MadeUpVariant;

/* Tensors on their way into a file. */
typedef struct
{
  GArray *tensors; /* of GboxNamedTensor, with names and data of their own */
} MadeUpFile;

static void
made_up_clear_tensor (gpointer tensor)
{
  g_free ((char *) ((GboxNamedTensor *) tensor)->name);
  g_free ((gpointer) ((GboxNamedTensor *) tensor)->data);
}

static MadeUpFile *
made_up_file_new (void)
{
  MadeUpFile *file = g_new0 (MadeUpFile, 1);

  file->tensors = g_array_new (FALSE, TRUE, sizeof (GboxNamedTensor));
  g_array_set_clear_func (file->tensors, made_up_clear_tensor);

  return file;
}

static void
made_up_file_free (MadeUpFile *file)
{
  g_array_unref (file->tensors);
  g_free (file);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadeUpFile, made_up_file_free)

/* Element @i of the tensor whose name hashes to @seed, in [0, 1). */
static double
made_up_uniform (guint32 seed, guint32 i)
{
  guint32 h = i * 2654435761u + seed;

  h = (h ^ h >> 15) * 0x2c1b3c6du;
  h ^= h >> 12;
  h *= 0x297a2d39u;
  h ^= h >> 15;

  return h / 4294967296.0;
}

static void
made_up_file_add (MadeUpFile *file, const char *name, guint n_dims, const guint64 *dims)
{
  GboxNamedTensor tensor = { .name = g_strdup (name), .dtype = GBOX_DTYPE_F32, .n_dims = n_dims };
  const gboolean is_gain
    = g_str_has_suffix (name, "running_var") || (n_dims == 1 && g_str_has_suffix (name, ".weight"));
  guint32 seed = 2166136261u;
  gsize n = 1;
  float *data;

  for (const char *c = name; *c != '\0'; c++)
    seed = (seed ^ (guint8) *c) * 16777619u;
  for (guint i = 0; i < n_dims; i++)
    {
      tensor.dims[i] = dims[i];
      n *= dims[i];
    }
  data = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    {
      const double u = made_up_uniform (seed, (guint32) i);

      if (is_gain)
        data[i] = (float) (0.75 + 0.5 * u);
      else if (n_dims == 1)
        data[i] = (float) (0.5 * u - 0.25);
      else
        data[i] = (float) ((2 * u - 1) * sqrt (6.0 / ((double) n / (double) dims[0])));
    }
  tensor.data = data;
  tensor.n_bytes = n * sizeof (float);
  g_array_append_val (file->tensors, tensor);
}

G_GNUC_UNUSED static void
made_up_file_remove (MadeUpFile *file, const char *name)
{
  for (guint i = 0; i < file->tensors->len; i++)
    if (g_str_equal (g_array_index (file->tensors, GboxNamedTensor, i).name, name))
      {
        g_array_remove_index (file->tensors, i);
        return;
      }
  g_assert_not_reached ();
}

/* Returns: the name of a temporary file, to be removed and freed */
static char *
made_up_file_save (const MadeUpFile *file)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  const int fd = g_file_open_tmp ("made-up-XXXXXX.safetensors", &path, &error);

  g_assert_no_error (error);
  close (fd);
  gbox_safetensors_save (path, (const GboxNamedTensor *) file->tensors->data, file->tensors->len, NULL,
                         &error);
  g_assert_no_error (error);

  return path;
}

/* PREFIX + @weight (O, I, K, K), and the vectors (O) named PREFIX + each of @vectors. */
static void
made_up_file_add_conv (MadeUpFile *file,
                       const char *prefix,
                       const char *weight,
                       const char *const *vectors,
                       guint64 n_out,
                       guint64 n_in,
                       guint64 kernel)
{
  g_autofree char *name = g_strconcat (prefix, weight, NULL);

  made_up_file_add (file, name, 4, (const guint64[]){ n_out, n_in, kernel, kernel });
  for (; *vectors != NULL; vectors++)
    {
      g_autofree char *vector = g_strconcat (prefix, *vectors, NULL);

      made_up_file_add (file, vector, 1, &n_out);
    }
}

static const guint64 made_up_modules[9][6] = {
  { 64, 96, 128, 16, 32, 32 },     { 128, 128, 192, 32, 96, 64 },   { 192, 96, 208, 16, 48, 64 },
  { 160, 112, 224, 24, 64, 64 },   { 128, 128, 256, 24, 64, 64 },   { 112, 144, 288, 32, 64, 64 },
  { 256, 160, 320, 32, 128, 128 }, { 256, 160, 320, 32, 128, 128 }, { 384, 192, 384, 48, 128, 128 },
};

static void
made_up_file_add_inception (MadeUpFile *file, gboolean torch)
{
  static const char *const caffe_vectors[] = { ".1", NULL };
  static const char *const torch_vectors[]
    = { ".bn.weight", ".bn.bias", ".bn.running_mean", ".bn.running_var", NULL };
  static const char *const modules[] = { "3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b" };
  static const char *const branches[2][6]
    = { { "/1x1", "/3x3_reduce", "/3x3", "/5x5_reduce", "/5x5", "/pool_proj" },
        { ".branch1", ".branch2.0", ".branch2.1", ".branch3.0", ".branch3.1", ".branch4.1" } };
  const char *const *vectors = torch ? torch_vectors : caffe_vectors;
  const char *weight = torch ? ".conv.weight" : ".0";
  guint64 n_in = 192;

  made_up_file_add_conv (file, torch ? "conv1" : "conv1/7x7_s2", weight, vectors, 64, 3, 7);
  made_up_file_add_conv (file, torch ? "conv2" : "conv2/3x3_reduce", weight, vectors, 64, 64, 1);
  made_up_file_add_conv (file, torch ? "conv3" : "conv2/3x3", weight, vectors, 192, 64, 3);
  for (guint i = 0; i < G_N_ELEMENTS (modules); i++)
    {
      const guint64 *n = made_up_modules[i];
      const guint64 inputs[] = { n_in, n_in, n[1], n_in, n[3], n_in };
      const guint64 kernels[] = { 1, 1, 3, 1, torch ? 3 : 5, 1 };

      for (guint b = 0; b < 6; b++)
        {
          g_autofree char *prefix
            = g_strconcat (torch ? "inception" : "inception_", modules[i], branches[torch][b], NULL);

          made_up_file_add_conv (file, prefix, weight, vectors, n[b], inputs[b], kernels[b]);
        }
      n_in = n[0] + n[2] + n[4] + n[5];
    }
  made_up_file_add (file, torch ? "fc.weight" : "loss3/classifier.0", 2, (const guint64[]){ 1000, 1024 });
  made_up_file_add (file, torch ? "fc.bias" : "loss3/classifier.1", 1, (const guint64[]){ 1000 });
}

static void
made_up_file_add_normalised (MadeUpFile *file,
                             const char *prefix,
                             const char *conv,
                             const char *norm,
                             guint64 n_out,
                             guint64 n_in,
                             guint64 kernel)
{
  static const char *const vectors[] = { ".weight", ".bias", ".running_mean", ".running_var", NULL };
  static const char *const none[] = { NULL };
  g_autofree char *weight = g_strconcat (conv, ".weight", NULL);
  g_autofree char *normalisation = g_strconcat (prefix, norm, NULL);

  made_up_file_add_conv (file, prefix, weight, none, n_out, n_in, kernel);
  for (guint i = 0; vectors[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat (normalisation, vectors[i], NULL);

      made_up_file_add (file, name, 1, &n_out);
    }
}

static void
made_up_file_add_efficientnet (MadeUpFile *file)
{
  static const guint64 outputs[] = { 16, 24, 24, 40, 40, 80, 80, 80, 112, 112, 112, 192, 192, 192, 192, 320 };
  static const guint64 kernels[] = { 3, 3, 3, 5, 5, 3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 3 };
  guint64 n_in = 32;

  made_up_file_add_normalised (file, "", "_conv_stem", "_bn0", 32, 3, 3);
  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_autofree char *prefix = g_strdup_printf ("_blocks.%u.", i);
      const guint64 n_wide = i == 0 ? n_in : 6 * n_in;

      if (i > 0)
        made_up_file_add_normalised (file, prefix, "_expand_conv", "_bn0", n_wide, n_in, 1);
      made_up_file_add_normalised (file, prefix, "_depthwise_conv", "_bn1", n_wide, 1, kernels[i]);
      made_up_file_add_normalised (file, prefix, "_project_conv", "_bn2", outputs[i], n_wide, 1);
      n_in = outputs[i];
    }
  made_up_file_add_normalised (file, "", "_conv_head", "_bn1", 1280, 320, 1);
  made_up_file_add (file, "_fc.weight", 2, (const guint64[]){ 1000, 1280 });
  made_up_file_add (file, "_fc.bias", 1, (const guint64[]){ 1000 });
}

static void
made_up_file_add_network (MadeUpFile *file, MadeUpVariant variant)
{
  if (variant == MADE_UP_EFFICIENTNET)
    made_up_file_add_efficientnet (file);
  else
    made_up_file_add_inception (file, variant == MADE_UP_TORCHVISION);
}

G_GNUC_UNUSED static GboxNetwork *
made_up_network (MadeUpVariant variant)
{
  g_autoptr (MadeUpFile) file = made_up_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  GboxNetwork *network;

  made_up_file_add_network (file, variant);
  path = made_up_file_save (file);
  network = gbox_network_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_remove (path), ==, 0);

  return network;
}

/* As picture() in make-googlenet-values.py. */
G_GNUC_UNUSED static void
made_up_picture (GboxTensor *image)
{
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      for (int c = 0; c < 3; c++)
        gbox_tensor_pixel (image, 0, y, x)[c] = (float) ((7 * x + 13 * y + 31 * c + x * y % 17 * 5) % 256);
}
