/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading PyTorch's `.pth` files as written since version 1.6: a zip archive. */
#include "formats/torch.h"

#include "formats/tensor-file-private.h"
#include "formats/torch-object.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define MAX_PICKLE ((gsize) 64 << 20)

typedef struct archive Archive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_read_free)

/* What is being read. */
typedef struct
{
  GBytes *bytes;
  const char *display_name;
  GboxTensorFile *file;
  gsize budget; /* bytes that may still be unpacked */
} Reading;

static gboolean
fail (const Reading *reading, GError **error, const char *cause)
{
  gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, reading->display_name, "%s", cause);
  return FALSE;
}

static gboolean
fail_archive (const Reading *reading, Archive *archive, GError **error)
{
  const char *why = archive_error_string (archive);
  g_autofree char *text = g_utf8_make_valid (why != NULL ? why : "unknown cause", -1);

  gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, reading->display_name,
                              "its zip archive is damaged (%s)", text);
  return FALSE;
}

static Archive *
open_archive (const Reading *reading, GError **error)
{
  g_autoptr (Archive) archive = archive_read_new ();
  gsize size;
  const void *data = g_bytes_get_data (reading->bytes, &size);

  archive_read_support_format_zip_seekable (archive);
  if (archive_read_open_memory (archive, data, size) != ARCHIVE_OK)
    {
      fail_archive (reading, archive, error);
      return NULL;
    }
  return g_steal_pointer (&archive);
}

/* The next regular entry whose name can be read. Returns FALSE with no error at the end. */
static gboolean
next_entry (const Reading *reading, Archive *archive, const char **name, GError **error)
{
  for (;;)
    {
      struct archive_entry *entry;
      int status = archive_read_next_header (archive, &entry);

      if (status == ARCHIVE_EOF)
        return FALSE;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
        return fail_archive (reading, archive, error);
      *name = archive_entry_pathname (entry);
      if (*name == NULL)
        *name = archive_entry_pathname_utf8 (entry);
      if (*name != NULL && archive_entry_filetype (entry) == AE_IFREG)
        return TRUE;
    }
}

/* What has been unpacked of an entry: a piece of the file as long as it lies there uncompressed, else a copy.
 */
typedef struct
{
  const guint8 *view;
  gsize view_size;
  GByteArray *copy;
} Content;

/* Returns FALSE if there is more to copy than a byte array takes. */
static gboolean
append_block (Content *self, GBytes *bytes, const guint8 *block, gsize n)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (self->copy->len == 0 && block >= data && block + n <= data + size
      && (self->view == NULL || block == self->view + self->view_size))
    {
      self->view = self->view != NULL ? self->view : block;
      self->view_size += n;
      return TRUE;
    }
  if (self->copy->len + self->view_size + n > G_MAXINT)
    return FALSE;
  if (self->view_size > 0)
    g_byte_array_append (self->copy, self->view, (guint) self->view_size);
  self->view_size = 0;
  g_byte_array_append (self->copy, block, (guint) n);
  return TRUE;
}

static GBytes *
unpack (const Reading *reading, Archive *archive, gsize limit, GError **error)
{
  g_autoptr (GByteArray) copy = g_byte_array_new ();
  Content content = { .copy = copy };
  const void *block;
  gsize n;
  la_int64_t offset;
  int status;

  while ((status = archive_read_data_block (archive, &block, &n, &offset)) == ARCHIVE_OK)
    {
      const gsize at = copy->len + content.view_size;

      if (offset != (la_int64_t) at || n > limit - at || !append_block (&content, reading->bytes, block, n))
        {
          fail (reading, error, "its zip archive holds more data than its tensors need");
          return NULL;
        }
    }
  if (status != ARCHIVE_EOF)
    {
      fail_archive (reading, archive, error);
      return NULL;
    }
  if (copy->len == 0 && content.view != NULL)
    return g_bytes_new_from_bytes (reading->bytes,
                                   (gsize) (content.view
                                            - (const guint8 *) g_bytes_get_data (reading->bytes, NULL)),
                                   content.view_size);
  return g_byte_array_free_to_bytes (g_steal_pointer (&copy));
}

