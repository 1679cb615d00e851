/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptions of language models: from GGUF's keys, from config.json, and values no model has. */
#include "models/language-config.h"

#include "fixture.h"
#include "formats/tensor-file-private.h"

#include <math.h>

/* A file with an embedding of 40 × @width, an "output.weight" if @own_head, and @keys "name=value …"; names
 * without a dot at the end of "general" get the architecture in front; numbers without a dot are integers. */
static GboxTensorFile *
make_gguf (const char *architecture, const char *keys, gboolean own_head)
{
  GboxTensorFile *file = gbox_tensor_file_new ("gguf", "made-up.gguf");
  GboxMetadata *metadata = gbox_tensor_file_get_own_metadata (file);
  g_auto (GStrv) pairs = g_strsplit (keys, " ", -1);
  GboxNamedTensor tensor = { .name = "token_embd.weight", .n_dims = 2, .dims = { 40, 0 } };

  gbox_metadata_add_string (metadata, "general.architecture", architecture);
  for (char **pair = pairs; *pair != NULL; pair++)
    {
      g_auto (GStrv) sides = g_strsplit (*pair, "=", 2);
      g_autofree char *key = g_str_has_prefix (sides[0], "tokenizer")
                               ? g_strdup (sides[0])
                               : g_strconcat (architecture, ".", sides[0], NULL);
      char *end;

      if (strchr (sides[1], '.') != NULL)
        gbox_metadata_add_real (metadata, key, g_ascii_strtod (sides[1], NULL));
      else
        {
          const gint64 integer = g_ascii_strtoll (sides[1], &end, 10);

          if (*end == '\0')
            gbox_metadata_add_integer (metadata, key, integer);
          else
            gbox_metadata_add_string (metadata, key, sides[1]);
        }
    }
  g_assert_true (gbox_tensor_file_add (file, &tensor, NULL));
  tensor.name = "output.weight";
  g_assert_true (!own_head || gbox_tensor_file_add (file, &tensor, NULL));
  g_assert_true (gbox_tensor_file_seal (file, NULL));
  return file;
}

#define LLAMA_KEYS                                                                                           \
  "block_count=3 embedding_length=16 attention.head_count=4 attention.head_count_kv=2 "                      \
  "feed_forward_length=24 context_length=64 attention.layer_norm_rms_epsilon=0.00001 rope.freq_base=5000.0"

static void
test_llama (void)
{
  g_autoptr (GboxTensorFile) file
    = make_gguf ("llama", LLAMA_KEYS " tokenizer.ggml.bos_token_id=1 tokenizer.ggml.eos_token_id=2", TRUE);
  GboxLanguageConfig config;
  g_autoptr (GError) error = NULL;

  g_assert_true (gbox_language_config_read (file, &config, &error));
  g_assert_no_error (error);
  g_assert_cmpint (config.architecture, ==, GBOX_ARCHITECTURE_LLAMA);
  g_assert_cmpint (config.names, ==, GBOX_TENSOR_NAMES_GGUF);
  g_assert_cmpint (config.n_layers, ==, 3);
  g_assert_cmpint (config.d_model, ==, 16);
  g_assert_cmpint (config.n_heads, ==, 4);
  g_assert_cmpint (config.n_kv_heads, ==, 2);
  g_assert_cmpint (config.head_size, ==, 4);
  g_assert_cmpint (config.d_ff, ==, 24);
  g_assert_cmpint (config.n_vocab, ==, 40);
  g_assert_cmpint (config.n_context, ==, 64);
  g_assert_cmpint (config.rope_pairing, ==, GBOX_ROPE_NEIGHBOURS);
  g_assert_cmpint (config.rope_size, ==, 4);
  g_assert_cmpfloat (config.rope_base, ==, 5000);
  g_assert_cmpfloat (config.attention_scale, ==, .5f);
  g_assert_cmpfloat (config.embedding_scale, ==, 1);
  g_assert_false (config.tied);
  g_assert_false (gbox_language_config_slides (&config, 0));
  g_assert_cmpint (config.begin, ==, 1);
  g_assert_cmpuint (config.n_ends, ==, 1);
  g_assert_cmpint (config.ends[0], ==, 2);
}

