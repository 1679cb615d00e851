/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickled object of a PyTorch file: which tensors it names, and in which storages they lie. */
#include "formats/torch-object.h"

#include "formats/dtype.h"
#include "formats/tensor-file-private.h"

#include <string.h>

enum
{
  CALL_DICTIONARY = GBOX_PICKLE_DICTIONARY,
  CALL_TENSOR,
  CALL_PARAMETER,
  CALL_SIZE,
  CALL_ENCODE,
  STORAGE, /* plus the GboxDtype */
};

/* Everything a state dictionary mentions; nothing else is accepted, and nothing is ever called. */
static const GboxPickleGlobal globals[] = {
  { "collections", "OrderedDict", CALL_DICTIONARY },
  { "torch._utils", "_rebuild_tensor", CALL_TENSOR },
  { "torch._utils", "_rebuild_tensor_v2", CALL_TENSOR },
  { "torch._utils", "_rebuild_parameter", CALL_PARAMETER },
  { "torch", "Size", CALL_SIZE },
  { "_codecs", "encode", CALL_ENCODE },
  { "torch", "FloatStorage", STORAGE + GBOX_DTYPE_F32 },
  { "torch", "HalfStorage", STORAGE + GBOX_DTYPE_F16 },
  { "torch", "BFloat16Storage", STORAGE + GBOX_DTYPE_BF16 },
  { "torch", "DoubleStorage", STORAGE + GBOX_DTYPE_F64 },
  { "torch", "LongStorage", STORAGE + GBOX_DTYPE_I64 },
  { "torch", "IntStorage", STORAGE + GBOX_DTYPE_I32 },
  { "torch", "ShortStorage", STORAGE + GBOX_DTYPE_I16 },
  { "torch", "CharStorage", STORAGE + GBOX_DTYPE_I8 },
  { "torch", "ByteStorage", STORAGE + GBOX_DTYPE_U8 },
  { "torch", "BoolStorage", STORAGE + GBOX_DTYPE_BOOL },
};

/* A tensor as a view of a storage, in elements. */
typedef struct
{
  char *name;
  const GboxTorchStorage *storage;
  guint64 offset;
  guint n_dims;
  guint64 dims[GBOX_MAX_DIMS];
  guint64 strides[GBOX_MAX_DIMS];
} View;

struct _GboxTorchObject
{
  char *display_name;
  GHashTable
    *storages; /* char * → GboxTorchStorage, bounded in number, so that colliding keys cannot make it slow */
  GArray *views; /* View */
};

gsize
gbox_torch_get_budget (gsize size)
{
  return size < G_MAXSIZE / 16 ? 8 * size + ((gsize) 64 << 20) : size;
}

static void
storage_free (gpointer data)
{
  GboxTorchStorage *storage = data;

  g_free (storage->key);
  g_free (storage);
}

static void
view_clear (gpointer data)
{
  g_free (((View *) data)->name);
}

void
gbox_torch_object_free (GboxTorchObject *object)
{
  g_free (object->display_name);
  g_hash_table_unref (object->storages);
  g_array_unref (object->views);
  g_free (object);
}

GboxTorchStorage *
gbox_torch_object_find (const GboxTorchObject *object, const char *key)
{
  return g_hash_table_lookup (object->storages, key);
}

static gboolean
fail (const GboxTorchObject *object, GError **error, const char *cause)
{
  gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, object->display_name, "%s", cause);
  return FALSE;
}

/* A copy of a name or key, or NULL if it is no decent text. */
static char *
copy_text (const GboxPickleValue *value)
{
  if (value == NULL || value->type != GBOX_PICKLE_STRING || value->bytes.length > GBOX_MAX_NAME_LENGTH
      || !g_utf8_validate_len (value->bytes.data, value->bytes.length, NULL))
    return NULL;
  return g_strndup (value->bytes.data, value->bytes.length);
}

/* The persistent id of a storage: ('storage', torch.FloatStorage, key, location, number of elements[, view]).
 */
