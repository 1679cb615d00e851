/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checkpoints of visualizations: what is in them, and what is made of wrong ones. */
#include <string.h>

#include "base/error.h"
#include "base/philox.h"
#include "folder-testing.h"
#include "formats/safetensors.h"
#include "vision/checkpoint.h"

#define N 24 /* 3 · 2 · 2 · 2 */

typedef struct
{
  GboxPipelineState state;
  float blocks[3][N];
} Fixture;

static void
fixture_init (Fixture *f, guint purpose)
{
  GboxPhilox random;

  *f = (Fixture){ 0 };
  f->state = (GboxPipelineState){
    .n = N,
    .parameters = f->blocks[0],
    .m = f->blocks[1],
    .v = f->blocks[2],
    .n_dims = 4,
    .dims = { 3, 2, 2, 2 },
  };
  gbox_philox_init (&random, 1, purpose, 0);
  gbox_philox_fill_normal (&random, f->blocks[0], 3 * N, 0.0f, 1.0f);
}

static void
test_round_trip (void)
{
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  g_autoptr (GboxTensorFile) file = NULL;
  g_autoptr (GboxSpec) loaded_spec = NULL;
  g_autoptr (GError) error = NULL;
  Fixture saved, loaded;
  guint step = 0;

  fixture_init (&saved, 1);
  fixture_init (&loaded, 2);
  g_object_set (spec, "layer", "4a", "model", "modèle", NULL);
  gbox_visualization_checkpoint_save (path, &saved.state, spec, 77, &error);
  g_assert_no_error (error);
  gbox_visualization_checkpoint_load (path, &loaded.state, &step, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (step, ==, 77);
  g_assert_cmpmem (saved.blocks, sizeof saved.blocks, loaded.blocks, sizeof loaded.blocks);

  file = gbox_tensor_file_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gbox_tensor_file_get_metadata (file, "format"), ==, "glassbox-visualization");
  g_assert_cmpstr (gbox_tensor_file_get_metadata (file, "format_version"), ==, "1");
  loaded_spec = gbox_spec_new_from_json (GBOX_TYPE_VISUALIZATION_SPEC,
                                         gbox_tensor_file_get_metadata (file, "spec"), &error);
  g_assert_no_error (error);
  g_assert_true (gbox_spec_equal (GBOX_SPEC (spec), loaded_spec));
  g_remove (path);
}

/* What can be wrong with a file that is a safetensors file. */
typedef struct
{
  const char *name;
  const char *format;
  const char *version;
  const char *step;
  guint64 rows;       /* of the parameters */
  const char *second; /* name of the second tensor */
  float value;        /* of all elements */
  GboxError code;
  const char *text; /* part of the message */
} Wrong;

static const Wrong wrongs[] = {
  { "format", "something", "1", "5", 2, "adam_m", 1.0f, GBOX_ERROR_UNSUPPORTED, "no checkpoint" },
  { "no-format", NULL, "1", "5", 2, "adam_m", 1.0f, GBOX_ERROR_UNSUPPORTED, "no checkpoint" },
  { "version", "glassbox-visualization", "2", "5", 2, "adam_m", 1.0f, GBOX_ERROR_UNSUPPORTED,
    "another version" },
  { "step", "glassbox-visualization", "1", "-5", 2, "adam_m", 1.0f, GBOX_ERROR_INVALID_FILE,
    "at which step" },
  { "no-step", "glassbox-visualization", "1", NULL, 2, "adam_m", 1.0f, GBOX_ERROR_INVALID_FILE,
    "at which step" },
  { "shape", "glassbox-visualization", "1", "5", 3, "adam_m", 1.0f, GBOX_ERROR_INVALID_ARGUMENT,
    "basis, size" },
  { "missing", "glassbox-visualization", "1", "5", 2, "adam", 1.0f, GBOX_ERROR_INVALID_FILE, "adam_m" },
  { "infinite", "glassbox-visualization", "1", "5", 2, "adam_m", G_MAXFLOAT * 2.0f, GBOX_ERROR_INVALID_FILE,
    "parameters" },
};

static void
write_wrong (const char *path, const Wrong *wrong)
{
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  const char *const names[3] = { "parameters", wrong->second, "adam_v" };
  float values[3 * 3 * 2 * 2];
  GboxNamedTensor tensors[3];

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = wrong->value;
  for (int i = 0; i < 3; i++)
    tensors[i] = (GboxNamedTensor){
      .name = names[i],
      .dtype = GBOX_DTYPE_F32,
      .n_dims = 4,
      .dims = { 3, wrong->rows, 2, 2 },
      .data = values,
      .n_bytes = wrong->rows * 12 * sizeof (float),
    };
  if (wrong->format != NULL)
    g_hash_table_insert (metadata, (gpointer) "format", (gpointer) wrong->format);
  if (wrong->step != NULL)
    g_hash_table_insert (metadata, (gpointer) "step", (gpointer) wrong->step);
  g_hash_table_insert (metadata, (gpointer) "format_version", (gpointer) wrong->version);
  g_assert_true (gbox_safetensors_save (path, tensors, 3, metadata, NULL));
}

/* Says what is wrong, and the state stays as it was. */
static void
test_wrong (gconstpointer data)
{
  const Wrong *wrong = data;
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_autoptr (GError) error = NULL;
  Fixture f, before;
  guint step;

  write_wrong (path, wrong);
  fixture_init (&f, 1);
  fixture_init (&before, 1);
  g_assert_false (gbox_visualization_checkpoint_load (path, &f.state, &step, &error));
  g_test_message ("%s", error->message);
  g_assert_true (error->domain == GBOX_ERROR);
  g_assert_cmpint (error->code, ==, (int) wrong->code);
  g_assert_nonnull (strstr (error->message, wrong->text));
  g_assert_cmpmem (f.blocks, sizeof f.blocks, before.blocks, sizeof before.blocks);
  g_remove (path);
}

static void
test_truncated (void)
{
  g_autofree char *path = make_temporary_file ("glassbox-XXXXXX.safetensors");
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  g_autofree char *contents = NULL;
  Fixture f;
  gsize n;

  fixture_init (&f, 1);
  g_assert_true (gbox_visualization_checkpoint_save (path, &f.state, spec, 77, NULL));
  g_assert_true (g_file_get_contents (path, &contents, &n, NULL));
  for (gsize cut = 0; cut < n; cut += 37)
    {
      g_autoptr (GError) error = NULL;
      guint step;

      g_assert_true (g_file_set_contents (path, contents, (gssize) cut, NULL));
      g_assert_false (gbox_visualization_checkpoint_load (path, &f.state, &step, &error));
      g_assert_true (error->domain == GBOX_ERROR);
    }
  g_remove (path);
}

static void
test_unwritable (void)
{
  g_autoptr (GboxVisualizationSpec) spec = gbox_visualization_spec_new ();
  g_autoptr (GError) error = NULL;
  Fixture f;

  fixture_init (&f, 1);
  g_assert_false (
    gbox_visualization_checkpoint_save ("/no/such/folder/c.safetensors", &f.state, spec, 1, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint/round-trip", test_round_trip);
  for (gsize i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *path = g_strdup_printf ("/checkpoint/wrong/%s", wrongs[i].name);

      g_test_add_data_func (path, &wrongs[i], test_wrong);
    }
  g_test_add_func ("/checkpoint/truncated", test_truncated);
  g_test_add_func ("/checkpoint/unwritable", test_unwritable);
  return g_test_run ();
}
