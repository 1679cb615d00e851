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
  GboxTensorFile *file;
  const GboxLanguageConfig *config;
  GboxPages *pages;
  GArray *packings; /* of Packing: what has been found */
  GError **error;
} Loading;

/* A matrix as it will be multiplied with: (n_out, n_in). */
typedef struct
{
  const GboxNamedTensor *tensor;
  gboolean turned; /* whether the file has (n_in, n_out) */
  int n_out;
  int n_in;
  float *bias; /* (nullable) */
} Matrix;

/* Matrices to be packed one below the other. */
typedef struct
{
  GboxLinear **to;
  Matrix matrices[GBOX_MAX_PARTS];
  guint n;
} Packing;

static void
clear_packing (gpointer data)
{
  Packing *packing = data;

  for (guint i = 0; i < packing->n; i++)
    g_free (packing->matrices[i].bias);
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
  *matrix = (Matrix){ .tensor = find_matrix (loading, slot, layer, n_out, n_in),
                      .turned = is_turned (loading, slot),
                      .n_out = n_out,
                      .n_in = n_in };
  if (matrix->tensor == NULL)
    return FALSE;
  if (!has_tensor (loading, slot, layer, "bias"))
    return TRUE;
  matrix->bias = read_vector (loading, slot, layer, "bias", n_out);
  return matrix->bias != NULL;
}

/* @matrices: their biases are taken. */
static void
add_packing (const Loading *loading, const Matrix *matrices, guint n, GboxLinear **to)
{
  Packing packing = { .to = to, .n = n };

  memcpy (packing.matrices, matrices, n * sizeof *matrices);
  g_array_append_val (loading->packings, packing);
}

static gboolean
read_linear (const Loading *loading, GboxTensorSlot slot, int layer, int n_out, int n_in, GboxLinear **linear)
{
  Matrix matrix;

  if (!read_matrix (loading, slot, layer, n_out, n_in, &matrix))
    return FALSE;
  add_packing (loading, &matrix, 1, linear);
  return TRUE;
}

static void
pack (gpointer data, guint task, guint worker)
{
  const Loading *loading = data;
  const Packing *packing = &g_array_index (loading->packings, Packing, task);
  const Matrix *matrices = packing->matrices;
  const GboxDtype dtype = matrices[0].tensor->dtype;
  guint8 *turned[GBOX_MAX_PARTS] = { NULL };
  GboxLinearPart parts[GBOX_MAX_PARTS];

  for (guint i = 0; i < packing->n; i++)
    {
      if (matrices[i].turned)
        turned[i] = turn (matrices[i].tensor->data, gbox_dtype_get_size (dtype), (gsize) matrices[i].n_out,
                          (gsize) matrices[i].n_in);
      parts[i] = (GboxLinearPart){ .n_out = matrices[i].n_out,
                                   .rows = turned[i] != NULL ? turned[i] : matrices[i].tensor->data,
                                   .bias = matrices[i].bias };
    }
  *packing->to = gbox_linear_new_stacked (loading->pages, dtype, matrices[0].n_in, parts, packing->n);
  for (guint i = 0; i < packing->n; i++)
    {
      g_free (turned[i]);
      gbox_tensor_file_release (loading->file, matrices[i].tensor);
    }
}

static void
stack (const Loading *loading, const Matrix *matrices, guint n, GboxStackedLinear *stacked)
{
  gboolean alike = TRUE;

  for (guint i = 0; i < n; i++)
    {
      stacked->offsets[i] = stacked->n_out;
      stacked->n_out += matrices[i].n_out;
      alike = alike && matrices[i].tensor->dtype == matrices[0].tensor->dtype
              && (matrices[i].bias != NULL) == (matrices[0].bias != NULL);
    }
  stacked->n_parts = alike ? 1 : n;
  for (guint i = 0; i < stacked->n_parts; i++)
    add_packing (loading, &matrices[i], alike ? n : 1, &stacked->parts[i]);
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
    stack (loading, matrices, n, stacked);
  for (guint i = 0; i < n && !read; i++)
    g_free (matrices[i].bias);
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

static gboolean
read_embedding (const Loading *loading)
{
  GboxTransformer *model = loading->model;
  const GboxLanguageConfig *config = loading->config;
  const GboxNamedTensor *tensor
    = find_matrix (loading, GBOX_SLOT_EMBEDDING, 0, config->n_vocab, config->d_model);

  if (tensor == NULL)
    return FALSE;
  model->embedding = g_memdup2 (tensor->data, tensor->n_bytes);
  model->embedding_dtype = tensor->dtype;
  model->embedding_stride = tensor->n_bytes / (gsize) config->n_vocab;
  gbox_tensor_file_release (loading->file, tensor);
  return TRUE;
}

/* The head, and the embedding where that is another matrix. */
static gboolean
read_ends (const Loading *loading)
{
  GboxTransformer *model = loading->model;
  const GboxLanguageConfig *config = loading->config;
  const GboxTensorSlot head = config->tied ? GBOX_SLOT_EMBEDDING : GBOX_SLOT_HEAD;

  return read_norm (loading, GBOX_SLOT_FINAL_NORM, 0, config->d_model, &model->final_norm)
         && read_linear (loading, head, 0, config->n_vocab, config->d_model, &model->head)
         && (config->tied || read_embedding (loading));
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

/* Finds everything that the model consists of, and checks it. The head comes first: it is the largest. */
static gboolean
read_all (const Loading *loading)
{
  if (!read_ends (loading) || !read_positions (loading))
    return FALSE;
  for (int i = 0; i < loading->config->n_layers; i++)
    if (!read_layer (loading, i, &loading->model->layers[i]))
      return FALSE;
  return TRUE;
}

GboxTransformer *
gbox_transformer_new (GboxTensorFile *file, const GboxLanguageConfig *config, GError **error)
{
  g_autoptr (GboxTransformer) model = g_new0 (GboxTransformer, 1);
  g_autoptr (GboxPages) pages = gbox_pages_new ();
  g_autoptr (GArray) packings = g_array_new (FALSE, FALSE, sizeof (Packing));
  g_autoptr (GboxTeam) team = NULL;
  Loading loading = { .model = model,
                      .file = file,
                      .config = config,
                      .pages = pages,
                      .packings = packings,
                      .error = error };

  g_array_set_clear_func (packings, clear_packing);
  g_atomic_int_set (&model->n_references, 1);
  model->config = *config;
  model->layers = g_new0 (GboxTransformerLayer, (gsize) config->n_layers);
  if (!read_all (&loading))
    return NULL;
  team = gbox_team_new (0);
  gbox_team_run (team, packings->len, pack, &loading);
  return g_steal_pointer (&model);
}
