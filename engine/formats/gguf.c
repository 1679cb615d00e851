/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading GGUF files: keys and values, descriptions of tensors, and the data they point to. */
#include "formats/gguf.h"

#include "formats/byte-range.h"
#include "formats/dtype.h"
#include "formats/tensor-file-private.h"

#include <string.h>

/* What a hostile file may cost: keys, and elements of all lists together. */
#define MAX_KEYS     4096
#define MAX_ELEMENTS ((guint64) 8 << 20)

#define DEFAULT_ALIGNMENT 32
#define MAX_ALIGNMENT     (1 << 20)

/* Types of values, as the file numbers them. */
enum
{
  VALUE_U8,
  VALUE_I8,
  VALUE_U16,
  VALUE_I16,
  VALUE_U32,
  VALUE_I32,
  VALUE_F32,
  VALUE_BOOL,
  VALUE_STRING,
  VALUE_ARRAY,
  VALUE_U64,
  VALUE_I64,
  VALUE_F64,
  N_VALUE_TYPES,
};

static const struct
{
  GboxMetadataType type;
  guint8 size; /* bytes; 0 if it varies */
} value_types[N_VALUE_TYPES] = {
  [VALUE_U8] = { GBOX_METADATA_INTEGER, 1 },    [VALUE_I8] = { GBOX_METADATA_INTEGER, 1 },
  [VALUE_U16] = { GBOX_METADATA_INTEGER, 2 },   [VALUE_I16] = { GBOX_METADATA_INTEGER, 2 },
  [VALUE_U32] = { GBOX_METADATA_INTEGER, 4 },   [VALUE_I32] = { GBOX_METADATA_INTEGER, 4 },
  [VALUE_F32] = { GBOX_METADATA_REAL, 4 },      [VALUE_BOOL] = { GBOX_METADATA_BOOLEAN, 1 },
  [VALUE_STRING] = { GBOX_METADATA_STRING, 0 }, [VALUE_ARRAY] = { GBOX_METADATA_INTEGER, 0 },
  [VALUE_U64] = { GBOX_METADATA_INTEGER, 8 },   [VALUE_I64] = { GBOX_METADATA_INTEGER, 8 },
  [VALUE_F64] = { GBOX_METADATA_REAL, 8 },
};

/* Types of tensors, by ggml's number. */
static const struct
{
  guint32 number;
  GboxDtype dtype;
} tensor_types[] = {
  { 0, GBOX_DTYPE_F32 },   { 1, GBOX_DTYPE_F16 },   { 2, GBOX_DTYPE_Q4_0 }, { 3, GBOX_DTYPE_Q4_1 },
  { 6, GBOX_DTYPE_Q5_0 },  { 7, GBOX_DTYPE_Q5_1 },  { 8, GBOX_DTYPE_Q8_0 }, { 12, GBOX_DTYPE_Q4_K },
  { 13, GBOX_DTYPE_Q5_K }, { 14, GBOX_DTYPE_Q6_K }, { 24, GBOX_DTYPE_I8 },  { 25, GBOX_DTYPE_I16 },
  { 26, GBOX_DTYPE_I32 },  { 27, GBOX_DTYPE_I64 },  { 28, GBOX_DTYPE_F64 }, { 30, GBOX_DTYPE_BF16 },
};

/* What is being read. */
typedef struct
{
  GboxTensorFile *file;
  const char *display_name;
  const guint8 *data;
  gsize size;
  gsize at;
  guint64 n_elements; /* of lists so far */
  GArray *ranges;     /* GboxByteRange */
  GError **error;
} Reading;

gboolean
gbox_gguf_recognise (const guint8 *data, gsize size)
{
  return size >= 4 && memcmp (data, "GGUF", 4) == 0;
}

static gboolean
fail (const Reading *reading, const char *cause)
{
  gbox_tensor_file_set_error (reading->error, GBOX_ERROR_INVALID_FILE, reading->display_name, "%s", cause);
  return FALSE;
}

