/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved finetuning that can go on, and be completed with: one safetensors file. */
#include "learning/finetune-checkpoint.h"

#include "base/error.h"
#include "formats/atomic-file.h"
#include "formats/safetensors.h"
#include "models/policy-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define FORMAT_VERSION "1"
#define SHORT_SUFFIX   ".policy.safetensors"
#define N_TENSORS      3

/* What a run can come to, and more than that: a mean of rewards, and nats a decision. */
#define MAX_BASELINE 1e15
#define MAX_ENTROPY  100.0

/* All of the same shape. */
typedef struct
{
  const char *name;
  float *data;
} Block;

static void
list_blocks (const GboxTraineeState *state, Block blocks[N_TENSORS])
{
  blocks[0] = (Block){ state->name, state->weights };
  blocks[1] = (Block){ "adam_m", state->m };
  blocks[2] = (Block){ "adam_v", state->v };
}

static char *
format_number (double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_dtostr (text, sizeof text, number));
}

static GHashTable *
make_metadata (GboxFinetuneSpec *spec, const GboxFinetuneBase *base, const GboxFinetuneProgress *progress)
{
  GHashTable *metadata = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  g_hash_table_insert (metadata, (gpointer) "format", g_strdup (GBOX_POLICY_FILE_FORMAT));
  g_hash_table_insert (metadata, (gpointer) "format_version", g_strdup (FORMAT_VERSION));
  g_hash_table_insert (metadata, (gpointer) "spec", gbox_spec_to_json (GBOX_SPEC (spec)));
  g_hash_table_insert (metadata, (gpointer) GBOX_POLICY_FILE_BASE, g_strdup (base->path));
  g_hash_table_insert (metadata, (gpointer) GBOX_POLICY_FILE_BASE_SUM, g_strdup (base->sum));
  g_hash_table_insert (metadata, (gpointer) "step", g_strdup_printf ("%u", progress->step));
  g_hash_table_insert (metadata, (gpointer) "kl", format_number (progress->kl));
  g_hash_table_insert (metadata, (gpointer) "baseline", format_number (progress->baseline));
  g_hash_table_insert (metadata, (gpointer) "first_entropy", format_number (progress->first_entropy));
  return metadata;
}

gboolean
gbox_finetune_checkpoint_is_short (const char *path)
{
  return g_str_has_suffix (path, SHORT_SUFFIX);
}

gboolean
gbox_finetune_checkpoint_check_place (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *temporary = NULL;
  GStatBuf status = { 0 };
  const gboolean is_there = g_stat (path, &status) == 0;
  const gboolean has_content = is_there && S_ISREG (status.st_mode) && status.st_size > 0;
  g_autoptr (GboxTensorFile) file = has_content ? gbox_policy_file_open (path) : NULL;
  int fd;

  if (is_there && S_ISDIR (status.st_mode))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is a folder; name a file in it.",
                   name);
      return FALSE;
    }
  if (has_content && file == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” is no checkpoint of finetuning, so it is left as it is; give another name.", name);
      return FALSE;
    }
  fd = gbox_open_temporary (path, &temporary, error);
  if (fd < 0)
    return FALSE;
  g_unlink (temporary);
  close (fd);
  return TRUE;
}

gboolean
gbox_finetune_checkpoint_save (const char *path,
                               const GboxTraineeState *state,
                               GboxFinetuneSpec *spec,
                               const GboxFinetuneBase *base,
                               const GboxFinetuneProgress *progress,
                               GError **error)
{
  const guint n_tensors = gbox_finetune_checkpoint_is_short (path) ? 1 : N_TENSORS;
  g_autoptr (GHashTable) metadata = make_metadata (spec, base, progress);
  GboxNamedTensor tensors[N_TENSORS] = { 0 };
  Block blocks[N_TENSORS];

  list_blocks (state, blocks);
  for (guint i = 0; i < N_TENSORS; i++)
    tensors[i] = (GboxNamedTensor){
      .name = blocks[i].name,
      .dtype = GBOX_DTYPE_F32,
      .n_dims = 2,
      .dims = { state->n_rows, state->n_columns },
      .data = blocks[i].data,
      .n_bytes = state->n_rows * state->n_columns * sizeof (float),
    };
  return gbox_safetensors_save (path, tensors, n_tensors, metadata, error);
}

