/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Language models on disk: one file, or several that belong together. */
#include "models/language-file.h"

#include "fixture.h"
#include "folder-testing.h"
#include "formats/safetensors.h"

#include <glib/gstdio.h>

#define CONFIG                                                                                               \
  "{\"model_type\":\"gpt2\",\"n_embd\":8,\"n_layer\":1,\"n_head\":2,\"n_positions\":16,\"vocab_size\":%d,"   \
  "\"layer_norm_epsilon\":1e-05,\"eos_token_id\":3}"

static void
write_text (const char *folder, const char *name, const char *text, gsize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, (gssize) length, &error);
  g_assert_no_error (error);
}

/* Writes the parts of a model; names are left out where NULL. */
static char *
make_folder (const char *weights, const char *config, const char *tokenizer, int n_vocab)
{
  static const float zeros[8];
  const GboxNamedTensor tensor
    = { .name = "wpe.weight", .n_dims = 2, .dims = { 1, 8 }, .data = zeros, .n_bytes = sizeof zeros };
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("glassbox-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, weights, NULL);
  g_autofree char *text = g_strdup_printf (CONFIG, n_vocab);
  g_autoptr (GBytes) json = fixture_load ("tokenizer-bytes.json");

  g_assert_true (gbox_safetensors_save (path, &tensor, 1, NULL, &error));
  g_assert_no_error (error);
  if (config != NULL)
    write_text (folder, config, text, strlen (text));
  if (tokenizer != NULL)
    write_text (folder, tokenizer, g_bytes_get_data (json, NULL), g_bytes_get_size (json));
  return folder;
}

static void
assert_opens (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxLanguageFile) file = gbox_language_file_open (path, &error);
  g_autoptr (GboxTokenizer) alone = gbox_tokenizer_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (file->config.architecture, ==, GBOX_ARCHITECTURE_GPT2);
  g_assert_cmpint (gbox_tokenizer_get_n_tokens (file->tokenizer), <=, file->config.n_vocab);
  g_assert_true (gbox_tokenizer_is_end (file->tokenizer, 3));
  g_assert_cmpint (gbox_tokenizer_get_n_tokens (alone), ==, gbox_tokenizer_get_n_tokens (file->tokenizer));
}

static void
test_folder (void)
{
  char *folder = make_folder ("model.safetensors", "config.json", "tokenizer.json", 400);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);

  assert_opens (folder);
  assert_opens (path);
  remove_folder (folder);
}

/* Several models in one folder have their names before those of their parts. */
static void
test_named (void)
{
  char *folder = make_folder ("small.safetensors", "small.config.json", "small.tokenizer.json", 400);
  g_autofree char *path = g_build_filename (folder, "small.safetensors", NULL);

  assert_opens (path);
  remove_folder (folder);
}

static void
assert_refused (char *folder, const char *name, GboxError code, const char *word)
{
  g_autofree char *path = name != NULL ? g_build_filename (folder, name, NULL) : g_strdup (folder);
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_language_file_open (path, &error));
  g_assert_error (error, GBOX_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  remove_folder (folder);
}

static void
test_incomplete (void)
{
  assert_refused (make_folder ("model.safetensors", NULL, "tokenizer.json", 400), NULL, GBOX_ERROR_NOT_FOUND,
                  "config.json");
  assert_refused (make_folder ("model.safetensors", "config.json", NULL, 400), NULL, GBOX_ERROR_NOT_FOUND,
                  "tokenizer.json");
  assert_refused (make_folder ("other.safetensors", "config.json", "tokenizer.json", 400), NULL,
                  GBOX_ERROR_NOT_FOUND, "model.safetensors");
  assert_refused (make_folder ("model.safetensors", "config.json", "tokenizer.json", 100), NULL,
                  GBOX_ERROR_INVALID_FILE, "more tokens");
  assert_refused (make_folder ("model.safetensors", "config.json", "tokenizer.json", 400), "config.json",
                  GBOX_ERROR_UNSUPPORTED, "none of");
}

static void
test_other_files (void)
{
  static const char *const names[] = { "torch-zip.pth", "caffe-v1.caffemodel", "small.gguf", "llama2c.bin" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", names[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (gbox_language_file_open (path, &error));
      fixture_assert_sentence (error, names[i]);
      g_clear_error (&error);
      g_assert_null (gbox_tokenizer_load (path, &error));
      fixture_assert_sentence (error, names[i]);
    }
}

static void
test_alone (void)
{
  g_autofree char *json = g_test_build_filename (G_TEST_DIST, "fixtures", "tokenizer-bytes.json", NULL);
  g_autofree char *bin = g_test_build_filename (G_TEST_DIST, "fixtures", "tokenizer-llama2c.bin", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxTokenizer) first = gbox_tokenizer_load (json, &error);
  g_autoptr (GboxTokenizer) second = gbox_tokenizer_load (bin, &error);

  g_assert_no_error (error);
  g_assert_cmpint (gbox_tokenizer_get_n_tokens (first), >, 256);
  g_assert_cmpint (gbox_tokenizer_get_n_tokens (second), ==, 12);
  g_assert_null (gbox_tokenizer_load ("/nowhere/at/all.gguf", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);
}

static void
test_real (void)
{
  static const struct
  {
    const char *name;
    int n_vocab;
  } models[] = { { "SmolLM2-135M-Instruct.Q4_1.gguf", 49152 }, { "stories260K.bin", 512 } };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *path = fixture_find_model (models[i].name);
      g_autoptr (GError) error = NULL;
      g_autoptr (GboxLanguageFile) file = path != NULL ? gbox_language_file_open (path, &error) : NULL;

      if (path == NULL)
        continue;
      g_assert_no_error (error);
      g_assert_cmpint (file->config.n_vocab, ==, models[i].n_vocab);
      g_assert_cmpint (gbox_tokenizer_get_n_tokens (file->tokenizer), ==, models[i].n_vocab);
      g_assert_true (gbox_tokenizer_is_end (file->tokenizer, 2));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/language-file/folder", test_folder);
  g_test_add_func ("/language-file/named", test_named);
  g_test_add_func ("/language-file/incomplete", test_incomplete);
  g_test_add_func ("/language-file/other-files", test_other_files);
  g_test_add_func ("/language-file/alone", test_alone);
  g_test_add_func ("/language-file/real", test_real);
  return g_test_run ();
}