static void
test_gemma3 (void)
{
  g_autoptr (GboxTensorFile) file
    = make_gguf ("gemma3",
                 LLAMA_KEYS " attention.key_length=6 attention.value_length=6 attention.sliding_window=8",
                 FALSE);
  GboxLanguageConfig config;

  g_assert_true (gbox_language_config_read (file, &config, NULL));
  g_assert_cmpint (config.rope_pairing, ==, GBOX_ROPE_HALVES);
  g_assert_cmpint (config.head_size, ==, 6);
  g_assert_cmpfloat (config.embedding_scale, ==, 4);
  g_assert_cmpfloat (config.rope_base_sliding, ==, 10000);
  g_assert_true (config.tied);
  g_assert_false (config.norm_plus_one);
  for (int layer = 0; layer < 12; layer++)
    g_assert_cmpint (gbox_language_config_slides (&config, layer), ==, layer % 6 != 5);
}

static void
test_gpt2 (void)
{
  g_autoptr (GboxTensorFile) file
    = make_gguf ("gpt2",
                 "block_count=2 embedding_length=16 attention.head_count=2 context_length=64 "
                 "attention.layer_norm_epsilon=0.00001",
                 FALSE);
  GboxLanguageConfig config;

  g_assert_true (gbox_language_config_read (file, &config, NULL));
  g_assert_cmpint (config.rope_pairing, ==, GBOX_ROPE_NONE);
  g_assert_cmpint (config.n_kv_heads, ==, 2);
  g_assert_cmpint (config.d_ff, ==, 64);
}

/* A key is changed, or added, in an otherwise proper file. */
static void
test_bad_keys (void)
{
  static const char *const bad[] = {
    "block_count=0",
    "block_count=-5",
    "block_count=2000",
    "block_count=text",
    "block_count=2.5",
    "embedding_length=4294967296",
    "embedding_length=18",
    "attention.head_count=0",
    "attention.head_count=9223372036854775807",
    "attention.head_count_kv=3",
    "attention.head_count_kv=8",
    "attention.key_length=3",
    "attention.key_length=1000000",
    "attention.value_length=8",
    "feed_forward_length=0",
    "context_length=0",
    "context_length=100000000",
    "attention.layer_norm_rms_epsilon=0.0",
    "attention.layer_norm_rms_epsilon=-1.0",
    "attention.layer_norm_rms_epsilon=inf.",
    "rope.freq_base=0.0",
    "rope.freq_base=-2.0",
    "rope.dimension_count=3",
    "rope.dimension_count=8",
    "rope.scaling.type=yarn",
    "attention.scale=nan.",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *keys = g_strconcat (bad[i], " ", LLAMA_KEYS, NULL);
      g_autoptr (GboxTensorFile) file = make_gguf ("llama", keys, FALSE);
      GboxLanguageConfig config;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_false (gbox_language_config_read (file, &config, &error));
      fixture_assert_sentence (error, "made-up.gguf");
    }
}

static void
test_unknown_architecture (void)
{
  static const char *const names[] = { "mamba", "", "LLAMA" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GboxTensorFile) file = make_gguf (names[i], LLAMA_KEYS, FALSE);
      GboxLanguageConfig config;
      g_autoptr (GError) error = NULL;

      g_assert_false (gbox_language_config_read (file, &config, &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED);
    }
}

static gboolean
read_json (const char *text, GboxLanguageConfig *config, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GboxTensorFile) tensors = fixture_open ("small.safetensors");

  return gbox_language_config_read_json (bytes, "config.json", tensors, config, error);
}

#define SIZES                                                                                                \
  "\"hidden_size\":16,\"num_hidden_layers\":7,\"num_attention_heads\":4,\"num_key_value_heads\":2,"          \
  "\"intermediate_size\":24,\"vocab_size\":40,\"max_position_embeddings\":64,\"rms_norm_eps\":1e-06"

