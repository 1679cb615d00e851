/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A language model's file, or files: its weights, what they are, and its tokenizer. */
#include "models/language-file.h"

#include "formats/whole-file.h"
#include "models/language-config-private.h"
#include "models/models-folder.h"

#include <string.h>

/* What a folder with a model holds. */
#define WEIGHTS   "model.safetensors"
#define TOKENIZER "tokenizer.json"

void
gbox_language_file_free (GboxLanguageFile *file)
{
  g_clear_pointer (&file->tensors, gbox_tensor_file_unref);
  g_clear_pointer (&file->tokenizer, gbox_tokenizer_unref);
  g_free (file);
}

/* The weights' path: @path, or a file in it where it is a folder. */
static char *
find_weights (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_build_filename (path, WEIGHTS, NULL);
  return g_strdup (path);
}

static gboolean
check_folder (const char *path, const char *needed, GError **error)
{
  g_autofree char *display_name = g_filename_display_name (path);
  g_autofree char *file = g_build_filename (path, needed, NULL);

  if (!g_file_test (path, G_FILE_TEST_IS_DIR) || g_file_test (file, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
               "“%s” is a folder without a language model: it has no %s. Choose another, or a file.",
               display_name, needed);
  return FALSE;
}

/* The first of @names that lies beside @path; one that begins with a dot goes on from its name without the
 * suffix. An error naming @wanted if there is none. */
static char *
find_beside (const char *path, const char *const *names, const char *wanted, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *stem = g_path_get_basename (path);
  char *dot = strrchr (stem, '.');

  if (dot != NULL)
    *dot = '\0';
  for (; *names != NULL; names++)
    {
      g_autofree char *name = **names == '.' ? g_strconcat (stem, *names, NULL) : g_strdup (*names);
      g_autofree char *found = g_build_filename (folder, name, NULL);

      if (g_file_test (found, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&found);
      g_free (found);
      /* The model's own are fetched into the user's folder, even if the weights lie in another. */
      found = **names == '.' ? gbox_models_folder_find (name) : NULL;
      if (found != NULL)
        return g_steal_pointer (&found);
    }
  {
    g_autofree char *display_name = g_filename_display_name (path);

    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                 "“%s” needs its %s beside it, which is not there. Put it into the same folder.",
                 display_name, wanted);
  }
  return NULL;
}

typedef GboxTokenizer *(*TokenizerReader) (GBytes *bytes, const char *display_name, GError **error);

static GboxTokenizer *
read_tokenizer (const char *path, TokenizerReader reader, GError **error)
{
  g_autofree char *display_name = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = gbox_whole_file_read (path, display_name, error);

  return bytes != NULL ? reader (bytes, display_name, error) : NULL;
}

static GboxTokenizer *
read_json_beside (const char *path, GError **error)
{
  static const char *const names[] = { ".tokenizer.json", TOKENIZER, NULL };
  g_autofree char *found = find_beside (path, names, TOKENIZER, error);

  return found != NULL ? read_tokenizer (found, gbox_tokenizer_new_from_json, error) : NULL;
}

static GboxTokenizer *
read_llama2c_beside (const char *path, int n_vocab, GError **error)
{
  g_autofree char *numbered = g_strdup_printf ("tok%d.bin", n_vocab);
  const char *const names[] = { ".tokenizer.bin", numbered, "tokenizer.bin", NULL };
  g_autofree char *found = find_beside (path, names, numbered, error);

  return found != NULL ? read_tokenizer (found, gbox_tokenizer_new_from_llama2c, error) : NULL;
}

static gboolean
read_config_beside (const char *path,
                    const GboxTensorFile *tensors,
                    GboxLanguageConfig *config,
                    GError **error)
{
  static const char *const names[] = { ".config.json", "config.json", NULL };
  g_autofree char *found = find_beside (path, names, "config.json", error);
  g_autofree char *display_name = found != NULL ? g_filename_display_name (found) : NULL;
  g_autoptr (GBytes) bytes = found != NULL ? gbox_whole_file_read (found, display_name, error) : NULL;

  return bytes != NULL && gbox_language_config_read_json (bytes, display_name, tensors, config, error);
}

static gboolean
read_parts (GboxLanguageFile *file, const char *path, GError **error)
{
  const char *format = gbox_tensor_file_get_format (file->tensors);

  if (g_str_equal (format, "safetensors"))
    {
      if (!read_config_beside (path, file->tensors, &file->config, error))
        return FALSE;
      file->tokenizer = read_json_beside (path, error);
      if (file->tokenizer != NULL)
        gbox_tokenizer_add_ends (file->tokenizer, file->config.begin, file->config.ends, file->config.n_ends);
    }
  else if (g_str_equal (format, "gguf") || g_str_equal (format, "llama2.c"))
    {
      if (!gbox_language_config_read (file->tensors, &file->config, error))
        return FALSE;
      file->tokenizer = g_str_equal (format, "gguf")
                          ? gbox_tokenizer_new_from_gguf (file->tensors, error)
                          : read_llama2c_beside (path, file->config.n_vocab, error);
    }
  else
    gbox_language_config_fail (error, GBOX_ERROR_UNSUPPORTED,
                               gbox_tensor_file_get_display_name (file->tensors),
                               "it is in a format that only vision networks come in");
  return file->tokenizer != NULL;
}

GboxLanguageFile *
gbox_language_file_open (const char *path, GError **error)
{
  g_autoptr (GboxLanguageFile) file = g_new0 (GboxLanguageFile, 1);
  g_autofree char *weights = find_weights (path);

  if (!check_folder (path, WEIGHTS, error))
    return NULL;
  file->tensors = gbox_tensor_file_open (weights, error);
  if (file->tensors == NULL || !read_parts (file, weights, error))
    return NULL;
  if (gbox_tokenizer_get_n_tokens (file->tokenizer) > file->config.n_vocab)
    {
      gbox_language_config_fail (error, GBOX_ERROR_INVALID_FILE,
                                 gbox_tensor_file_get_display_name (file->tensors),
                                 "its tokenizer has more tokens than it has embeddings");
      return NULL;
    }
  return g_steal_pointer (&file);
}

/* Whether the file begins with @byte. */
static gboolean
begins_with (GBytes *bytes, char byte)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return size > 0 && data[0] == byte;
}

GboxTokenizer *
gbox_tokenizer_load (const char *path, GError **error)
{
  g_autofree char *weights = find_weights (path);
  g_autofree char *display_name = g_filename_display_name (weights);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GboxLanguageFile) file = NULL;
  g_autoptr (GboxTokenizer) tokenizer = NULL;

  /* A folder may hold a tokenizer without weights. */
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (weights, G_FILE_TEST_EXISTS))
    return check_folder (path, TOKENIZER, error) ? read_json_beside (weights, error) : NULL;
  bytes = gbox_whole_file_read (weights, display_name, error);
  if (bytes == NULL)
    return NULL;
  if (begins_with (bytes, '{'))
    return gbox_tokenizer_new_from_json (bytes, display_name, error);
  tokenizer = gbox_tokenizer_new_from_llama2c (bytes, display_name, NULL);
  if (tokenizer != NULL)
    return g_steal_pointer (&tokenizer);
  file = gbox_language_file_open (weights, error);
  return file != NULL ? g_steal_pointer (&file->tokenizer) : NULL;
}
