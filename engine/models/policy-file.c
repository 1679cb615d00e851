/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finetuned language model: a checkpoint that holds the head, beside the file that has all else. */
#include "models/policy-file.h"

#include "base/error.h"

#define SUFFIX ".safetensors"

GboxTensorFile *
gbox_policy_file_open (const char *path)
{
  g_autoptr (GboxTensorFile) file
    = g_str_has_suffix (path, SUFFIX) ? gbox_tensor_file_open (path, NULL) : NULL;

  if (file == NULL
      || g_strcmp0 (gbox_tensor_file_get_metadata (file, "format"), GBOX_POLICY_FILE_FORMAT) != 0)
    return NULL;
  return g_steal_pointer (&file);
}

/* A file that named another of its kind, or itself, could be followed for ever. */
const char *
gbox_policy_file_get_base (const GboxTensorFile *file, GError **error)
{
  const char *base = gbox_tensor_file_get_metadata (file, GBOX_POLICY_FILE_BASE);
  g_autoptr (GboxTensorFile) other = base != NULL ? gbox_policy_file_open (base) : NULL;

  if (base != NULL && other == NULL)
    return base;
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
               "“%s” does not say which model was finetuned; the file is damaged.",
               gbox_tensor_file_get_display_name (file));
  return NULL;
}

GboxTransformer *
gbox_policy_file_apply (const GboxTensorFile *file, GboxTransformer *base, GError **error)
{
  const GboxLanguageConfig *config = gbox_transformer_get_config (base);
  const gsize n_vocab = (gsize) config->n_vocab, d_model = (gsize) config->d_model;
  const guint64 dims[] = { d_model, n_vocab };
  g_autofree float *transposed = gbox_tensor_file_get_floats (file, GBOX_POLICY_FILE_HEAD, 2, dims, error);
  g_autofree float *head = NULL;

  if (transposed == NULL)
    return NULL;
  head = g_new (float, n_vocab *d_model);
  for (gsize i = 0; i < n_vocab; i++)
    for (gsize j = 0; j < d_model; j++)
      head[i * d_model + j] = transposed[j * n_vocab + i];
  return gbox_transformer_new_with_head (base, head);
}
