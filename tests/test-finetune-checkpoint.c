/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What finetuning saves: it goes on from there as if it had never stopped, and that is a model. */
#include "finetune-testing.h"

#include "learning/finetune-checkpoint.h"
#include "models/language-model.h"
#include "models/policy-file.h"

#include <string.h>

static void
assert_same_tensors (const char *a, const char *b)
{
  g_autoptr (GboxTensorFile) first = gbox_tensor_file_open (a, NULL);
  g_autoptr (GboxTensorFile) second = gbox_tensor_file_open (b, NULL);

  g_assert_cmpuint (gbox_tensor_file_get_n_tensors (first), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      const GboxNamedTensor *x = gbox_tensor_file_get_nth (first, i);
      const GboxNamedTensor *y = gbox_tensor_file_lookup (second, x->name);

      g_assert_cmpmem (x->data, x->n_bytes, y->data, y->n_bytes);
    }
  g_assert_cmpstr (gbox_tensor_file_get_metadata (first, "kl"), ==,
                   gbox_tensor_file_get_metadata (second, "kl"));
}

/* With an adaptive coefficient and a moving baseline, which go on too. */
static void
test_resume (gconstpointer data)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_autoptr (GboxFinetuneSpec) again = NULL;
  g_autofree char *whole_path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_autofree char *half_path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_autofree char *moved_path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_autofree char *end_path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_auto (Watch) whole = { 0 };
  g_auto (Watch) half = { 0 };
  g_auto (Watch) rest = { 0 };

  g_object_set (spec, "baseline", GBOX_BASELINE_MOVING, "kl-target", 1.0, "checkpoint", whole_path, "train",
                GPOINTER_TO_INT (data), NULL);
  train (engine, spec, &whole);
  g_object_set (spec, "steps", 3u, "checkpoint", half_path, NULL);
  train (engine, spec, &half);
  /* What is gone on from may be a copy: the file that it was saved to at first stays as it is. */
  g_assert_cmpint (g_rename (half_path, moved_path), ==, 0);
  again = gbox_finetune_checkpoint_load_spec (moved_path, NULL, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (gbox_finetune_spec_get_values (again)->checkpoint, ==, moved_path);
  g_assert_cmpuint (gbox_finetune_spec_get_values (again)->steps, ==, 3);
  g_object_set (again, "steps", 6u, "resume", moved_path, "checkpoint", end_path, NULL);
  train (engine, again, &rest);
  g_assert_cmpuint (rest.points->len, ==, 3);
  assert_same_end (&whole, &rest);
  assert_same_comparison (&whole, &rest, 5);
  assert_same_tensors (whole_path, end_path);
  g_remove (whole_path);
  g_remove (moved_path);
  g_remove (end_path);
}

/* Another part of a finetuned model is not trained. */
static void
assert_refused_part (GboxEngine *engine, GboxFinetuneSpec *spec)
{
  g_auto (Watch) watch = { 0 };
  g_autoptr (GboxRun) run = NULL;

  g_object_set (spec, "train", GBOX_TRAIN_LAST_BLOCK, NULL);
  run = start (engine, spec, &watch);
  while (!gbox_run_is_final (run))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (gbox_run_get_state (run), ==, GBOX_RUN_FAILED);
  g_assert_nonnull (strstr (gbox_run_get_error (run)->message, "finetuned in its head"));
}

/* A checkpoint is a model: its head is the policy, all else the base's. */
static void
test_model (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (1);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_autofree char *second = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_auto (Watch) watch = { 0 };
  g_auto (Watch) again = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxLanguageModel) model = NULL;
  g_autoptr (GboxTensorFile) file = NULL;
  GboxTransformer *transformer;
  const GboxNamedTensor *head;
  g_autofree float *row = NULL;

  g_object_set (spec, "checkpoint", path, NULL);
  train (engine, spec, &watch);
  model = gbox_language_model_load (path, &error);
  g_assert_no_error (error);
  transformer = gbox_language_model_get_transformer (model);
  file = gbox_tensor_file_open (path, NULL);
  head = gbox_tensor_file_lookup (file, GBOX_POLICY_FILE_HEAD);
  row = g_new (float, head->dims[0]);
  for (guint64 i = 0; i < head->dims[1]; i++)
    {
      gbox_transformer_get_head_row (transformer, (int) i, row);
      for (guint64 j = 0; j < head->dims[0]; j++)
        {
          float expected;

          memcpy (&expected, (const char *) head->data + (j * head->dims[1] + i) * sizeof (float),
                  sizeof expected);
          g_assert_cmpfloat (row[j], ==, expected);
        }
    }
  /* It can be finetuned again, from where it was left. */
  g_object_set (spec, "model", path, "checkpoint", second, "steps", 1u, NULL);
  train (engine, spec, &again);
  g_assert_cmpstr (find_completion (&again, GBOX_FINETUNE_BEFORE, 0)->text, ==,
                   find_completion (&watch, GBOX_FINETUNE_AFTER, 0)->text);
  g_clear_pointer (&model, gbox_language_model_unref);
  model = gbox_language_model_load (second, &error);
  g_assert_no_error (error);
  assert_refused_part (engine, spec);
  g_remove (path);
  g_remove (second);
}

/* The finetuned last layer, computed by the model's own pass, is what was trained: the most probable texts
 * are the same. */
static void
test_last_block_model (void)
{
  g_autoptr (GboxEngine) engine = count_make_engine (2);
  g_autoptr (GboxFinetuneSpec) spec = make_spec ();
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_auto (Watch) watch = { 0 };
  g_auto (Watch) again = { 0 };

  g_object_set (spec, "checkpoint", path, "train", GBOX_TRAIN_LAST_BLOCK, "precision", GBOX_PRECISION_FLOAT32,
                NULL);
  train (engine, spec, &watch);
  g_assert_cmpfloat (g_array_index (watch.points, GboxPoint, 0).values[GBOX_FINETUNE_KL], <, 1e-6);
  g_assert_cmpfloat (g_array_index (watch.points, GboxPoint, 5).values[GBOX_FINETUNE_KL], >, 1e-3);
  g_object_set (spec, "model", path, "checkpoint", "", "steps", 1u, NULL);
  train (engine, spec, &again);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpstr (find_completion (&again, GBOX_FINETUNE_BEFORE, i)->text, ==,
                     find_completion (&watch, GBOX_FINETUNE_AFTER, i)->text);
  g_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/finetune-checkpoint/resume/head", GINT_TO_POINTER (GBOX_TRAIN_HEAD), test_resume);
  g_test_add_data_func ("/finetune-checkpoint/resume/last-block", GINT_TO_POINTER (GBOX_TRAIN_LAST_BLOCK),
                        test_resume);
  g_test_add_func ("/finetune-checkpoint/model", test_model);
  g_test_add_func ("/finetune-checkpoint/last-block-model", test_last_block_model);
  return g_test_run ();
}
