/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model is, from the keys of a GGUF file. */
#include "models/language-config-private.h"

/* A key "ARCHITECTURE.NAME" of @file. */
static char *
make_key (const GboxLanguageConfig *config, const char *name)
{
  return g_strconcat (gbox_architecture_get_name (config->architecture), ".", name, NULL);
}

/* Reads an integer that fits into an int; else leaves @value alone, and what is missing is found later. */
static void
read_int (const GboxTensorFile *file, const GboxLanguageConfig *config, const char *name, int *value)
{
  g_autofree char *key = make_key (config, name);
  gint64 integer;

  if (gbox_metadata_get_integer (gbox_tensor_file_get_all_metadata (file), key, &integer))
    *value = (int) CLAMP (integer, -1, G_MAXINT);
}

static void
read_float (const GboxTensorFile *file, const GboxLanguageConfig *config, const char *name, float *value)
{
  g_autofree char *key = make_key (config, name);
  double real;

  if (gbox_metadata_get_real (gbox_tensor_file_get_all_metadata (file), key, &real))
    *value = (float) real;
}

static gboolean
read_scaling (const GboxTensorFile *file, GboxLanguageConfig *config, GError **error)
{
  g_autofree char *key = make_key (config, "rope.scaling.type");
  const char *type = gbox_tensor_file_get_metadata (file, key);
  const char *name = gbox_tensor_file_get_display_name (file);

  if (gbox_tensor_file_lookup (file, "rope_freqs.weight") != NULL)
    return gbox_language_config_fail (error, GBOX_ERROR_UNSUPPORTED, name,
                                      "it scales the frequencies of its positions one by one");
  if (type == NULL || g_str_equal (type, "none"))
    return TRUE;
  if (!g_str_equal (type, "linear"))
    return gbox_language_config_fail (error, GBOX_ERROR_UNSUPPORTED, name,
                                      "it scales its positions in a way that is not known, “%.40s”", type);
  read_float (file, config, "rope.scaling.factor", &config->rope_scale);
  return TRUE;
}

static void
read_sizes (const GboxTensorFile *file, GboxLanguageConfig *config)
{
  const GboxNamedTensor *embedding = gbox_tensor_file_lookup (file, "token_embd.weight");

  read_int (file, config, "block_count", &config->n_layers);
  read_int (file, config, "embedding_length", &config->d_model);
  read_int (file, config, "attention.head_count", &config->n_heads);
  read_int (file, config, "attention.head_count_kv", &config->n_kv_heads);
  read_int (file, config, "attention.key_length", &config->head_size);
  read_int (file, config, "feed_forward_length", &config->d_ff);
  read_int (file, config, "context_length", &config->n_context);
  read_int (file, config, "rope.dimension_count", &config->rope_size);
  read_int (file, config, "attention.sliding_window", &config->sliding_window);
  if (embedding != NULL && embedding->n_dims == 2)
    config->n_vocab = (int) MIN (embedding->dims[0], G_MAXINT);
}

static void
read_ends (const GboxTensorFile *file, GboxLanguageConfig *config)
{
  static const char *const keys[]
    = { "tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id" };
  const GboxMetadata *metadata = gbox_tensor_file_get_all_metadata (file);
  gint64 id;

  if (gbox_metadata_get_integer (metadata, "tokenizer.ggml.bos_token_id", &id))
    config->begin = (int) CLAMP (id, -1, G_MAXINT);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (gbox_metadata_get_integer (metadata, keys[i], &id))
      gbox_language_config_add_end (config, id);
}

gboolean
gbox_language_config_read (const GboxTensorFile *file, GboxLanguageConfig *config, GError **error)
{
  const char *name = gbox_tensor_file_get_display_name (file);
  const char *written = gbox_tensor_file_get_metadata (file, "general.architecture");
  GboxArchitecture architecture;
  int value_size;

  if (written == NULL)
    return gbox_language_config_fail (error, GBOX_ERROR_UNSUPPORTED, name,
                                      "it does not say what it is (general.architecture)");
  if (!gbox_architecture_from_name (written, &architecture))
    return gbox_language_config_fail (error, GBOX_ERROR_UNSUPPORTED, name,
                                      "it is a “%.40s”, and only llama, qwen2, gpt2 and gemma3 are known",
                                      written);
  gbox_language_config_init (config, architecture);
  config->names = GBOX_TENSOR_NAMES_GGUF;
  if (architecture == GBOX_ARCHITECTURE_LLAMA)
    config->rope_pairing = GBOX_ROPE_NEIGHBOURS;
  read_sizes (file, config);
  value_size = config->head_size;
  read_int (file, config, "attention.value_length", &value_size);
  if (value_size != config->head_size)
    return gbox_language_config_fail (error, GBOX_ERROR_UNSUPPORTED, name,
                                      "its values are not as wide as its keys");
  read_float (file, config,
              architecture == GBOX_ARCHITECTURE_GPT2 ? "attention.layer_norm_epsilon"
                                                     : "attention.layer_norm_rms_epsilon",
              &config->norm_eps);
  read_float (file, config, "rope.freq_base", &config->rope_base);
  read_float (file, config, "rope.freq_base_swa", &config->rope_base_sliding);
  read_float (file, config, "attention.scale", &config->attention_scale);
  config->tied = gbox_tensor_file_lookup (file, "output.weight") == NULL;
  read_ends (file, config);
  if (architecture != GBOX_ARCHITECTURE_GEMMA3)
    config->sliding_window = 0;
  return read_scaling (file, config, error) && gbox_language_config_finish (config, name, error);
}