static gboolean
fail_unsupported (const Reading *reading, const char *cause)
{
  gbox_tensor_file_set_error (reading->error, GBOX_ERROR_UNSUPPORTED, reading->display_name, "%s", cause);
  return FALSE;
}

/* The next @n bytes. */
static gboolean
take (Reading *reading, guint64 n, const guint8 **bytes)
{
  if (n > reading->size - reading->at)
    return fail (reading, "it is shorter than it says");
  *bytes = reading->data + reading->at;
  reading->at += (gsize) n;
  return TRUE;
}

static gboolean
take_u32 (Reading *reading, guint32 *number)
{
  const guint8 *bytes;

  if (!take (reading, sizeof *number, &bytes))
    return FALSE;
  memcpy (number, bytes, sizeof *number);
  return TRUE;
}

static gboolean
take_u64 (Reading *reading, guint64 *number)
{
  const guint8 *bytes;

  if (!take (reading, sizeof *number, &bytes))
    return FALSE;
  memcpy (number, bytes, sizeof *number);
  return TRUE;
}

static gboolean
take_text (Reading *reading, GboxText *text)
{
  const guint8 *bytes;
  guint64 length;

  if (!take_u64 (reading, &length) || !take (reading, length, &bytes))
    return FALSE;
  *text = (GboxText){ (const char *) bytes, (gsize) length };
  return TRUE;
}

/* The terminated name of a key or a tensor; NULL with an error. */
static char *
take_name (Reading *reading)
{
  GboxText text;

  if (!take_text (reading, &text))
    return NULL;
  if (text.length == 0 || text.length > GBOX_MAX_NAME_LENGTH
      || !g_utf8_validate_len (text.data, text.length, NULL))
    {
      fail (reading, "a name in it is empty, too long or no text");
      return NULL;
    }
  return g_strndup (text.data, text.length);
}

static gint64
decode_integer (guint32 type, const guint8 *bytes)
{
  guint64 bits = 0;

  memcpy (&bits, bytes, value_types[type].size);
  switch (type)
    {
    case VALUE_I8:
      return (gint8) bits;
    case VALUE_I16:
      return (gint16) bits;
    case VALUE_I32:
      return (gint32) bits;
    case VALUE_BOOL:
      return bits != 0;
    default:
      return (gint64) MIN (bits, type == VALUE_I64 ? G_MAXUINT64 : G_MAXINT64);
    }
}

static double
decode_real (guint32 type, const guint8 *bytes)
{
  float single;
  double real;

  if (type == VALUE_F32)
    {
      memcpy (&single, bytes, sizeof single);
      return (double) single;
    }
  memcpy (&real, bytes, sizeof real);
  return real;
}

static gboolean
take_texts (Reading *reading, gsize n, GboxMetadataValue *value)
{
  GboxText *texts = g_new (GboxText, MAX (n, 1));

  value->texts = texts;
  for (gsize i = 0; i < n; i++)
    if (!take_text (reading, &texts[i]))
      return FALSE;
  return TRUE;
}

/* @n values of a type that is neither list nor unknown. What is allocated is the caller's, also on failure.
 */
static gboolean
take_values (Reading *reading, guint32 type, guint64 n, GboxMetadataValue *value)
{
  const guint8 *bytes;
  const gsize size = value_types[type].size;
  /* Before anything is allocated: what is announced must at least fit into the file. */
  const guint64 least = size > 0 ? size : sizeof (guint64);

  if (n > (reading->size - reading->at) / least)
    return fail (reading, "it is shorter than it says");
  reading->n_elements += n;
  if (reading->n_elements > MAX_ELEMENTS)
    return fail_unsupported (reading, "its lists are too long");
  value->type = value_types[type].type;
  value->n = (gsize) n;
  if (type == VALUE_STRING)
    return take_texts (reading, value->n, value);
  if (!take (reading, n * size, &bytes))
    return FALSE;
  if (value->type == GBOX_METADATA_REAL)
    {
      double *reals = g_new (double, MAX (n, 1));

      for (gsize i = 0; i < n; i++)
        reals[i] = decode_real (type, bytes + i * size);
      value->reals = reals;
    }
  else
    {
      gint64 *integers = g_new (gint64, MAX (n, 1));

      for (gsize i = 0; i < n; i++)
        integers[i] = decode_integer (type, bytes + i * size);
      value->integers = integers;
    }
  return TRUE;
}

