/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading PyTorch's `.pth` files as written before version 1.6. */
#include "formats/torch.h"

#include "formats/pickle.h"
#include "formats/tensor-file-private.h"
#include "formats/torch-object.h"

#include <string.h>

#define PROTOCOL 1001

/* The integer 0x1950a86a20f9469cfc6c as LONG1 and STOP, after PROTO and its version. */
static const guint8 magic[] = { 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.' };

/* What is left to read. */
typedef struct
{
  const guint8 *at;
  gsize size;
  const char *display_name;
} Rest;

gboolean
gbox_torch_is_legacy (const guint8 *data, gsize size)
{
  return size >= 2 + sizeof magic && data[0] == 0x80 && memcmp (data + 2, magic, sizeof magic) == 0;
}

static gboolean
fail (const Rest *rest, GError **error, const char *cause)
{
  gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, rest->display_name, "%s", cause);
  return FALSE;
}

static void
advance (Rest *rest, gsize n)
{
  rest->at += n;
  rest->size -= n;
}

static GboxPickle *
take_pickle (Rest *rest, GError **error)
{
  gsize n = 0;
  GboxPickle *pickle = gbox_pickle_parse (rest->at, rest->size, NULL, 0, rest->display_name, &n, error);

  if (pickle != NULL)
    advance (rest, n);
  return pickle;
}

static gboolean
check_protocol (Rest *rest, GError **error)
{
  g_autoptr (GboxPickle) pickle = take_pickle (rest, error);
  const GboxPickleValue *root;

  if (pickle == NULL)
    return FALSE;
  root = gbox_pickle_get_root (pickle);
  if (root->type == GBOX_PICKLE_INT && root->integer == PROTOCOL)
    return TRUE;
  return fail (rest, error, "it is of an unknown PyTorch protocol");
}

/* {'protocol_version': 1001, 'little_endian': True, 'type_sizes': {…}} */
static gboolean
check_system (Rest *rest, GError **error)
{
  g_autoptr (GboxPickle) pickle = take_pickle (rest, error);
  const GboxPickleValue *root;

  if (pickle == NULL)
    return FALSE;
  root = gbox_pickle_get_root (pickle);
  for (guint i = 0; root->type == GBOX_PICKLE_DICT && i + 1 < root->items->len; i += 2)
    {
      const GboxPickleValue *little = gbox_pickle_value_get (root, i + 1, GBOX_PICKLE_BOOL);

      if (little != NULL && gbox_pickle_value_is (root->items->pdata[i], "little_endian"))
        {
          if (little->integer != 0)
            return TRUE;
          gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, rest->display_name,
                                      "its numbers are stored big-endian");
          return FALSE;
        }
    }
  return fail (rest, error, "it does not say how its numbers are stored");
}

/* Each storage is the number of its elements, then they. */
static gboolean
take_storage (Rest *rest, const GboxTorchObject *object, const GboxPickleValue *key, GError **error)
{
  g_autofree char *text = NULL;
  GboxTorchStorage *storage;
  guint64 n_elements;

  if (key->type != GBOX_PICKLE_STRING || key->bytes.length > GBOX_MAX_NAME_LENGTH)
    return fail (rest, error, "one of its storages has no name");
  text = g_strndup (key->bytes.data, key->bytes.length);
  storage = gbox_torch_object_find (object, text);
  if (storage == NULL || storage->data != NULL)
    return fail (rest, error, "it lists a storage that no tensor mentions, or lists it twice");
  if (rest->size < sizeof n_elements)
    return fail (rest, error, "it ends too early");
  memcpy (&n_elements, rest->at, sizeof n_elements);
  advance (rest, sizeof n_elements);
  if (n_elements != storage->n_elements)
    return fail (rest, error, "a storage is not as long as its tensors say");
  if (storage->n_bytes > rest->size)
    return fail (rest, error, "it ends too early");
  storage->data = rest->at;
  advance (rest, storage->n_bytes);
  return TRUE;
}

static gboolean
take_storages (Rest *rest, const GboxTorchObject *object, GError **error)
{
  g_autoptr (GboxPickle) keys = take_pickle (rest, error);
  const GboxPickleValue *root;

  if (keys == NULL)
    return FALSE;
  root = gbox_pickle_get_root (keys);
  if (root->type != GBOX_PICKLE_LIST)
    return fail (rest, error, "it does not list its storages");
  for (guint i = 0; i < root->items->len; i++)
    if (!take_storage (rest, object, root->items->pdata[i], error))
      return FALSE;
  return TRUE;
}

GboxTensorFile *
gbox_torch_legacy_read (GBytes *bytes, const char *display_name, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_new ("torch", display_name);
  g_autoptr (GboxTorchObject) object = NULL;
  Rest rest = { .display_name = display_name };
  gsize n = 0;

  rest.at = g_bytes_get_data (bytes, &rest.size);
  if (!gbox_torch_is_legacy (rest.at, rest.size))
    {
      fail (&rest, error, "it does not begin like a PyTorch file");
      return NULL;
    }
  advance (&rest, 2 + sizeof magic);
  if (!check_protocol (&rest, error) || !check_system (&rest, error))
    return NULL;
  object = gbox_torch_object_parse (rest.at, rest.size, display_name, &n, error);
  if (object == NULL)
    return NULL;
  advance (&rest, n);
  if (!take_storages (&rest, object, error)
      || !gbox_torch_object_get_tensors (object, gbox_torch_get_budget (g_bytes_get_size (bytes)), file,
                                         error))
    return NULL;
  gbox_tensor_file_keep (file, g_bytes_ref (bytes));
  return g_steal_pointer (&file);
}