static GboxTorchStorage *
describe_storage (const GboxPickleValue *persistent)
{
  const GboxPickleValue *id = persistent->pair.first;
  const GboxPickleValue *type = gbox_pickle_value_get (id, 1, GBOX_PICKLE_GLOBAL);
  const GboxPickleValue *n = gbox_pickle_value_get (id, 4, GBOX_PICKLE_INT);
  g_autofree char *key = NULL;
  GboxTorchStorage *storage;
  gsize n_bytes;
  guint64 n_elements;

  if (id->type != GBOX_PICKLE_TUPLE
      || !gbox_pickle_value_is (gbox_pickle_value_get (id, 0, GBOX_PICKLE_STRING), "storage") || type == NULL
      || type->global->id < STORAGE || n == NULL || n->integer < 0)
    return NULL;
  if (id->items->len > 6 || (id->items->len == 6 && gbox_pickle_value_get (id, 5, GBOX_PICKLE_NONE) == NULL))
    return NULL;
  key = copy_text (gbox_pickle_value_get (id, 2, GBOX_PICKLE_STRING));
  n_elements = (guint64) n->integer;
  if (key == NULL
      || !gbox_dtype_count_bytes ((GboxDtype) (type->global->id - STORAGE), 1, &n_elements, &n_bytes))
    return NULL;
  storage = g_new0 (GboxTorchStorage, 1);
  storage->key = g_steal_pointer (&key);
  storage->dtype = (GboxDtype) (type->global->id - STORAGE);
  storage->n_elements = n_elements;
  storage->n_bytes = n_bytes;
  return storage;
}

static gboolean
add_storage (GboxTorchObject *object, const GboxPickleValue *persistent, GError **error)
{
  GboxTorchStorage *storage = describe_storage (persistent);
  const GboxTorchStorage *known;

  if (storage == NULL)
    return fail (object, error, "it describes a storage in an unknown way");
  known = gbox_torch_object_find (object, storage->key);
  if (known == NULL && g_hash_table_size (object->storages) < GBOX_MAX_TENSORS)
    {
      g_hash_table_insert (object->storages, storage->key, storage);
      return TRUE;
    }
  if (known != NULL && known->dtype == storage->dtype && known->n_elements == storage->n_elements)
    {
      storage_free (storage);
      return TRUE;
    }
  storage_free (storage);
  return fail (object, error,
               known != NULL ? "it describes a storage in two ways"
                             : "it has too many storages for any network");
}

/* A tuple of sizes or strides, perhaps wrapped in torch.Size(). */
static gboolean
get_sizes (const GboxPickleValue *value, guint *n, guint64 *sizes)
{
  if (value->type == GBOX_PICKLE_CALL && value->pair.first->global->id == CALL_SIZE)
    value = gbox_pickle_value_get (value->pair.second, 0, GBOX_PICKLE_TUPLE);
  if (value == NULL || value->type != GBOX_PICKLE_TUPLE || value->items->len > GBOX_MAX_DIMS)
    return FALSE;
  *n = value->items->len;
  for (guint i = 0; i < *n; i++)
    {
      const GboxPickleValue *size = gbox_pickle_value_get (value, i, GBOX_PICKLE_INT);

      if (size == NULL || size->integer < 0)
        return FALSE;
      sizes[i] = (guint64) size->integer;
    }
  return TRUE;
}

/* Whether the furthest element of the view lies in its storage. */
static gboolean
view_fits (const View *view)
{
  guint64 last = view->offset;
  gboolean empty = FALSE;

  for (guint i = 0; i < view->n_dims; i++)
    {
      guint64 span;

      if (view->dims[i] == 0)
        empty = TRUE;
      else if (!g_uint64_checked_mul (&span, view->dims[i] - 1, view->strides[i])
               || !g_uint64_checked_add (&last, last, span))
        return FALSE;
    }
  return empty ? view->offset <= view->storage->n_elements : last < view->storage->n_elements;
}

