/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named tensors read from a file of weights: recognising the format, looking up, converting. */
#include "formats/tensor-file-private.h"

#include "formats/caffe.h"
#include "formats/dtype.h"
#include "formats/gguf.h"
#include "formats/llama2c.h"
#include "formats/safetensors-reader.h"
#include "formats/torch.h"
#include "formats/whole-file.h"

#include <stdlib.h>
#include <string.h>

struct _GboxTensorFile
{
  gatomicrefcount ref_count;
  const char *format;
  char *display_name;
  GStringChunk *names;
  GArray *tensors;    /* GboxNamedTensor, in the file's order */
  GPtrArray *by_name; /* (element-type GboxNamedTensor): the same, sorted; looked up by bisection, so no names
                         can make it slow */
  GboxMetadata *metadata;
  GPtrArray *kept; /* (element-type GBytes) */
  GBytes *whole;   /* (nullable): the file's content, where that is our own */
};

typedef GboxTensorFile *(*Reader) (GBytes *bytes, const char *display_name, GError **error);

GboxTensorFile *
gbox_tensor_file_new (const char *format, const char *display_name)
{
  GboxTensorFile *file = g_new0 (GboxTensorFile, 1);

  g_atomic_ref_count_init (&file->ref_count);
  file->format = format;
  file->display_name = g_strdup (display_name);
  file->names = g_string_chunk_new (4096);
  file->tensors = g_array_new (FALSE, FALSE, sizeof (GboxNamedTensor));
  file->by_name = g_ptr_array_new ();
  file->metadata = gbox_metadata_new ();
  file->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return file;
}

GboxTensorFile *
gbox_tensor_file_ref (GboxTensorFile *file)
{
  g_atomic_ref_count_inc (&file->ref_count);
  return file;
}

void
gbox_tensor_file_unref (GboxTensorFile *file)
{
  if (!g_atomic_ref_count_dec (&file->ref_count))
    return;
  g_free (file->display_name);
  g_string_chunk_free (file->names);
  g_array_unref (file->tensors);
  g_ptr_array_unref (file->by_name);
  gbox_metadata_free (file->metadata);
  g_ptr_array_unref (file->kept);
  g_clear_pointer (&file->whole, g_bytes_unref);
  g_free (file);
}

void
gbox_tensor_file_keep (GboxTensorFile *file, GBytes *bytes)
{
  g_ptr_array_add (file->kept, bytes);
}

void
gbox_tensor_file_set_error (GError **error, GboxError code, const char *display_name, const char *cause, ...)
{
  g_autofree char *text = NULL;
  const char *advice = "";
  va_list args;

  va_start (args, cause);
  text = g_strdup_vprintf (cause, args);
  va_end (args);
  if (code == GBOX_ERROR_INVALID_FILE)
    advice = " Fetch it again or choose another file.";
  else if (code == GBOX_ERROR_UNSUPPORTED)
    advice = " Choose another file.";
  g_set_error (error, GBOX_ERROR, code, "“%s” cannot be used: %s.%s", display_name, text, advice);
}

static gboolean
check_tensor (GboxTensorFile *file, const GboxNamedTensor *tensor, GError **error)
{
  const char *name = file->display_name;
  gsize n_bytes;

  if (strlen (tensor->name) > GBOX_MAX_NAME_LENGTH || !g_utf8_validate (tensor->name, -1, NULL))
    gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, name,
                                "a tensor's name is too long or no text");
  else if (file->tensors->len >= GBOX_MAX_TENSORS)
    gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, name, "it holds more than %d tensors",
                                GBOX_MAX_TENSORS);
  else if (tensor->n_dims > GBOX_MAX_DIMS)
    gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, name,
                                "tensor “%s” has more than %d dimensions", tensor->name, GBOX_MAX_DIMS);
  else if (!gbox_dtype_count_bytes (tensor->dtype, tensor->n_dims, tensor->dims, &n_bytes)
           || n_bytes != tensor->n_bytes)
    gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, name,
                                "the shape of tensor “%s” does not agree with the %" G_GSIZE_FORMAT
                                " bytes it has in the file",
                                tensor->name, tensor->n_bytes);
  else
    return TRUE;
  return FALSE;
}

