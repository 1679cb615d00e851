/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finetuned language model: a checkpoint that holds its head or last layer, beside the file that has all
 * else. */
#include "models/policy-file.h"

#include "base/error.h"
#include "models/transformer-layer.h"

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

static GboxTransformer *
apply_head (const GboxTensorFile *file, GboxTransformer *base, GError **error)
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

/* Width of the layer's matrices, all of them one after the other, in rows of d_model. */
static guint64
get_layer_width (const GboxLanguageConfig *config)
{
  const guint64 n_q = (guint64) config->n_heads * (guint64) config->head_size;
  const guint64 n_kv = (guint64) config->n_kv_heads * (guint64) config->head_size;

  return 2 + 2 * n_q + 2 * n_kv + 3 * (guint64) config->d_ff;
}

static GboxTransformer *
apply_last_block (const GboxTensorFile *file, GboxTransformer *base, GError **error)
{
  const GboxLanguageConfig *config = gbox_transformer_get_config (base);
  const guint64 dims[] = { (guint64) config->d_model, get_layer_width (config) };
  g_autofree float *layer = NULL;

  if (config->architecture != GBOX_ARCHITECTURE_LLAMA)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                   "“%s” is of another kind of model than the one it names; the file is damaged.",
                   gbox_tensor_file_get_display_name (file));
      return NULL;
    }
  layer = gbox_tensor_file_get_floats (file, GBOX_POLICY_FILE_LAST_BLOCK, 2, dims, error);
  return layer != NULL ? gbox_transformer_new_with_layer (base, config->n_layers - 1, layer) : NULL;
}

GboxTransformer *
gbox_policy_file_apply (const GboxTensorFile *file, GboxTransformer *base, GError **error)
{
  if (gbox_tensor_file_lookup (file, GBOX_POLICY_FILE_LAST_BLOCK) != NULL)
    return apply_last_block (file, base, error);
  return apply_head (file, base, error);
}