/* _rebuild_tensor_v2 (storage, offset, size, stride, requires_grad, backward_hooks[, metadata]) */
static gboolean
describe_view (const GboxTorchObject *object, const GboxPickleValue *args, View *view)
{
  const GboxPickleValue *persistent = gbox_pickle_value_get (args, 0, GBOX_PICKLE_PERSISTENT);
  const GboxPickleValue *offset = gbox_pickle_value_get (args, 1, GBOX_PICKLE_INT);
  GboxTorchStorage *storage;
  g_autofree char *key = NULL;
  guint n_strides;

  if (persistent == NULL || offset == NULL || offset->integer < 0 || args->items->len < 4)
    return FALSE;
  key = copy_text (gbox_pickle_value_get (persistent->pair.first, 2, GBOX_PICKLE_STRING));
  storage = key != NULL ? gbox_torch_object_find (object, key) : NULL;
  if (storage == NULL || !get_sizes (args->items->pdata[2], &view->n_dims, view->dims)
      || !get_sizes (args->items->pdata[3], &n_strides, view->strides) || n_strides != view->n_dims)
    return FALSE;
  view->storage = storage;
  view->offset = (guint64) offset->integer;
  storage->used = TRUE;
  return view_fits (view);
}

/* The arguments of the call that rebuilds a tensor, perhaps inside one that makes it a parameter; NULL if
 * @value is neither. */
static const GboxPickleValue *
get_tensor_args (const GboxPickleValue *value)
{
  if (value->type == GBOX_PICKLE_CALL && value->pair.first->global->id == CALL_PARAMETER)
    value = gbox_pickle_value_get (value->pair.second, 0, GBOX_PICKLE_CALL);
  if (value == NULL || value->type != GBOX_PICKLE_CALL || value->pair.first->global->id != CALL_TENSOR)
    return NULL;
  return value->pair.second;
}

static gboolean
add_views (GboxTorchObject *object, const GboxPickleValue *dict, GError **error)
{
  for (guint i = 0; i + 1 < dict->items->len; i += 2)
    {
      const GboxPickleValue *args = get_tensor_args (dict->items->pdata[i + 1]);
      View view = { 0 };

      if (args == NULL)
        continue;
      view.name = copy_text (dict->items->pdata[i]);
      if (view.name == NULL || object->views->len >= GBOX_MAX_TENSORS || !describe_view (object, args, &view))
        {
          g_autofree char *name = g_steal_pointer (&view.name);

          gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, object->display_name,
                                      "tensor “%s” has no name, or lies outside the file",
                                      name != NULL ? name : "?");
          return FALSE;
        }
      g_array_append_val (object->views, view);
    }
  return TRUE;
}

/* Checkpoints often wrap the state dictionary in another one. */
static const GboxPickleValue *
unwrap (const GboxPickleValue *root)
{
  static const char *const wrappers[] = { "state_dict", "model" };

  for (guint w = 0; w < G_N_ELEMENTS (wrappers); w++)
    for (guint i = 0; i + 1 < root->items->len; i += 2)
      {
        const GboxPickleValue *inner = gbox_pickle_value_get (root, i + 1, GBOX_PICKLE_DICT);

        if (inner != NULL && gbox_pickle_value_is (root->items->pdata[i], wrappers[w]))
          return inner;
      }
  return root;
}

static gboolean
fill_object (GboxTorchObject *object, const GboxPickle *pickle, GError **error)
{
  const GboxPickleValue *root = gbox_pickle_get_root (pickle);
  const GPtrArray *persistent = gbox_pickle_get_persistent (pickle);

  if (root->type != GBOX_PICKLE_DICT)
    {
      gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, object->display_name,
                                  "it holds something other than a state dictionary of tensors");
      return FALSE;
    }
  for (guint i = 0; i < persistent->len; i++)
    if (!add_storage (object, persistent->pdata[i], error))
      return FALSE;
  return add_views (object, unwrap (root), error);
}

GboxTorchObject *
gbox_torch_object_parse (
  const guint8 *data, gsize size, const char *display_name, gsize *n_consumed, GError **error)
{
  g_autoptr (GboxPickle) pickle
    = gbox_pickle_parse (data, size, globals, G_N_ELEMENTS (globals), display_name, n_consumed, error);
  GboxTorchObject *object;

  if (pickle == NULL)
    return NULL;
  object = g_new0 (GboxTorchObject, 1);
  object->display_name = g_strdup (display_name);
  object->storages = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, storage_free);
  object->views = g_array_new (FALSE, FALSE, sizeof (View));
  g_array_set_clear_func (object->views, view_clear);
  if (!fill_object (object, pickle, error))
    g_clear_pointer (&object, gbox_torch_object_free);
  return object;
}

