/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finetuned language model: a checkpoint that holds its head or last layer, beside the file that has all
 * else. */
#include "models/policy-file.h"

#include "base/error.h"
#include "models/transformer-layer.h"

#include <gio/gio.h>

#define SUFFIX ".safetensors"

/* What is summed up of a file. */
#define N_PIECES     64
#define PIECE_LENGTH 65536

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

/* FALSE at an error, or where the file ends before the piece does. */
static gboolean
add_piece (GChecksum *sum, GFileInputStream *stream, goffset at, gsize length, GError **error)
{
  guint8 bytes[PIECE_LENGTH];
  gsize n;

  if (!g_seekable_seek (G_SEEKABLE (stream), at, G_SEEK_SET, NULL, error)
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), bytes, length, &n, NULL, error))
    return FALSE;
  g_checksum_update (sum, bytes, (gssize) n);
  return TRUE;
}

static char *
sum_up (GFileInputStream *stream, goffset length, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = g_strdup_printf ("%" G_GOFFSET_FORMAT "\n", length);
  const goffset last = MAX (length - PIECE_LENGTH, 0);

  g_checksum_update (sum, (const guchar *) head, -1);
  for (int i = 0; i < N_PIECES; i++)
    if (!add_piece (sum, stream, last * i / (N_PIECES - 1), (gsize) MIN (length, PIECE_LENGTH), error))
      return NULL;
  return g_strdup (g_checksum_get_string (sum));
}

char *
gbox_policy_file_sum_base (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) why = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &why);
  g_autoptr (GFileInfo) info
    = stream != NULL ? g_file_input_stream_query_info (stream, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, &why)
                     : NULL;
  char *sum = info != NULL ? sum_up (stream, g_file_info_get_size (info), &why) : NULL;

  if (sum == NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "“%s” cannot be read: %s", path, why->message);
  return sum;
}

/* Whether the file at @base is the one that was finetuned; where it cannot be read, whoever reads it says
 * so. */
static gboolean
is_same_base (const GboxTensorFile *file, const char *base)
{
  const char *expected = gbox_tensor_file_get_metadata (file, GBOX_POLICY_FILE_BASE_SUM);
  g_autofree char *sum = expected != NULL ? gbox_policy_file_sum_base (base, NULL) : NULL;

  return sum == NULL || g_str_equal (sum, expected);
}

/* A file that named another of its kind, or itself, could be followed for ever. */
const char *
gbox_policy_file_get_base (const GboxTensorFile *file, GError **error)
{
  const char *base = gbox_tensor_file_get_metadata (file, GBOX_POLICY_FILE_BASE);
  g_autoptr (GboxTensorFile) other = base != NULL ? gbox_policy_file_open (base) : NULL;

  if (base == NULL || other != NULL)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "“%s” does not say which model was finetuned; the file is damaged.",
                 gbox_tensor_file_get_display_name (file));
  else if (!is_same_base (file, base))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "“%s” was made from another model than “%s” is by now; put back the one it was made from.",
                 gbox_tensor_file_get_display_name (file), base);
  else
    return base;
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

  return 2 + 2 * n_q + 2 * n_kv + 3 * (guint64) config->d_ff
         + gbox_transformer_get_bias_size (config) / (guint64) config->d_model;
}

static GboxTransformer *
apply_last_block (const GboxTensorFile *file, GboxTransformer *base, GError **error)
{
  const GboxLanguageConfig *config = gbox_transformer_get_config (base);
  const guint64 dims[] = { (guint64) config->d_model, get_layer_width (config) };
  g_autofree float *layer = NULL;

  if (!gbox_transformer_has_known_layers (config))
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
