/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named tensors → a transformer: which tensors there are, their shapes, and how they are put together. */
#include "models/transformer-private.h"

#include "base/error.h"
#include "formats/dtype.h"
#include "models/transformer-names.h"

#include <string.h>

/* What is being loaded. */
typedef struct
{
  GboxTransformer *model;
  const GboxTensorFile *file;
  const GboxLanguageConfig *config;
  GError **error;
} Loading;

/* A matrix as it will be multiplied with: (n_out, n_in), rows in memory. */
typedef struct
{
  GboxDtype dtype;
  int n_out;
  int n_in;
  const guint8 *rows;
  guint8 *owned; /* (nullable): @rows, where they are no part of the file */
  float *bias;   /* (nullable) */
} Matrix;

static void
matrix_clear (Matrix *matrix)
{
  g_clear_pointer (&matrix->owned, g_free);
  g_clear_pointer (&matrix->bias, g_free);
}

static gboolean
has_tensor (const Loading *loading, GboxTensorSlot slot, int layer, const char *suffix)
{
  g_autofree char *name = gbox_tensor_slot_get_name (loading->config, loading->file, slot, layer, suffix);

  return gbox_tensor_file_lookup (loading->file, name) != NULL;
}

static float *
read_vector (const Loading *loading, GboxTensorSlot slot, int layer, const char *suffix, int n)
{
  g_autofree char *name = gbox_tensor_slot_get_name (loading->config, loading->file, slot, layer, suffix);
  const guint64 dims[] = { (guint64) n };

  return gbox_tensor_file_get_floats (loading->file, name, 1, dims, loading->error);
}

static gboolean
read_norm (const Loading *loading, GboxTensorSlot slot, int layer, int n, GboxNormWeights *norm)
{
  norm->weight = read_vector (loading, slot, layer, "weight", n);
  if (norm->weight == NULL)
    return FALSE;
  for (int i = 0; loading->config->norm_plus_one && i < n; i++)
    norm->weight[i] += 1;
  if (loading->config->architecture != GBOX_ARCHITECTURE_GPT2)
    return TRUE;
  norm->bias = read_vector (loading, slot, layer, "bias", n);
  return norm->bias != NULL;
}

/* Whether files of this kind store matrices as (n_in, n_out): GPT-2's own, but for the embeddings. */
static gboolean
is_turned (const Loading *loading, GboxTensorSlot slot)
{
  return loading->config->names == GBOX_TENSOR_NAMES_HUGGING_FACE
         && loading->config->architecture == GBOX_ARCHITECTURE_GPT2 && slot >= GBOX_SLOT_ATTENTION_NORM;
}

static gboolean
fail_shape (
  const Loading *loading, const char *name, const GboxNamedTensor *tensor, guint64 rows, guint64 columns)
{
  const char *file = gbox_tensor_file_get_display_name (loading->file);

  if (tensor == NULL)
    g_set_error (loading->error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "“%s” lacks the tensor “%s”. Get the file again or choose another.", file, name);
  else
    g_set_error (loading->error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "In “%s” the tensor “%s” has not the shape %" G_GUINT64_FORMAT " × %" G_GUINT64_FORMAT
                 " that its description asks for. Get the file again or choose another.",
                 file, name, rows, columns);
  return FALSE;
}

static gboolean
check_dtype (const Loading *loading, const GboxNamedTensor *tensor)
{
  const GboxDtype dtype = tensor->dtype;

  if (dtype == GBOX_DTYPE_F32 || dtype == GBOX_DTYPE_F16 || dtype == GBOX_DTYPE_BF16
      || gbox_dtype_get_block (dtype) > 1)
    return TRUE;
  g_set_error (loading->error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
               "In “%s” the tensor “%s” is of the type %s, which no language model is computed with. Choose "
               "another file.",
               gbox_tensor_file_get_display_name (loading->file), tensor->name, gbox_dtype_get_name (dtype));
  return FALSE;
}

static const GboxNamedTensor *
find_matrix (const Loading *loading, GboxTensorSlot slot, int layer, int n_out, int n_in)
{
  g_autofree char *name = gbox_tensor_slot_get_name (loading->config, loading->file, slot, layer, "weight");
  const GboxNamedTensor *tensor = gbox_tensor_file_lookup (loading->file, name);
  const gboolean turned = is_turned (loading, slot);
  const guint64 rows = (guint64) (turned ? n_in : n_out), columns = (guint64) (turned ? n_out : n_in);

  if (tensor == NULL || tensor->n_dims != 2 || tensor->dims[0] != rows || tensor->dims[1] != columns)
    {
      fail_shape (loading, name, tensor, rows, columns);
      return NULL;
    }
  return check_dtype (loading, tensor) ? tensor : NULL;
}