gboolean
gbox_tensor_file_add (GboxTensorFile *file, const GboxNamedTensor *tensor, GError **error)
{
  GboxNamedTensor copy = *tensor;

  if (!check_tensor (file, tensor, error))
    return FALSE;
  copy.name = g_string_chunk_insert (file->names, tensor->name);
  g_array_append_val (file->tensors, copy);
  return TRUE;
}

GboxMetadata *
gbox_tensor_file_get_own_metadata (GboxTensorFile *file)
{
  return file->metadata;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const GboxNamedTensor *const *first = a;
  const GboxNamedTensor *const *second = b;

  return strcmp ((*first)->name, (*second)->name);
}

gboolean
gbox_tensor_file_seal (GboxTensorFile *file, GError **error)
{
  if (file->tensors->len == 0)
    {
      gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, file->display_name, "it holds no tensors");
      return FALSE;
    }
  for (guint i = 0; i < file->tensors->len; i++)
    g_ptr_array_add (file->by_name, &g_array_index (file->tensors, GboxNamedTensor, i));
  g_ptr_array_sort (file->by_name, compare_names);
  for (guint i = 1; i < file->by_name->len; i++)
    if (compare_names (&file->by_name->pdata[i - 1], &file->by_name->pdata[i]) == 0)
      {
        gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, file->display_name,
                                    "it holds two tensors called “%s”",
                                    ((const GboxNamedTensor *) file->by_name->pdata[i])->name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
starts_with (const guint8 *data, gsize size, const char *prefix, gsize n)
{
  return size >= n && memcmp (data, prefix, n) == 0;
}

/* Says what a file is that is often mistaken for weights. */
static const char *
recognise_other (const guint8 *data, gsize size)
{
  static const struct
  {
    const char *prefix;
    const char *what;
  } others[] = {
    { "24ka", "it is in a newer version of llama2.c's format than the first one, which alone is read" },
    { "\x89HDF", "it is an HDF5 file (Keras or Caffe), which is not supported" },
    { "version https://git-lfs", "it is only a Git LFS pointer to the weights; fetch the file itself" },
    { "<", "it is a web page or other markup, not weights; the download probably went wrong" },
    { "\x80", "it is a pickle, but not one that torch.save() wrote" },
    { "\x1f\x8b", "it is compressed; unpack it first" },
    { "layer", "it is a network description without weights" },
    { "name:", "it is a network description without weights" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (starts_with (data, size, others[i].prefix, strlen (others[i].prefix)))
      return others[i].what;
  return NULL;
}

static Reader
recognise (const guint8 *data, gsize size)
{
  if (starts_with (data, size, "PK\003\004", 4))
    return gbox_torch_zip_read;
  if (gbox_torch_is_legacy (data, size))
    return gbox_torch_legacy_read;
  if (gbox_gguf_recognise (data, size))
    return gbox_gguf_read;
  if (gbox_llama2c_recognise (data, size))
    return gbox_llama2c_read;
  if (gbox_safetensors_recognise (data, size))
    return gbox_safetensors_read;
  if (recognise_other (data, size) == NULL && gbox_caffe_recognise (data, size))
    return gbox_caffe_read;
  return NULL;
}

GboxTensorFile *
gbox_tensor_file_open_bytes (GBytes *bytes, const char *display_name, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Reader reader;
  const char *other;

  if (size == 0)
    {
      gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, display_name, "the file is empty");
      return NULL;
    }
  reader = recognise (data, size);
  if (reader != NULL)
    return reader (bytes, display_name, error);
  other = recognise_other (data, size);
  gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, display_name, "%s",
                              other != NULL ? other
                                            : "it is none of Caffe, PyTorch, safetensors, GGUF and llama2.c");
  return NULL;
}

GboxTensorFile *
gbox_tensor_file_open (const char *path, GError **error)
{
  g_autofree char *display_name = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = gbox_whole_file_read (path, display_name, error);
  GboxTensorFile *file = bytes != NULL ? gbox_tensor_file_open_bytes (bytes, display_name, error) : NULL;

  if (file != NULL)
    file->whole = g_steal_pointer (&bytes);
  return file;
}

void
gbox_tensor_file_release (GboxTensorFile *file, const GboxNamedTensor *tensor)
{
  gsize size = 0;
  const guint8 *whole = file->whole != NULL ? g_bytes_get_data (file->whole, &size) : NULL;
  const guint8 *data = tensor->data;

  if (whole != NULL && data >= whole && data < whole + size)
    gbox_whole_file_release (data, tensor->n_bytes);
}

const char *
gbox_tensor_file_get_format (const GboxTensorFile *file)
{
  return file->format;
}

guint
gbox_tensor_file_get_n_tensors (const GboxTensorFile *file)
{
  return file->tensors->len;
}

const GboxNamedTensor *
gbox_tensor_file_get_nth (const GboxTensorFile *file, guint i)
{
  g_return_val_if_fail (i < file->tensors->len, NULL);
  return &g_array_index (file->tensors, GboxNamedTensor, i);
}

static int
compare_name_with (const void *name, const void *element)
{
  const GboxNamedTensor *const *tensor = element;

  return strcmp (name, (*tensor)->name);
}

const GboxNamedTensor *
gbox_tensor_file_lookup (const GboxTensorFile *file, const char *name)
{
  gpointer *found
    = bsearch (name, file->by_name->pdata, file->by_name->len, sizeof (gpointer), compare_name_with);

  return found != NULL ? *found : NULL;
}

const char *
gbox_tensor_file_get_display_name (const GboxTensorFile *file)
{
  return file->display_name;
}

const GboxMetadata *
gbox_tensor_file_get_all_metadata (const GboxTensorFile *file)
{
  return file->metadata;
}

const char *
gbox_tensor_file_get_metadata (const GboxTensorFile *file, const char *key)
{
  return gbox_metadata_get_string (file->metadata, key);
}

static char *
describe_shape (guint n_dims, const guint64 *dims)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? "×" : "", dims[i]);
  if (n_dims == 0)
    g_string_append (text, "a single number");
  return g_string_free (text, FALSE);
}