/* As version 4 of transformers writes it, and as version 5 does. */
static void
test_json_llama (void)
{
  static const char *const texts[] = {
    "{\"model_type\":\"llama\"," SIZES ",\"hidden_act\":\"silu\",\"rope_theta\":5000.0,\"rope_scaling\":null,"
    "\"bos_token_id\":1,\"eos_token_id\":[2,3,2,null]}",
    "{\"model_type\":\"llama\"," SIZES
    ",\"hidden_act\":\"silu\",\"rope_parameters\":{\"rope_theta\":5000.0,\"rope_type\":\"default\"},"
    "\"bos_token_id\":1,\"eos_token_id\":[2,3]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GboxLanguageConfig config;
      g_autoptr (GError) error = NULL;

      g_assert_true (read_json (texts[i], &config, &error));
      g_assert_no_error (error);
      g_assert_cmpint (config.architecture, ==, GBOX_ARCHITECTURE_LLAMA);
      g_assert_cmpint (config.names, ==, GBOX_TENSOR_NAMES_HUGGING_FACE);
      g_assert_cmpint (config.n_layers, ==, 7);
      g_assert_cmpint (config.head_size, ==, 4);
      g_assert_cmpint (config.rope_pairing, ==, GBOX_ROPE_HALVES);
      g_assert_cmpfloat (config.rope_base, ==, 5000);
      g_assert_cmpfloat (config.norm_eps, ==, 1e-6f);
      g_assert_true (config.tied);
      g_assert_cmpint (config.begin, ==, 1);
      g_assert_cmpint (config.ends[1], ==, 3);
    }
}

#define TYPES                                                                                                \
  "\"layer_types\":[\"sliding_attention\",\"sliding_attention\",\"full_attention\",\"sliding_attention\","   \
  "\"sliding_attention\",\"full_attention\",\"sliding_attention\"]"

static void
test_json_gemma3 (void)
{
  static const char *const texts[] = {
    "{\"model_type\":\"gemma3_text\"," SIZES ",\"head_dim\":6,\"query_pre_attn_scalar\":64,"
    "\"sliding_window\":8,\"sliding_window_pattern\":3,\"rope_theta\":1000000.0,"
    "\"rope_local_base_freq\":10000.0,\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":8.0},"
    "\"hidden_activation\":\"gelu_pytorch_tanh\",\"final_logit_softcapping\":null,\"eos_token_id\":1}",
    "{\"model_type\":\"gemma3\",\"eos_token_id\":[1],\"text_config\":{" SIZES ",\"head_dim\":6,"
    "\"query_pre_attn_scalar\":64,\"sliding_window\":8," TYPES
    ",\"rope_parameters\":{\"full_attention\":{\"rope_type\":\"linear\",\"factor\":8.0,"
    "\"rope_theta\":1000000.0},\"sliding_attention\":{\"rope_type\":\"default\",\"rope_theta\":10000.0}}}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GboxLanguageConfig config;
      g_autoptr (GError) error = NULL;

      g_assert_true (read_json (texts[i], &config, &error));
      g_assert_no_error (error);
      g_assert_cmpint (config.head_size, ==, 6);
      g_assert_cmpint (config.sliding_window, ==, 8);
      g_assert_cmpfloat (config.attention_scale, ==, .125f);
      g_assert_cmpfloat (config.embedding_scale, ==, 4);
      g_assert_cmpfloat (config.rope_base, ==, 1e6f);
      g_assert_cmpfloat (config.rope_scale, ==, 8);
      g_assert_cmpfloat (config.rope_base_sliding, ==, 1e4f);
      g_assert_true (config.norm_plus_one);
      g_assert_cmpint (config.ends[0], ==, 1);
      for (int layer = 0; layer < config.n_layers; layer++)
        g_assert_cmpint (gbox_language_config_slides (&config, layer), ==, layer % 3 != 2);
    }
}