/* (n_in, n_out) of elements that are stored one by one → (n_out, n_in). */
static guint8 *
turn (const guint8 *data, gsize size, gsize n_out, gsize n_in)
{
  guint8 *rows = g_malloc (n_out * n_in * size);

  for (gsize i = 0; i < n_in; i++)
    for (gsize o = 0; o < n_out; o++)
      memcpy (rows + (o * n_in + i) * size, data + (i * n_out + o) * size, size);
  return rows;
}

static gboolean
read_matrix (const Loading *loading, GboxTensorSlot slot, int layer, int n_out, int n_in, Matrix *matrix)
{
  const GboxNamedTensor *tensor = find_matrix (loading, slot, layer, n_out, n_in);

  *matrix = (Matrix){ .n_out = n_out, .n_in = n_in };
  if (tensor == NULL)
    return FALSE;
  matrix->dtype = tensor->dtype;
  matrix->rows = tensor->data;
  if (is_turned (loading, slot))
    matrix->rows = matrix->owned
      = turn (tensor->data, gbox_dtype_get_size (tensor->dtype), (gsize) n_out, (gsize) n_in);
  if (!has_tensor (loading, slot, layer, "bias"))
    return TRUE;
  matrix->bias = read_vector (loading, slot, layer, "bias", n_out);
  return matrix->bias != NULL;
}

static gboolean
read_linear (const Loading *loading, GboxTensorSlot slot, int layer, int n_out, int n_in, GboxLinear **linear)
{
  Matrix matrix;
  const gboolean read = read_matrix (loading, slot, layer, n_out, n_in, &matrix);

  if (read)
    *linear = gbox_linear_new (matrix.dtype, n_out, n_in, matrix.rows, matrix.bias);
  matrix_clear (&matrix);
  return read;
}

/* One below the other. */
static GboxLinear *
join (const Matrix *matrices, guint n, int n_out)
{
  const gsize row_size = (gsize) matrices[0].n_in / gbox_dtype_get_block (matrices[0].dtype)
                         * gbox_dtype_get_size (matrices[0].dtype);
  g_autofree guint8 *rows = g_malloc (row_size * (gsize) n_out);
  g_autofree float *bias = matrices[0].bias != NULL ? g_new (float, (gsize) n_out) : NULL;
  gsize at = 0;

  for (guint i = 0; i < n; i++)
    {
      memcpy (rows + at * row_size, matrices[i].rows, row_size * (gsize) matrices[i].n_out);
      if (bias != NULL)
        memcpy (bias + at, matrices[i].bias, (gsize) matrices[i].n_out * sizeof (float));
      at += (gsize) matrices[i].n_out;
    }
  return gbox_linear_new (matrices[0].dtype, n_out, matrices[0].n_in, rows, bias);
}

static void
stack (const Matrix *matrices, guint n, GboxStackedLinear *stacked)
{
  gboolean alike = TRUE;

  for (guint i = 0; i < n; i++)
    {
      stacked->offsets[i] = stacked->n_out;
      stacked->n_out += matrices[i].n_out;
      alike = alike && matrices[i].dtype == matrices[0].dtype
              && (matrices[i].bias != NULL) == (matrices[0].bias != NULL);
    }
  stacked->n_parts = alike ? 1 : n;
  if (alike)
    stacked->parts[0] = join (matrices, n, stacked->n_out);
  else
    for (guint i = 0; i < n; i++)
      stacked->parts[i] = gbox_linear_new (matrices[i].dtype, matrices[i].n_out, matrices[i].n_in,
                                           matrices[i].rows, matrices[i].bias);
}

static gboolean
read_stacked (const Loading *loading,
              const GboxTensorSlot *slots,
              const int *n_outs,
              guint n,
              int layer,
              GboxStackedLinear *stacked)
{
  Matrix matrices[GBOX_MAX_PARTS] = { 0 };
  gboolean read = TRUE;

  for (guint i = 0; i < n && read; i++)
    read = read_matrix (loading, slots[i], layer, n_outs[i], loading->config->d_model, &matrices[i]);
  if (read)
    stack (matrices, n, stacked);
  for (guint i = 0; i < n; i++)
    matrix_clear (&matrices[i]);
  return read;
}

static gboolean
read_qkv (const Loading *loading, int layer, GboxStackedLinear *qkv)
{
  static const GboxTensorSlot slots[] = { GBOX_SLOT_QUERY, GBOX_SLOT_KEY, GBOX_SLOT_VALUE };
  static const GboxTensorSlot joined[] = { GBOX_SLOT_QKV };
  const GboxLanguageConfig *config = loading->config;
  const int n_q = config->n_heads * config->head_size, n_kv = config->n_kv_heads * config->head_size;

  if (config->architecture == GBOX_ARCHITECTURE_GPT2)
    return read_stacked (loading, joined, (const int[]){ n_q + 2 * n_kv }, 1, layer, qkv);
  return read_stacked (loading, slots, (const int[]){ n_q, n_kv, n_kv }, 3, layer, qkv);
}