static gboolean
take_value (Reading *reading, GboxMetadataValue *value)
{
  guint32 type;
  guint64 n = 1;

  if (!take_u32 (reading, &type))
    return FALSE;
  if (type == VALUE_ARRAY)
    {
      value->is_array = TRUE;
      if (!take_u32 (reading, &type) || !take_u64 (reading, &n))
        return FALSE;
      if (type == VALUE_ARRAY)
        return fail_unsupported (reading, "it holds lists of lists");
    }
  if (type >= N_VALUE_TYPES)
    return fail (reading, "it holds a value of an unknown type");
  return take_values (reading, type, n, value);
}

static gboolean
read_metadata (Reading *reading, guint64 n)
{
  GboxMetadata *metadata = gbox_tensor_file_get_own_metadata (reading->file);

  if (n > MAX_KEYS)
    return fail_unsupported (reading, "it holds more than 4096 keys");
  for (guint64 i = 0; i < n; i++)
    {
      g_autofree char *key = take_name (reading);
      GboxMetadataValue value = { .type = GBOX_METADATA_INTEGER };

      if (key == NULL)
        return FALSE;
      if (!take_value (reading, &value))
        {
          g_free ((gpointer) value.texts);
          return FALSE;
        }
      if (!gbox_metadata_add (metadata, key, &value))
        return fail (reading, "it holds a key twice");
    }
  return TRUE;
}

static gboolean
find_dtype (guint32 number, GboxDtype *dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (tensor_types); i++)
    if (tensor_types[i].number == number)
      {
        *dtype = tensor_types[i].dtype;
        return TRUE;
      }
  return FALSE;
}

static gboolean
fail_tensor (const Reading *reading, GboxError code, const char *name, const char *cause)
{
  gbox_tensor_file_set_error (reading->error, code, reading->display_name, "tensor “%s” %s", name, cause);
  return FALSE;
}

/* Reads one description; where its data begin is known only after the last, so that it is left in @offset. */
static gboolean
take_tensor (Reading *reading, const char *name, GboxNamedTensor *tensor, guint64 *offset)
{
  guint32 n_dims, type;

  *tensor = (GboxNamedTensor){ .name = name };
  if (!take_u32 (reading, &n_dims))
    return FALSE;
  if (n_dims > GBOX_MAX_DIMS)
    return fail_tensor (reading, GBOX_ERROR_INVALID_FILE, name, "has too many dimensions");
  tensor->n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++)
    if (!take_u64 (reading, &tensor->dims[n_dims - 1 - i]))
      return FALSE;
  if (!take_u32 (reading, &type) || !take_u64 (reading, offset))
    return FALSE;
  if (!find_dtype (type, &tensor->dtype))
    return fail_tensor (reading, GBOX_ERROR_UNSUPPORTED, name, "is of a type that Glassbox does not read");
  if (!gbox_dtype_count_bytes (tensor->dtype, n_dims, tensor->dims, &tensor->n_bytes))
    return fail_tensor (reading, GBOX_ERROR_INVALID_FILE, name, "has an impossible shape");
  return TRUE;
}

/* Gaps are allowed, for the sake of alignment. */
static gboolean
check_ranges (Reading *reading)
{
  guint64 at = 0;

  g_array_sort (reading->ranges, gbox_byte_range_compare);
  for (guint i = 0; i < reading->ranges->len; i++)
    {
      const GboxByteRange *range = &g_array_index (reading->ranges, GboxByteRange, i);

      if (range->begin < at)
        return fail (reading, "two of its tensors overlap");
      at = range->end;
    }
  return TRUE;
}