/* Row-major and without gaps; the strides of sizes below 2 do not matter. */
static gboolean
is_contiguous (const View *view)
{
  guint64 expected = 1;

  for (guint i = view->n_dims; i-- > 0;)
    {
      if (view->dims[i] > 1 && view->strides[i] != expected)
        return FALSE;
      expected *= MAX (view->dims[i], 1);
    }
  return TRUE;
}

/* A row whose elements lie @stride elements apart; each case has a constant size, which compiles to plain
 * moves. */
static void
gather_row (const guint8 *from, gsize stride, gsize n, gsize element, guint8 *out)
{
  const gsize step = stride * element;

  switch (element)
    {
    case 2:
      for (gsize i = 0; i < n; i++)
        memcpy (out + 2 * i, from + i * step, 2);
      break;
    case 4:
      for (gsize i = 0; i < n; i++)
        memcpy (out + 4 * i, from + i * step, 4);
      break;
    default:
      for (gsize i = 0; i < n; i++)
        memcpy (out + i * element, from + i * step, element);
    }
}

/* Walks the rows in row-major order, an odometer of indices turning with it. The view is not empty and no
 * scalar. */
static void
gather (const View *view, gsize element, guint8 *out, gsize n_bytes)
{
  const guint last = view->n_dims - 1;
  const gsize row = view->dims[last] * element;
  guint64 index[GBOX_MAX_DIMS] = { 0 };
  guint64 at = view->offset;

  for (guint8 *end = out + n_bytes; out < end; out += row)
    {
      gather_row (view->storage->data + at * element, view->strides[last], view->dims[last], element, out);
      for (guint d = last; d-- > 0;)
        {
          at += view->strides[d];
          if (++index[d] < view->dims[d])
            break;
          at -= view->strides[d] * view->dims[d];
          index[d] = 0;
        }
    }
}

static gboolean
copy_view (const View *view, gsize n_bytes, gsize *budget, GboxTensorFile *file, GboxNamedTensor *tensor)
{
  guint8 *copy;

  if (n_bytes > *budget)
    return FALSE;
  *budget -= n_bytes;
  copy = g_try_malloc (MAX (n_bytes, 1));
  if (copy == NULL)
    return FALSE;
  gather (view, gbox_dtype_get_size (tensor->dtype), copy, n_bytes);
  gbox_tensor_file_keep (file, g_bytes_new_take (copy, n_bytes));
  tensor->data = copy;
  return TRUE;
}

gboolean
gbox_torch_object_get_tensors (const GboxTorchObject *object,
                               gsize budget,
                               GboxTensorFile *file,
                               GError **error)
{
  for (guint i = 0; i < object->views->len; i++)
    {
      const View *view = &g_array_index (object->views, View, i);
      GboxNamedTensor tensor = { .name = view->name, .dtype = view->storage->dtype, .n_dims = view->n_dims };

      if (view->storage->data == NULL)
        {
          gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, object->display_name,
                                      "the data of tensor “%s” are missing", view->name);
          return FALSE;
        }
      memcpy (tensor.dims, view->dims, sizeof tensor.dims);
      tensor.data = view->storage->data + view->offset * gbox_dtype_get_size (tensor.dtype);
      if (!gbox_dtype_count_bytes (tensor.dtype, tensor.n_dims, tensor.dims, &tensor.n_bytes)
          || (!is_contiguous (view) && !copy_view (view, tensor.n_bytes, &budget, file, &tensor)))
        {
          gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, object->display_name,
                                      "tensor “%s” is far larger than the file", view->name);
          return FALSE;
        }
      if (!gbox_tensor_file_add (file, &tensor, error))
        return FALSE;
    }
  return gbox_tensor_file_seal (file, error);
}