static gboolean
read_up (const Loading *loading, int layer, GboxStackedLinear *up)
{
  static const GboxTensorSlot slots[] = { GBOX_SLOT_GATE, GBOX_SLOT_UP };
  const int n_outs[] = { loading->config->d_ff, loading->config->d_ff };

  if (loading->config->architecture == GBOX_ARCHITECTURE_GPT2)
    return read_stacked (loading, slots + 1, n_outs, 1, layer, up);
  return read_stacked (loading, slots, n_outs, 2, layer, up);
}

/* The norms that only Gemma 3 has. */
static gboolean
read_gemma_norms (const Loading *loading, int index, GboxTransformerLayer *layer)
{
  const GboxLanguageConfig *config = loading->config;

  return config->architecture != GBOX_ARCHITECTURE_GEMMA3
         || (read_norm (loading, GBOX_SLOT_QUERY_NORM, index, config->head_size, &layer->q_norm)
             && read_norm (loading, GBOX_SLOT_KEY_NORM, index, config->head_size, &layer->k_norm)
             && read_norm (loading, GBOX_SLOT_AFTER_ATTENTION_NORM, index, config->d_model,
                           &layer->after_attention_norm)
             && read_norm (loading, GBOX_SLOT_AFTER_FF_NORM, index, config->d_model, &layer->after_ff_norm));
}

static gboolean
read_layer (const Loading *loading, int index, GboxTransformerLayer *layer)
{
  const GboxLanguageConfig *config = loading->config;
  const int d_model = config->d_model;

  return read_norm (loading, GBOX_SLOT_ATTENTION_NORM, index, d_model, &layer->attention_norm)
         && read_qkv (loading, index, &layer->qkv)
         && read_linear (loading, GBOX_SLOT_OUTPUT, index, d_model, config->n_heads * config->head_size,
                         &layer->output)
         && read_norm (loading, GBOX_SLOT_FF_NORM, index, d_model, &layer->ff_norm)
         && read_up (loading, index, &layer->up)
         && read_linear (loading, GBOX_SLOT_DOWN, index, d_model, config->d_ff, &layer->down)
         && read_gemma_norms (loading, index, layer);
}

/* The head, and the embedding where that is another matrix. */
static gboolean
read_ends (const Loading *loading)
{
  GboxTransformer *model = loading->model;
  const GboxLanguageConfig *config = loading->config;
  const GboxTensorSlot head = config->tied ? GBOX_SLOT_EMBEDDING : GBOX_SLOT_HEAD;

  if (!read_norm (loading, GBOX_SLOT_FINAL_NORM, 0, config->d_model, &model->final_norm)
      || !read_linear (loading, head, 0, config->n_vocab, config->d_model, &model->head))
    return FALSE;
  if (config->tied)
    return TRUE;
  model->embedding = find_matrix (loading, GBOX_SLOT_EMBEDDING, 0, config->n_vocab, config->d_model);
  return model->embedding != NULL;
}

static gboolean
read_positions (const Loading *loading)
{
  const GboxLanguageConfig *config = loading->config;
  const guint64 dims[] = { (guint64) config->n_context, (guint64) config->d_model };
  g_autofree char *name = NULL;

  if (config->architecture != GBOX_ARCHITECTURE_GPT2)
    return TRUE;
  name = gbox_tensor_slot_get_name (config, loading->file, GBOX_SLOT_POSITIONS, 0, "weight");
  loading->model->positions = gbox_tensor_file_get_floats (loading->file, name, 2, dims, loading->error);
  return loading->model->positions != NULL;
}

GboxTransformer *
gbox_transformer_new (GboxTensorFile *file, const GboxLanguageConfig *config, GError **error)
{
  g_autoptr (GboxTransformer) model = g_new0 (GboxTransformer, 1);
  const Loading loading = { .model = model, .file = file, .config = config, .error = error };

  g_atomic_int_set (&model->n_references, 1);
  model->config = *config;
  model->layers = g_new0 (GboxTransformerLayer, (gsize) config->n_layers);
  if (!read_ends (&loading) || !read_positions (&loading))
    return NULL;
  for (int i = 0; i < config->n_layers; i++)
    if (!read_layer (&loading, i, &model->layers[i]))
      return NULL;
  if (!config->tied)
    model->file = gbox_tensor_file_ref (file);
  return g_steal_pointer (&model);
}
