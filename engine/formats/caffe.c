/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading Caffe's `.caffemodel` files (protocol buffers). */
#include "formats/caffe.h"

#include "formats/caffe.pb-c.h"
#include "formats/dtype.h"
#include "formats/tensor-file-private.h"

#include <stdlib.h>

/* A decoded network with the allocator that made it. */
typedef struct
{
  ProtobufCAllocator allocator;
  Gbox__Caffe__Net *net;
  gsize left; /* bytes that may still be allocated */
} Decoded;

/* Two bytes of a hostile file can ask for a whole message each, so what decoding may allocate in total is
 * bounded. */
static void *
bounded_alloc (void *data, size_t size)
{
  Decoded *decoded = data;

  if (size > decoded->left)
    return NULL;
  decoded->left -= size;
  return malloc (size);
}

static void
bounded_free (void *data, void *pointer)
{
  free (pointer);
}

static void
decoded_free (gpointer data)
{
  Decoded *decoded = data;

  if (decoded->net != NULL)
    gbox__caffe__net__free_unpacked (decoded->net, &decoded->allocator);
  g_free (decoded);
}

static gboolean
read_varint (const guint8 *data, gsize size, gsize *at, guint64 *value)
{
  *value = 0;
  for (guint shift = 0; shift < 64 && *at < size; shift += 7)
    {
      guint8 byte = data[(*at)++];

      *value |= (guint64) (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Fields of NetParameter: name, layers, input, input_dim, force_backward, state, debug_info, input_shape; and
 * layer. */
static gboolean
is_net_field (guint64 field, guint64 wire_type)
{
  switch (field)
    {
    case 1:
    case 2:
    case 3:
    case 6:
    case 8:
    case 100:
      return wire_type == 2;
    case 4:
      return wire_type == 0 || wire_type == 2;
    case 5:
    case 7:
      return wire_type == 0;
    default:
      return FALSE;
    }
}

gboolean
gbox_caffe_recognise (const guint8 *data, gsize size)
{
  gsize at = 0;

  for (guint n = 0; n < 8 && at < size; n++)
    {
      guint64 tag, value;

      if (!read_varint (data, size, &at, &tag) || !is_net_field (tag >> 3, tag & 7)
          || !read_varint (data, size, &at, &value))
        return FALSE;
      if ((tag & 7) == 2 && value > size - at)
        return n > 0;
      if ((tag & 7) == 2)
        at += value;
    }
  return TRUE;
}

/* The legacy sizes are (num, channels, height, width), all four of them; the newer ones any number. */
static gboolean
get_dims (const Gbox__Caffe__Blob *blob, GboxNamedTensor *tensor)
{
  const gint64 legacy[4] = { blob->num, blob->channels, blob->height, blob->width };
  const gint64 *dims = blob->shape != NULL ? blob->shape->dim : legacy;
  gsize n_dims = blob->shape != NULL ? blob->shape->n_dim : 4;

  if (n_dims > GBOX_MAX_DIMS)
    return FALSE;
  tensor->n_dims = (guint) n_dims;
  for (gsize i = 0; i < n_dims; i++)
    {
      if (dims[i] < 0)
        return FALSE;
      tensor->dims[i] = (guint64) dims[i];
    }
  return TRUE;
}

static gboolean
add_blobs (GboxTensorFile *file,
           const char *display_name,
           const char *layer,
           gsize n_blobs,
           Gbox__Caffe__Blob **blobs,
           GError **error)
{
  for (gsize i = 0; i < n_blobs; i++)
    {
      const Gbox__Caffe__Blob *blob = blobs[i];
      gboolean wide = blob->n_data == 0 && blob->n_double_data > 0;
      g_autofree char *name = g_strdup_printf ("%.*s.%" G_GSIZE_FORMAT, GBOX_MAX_NAME_LENGTH, layer, i);
      GboxNamedTensor tensor = { .name = name, .dtype = wide ? GBOX_DTYPE_F64 : GBOX_DTYPE_F32 };

      tensor.data = wide ? (const void *) blob->double_data : (const void *) blob->data;
      tensor.n_bytes = wide ? blob->n_double_data * sizeof (double) : blob->n_data * sizeof (float);
      if (!get_dims (blob, &tensor))
        {
          gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, display_name,
                                      "blob %" G_GSIZE_FORMAT " of a layer has an impossible shape", i);
          return FALSE;
        }
      if (!gbox_tensor_file_add (file, &tensor, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_layers (GboxTensorFile *file, const char *display_name, const Gbox__Caffe__Net *net, GError **error)
{
  for (gsize i = 0; i < net->n_layers; i++)
    if (!add_blobs (file, display_name, net->layers[i]->name != NULL ? net->layers[i]->name : "",
                    net->layers[i]->n_blobs, net->layers[i]->blobs, error))
      return FALSE;
  for (gsize i = 0; i < net->n_layer; i++)
    if (!add_blobs (file, display_name, net->layer[i]->name != NULL ? net->layer[i]->name : "",
                    net->layer[i]->n_blobs, net->layer[i]->blobs, error))
      return FALSE;
  return TRUE;
}

GboxTensorFile *
gbox_caffe_read (GBytes *bytes, const char *display_name, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_new ("caffe", display_name);
  Decoded *decoded = g_new0 (Decoded, 1);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  decoded->allocator = (ProtobufCAllocator){ bounded_alloc, bounded_free, decoded };
  decoded->left = size < G_MAXSIZE / 8 ? 4 * size + (64 << 20) : size;
  gbox_tensor_file_keep (file, g_bytes_new_with_free_func (decoded, sizeof *decoded, decoded_free, decoded));
  decoded->net = gbox__caffe__net__unpack (&decoded->allocator, size, data);
  if (decoded->net == NULL)
    {
      gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, display_name,
                                  "it begins like a Caffe network but is damaged or incomplete");
      return NULL;
    }
  if (!add_layers (file, display_name, decoded->net, error) || !gbox_tensor_file_seal (file, error))
    return NULL;
  return g_steal_pointer (&file);
}