static GboxTensorFile *
open_checkpoint (const char *path, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open (path, error);

  if (file == NULL)
    return NULL;
  if (g_strcmp0 (gbox_tensor_file_get_metadata (file, "format"), GBOX_POLICY_FILE_FORMAT) != 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                 "“%s” is no checkpoint of finetuning; give one that Glassbox saved.", path);
  else if (g_strcmp0 (gbox_tensor_file_get_metadata (file, "format_version"), FORMAT_VERSION) != 0)
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                 "“%s” was saved by another version of Glassbox, whose checkpoints this one does not know.",
                 path);
  else
    return g_steal_pointer (&file);
  return NULL;
}

static gboolean
read_number (const GboxTensorFile *file, const char *key, double least, double most, double *number)
{
  const char *text = gbox_tensor_file_get_metadata (file, key);
  char *end;

  if (text == NULL || *text == '\0')
    return FALSE;
  *number = g_ascii_strtod (text, &end);
  return *end == '\0' && *number >= least && *number <= most;
}

static gboolean
read_progress (const GboxTensorFile *file, const char *path, GboxFinetuneProgress *progress, GError **error)
{
  const char *text = gbox_tensor_file_get_metadata (file, "step");
  guint64 step;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &step, NULL)
      && read_number (file, "kl", 0, GBOX_FINETUNE_MAX_KL, &progress->kl)
      && read_number (file, "baseline", -MAX_BASELINE, MAX_BASELINE, &progress->baseline)
      && read_number (file, "first_entropy", 0, MAX_ENTROPY, &progress->first_entropy))
    {
      progress->step = (guint) step;
      return TRUE;
    }
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
               "“%s” does not say where it was saved on the way; the file is damaged.", path);
  return FALSE;
}

GboxFinetuneSpec *
gbox_finetune_checkpoint_load_spec (const char *path, guint *step, GError **error)
{
  g_autoptr (GboxTensorFile) file = open_checkpoint (path, error);
  const char *json = file != NULL ? gbox_tensor_file_get_metadata (file, "spec") : NULL;
  g_autoptr (GError) reason = NULL;
  GboxFinetuneProgress progress = { 0 };
  GboxSpec *spec = NULL;

  if (file == NULL || !read_progress (file, path, &progress, error))
    return NULL;
  if (step != NULL)
    *step = progress.step;
  if (json != NULL)
    spec = gbox_spec_new_from_json (GBOX_TYPE_FINETUNE_SPEC, json, &reason);
  if (spec != NULL && *gbox_finetune_spec_get_values (GBOX_FINETUNE_SPEC (spec))->checkpoint != '\0')
    g_object_set (spec, "checkpoint", path, NULL);
  if (spec != NULL)
    return GBOX_FINETUNE_SPEC (spec);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
               "“%s” does not say how it was made; the file is damaged%s%s", path,
               reason != NULL ? ": " : ".", reason != NULL ? reason->message : "");
  return NULL;
}

/* Older files do not say what they were made from; short ones lack what only training needs. */
static gboolean
check_use (const GboxTensorFile *file, const char *path, const GboxFinetuneBase *base, GError **error)
{
  const char *sum = gbox_tensor_file_get_metadata (file, GBOX_POLICY_FILE_BASE_SUM);

  if (sum != NULL && !g_str_equal (sum, base->sum))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                 "“%s” was made from another model than “%s”; choose the one it was made from.", path,
                 base->path);
  else if (gbox_finetune_checkpoint_is_short (path))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                 "“%s” was kept for completing texts only; go on from a checkpoint that was saved.", path);
  else
    return TRUE;
  return FALSE;
}

gboolean
gbox_finetune_checkpoint_load (const char *path,
                               const GboxFinetuneBase *base,
                               const GboxTraineeState *state,
                               GboxFinetuneProgress *progress,
                               GError **error)
{
  g_autoptr (GboxTensorFile) file = open_checkpoint (path, error);
  const guint64 dims[] = { state->n_rows, state->n_columns };
  Block blocks[N_TENSORS];
  float *read[N_TENSORS] = { NULL };
  gboolean is_right
    = file != NULL && check_use (file, path, base, error) && read_progress (file, path, progress, error);

  list_blocks (state, blocks);
  for (guint i = 0; i < N_TENSORS && is_right; i++)
    {
      read[i] = gbox_tensor_file_get_floats (file, blocks[i].name, 2, dims, error);
      is_right = read[i] != NULL;
    }
  for (guint i = 0; i < N_TENSORS; i++)
    {
      if (is_right)
        memcpy (blocks[i].data, read[i], state->n_rows * state->n_columns * sizeof (float));
      g_free (read[i]);
    }
  return is_right;
}
