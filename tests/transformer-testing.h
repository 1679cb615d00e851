/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tiny language models of the fixtures, and what transformers makes of them. */
#pragma once

#include "fixture.h"
#include "models/transformer.h"

#include <math.h>

static const char *const tiny_models[]
  = { "llama.safetensors",  "llama.gguf", "qwen2.safetensors", "gpt2.safetensors",
      "gemma3.safetensors", "gpt2.gguf",  "gemma3.gguf" };

static inline GboxTensorFile *
tiny_open (const char *name, GboxLanguageConfig *config)
{
  g_autofree char *full = g_strconcat ("transformer-", name, NULL);
  g_autofree char *stem = g_strndup (full, (gsize) (strrchr (full, '.') - full));
  g_autofree char *config_name = g_strconcat (stem, ".config.json", NULL);
  GboxTensorFile *file = fixture_open (full);
  g_autoptr (GError) error = NULL;

  if (g_str_has_suffix (name, ".gguf"))
    gbox_language_config_read (file, config, &error);
  else
    {
      g_autoptr (GBytes) json = fixture_load (config_name);

      gbox_language_config_read_json (json, config_name, file, config, &error);
    }
  g_assert_no_error (error);
  return file;
}

static inline GboxTransformer *
tiny_load (const char *name)
{
  GboxLanguageConfig config;
  g_autoptr (GboxTensorFile) file = tiny_open (name, &config);
  g_autoptr (GError) error = NULL;
  GboxTransformer *model = gbox_transformer_new (file, &config, &error);

  g_assert_no_error (error);
  return model;
}

static inline GboxTransformerContext *
tiny_context (GboxTransformer *model, GboxTeam *team, int max_trunk, int n_branches, int max_branch)
{
  g_autoptr (GError) error = NULL;
  GboxTransformerContext *context = gbox_transformer_context_new (model, team, GBOX_PRECISION_FLOAT32,
                                                                  max_trunk, n_branches, max_branch, &error);

  g_assert_no_error (error);
  return context;
}

/* Of the fixture's values, "MODEL.PART"; transfer none. */
static inline gconstpointer
tiny_values (const GboxTensorFile *values, const char *model, const char *part, gsize *n)
{
  g_autofree char *stem = g_strndup (model, (gsize) (strchr (model, '.') - model));
  g_autofree char *name
    = g_strdup_printf ("%s%s.%s", stem, g_str_has_suffix (model, ".gguf") ? "-gguf" : "", part);
  const GboxNamedTensor *tensor = gbox_tensor_file_lookup (values, name);

  g_assert_nonnull (tensor);
  *n = tensor->n_bytes / sizeof (float);
  return tensor->data;
}