static GboxTorchObject *
read_object (const Reading *reading, char **prefix, GError **error)
{
  g_autoptr (Archive) archive = open_archive (reading, error);
  g_autoptr (GError) why = NULL;
  const char *name;

  while (archive != NULL && next_entry (reading, archive, &name, &why))
    if (strcmp (name, "data.pkl") == 0 || g_str_has_suffix (name, "/data.pkl"))
      {
        g_autoptr (GBytes) pickle = NULL;
        gsize size;
        const guint8 *data;

        *prefix = g_strndup (name, strlen (name) - strlen ("data.pkl"));
        pickle = unpack (reading, archive, MAX_PICKLE, error);
        if (pickle == NULL)
          return NULL;
        data = g_bytes_get_data (pickle, &size);
        return gbox_torch_object_parse (data, size, reading->display_name, NULL, error);
      }
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (archive != NULL)
    gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                "it is a zip archive, but not one that torch.save() wrote");
  return NULL;
}

static gboolean
read_storage (Reading *reading, Archive *archive, GboxTorchStorage *storage, GError **error)
{
  g_autoptr (GBytes) content = NULL;

  if (storage->data != NULL)
    return fail (reading, error, "its zip archive holds a storage twice");
  if (storage->n_bytes > reading->budget)
    return fail (reading, error, "its storages are far larger than the file");
  content = unpack (reading, archive, storage->n_bytes, error);
  if (content == NULL)
    return FALSE;
  if (g_bytes_get_size (content) != storage->n_bytes)
    return fail (reading, error, "a storage is not as long as its tensors say");
  reading->budget -= storage->n_bytes;
  storage->data
    = storage->n_bytes > 0 ? g_bytes_get_data (content, NULL) : g_bytes_get_data (reading->bytes, NULL);
  gbox_tensor_file_keep (reading->file, g_steal_pointer (&content));
  return TRUE;
}

static gboolean
check_byte_order (const Reading *reading, Archive *archive, GError **error)
{
  g_autoptr (GBytes) content = unpack (reading, archive, 16, error);

  if (content == NULL)
    return FALSE;
  if (g_bytes_get_size (content) == 6 && memcmp (g_bytes_get_data (content, NULL), "little", 6) == 0)
    return TRUE;
  gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                              "its numbers are not stored little-endian");
  return FALSE;
}

static gboolean
read_storages (Reading *reading, const GboxTorchObject *object, const char *prefix, GError **error)
{
  g_autoptr (Archive) archive = open_archive (reading, error);
  g_autoptr (GError) why = NULL;
  const char *name;

  if (archive == NULL)
    return FALSE;
  while (next_entry (reading, archive, &name, &why))
    {
      const char *path = g_str_has_prefix (name, prefix) ? name + strlen (prefix) : "";
      GboxTorchStorage *storage = NULL;

      if (strcmp (path, "byteorder") == 0 && !check_byte_order (reading, archive, error))
        return FALSE;
      if (g_str_has_prefix (path, "data/"))
        storage = gbox_torch_object_find (object, path + strlen ("data/"));
      if (storage != NULL && storage->used && !read_storage (reading, archive, storage, error))
        return FALSE;
    }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

GboxTensorFile *
gbox_torch_zip_read (GBytes *bytes, const char *display_name, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_new ("torch", display_name);
  Reading reading = { .bytes = bytes, .display_name = display_name, .file = file };
  g_autoptr (GboxTorchObject) object = NULL;
  g_autofree char *prefix = NULL;

  reading.budget = gbox_torch_get_budget (g_bytes_get_size (bytes));
  object = read_object (&reading, &prefix, error);
  if (object == NULL || !read_storages (&reading, object, prefix, error)
      || !gbox_torch_object_get_tensors (object, reading.budget, file, error))
    return NULL;
  gbox_tensor_file_keep (file, g_bytes_ref (bytes));
  return g_steal_pointer (&file);
}
