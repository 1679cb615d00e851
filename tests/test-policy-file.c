/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of finetuned models: which model they were made from, and what short ones are good for. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "learning/finetune-checkpoint.h"
#include "models/language-model.h"
#include "models/policy-file.h"

typedef struct
{
  char *folder;
  GboxFinetuneBase base;
  char *full;
  char *brief;
  GboxTraineeState state;
} Fixture;

static char *
copy_model (const char *folder)
{
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
  g_autofree char *bytes = NULL;
  char *to = g_build_filename (folder, "model.gguf", NULL);
  gsize n;

  g_assert_true (g_file_get_contents (from, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) n, NULL));
  return to;
}

/* As large as the model's head, but of no meaning. */
static GboxTraineeState
make_state (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxLanguageModel) model = gbox_language_model_load (path, &error);
  const GboxLanguageConfig *config;
  gsize n;

  g_assert_no_error (error);
  config = gbox_transformer_get_config (gbox_language_model_get_transformer (model));
  n = (gsize) config->d_model * (gsize) config->n_vocab;
  return (GboxTraineeState){
    .name = GBOX_POLICY_FILE_HEAD,
    .n_rows = (gsize) config->d_model,
    .n_columns = (gsize) config->n_vocab,
    .weights = g_new0 (float, n),
    .m = g_new0 (float, n),
    .v = g_new0 (float, n),
  };
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxFinetuneSpec) spec = gbox_finetune_spec_new ();
  const GboxFinetuneProgress progress = { .step = 3, .kl = 0.02, .baseline = 1, .first_entropy = 2 };

  fixture->folder = g_dir_make_tmp ("glassbox-test-XXXXXX", &error);
  fixture->base.path = copy_model (fixture->folder);
  fixture->base.sum = gbox_policy_file_sum_base (fixture->base.path, &error);
  fixture->full = g_build_filename (fixture->folder, "x.safetensors", NULL);
  fixture->brief = g_build_filename (fixture->folder, "x.policy.safetensors", NULL);
  fixture->state = make_state (fixture->base.path);
  g_assert_true (
    gbox_finetune_checkpoint_save (fixture->full, &fixture->state, spec, &fixture->base, &progress, &error));
  g_assert_true (
    gbox_finetune_checkpoint_save (fixture->brief, &fixture->state, spec, &fixture->base, &progress, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  const char *const files[] = { fixture->base.path, fixture->full, fixture->brief, fixture->folder };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    g_assert_cmpint (g_remove (files[i]), ==, 0);
  g_free (fixture->base.path);
  g_free (fixture->base.sum);
  g_free (fixture->full);
  g_free (fixture->brief);
  g_free (fixture->folder);
  g_free (fixture->state.weights);
  g_free (fixture->state.m);
  g_free (fixture->state.v);
}

static void
assert_loads (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxLanguageModel) model = gbox_language_model_load (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (model);
}

static void
assert_refused (const char *path, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxLanguageModel) model = gbox_language_model_load (path, &error);

  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_null (model);
}

static goffset
get_length (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_size;
}

/* A short one has a third of the numbers and completes texts as the full one does, but nothing goes on from
 * it. */
static void
test_short (Fixture *fixture, gconstpointer data)
{
  const goffset n_bytes = (goffset) (fixture->state.n_rows * fixture->state.n_columns * sizeof (float));
  GboxFinetuneProgress progress;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (get_length (fixture->full) - get_length (fixture->brief), >=, 2 * n_bytes);
  assert_loads (fixture->full);
  assert_loads (fixture->brief);
  g_assert_true (
    gbox_finetune_checkpoint_load (fixture->full, &fixture->base, &fixture->state, &progress, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (progress.step, ==, 3);
  g_assert_false (
    gbox_finetune_checkpoint_load (fixture->brief, &fixture->base, &fixture->state, &progress, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
}

/* Changes a byte of the model's last number, which nothing but the sum can notice. */
static void
test_other_base (Fixture *fixture, gconstpointer data)
{
  g_autofree char *bytes = NULL;
  GboxFinetuneProgress progress;
  GboxFinetuneBase other = { .path = fixture->base.path };
  g_autoptr (GError) error = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (fixture->base.path, &bytes, &n, NULL));
  bytes[n - 4] ^= 1;
  g_assert_true (g_file_set_contents (fixture->base.path, bytes, (gssize) n, NULL));
  assert_refused (fixture->full, "another model");
  assert_refused (fixture->brief, "another model");
  other.sum = gbox_policy_file_sum_base (other.path, &error);
  g_assert_cmpstr (other.sum, !=, fixture->base.sum);
  g_assert_false (gbox_finetune_checkpoint_load (fixture->full, &other, &fixture->state, &progress, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
  g_free (other.sum);
}

/* A file that is not there is told of by its name. */
static void
test_missing_base (Fixture *fixture, gconstpointer data)
{
  g_autofree char *moved = g_strconcat (fixture->base.path, ".moved", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rename (fixture->base.path, moved), ==, 0);
  g_assert_null (gbox_policy_file_sum_base (fixture->base.path, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_IO);
  g_assert_null (gbox_language_model_load (fixture->brief, NULL));
  g_assert_cmpint (g_rename (moved, fixture->base.path), ==, 0);
  assert_loads (fixture->brief);
}

/* What a run cannot have come to. */
static void
test_progress (Fixture *fixture, gconstpointer data)
{
  static const GboxFinetuneProgress bad[] = {
    { .step = 1, .kl = -1 },
    { .step = 1, .kl = 1e9 },
    { .step = 1, .kl = NAN },
    { .step = 1, .kl = INFINITY },
    { .step = 1, .baseline = NAN },
    { .step = 1, .baseline = -1e300 },
    { .step = 1, .first_entropy = -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GboxFinetuneSpec) spec = gbox_finetune_spec_new ();
      g_autoptr (GError) error = NULL;

      g_assert_true (gbox_finetune_checkpoint_save (fixture->full, &fixture->state, spec, &fixture->base,
                                                    &bad[i], &error));
      g_assert_null (gbox_finetune_checkpoint_load_spec (fixture->full, NULL, &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE);
    }
}

/* Only a checkpoint is replaced, where files can be written. */
static void
test_place (Fixture *fixture, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (fixture->folder, "nowhere", "x.safetensors", NULL);
  g_autofree char *new_file = g_build_filename (fixture->folder, "new.safetensors", NULL);
  const char *const bad[] = { nowhere, fixture->folder, fixture->base.path };
  g_autoptr (GError) error = NULL;

  g_assert_true (gbox_finetune_checkpoint_check_place (fixture->full, &error));
  g_assert_true (gbox_finetune_checkpoint_check_place (new_file, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (new_file, G_FILE_TEST_EXISTS));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) why = NULL;

      g_assert_false (gbox_finetune_checkpoint_check_place (bad[i], &why));
      g_test_message ("%s", why->message);
    }
  g_assert_true (g_file_test (fixture->base.path, G_FILE_TEST_IS_REGULAR));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/policy-file/short", Fixture, NULL, set_up, test_short, tear_down);
  g_test_add ("/policy-file/other-base", Fixture, NULL, set_up, test_other_base, tear_down);
  g_test_add ("/policy-file/missing-base", Fixture, NULL, set_up, test_missing_base, tear_down);
  g_test_add ("/policy-file/progress", Fixture, NULL, set_up, test_progress, tear_down);
  g_test_add ("/policy-file/place", Fixture, NULL, set_up, test_place, tear_down);
  return g_test_run ();
}
