/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved visualizations that can go on: one safetensors file with parameters, moments, spec and step. */
#include "vision/checkpoint.h"

#include <string.h>

#include "base/error.h"
#include "formats/safetensors.h"
#include "formats/tensor-file.h"

#define FORMAT         "glassbox-visualization"
#define FORMAT_VERSION "1"
#define N_TENSORS      4

/* Those of the parameters' shape, and what only some have. */
#define N_PARAMETERS 3
#define TRANSPARENCY 3

static const char *const names[N_TENSORS] = { "parameters", "adam_m", "adam_v", "transparency" };

/* Returns: how many tensors there are. */
static guint
list_tensors (const GboxPipelineState *state, GboxNamedTensor tensors[N_TENSORS])
{
  float *const blocks[N_TENSORS] = { state->parameters, state->m, state->v, state->transparency };

  for (guint i = 0; i < N_TENSORS; i++)
    tensors[i] = (GboxNamedTensor){ .name = names[i],
                                    .dtype = GBOX_DTYPE_F32,
                                    .n_dims = state->n_dims,
                                    .data = blocks[i],
                                    .n_bytes = state->n * sizeof (float) };
  for (guint i = 0; i < N_PARAMETERS; i++)
    memcpy (tensors[i].dims, state->dims, sizeof state->dims);
  tensors[TRANSPARENCY].n_dims = 1;
  tensors[TRANSPARENCY].dims[0] = state->n_transparency;
  tensors[TRANSPARENCY].n_bytes = state->n_transparency * sizeof (float);
  return state->n_transparency > 0 ? N_TENSORS : N_PARAMETERS;
}

gboolean
gbox_visualization_checkpoint_save (
  const char *path, const GboxPipelineState *state, GboxVisualizationSpec *spec, guint step, GError **error)
{
  g_autoptr (GHashTable) metadata = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  GboxNamedTensor tensors[N_TENSORS];
  const guint n_tensors = list_tensors (state, tensors);

  g_hash_table_insert (metadata, (gpointer) "format", g_strdup (FORMAT));
  g_hash_table_insert (metadata, (gpointer) "format_version", g_strdup (FORMAT_VERSION));
  g_hash_table_insert (metadata, (gpointer) "step", g_strdup_printf ("%u", step));
  g_hash_table_insert (metadata, (gpointer) "spec", gbox_spec_to_json (GBOX_SPEC (spec)));
  return gbox_safetensors_save (path, tensors, n_tensors, metadata, error);
}

static gboolean
check_metadata (const GboxTensorFile *file, const char *path, guint *step, GError **error)
{
  const char *text = gbox_tensor_file_get_metadata (file, "step");
  guint64 value;

  if (g_strcmp0 (gbox_tensor_file_get_metadata (file, "format"), FORMAT) != 0)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                   "“%s” is no checkpoint of a visualization; give one that Glassbox saved.", path);
      return FALSE;
    }
  if (g_strcmp0 (gbox_tensor_file_get_metadata (file, "format_version"), FORMAT_VERSION) != 0)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                   "“%s” was saved by another version of Glassbox, whose checkpoints this one does not know.",
                   path);
      return FALSE;
    }
  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &value, NULL))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                   "“%s” does not say at which step it was saved; the file is damaged.", path);
      return FALSE;
    }
  *step = (guint) value;
  return TRUE;
}

static gboolean
check_shape (const GboxTensorFile *file, const char *path, const GboxPipelineState *state, GError **error)
{
  const GboxNamedTensor *tensor = gbox_tensor_file_lookup (file, names[0]);

  if (tensor == NULL
      || (tensor->n_dims == state->n_dims
          && memcmp (tensor->dims, state->dims, state->n_dims * sizeof state->dims[0]) == 0))
    return TRUE; /* where it is missing the reader of its values says so */
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "“%s” was made with another basis, size or number of pictures; go on with those it was made "
               "with.",
               path);
  return FALSE;
}

gboolean
gbox_visualization_checkpoint_is (const char *path)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open (path, NULL);

  return file != NULL && g_strcmp0 (gbox_tensor_file_get_metadata (file, "format"), FORMAT) == 0;
}

GboxVisualizationSpec *
gbox_visualization_checkpoint_load_spec (const char *path, guint *step, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open (path, error);
  g_autoptr (GboxSpec) spec = NULL;
  g_autoptr (GError) reason = NULL;
  const char *json;

  if (file == NULL || !check_metadata (file, path, step, error))
    return NULL;
  json = gbox_tensor_file_get_metadata (file, "spec");
  if (json != NULL)
    spec = gbox_spec_new_from_json (GBOX_TYPE_VISUALIZATION_SPEC, json, &reason);
  if (spec != NULL)
    return GBOX_VISUALIZATION_SPEC (g_steal_pointer (&spec));
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
               "“%s” does not say how it was made; the file is damaged%s%s", path,
               reason != NULL ? ": " : ".", reason != NULL ? reason->message : "");
  return NULL;
}

/* Kept apart until all are read, so that a damaged file changes nothing. */
gboolean
gbox_visualization_checkpoint_load (const char *path,
                                    const GboxPipelineState *state,
                                    guint *step,
                                    GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open (path, error);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  GboxNamedTensor tensors[N_TENSORS];
  const guint n_tensors = list_tensors (state, tensors);

  if (file == NULL || !check_metadata (file, path, step, error) || !check_shape (file, path, state, error))
    return FALSE;
  for (guint i = 0; i < n_tensors; i++)
    {
      float *read = gbox_tensor_file_get_floats (file, names[i], tensors[i].n_dims, tensors[i].dims, error);

      if (read == NULL)
        return FALSE;
      g_ptr_array_add (values, read);
    }
  for (guint i = 0; i < n_tensors; i++)
    memcpy ((gpointer) tensors[i].data, values->pdata[i], tensors[i].n_bytes);
  return TRUE;
}
