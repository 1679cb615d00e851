/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading safetensors files: a header length, a JSON header, and the data. */
#include "formats/safetensors-reader.h"

#include "formats/byte-range.h"
#include "formats/dtype.h"
#include "formats/tensor-file-private.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* What the JSON may cost: its parser recurses without a limit and hashes keys that a hostile file can make
 * collide. */
#define MAX_HEADER  ((guint64) 8 << 20)
#define MAX_DEPTH   3
#define MAX_MEMBERS 1024
#define MAX_COMMAS  262144

/* What is being read. */
typedef struct
{
  GboxTensorFile *file;
  const char *display_name;
  const guint8 *data;
  gsize size;
  GArray *ranges; /* GboxByteRange */
} Reading;

static guint64
read_header_length (const guint8 *data)
{
  guint64 length;

  memcpy (&length, data, sizeof length);
  return length;
}

gboolean
gbox_safetensors_recognise (const guint8 *data, gsize size)
{
  return size > 8 && data[8] == '{' && read_header_length (data) < (guint64) 1 << 40;
}

static gboolean
fail (const Reading *reading, GError **error, const char *cause)
{
  gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, reading->display_name, "%s", cause);
  return FALSE;
}

static gboolean
fail_tensor (const Reading *reading, GError **error, const char *name, const char *cause)
{
  gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, reading->display_name, "tensor “%.*s” %s", 80,
                              name, cause);
  return FALSE;
}

/* Counts what the JSON parser would have to hold, before it does. Returns the members of the outermost
 * object, or −1 if there is too much. */
static gint64
survey_header (const char *text, gsize length)
{
  gint64 n_members[MAX_DEPTH + 1] = { 0 };
  gsize depth = 0, n_commas = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (quoted && c == '\\')
        i++;
      else if (c == '"')
        quoted = !quoted;
      else if (quoted)
        continue;
      else if (c == '{' || c == '[')
        {
          if (++depth > MAX_DEPTH)
            return -1;
          n_members[depth] = depth == 1 ? n_members[1] : 0;
        }
      else if ((c == '}' || c == ']') && depth-- == 0)
        return -1;
      else if (c == ',' && ++n_commas > MAX_COMMAS)
        return -1;
      else if (c == ':' && ++n_members[depth] > (depth == 1 ? GBOX_MAX_TENSORS + 1 : MAX_MEMBERS))
        return -1;
    }
  return depth == 0 && !quoted ? n_members[1] : -1;
}

static JsonObject *
parse_header (const Reading *reading, const char *text, gsize length, JsonParser *parser, GError **error)
{
  gint64 n_members = survey_header (text, length);
  JsonNode *root;

  if (n_members < 0 || !g_utf8_validate_len (text, length, NULL)
      || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    {
      fail (reading, error, "its header is no JSON of the kind expected");
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      fail (reading, error, "its header is no JSON object");
      return NULL;
    }
  if (json_object_get_size (json_node_get_object (root)) != n_members)
    {
      fail (reading, error, "its header names a tensor twice");
      return NULL;
    }
  return json_node_get_object (root);
}

static gboolean
get_sizes (JsonObject *entry, const char *member, guint max, guint64 *sizes, guint *n)
{
  JsonNode *node = json_object_get_member (entry, member);
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  *n = json_array_get_length (array);
  if (*n > max)
    return FALSE;
  for (guint i = 0; i < *n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_INT64
          || json_node_get_int (element) < 0)
        return FALSE;
      sizes[i] = (guint64) json_node_get_int (element);
    }
  return TRUE;
}

static const char *
get_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
add_tensor (Reading *reading, const char *name, JsonNode *node, GError **error)
{
  GboxNamedTensor tensor = { .name = name };
  guint64 offsets[2];
  guint n_offsets = 0;
  const char *dtype;
  JsonObject *entry;
  GboxByteRange range;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail_tensor (reading, error, name, "is not described by an object");
  entry = json_node_get_object (node);
  dtype = get_string (json_object_get_member (entry, "dtype"));
  if (dtype == NULL)
    return fail_tensor (reading, error, name, "has no element type");
  if (!gbox_dtype_from_name (dtype, &tensor.dtype))
    {
      gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                  "tensor “%.80s” has elements of the unknown type “%.16s”", name, dtype);
      return FALSE;
    }
  if (!get_sizes (entry, "shape", GBOX_MAX_DIMS, tensor.dims, &tensor.n_dims))
    return fail_tensor (reading, error, name, "has an impossible shape");
  if (!get_sizes (entry, "data_offsets", 2, offsets, &n_offsets) || n_offsets != 2 || offsets[0] > offsets[1]
      || offsets[1] > reading->size)
    return fail_tensor (reading, error, name, "lies outside the file");
  range = (GboxByteRange){ offsets[0], offsets[1] };
  g_array_append_val (reading->ranges, range);
  tensor.data = reading->data + range.begin;
  tensor.n_bytes = (gsize) (range.end - range.begin);
  return gbox_tensor_file_add (reading->file, &tensor, error);
}

static gboolean
add_metadata (Reading *reading, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (reading, error, "its metadata is no object");
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      const char *text = get_string (value);

      if (text == NULL)
        return fail (reading, error, "its metadata holds something other than text");
      gbox_metadata_add_string (gbox_tensor_file_get_own_metadata (reading->file), key, text);
    }
  return TRUE;
}

static gboolean
check_ranges (Reading *reading, GError **error)
{
  gsize at = 0;

  g_array_sort (reading->ranges, gbox_byte_range_compare);
  for (guint i = 0; i < reading->ranges->len; i++)
    {
      const GboxByteRange *range = &g_array_index (reading->ranges, GboxByteRange, i);

      if (range->begin < at)
        return fail (reading, error, "two of its tensors overlap");
      if (range->begin > at)
        return fail (reading, error, "there is a hole between its tensors");
      at = range->end;
    }
  if (at != reading->size)
    return fail (reading, error, "its data are longer than its tensors");
  return TRUE;
}

static gboolean
read_tensors (Reading *reading, JsonObject *header, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, header);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (strcmp (name, "__metadata__") == 0 ? !add_metadata (reading, node, error)
                                           : !add_tensor (reading, name, node, error))
      return FALSE;
  return check_ranges (reading, error) && gbox_tensor_file_seal (reading->file, error);
}

GboxTensorFile *
gbox_safetensors_read (GBytes *bytes, const char *display_name, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint64 length = size > 8 ? read_header_length (data) : 0;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxByteRange));
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_new ("safetensors", display_name);
  Reading reading = { .file = file, .display_name = display_name, .ranges = ranges };
  JsonObject *header;

  if (length == 0 || length > size - 8)
    {
      fail (&reading, error, "its header does not fit into the file");
      return NULL;
    }
  if (length > MAX_HEADER)
    {
      gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, display_name,
                                  "its header is longer than 8 MiB");
      return NULL;
    }
  header = parse_header (&reading, (const char *) data + 8, (gsize) length, parser, error);
  reading.data = data + 8 + length;
  reading.size = size - 8 - (gsize) length;
  if (header == NULL || !read_tensors (&reading, header, error))
    return NULL;
  gbox_tensor_file_keep (file, g_bytes_ref (bytes));
  return g_steal_pointer (&file);
}
