/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A vision network: its parts, its packed weights, and the loaders of the networks that are known. */
#include "models/network-internal.h"

#include "base/error.h"
#include "models/efficientnet-lite.h"
#include "models/imagenet.h"
#include "models/inceptionv1.h"

#include <pthread.h>

typedef struct
{
  guint operation;
  GboxConv *conv; /* owned */
} PackedConv;

struct _GboxNetwork
{
  gatomicrefcount ref_count;
  GboxNetworkData data;
  pthread_mutex_t lock; /* over packed */
  GArray *packed;       /* of PackedConv; a few dozen */
  gsize digest_is_set;
  char *digest; /* (nullable) */
};

/* How to recognise and build each kind of network. */
typedef struct
{
  gboolean (*recognises) (const GboxTensorFile *file);
  GboxNetwork *(*build) (const GboxTensorFile *file, GError **error);
} Family;

static const Family families[] = {
  { gbox_inceptionv1_recognises, gbox_inceptionv1_new },
  { gbox_inceptionv1_torchvision_recognises, gbox_inceptionv1_torchvision_new },
  { gbox_efficientnet_lite_recognises, gbox_efficientnet_lite_new },
};

static void
clear_packed (gpointer packed)
{
  gbox_conv_free (((PackedConv *) packed)->conv);
}

GboxNetwork *
gbox_network_new (const GboxNetworkData *data)
{
  GboxNetwork *network = g_new0 (GboxNetwork, 1);

  g_atomic_ref_count_init (&network->ref_count);
  network->data = *data;
  pthread_mutex_init (&network->lock, NULL);
  network->packed = g_array_new (FALSE, FALSE, sizeof (PackedConv));
  g_array_set_clear_func (network->packed, clear_packed);

  return network;
}

GboxNetwork *
gbox_network_ref (GboxNetwork *network)
{
  g_atomic_ref_count_inc (&network->ref_count);

  return network;
}

void
gbox_network_unref (GboxNetwork *network)
{
  if (!g_atomic_ref_count_dec (&network->ref_count))
    return;

  g_array_unref (network->packed);
  pthread_mutex_destroy (&network->lock);
  g_array_unref (network->data.operations);
  g_array_unref (network->data.layers);
  g_array_unref (network->data.layer_slices);
  g_array_unref (network->data.values);
  g_free (network->data.title);
  g_free (network->digest);
  g_free (network);
}

/* Names what is in the file, so that a person sees what they opened. */
static void
set_unknown_network (const GboxTensorFile *file, const char *path, GError **error)
{
  const guint n_tensors = gbox_tensor_file_get_n_tensors (file);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < MIN (n_tensors, 3); i++)
    g_string_append_printf (found, "%s“%s”", i == 0 ? ", beginning with " : ", ",
                            gbox_tensor_file_get_nth (file, i)->name);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
               "“%s” is none of the vision networks that Glassbox knows: it holds %u tensors%s. Choose "
               "weights of GoogLeNet "
               "(Caffe or torchvision) or of EfficientNet-Lite0.",
               name, n_tensors, found->str);
}

GboxNetwork *
gbox_network_load (const char *path, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open (path, error);

  if (file == NULL)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (families[i].recognises (file))
      return families[i].build (file, error);

  set_unknown_network (file, path, error);
  return NULL;
}

const GboxNetworkData *
gbox_network_get_data (const GboxNetwork *network)
{
  return &network->data;
}

const char *
gbox_network_get_title (const GboxNetwork *network)
{
  return network->data.title;
}

guint
gbox_network_get_n_layers (const GboxNetwork *network)
{
  return network->data.layers->len;
}

const GboxLayer *
gbox_network_get_layer (const GboxNetwork *network, guint i)
{
  g_return_val_if_fail (i < network->data.layers->len, NULL);

  return &g_array_index (network->data.layers, GboxLayer, i);
}

int
gbox_network_find_layer (const GboxNetwork *network, const char *name)
{
  for (guint i = 0; i < network->data.layers->len; i++)
    if (g_str_equal (gbox_network_get_layer (network, i)->name, name))
      return (int) i;

  return -1;
}

