/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing safetensors files. */
#include "formats/safetensors.h"

#include "base/error.h"
#include "formats/atomic-file.h"
#include "formats/dtype.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

static gboolean
check_tensors (const GboxNamedTensor *tensors, guint n_tensors, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n_tensors; i++)
    {
      const GboxNamedTensor *tensor = &tensors[i];
      gsize n_bytes;

      if (strcmp (tensor->name, "__metadata__") == 0 || !g_utf8_validate (tensor->name, -1, NULL)
          || !g_hash_table_add (names, (gpointer) tensor->name))
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "Tensor “%s” cannot be saved under that name. Give every tensor a name of its own.",
                       tensor->name);
          return FALSE;
        }
      if (gbox_dtype_get_block (tensor->dtype) > 1)
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "Tensor “%s” cannot be saved: safetensors has no quantized type %s. Convert it first.",
                       tensor->name, gbox_dtype_get_name (tensor->dtype));
          return FALSE;
        }
      if (tensor->n_dims > GBOX_MAX_DIMS
          || !gbox_dtype_count_bytes (tensor->dtype, tensor->n_dims, tensor->dims, &n_bytes)
          || n_bytes != tensor->n_bytes)
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "Tensor “%s” cannot be saved: its shape and its size disagree. Correct either.",
                       tensor->name);
          return FALSE;
        }
    }
  return TRUE;
}

/* Elements of a larger type first, so that every tensor is aligned to its own type. */
static int
compare_alignment (gconstpointer a, gconstpointer b)
{
  const GboxNamedTensor *first = *(const GboxNamedTensor *const *) a;
  const GboxNamedTensor *second = *(const GboxNamedTensor *const *) b;
  gsize first_size = gbox_dtype_get_size (first->dtype);
  gsize second_size = gbox_dtype_get_size (second->dtype);

  if (first_size != second_size)
    return first_size > second_size ? -1 : 1;
  return (first > second) - (first < second);
}

static void
build_tensor (JsonBuilder *builder, const GboxNamedTensor *tensor, gsize *at)
{
  json_builder_set_member_name (builder, tensor->name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "dtype");
  json_builder_add_string_value (builder, gbox_dtype_get_name (tensor->dtype));
  json_builder_set_member_name (builder, "shape");
  json_builder_begin_array (builder);
  for (guint i = 0; i < tensor->n_dims; i++)
    json_builder_add_int_value (builder, (gint64) tensor->dims[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "data_offsets");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, (gint64) *at);
  *at += tensor->n_bytes;
  json_builder_add_int_value (builder, (gint64) *at);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
build_metadata (JsonBuilder *builder, GHashTable *metadata)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc) strcmp);

  json_builder_set_member_name (builder, "__metadata__");
  json_builder_begin_object (builder);
  for (GList *l = keys; l != NULL; l = l->next)
    {
      json_builder_set_member_name (builder, l->data);
      json_builder_add_string_value (builder, g_hash_table_lookup (metadata, l->data));
    }
  json_builder_end_object (builder);
}

/* The header with its length before it, padded with spaces so that the data begin at a multiple of 8. */
static GString *
build_header (GPtrArray *tensors, GHashTable *metadata)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  GString *header = g_string_new_len ("\0\0\0\0\0\0\0\0", 8);
  guint64 length;
  gsize at = 0;

  json_builder_begin_object (builder);
  if (metadata != NULL)
    build_metadata (builder, metadata);
  for (guint i = 0; i < tensors->len; i++)
    build_tensor (builder, tensors->pdata[i], &at);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  g_string_append (header, text);
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  length = header->len - 8;
  memcpy (header->str, &length, sizeof length);
  return header;
}

static gboolean
write_file (
  int fd, const char *temporary, const char *path, GString *header, GPtrArray *tensors, GError **error)
{
  g_autofree char *display_name = g_filename_display_name (path);

  if (!gbox_write_fully (fd, header->str, header->len, display_name, error))
    return FALSE;
  for (guint i = 0; i < tensors->len; i++)
    {
      const GboxNamedTensor *tensor = tensors->pdata[i];

      if (!gbox_write_fully (fd, tensor->data, tensor->n_bytes, display_name, error))
        return FALSE;
    }
  return gbox_sync_and_rename (fd, temporary, path, error);
}

gboolean
gbox_safetensors_save (
  const char *path, const GboxNamedTensor *tensors, guint n_tensors, GHashTable *metadata, GError **error)
{
  g_autofree char *temporary = NULL;
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GString) header = NULL;
  gboolean done;
  int fd;

  if (!check_tensors (tensors, n_tensors, error))
    return FALSE;
  for (guint i = 0; i < n_tensors; i++)
    g_ptr_array_add (sorted, (gpointer) &tensors[i]);
  g_ptr_array_sort (sorted, compare_alignment);
  header = build_header (sorted, metadata);
  fd = gbox_open_temporary (path, &temporary, error);
  if (fd < 0)
    return FALSE;
  done = write_file (fd, temporary, path, header, sorted, error);
  close (fd);
  if (!done)
    g_unlink (temporary);
  return done;
}