static void
test_json_gpt2 (void)
{
  GboxLanguageConfig config;
  g_autoptr (GError) error = NULL;

  g_assert_true (
    read_json ("{\"model_type\":\"gpt2\",\"n_embd\":16,\"n_layer\":2,\"n_head\":4,\"n_positions\":"
               "64,\"n_inner\":null,\"vocab_size\":40,\"layer_norm_epsilon\":1e-05,"
               "\"activation_function\":\"gelu_new\",\"eos_token_id\":39}",
               &config, &error));
  g_assert_no_error (error);
  g_assert_cmpint (config.d_ff, ==, 64);
  g_assert_cmpint (config.n_kv_heads, ==, 4);
  g_assert_cmpint (config.n_context, ==, 64);
  g_assert_cmpfloat (config.norm_eps, ==, 1e-5f);
}

static void
test_bad_json (void)
{
  static const char *const bad[] = {
    "",
    "[]",
    "{",
    "{}",
    "{\"model_type\":\"bert\"," SIZES "}",
    "{\"model_type\":7," SIZES "}",
    "{\"model_type\":\"gemma3\"," SIZES ",\"rope_scaling\":{\"rope_type\":\"yarn\"}}",
    "{\"model_type\":\"gemma3\"," SIZES ",\"final_logit_softcapping\":30.0}",
    "{\"model_type\":\"gemma3\"," SIZES ",\"sliding_window\":-1}",
    "{\"model_type\":\"gemma3\"," SIZES ",\"sliding_window_pattern\":-1}",
    "{\"model_type\":\"gemma3\"," SIZES ",\"layer_types\":[\"full_attention\"]}",
    "{\"model_type\":\"gemma3\"," SIZES ",\"layer_types\":[1,2,3,4,\"full_attention\",6,\"full_attention\"]}",
    "{\"model_type\":\"llama\"," SIZES ",\"hidden_act\":\"relu\"}",
    "{\"model_type\":\"llama\"," SIZES ",\"head_dim\":5}",
    "{\"model_type\":\"llama\"," SIZES ",\"partial_rotary_factor\":0.5}",
    "{\"model_type\":\"llama\"," SIZES ",\"rope_theta\":1e400}",
    "{\"model_type\":\"qwen2\"," SIZES ",\"use_sliding_window\":true}",
    "{\"model_type\":\"gpt2\"," SIZES "}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      GboxLanguageConfig config;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_false (read_json (bad[i], &config, &error));
      fixture_assert_sentence (error, "config.json");
    }
}

static void
test_real (void)
{
  g_autofree char *path = fixture_find_model ("SmolLM2-135M-Instruct.Q4_1.gguf");
  g_autoptr (GboxTensorFile) file = NULL;
  GboxLanguageConfig config;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  file = gbox_tensor_file_open (path, &error);
  g_assert_true (gbox_language_config_read (file, &config, &error));
  g_assert_no_error (error);
  g_assert_cmpint (config.n_layers, ==, 30);
  g_assert_cmpint (config.d_model, ==, 576);
  g_assert_cmpint (config.d_ff, ==, 1536);
  g_assert_cmpint (config.n_heads, ==, 9);
  g_assert_cmpint (config.n_kv_heads, ==, 3);
  g_assert_cmpint (config.head_size, ==, 64);
  g_assert_cmpint (config.n_vocab, ==, 49152);
  g_assert_cmpint (config.n_context, ==, 8192);
  g_assert_cmpfloat (config.rope_base, ==, 100000);
  g_assert_true (config.tied);
  g_assert_cmpint (config.ends[0], ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/language-config/llama", test_llama);
  g_test_add_func ("/language-config/gemma3", test_gemma3);
  g_test_add_func ("/language-config/gpt2", test_gpt2);
  g_test_add_func ("/language-config/bad-keys", test_bad_keys);
  g_test_add_func ("/language-config/unknown-architecture", test_unknown_architecture);
  g_test_add_func ("/language-config/json-llama", test_json_llama);
  g_test_add_func ("/language-config/json-gemma3", test_json_gemma3);
  g_test_add_func ("/language-config/json-gpt2", test_json_gpt2);
  g_test_add_func ("/language-config/bad-json", test_bad_json);
  g_test_add_func ("/language-config/real", test_real);
  return g_test_run ();
}