static const GboxNamedTensor *
find_with_shape (
  const GboxTensorFile *file, const char *name, guint n_dims, const guint64 *dims, GError **error)
{
  const GboxNamedTensor *tensor = gbox_tensor_file_lookup (file, name);
  g_autofree char *wanted = describe_shape (n_dims, dims);
  g_autofree char *found = NULL;

  if (tensor == NULL)
    {
      gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, file->display_name,
                                  "tensor “%s” (%s) is missing", name, wanted);
      return NULL;
    }
  if (tensor->n_dims == n_dims && (n_dims == 0 || memcmp (tensor->dims, dims, n_dims * sizeof *dims) == 0))
    return tensor;
  found = describe_shape (tensor->n_dims, tensor->dims);
  gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, file->display_name,
                              "tensor “%s” is %s where %s is expected", name, found, wanted);
  return NULL;
}

/* All exponent bits set is an infinity or no number; compared as integers, as fast arithmetic may assume
 * there are none. */
static gboolean
all_finite (const float *values, gsize n)
{
  guint32 bad = 0;

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &values[i], sizeof bits);
      bad |= (guint32) ((bits & 0x7f800000u) == 0x7f800000u);
    }
  return bad == 0;
}

float *
gbox_tensor_file_get_floats (
  const GboxTensorFile *file, const char *name, guint n_dims, const guint64 *dims, GError **error)
{
  const GboxNamedTensor *tensor = find_with_shape (file, name, n_dims, dims, error);
  g_autofree float *values = NULL;
  gsize n;

  if (tensor == NULL)
    return NULL;
  n = tensor->n_bytes / gbox_dtype_get_size (tensor->dtype) * gbox_dtype_get_block (tensor->dtype);
  values = g_try_new (float, MAX (n, 1));
  if (values == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
                 "There is not enough memory for tensor “%s” of “%s”. Close other programs.", name,
                 file->display_name);
  else if (!gbox_dtype_to_floats (tensor->dtype, tensor->data, n, values))
    gbox_tensor_file_set_error (
      error, GBOX_ERROR_INVALID_FILE, file->display_name,
      "tensor “%s” has elements of type %s where numbers with a fraction are expected", name,
      gbox_dtype_get_name (tensor->dtype));
  else if (!all_finite (values, n))
    gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, file->display_name,
                                "tensor “%s” holds a value that is infinite or not a number", name);
  else
    return g_steal_pointer (&values);
  return NULL;
}