/* Gives the tensors, whose offsets are in reading->ranges, their data, from @start on. */
static gboolean
place_tensors (Reading *reading, GArray *tensors, gsize start, guint64 alignment)
{
  for (guint i = 0; i < tensors->len; i++)
    {
      GboxNamedTensor *tensor = &g_array_index (tensors, GboxNamedTensor, i);
      GboxByteRange *range = &g_array_index (reading->ranges, GboxByteRange, i);

      if (range->begin % alignment != 0 || range->begin > reading->size - start
          || tensor->n_bytes > reading->size - start - range->begin)
        return fail_tensor (reading, GBOX_ERROR_INVALID_FILE, tensor->name, "lies outside the file");
      range->end = range->begin + tensor->n_bytes;
      tensor->data = reading->data + start + (gsize) range->begin;
      if (!gbox_tensor_file_add (reading->file, tensor, reading->error))
        return FALSE;
    }
  return check_ranges (reading) && gbox_tensor_file_seal (reading->file, reading->error);
}

static gboolean
get_alignment (const Reading *reading, gint64 *alignment)
{
  const GboxMetadata *metadata = gbox_tensor_file_get_all_metadata (reading->file);

  *alignment = DEFAULT_ALIGNMENT;
  gbox_metadata_get_integer (metadata, "general.alignment", alignment);
  if (*alignment < 1 || *alignment > MAX_ALIGNMENT || (*alignment & (*alignment - 1)) != 0)
    return fail (reading, "its data have an impossible alignment");
  return TRUE;
}

static gboolean
read_tensors (Reading *reading, guint64 n)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GboxNamedTensor));
  gint64 alignment;
  guint64 start;

  if (n > GBOX_MAX_TENSORS)
    return fail_unsupported (reading, "it holds too many tensors");
  for (guint64 i = 0; i < n; i++)
    {
      char *name = take_name (reading);
      GboxNamedTensor tensor;
      GboxByteRange range = { 0 };

      if (name == NULL)
        return FALSE;
      g_ptr_array_add (names, name);
      if (!take_tensor (reading, name, &tensor, &range.begin))
        return FALSE;
      g_array_append_val (tensors, tensor);
      g_array_append_val (reading->ranges, range);
    }
  if (!get_alignment (reading, &alignment))
    return FALSE;
  start = (reading->at + (guint64) alignment - 1) / (guint64) alignment * (guint64) alignment;
  return place_tensors (reading, tensors, (gsize) MIN (start, reading->size), (guint64) alignment);
}

static gboolean
read_file (Reading *reading)
{
  const guint8 *magic;
  guint32 version;
  guint64 n_tensors, n_keys;

  if (!take (reading, 4, &magic) || !take_u32 (reading, &version))
    return FALSE;
  if (version == 1)
    return fail_unsupported (reading, "it is in version 1 of GGUF, which only the first models had");
  if (version != 2 && version != 3)
    return fail_unsupported (reading,
                             "it is in a version of GGUF other than 2 and 3, or in big-endian order");
  return take_u64 (reading, &n_tensors) && take_u64 (reading, &n_keys) && read_metadata (reading, n_keys)
         && read_tensors (reading, n_tensors);
}

GboxTensorFile *
gbox_gguf_read (GBytes *bytes, const char *display_name, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_new ("gguf", display_name);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxByteRange));
  Reading reading = { .file = file, .display_name = display_name, .ranges = ranges, .error = error };

  reading.data = g_bytes_get_data (bytes, &reading.size);
  gbox_tensor_file_keep (file, g_bytes_ref (bytes));
  if (!read_file (&reading))
    return NULL;
  return g_steal_pointer (&file);
}