int
gbox_network_get_map_side (const GboxNetwork *network, guint i, int size)
{
  const GboxNetworkData *data = &network->data;
  g_autofree int *sides = g_new0 (int, data->values->len);

  g_return_val_if_fail (i < data->layers->len, 0);

  sides[0] = size;
  for (guint j = 0; j < data->operations->len; j++)
    {
      const GboxOperation *operation = &g_array_index (data->operations, GboxOperation, j);
      int pad;

      if (!gbox_operation_get_extent (operation, sides[operation->input.value],
                                      &sides[operation->output.value], &pad))
        sides[operation->output.value] = 0;
    }
  return sides[g_array_index (data->layer_slices, GboxSlice, i).value];
}

static char *
compute_digest (const GboxNetworkData *data)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);

  g_checksum_update (checksum, (const guchar *) data->title, -1);
  for (guint i = 0; i < data->operations->len; i++)
    {
      const GboxOperation *operation = &g_array_index (data->operations, GboxOperation, i);
      const gsize window = (gsize) operation->window.kernel * (gsize) operation->window.kernel;
      const gsize n_in = operation->kind == GBOX_OPERATION_CONV ? (gsize) operation->input.n : 1;
      const gsize n_out = (gsize) operation->output.n;

      if (operation->weights != NULL)
        g_checksum_update (checksum, (const guchar *) operation->weights,
                           (gssize) (window * n_in * n_out * sizeof (float)));
      if (operation->bias != NULL)
        g_checksum_update (checksum, (const guchar *) operation->bias, (gssize) (n_out * sizeof (float)));
    }
  return g_strdup (g_checksum_get_string (checksum));
}

const char *
gbox_network_get_digest (GboxNetwork *network)
{
  if (g_once_init_enter (&network->digest_is_set))
    {
      network->digest = compute_digest (&network->data);
      g_once_init_leave (&network->digest_is_set, 1);
    }
  return network->digest;
}

const GboxPreprocessing *
gbox_network_get_preprocessing (const GboxNetwork *network)
{
  return &network->data.preprocessing;
}

const char *
gbox_network_get_class_label (const GboxNetwork *network, int id)
{
  return gbox_imagenet_label (id);
}

GboxConvShape
gbox_operation_get_conv_shape (const GboxOperation *operation, int pad_top, int pad_left)
{
  return (GboxConvShape){ .in_channels = operation->input.n,
                          .out_channels = operation->output.n,
                          .kernel_height = operation->window.kernel,
                          .kernel_width = operation->window.kernel,
                          .stride = operation->window.stride,
                          .pad_top = pad_top,
                          .pad_left = pad_left };
}

static GboxConv *
pack_conv (const GboxOperation *operation, const GboxConvPacking *packing)
{
  const GboxConvShape shape = gbox_operation_get_conv_shape (operation, 0, 0);

  return gbox_conv_new (&shape, packing, operation->activation, operation->weights, operation->bias);
}

static gboolean
is_packing (const GboxConvPacking *a, const GboxConvPacking *b)
{
  return a->direction == b->direction && a->method == b->method && a->phase_y == b->phase_y
         && a->phase_x == b->phase_x;
}

/* Called with the lock held. */
static const GboxConv *
find_packed (const GboxNetwork *network, guint operation, const GboxConvPacking *packing)
{
  for (guint i = 0; i < network->packed->len; i++)
    {
      const PackedConv *packed = &g_array_index (network->packed, PackedConv, i);

      if (packed->operation == operation && is_packing (gbox_conv_get_packing (packed->conv), packing))
        return packed->conv;
    }

  return NULL;
}

const GboxConv *
gbox_network_get_conv (GboxNetwork *network, guint operation, const GboxConvPacking *packing)
{
  PackedConv packed = { .operation = operation };
  const GboxConv *conv;

  pthread_mutex_lock (&network->lock);
  conv = find_packed (network, operation, packing);
  pthread_mutex_unlock (&network->lock);
  if (conv != NULL)
    return conv;

  /* Packed outside the lock, so that several workers pack at once; of two that pack the same, the first is
   * kept. */
  packed.conv = pack_conv (&g_array_index (network->data.operations, GboxOperation, operation), packing);

  pthread_mutex_lock (&network->lock);
  conv = find_packed (network, operation, packing);
  if (conv == NULL)
    {
      g_array_append_val (network->packed, packed);
      conv = g_steal_pointer (&packed.conv);
    }
  pthread_mutex_unlock (&network->lock);
  gbox_conv_free (packed.conv);

  return conv;
}
