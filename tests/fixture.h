/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the file readers share: the small files of tests/fixtures, and ways to damage them. */
#pragma once

#include "base/error.h"
#include "formats/tensor-file.h"

#include <string.h>

/* Element i of every floating-point tensor in the fixtures; exact in all their types. */
static inline float
fixture_value (guint i)
{
  return (float) ((int) (37 * i % 101) - 50) / 16;
}

static inline GBytes *
fixture_load (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", name, NULL);
  g_autoptr (GError) error = NULL;
  char *content;
  gsize size;

  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (content, size);
}

static inline GboxTensorFile *
fixture_open (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", name, NULL);
  g_autoptr (GError) error = NULL;
  GboxTensorFile *file = gbox_tensor_file_open (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (file);
  return file;
}

/* Opens the first @n bytes of @bytes from memory of exactly that size, so that a sanitizer sees any step
 * beyond. */
static inline GboxTensorFile *
fixture_open_part (GBytes *bytes, gsize n, GError **error)
{
  g_autoptr (GBytes) part = g_bytes_new_take (g_memdup2 (g_bytes_get_data (bytes, NULL), n), n);

  return gbox_tensor_file_open_bytes (part, "part of a fixture", error);
}

/* Touches every byte of every tensor. */
static inline guint
fixture_read_all (const GboxTensorFile *file)
{
  guint sum = 0;

  for (guint i = 0; i < gbox_tensor_file_get_n_tensors (file); i++)
    {
      const GboxNamedTensor *tensor = gbox_tensor_file_get_nth (file, i);
      g_autofree float *values
        = gbox_tensor_file_get_floats (file, tensor->name, tensor->n_dims, tensor->dims, NULL);

      g_assert_true (gbox_tensor_file_lookup (file, tensor->name) == tensor);
      for (gsize j = 0; j < tensor->n_bytes; j++)
        sum += ((const guint8 *) tensor->data)[j];
    }
  return sum;
}

/* An error as users get it: of our domain, a sentence, with the file's name. */
static inline void
fixture_assert_sentence (const GError *error, const char *name)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == GBOX_ERROR);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* Every beginning of the file is an error, unless @may_be_whole: a format without an end mark. */
static inline void
fixture_truncate_everywhere (const char *name, gboolean may_be_whole)
{
  g_autoptr (GBytes) bytes = fixture_load (name);

  for (gsize n = 0; n < g_bytes_get_size (bytes); n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxTensorFile) file = fixture_open_part (bytes, n, &error);

      if (file != NULL && may_be_whole)
        fixture_read_all (file);
      else
        {
          g_assert_null (file);
          fixture_assert_sentence (error, "part of a fixture");
        }
    }
}

/* Every single flipped bit either is an error or leaves a file that can be read to its end. */
static inline void
fixture_flip_every_bit (const char *name)
{
  g_autoptr (GBytes) bytes = fixture_load (name);
  gsize size = g_bytes_get_size (bytes);
  guint n_refused = 0;

  for (gsize bit = 0; bit < 8 * size; bit++)
    {
      guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
      g_autoptr (GBytes) damaged = NULL;
      g_autoptr (GboxTensorFile) file = NULL;
      g_autoptr (GError) error = NULL;

      copy[bit / 8] ^= (guint8) (1u << bit % 8);
      damaged = g_bytes_new_take (copy, size);
      file = gbox_tensor_file_open_bytes (damaged, "a damaged fixture", &error);
      if (file != NULL)
        fixture_read_all (file);
      else
        fixture_assert_sentence (error, "a damaged fixture");
      n_refused += file == NULL;
    }
  g_assert_cmpuint (n_refused, >, 0);
}

/* The values of a tensor are those of the fixtures from element @first on. */
static inline void
fixture_assert_values (
  const GboxTensorFile *file, const char *name, guint n_dims, const guint64 *dims, guint first)
{
  g_autoptr (GError) error = NULL;
  g_autofree float *values = gbox_tensor_file_get_floats (file, name, n_dims, dims, &error);
  guint n = 1;

  g_assert_no_error (error);
  for (guint i = 0; i < n_dims; i++)
    n *= (guint) dims[i];
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat (values[i], ==, fixture_value (first + i));
}

/* The path of a real weights file in a folder of GBOX_MODEL_PATH, or where set-up fetched it to; skips the
 * test and returns NULL where there is none. */
static inline char *
fixture_find_model (const char *name)
{
  g_auto (GStrv) folders
    = g_strsplit (g_getenv ("GBOX_MODEL_PATH") != NULL ? g_getenv ("GBOX_MODEL_PATH") : "", ":", -1);
  g_autofree char *fetched = g_build_filename (g_get_user_data_dir (), "glassbox", "models", name, NULL);
  g_autofree char *message = g_strdup_printf ("%s is not on this computer", name);

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], name, NULL);

      if (*folders[i] != '\0' && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  if (g_file_test (fetched, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&fetched);
  g_test_skip (message);
  return NULL;
}

/* (nullable): the path of values that others computed, in $GBOX_REFERENCE_PATH, or in the folder `reference`
 * beside a folder of models. */
static inline char *
fixture_find_reference (const char *name)
{
  const char *folder = g_getenv ("GBOX_REFERENCE_PATH");
  const char *models_path = g_getenv ("GBOX_MODEL_PATH");
  g_auto (GStrv) folders = g_strsplit (models_path != NULL ? models_path : "", ":", -1);

  if (folder != NULL)
    return g_build_filename (folder, name, NULL);

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], "..", "reference", name, NULL);

      if (*folders[i] != '\0' && g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }

  return NULL;
}

/* SHA-256 over each tensor's name and bytes, in the file's order. */
static inline char *
fixture_digest (const GboxTensorFile *file)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < gbox_tensor_file_get_n_tensors (file); i++)
    {
      const GboxNamedTensor *tensor = gbox_tensor_file_get_nth (file, i);

      g_checksum_update (checksum, (const guchar *) tensor->name, -1);
      g_checksum_update (checksum, tensor->data, (gssize) tensor->n_bytes);
    }
  return g_strdup (g_checksum_get_string (checksum));
}
