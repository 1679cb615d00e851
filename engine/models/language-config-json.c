/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model is, from the `config.json` beside Hugging Face's safetensors files. */
#include "models/json-reading.h"
#include "models/language-config-private.h"

#include <math.h>

#define MAX_BYTES ((gsize) 1 << 20)

/* What gemma3's configuration class has where a file is silent. */
#define GEMMA3_ROPE_BASE      1000000
#define GEMMA3_SLIDING_WINDOW 4096

/* What is being read. */
typedef struct
{
  JsonObject *root;
  const char *display_name;
  GboxLanguageConfig *config;
  GError **error;
} Reading;

static gboolean
fail_unsupported (const Reading *reading, const char *cause)
{
  return gbox_language_config_fail (reading->error, GBOX_ERROR_UNSUPPORTED, reading->display_name, "%s",
                                    cause);
}

static void
read_int (const Reading *reading, const char *member, int *value)
{
  gint64 integer;

  if (gbox_json_get_integer (reading->root, member, &integer))
    *value = (int) CLAMP (integer, -1, G_MAXINT);
}

static void
read_float (JsonObject *object, const char *member, float *value)
{
  double real;

  if (gbox_json_get_real (object, member, &real))
    *value = (float) real;
}

/* Chooses the object that describes the language part, and the architecture. */
static gboolean
read_architecture (Reading *reading)
{
  const char *type = gbox_json_get_string (reading->root, "model_type");
  JsonObject *text = gbox_json_get_object (reading->root, "text_config");
  GboxArchitecture architecture;

  if (g_strcmp0 (type, "gemma3_text") == 0)
    type = "gemma3";
  else if (g_strcmp0 (type, "gemma3") == 0 && text != NULL)
    reading->root = text;
  if (!gbox_architecture_from_name (type, &architecture))
    return gbox_language_config_fail (reading->error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                      "it is a “%.40s”, and only llama, qwen2, gpt2 and gemma3 are known",
                                      type != NULL ? type : "?");
  gbox_language_config_init (reading->config, architecture);
  reading->config->names = GBOX_TENSOR_NAMES_HUGGING_FACE;
  return TRUE;
}

static void
read_sizes (const Reading *reading)
{
  GboxLanguageConfig *config = reading->config;
  const gboolean gpt2 = config->architecture == GBOX_ARCHITECTURE_GPT2;

  read_int (reading, gpt2 ? "n_layer" : "num_hidden_layers", &config->n_layers);
  read_int (reading, gpt2 ? "n_embd" : "hidden_size", &config->d_model);
  read_int (reading, gpt2 ? "n_head" : "num_attention_heads", &config->n_heads);
  read_int (reading, gpt2 ? "n_inner" : "intermediate_size", &config->d_ff);
  read_int (reading, gpt2 ? "n_positions" : "max_position_embeddings", &config->n_context);
  read_int (reading, "vocab_size", &config->n_vocab);
  if (!gpt2)
    {
      read_int (reading, "num_key_value_heads", &config->n_kv_heads);
      read_int (reading, "head_dim", &config->head_size);
    }
  read_float (reading->root, gpt2 ? "layer_norm_epsilon" : "rms_norm_eps", &config->norm_eps);
}

static gboolean
check_activation (const Reading *reading)
{
  static const struct
  {
    const char *member;
    const char *value;
  } expected[] = {
    [GBOX_ARCHITECTURE_LLAMA] = { "hidden_act", "silu" },
    [GBOX_ARCHITECTURE_QWEN2] = { "hidden_act", "silu" },
    [GBOX_ARCHITECTURE_GPT2] = { "activation_function", "gelu_new" },
    [GBOX_ARCHITECTURE_GEMMA3] = { "hidden_activation", "gelu_pytorch_tanh" },
  };
  const GboxArchitecture architecture = reading->config->architecture;
  const char *value = gbox_json_get_string (reading->root, expected[architecture].member);

  if (value != NULL && !g_str_equal (value, expected[architecture].value))
    return gbox_language_config_fail (reading->error, GBOX_ERROR_UNSUPPORTED, reading->display_name,
                                      "its activation is “%.40s” where “%s” is expected", value,
                                      expected[architecture].value);
  return TRUE;
}

/* One description of how positions turn: version 4's "rope_scaling", or a part of version 5's
 * "rope_parameters". */
static gboolean
read_rope (const Reading *reading, JsonObject *rope, float *base, float *scale)
{
  const char *type = gbox_json_get_string (rope, "rope_type");

  if (type == NULL)
    type = gbox_json_get_string (rope, "type");
  read_float (rope, "rope_theta", base);
  if (type == NULL || g_str_equal (type, "default"))
    return TRUE;
  if (!g_str_equal (type, "linear") || scale == NULL)
    return fail_unsupported (reading, "it scales its positions in a way that is not known");
  read_float (rope, "factor", scale);
  return TRUE;
}

static gboolean
read_positions (const Reading *reading)
{
  GboxLanguageConfig *config = reading->config;
  JsonObject *parameters = gbox_json_get_object (reading->root, "rope_parameters");
  JsonObject *global = gbox_json_get_object (parameters, "full_attention");
  JsonObject *sliding = gbox_json_get_object (parameters, "sliding_attention");
  double part = 1;

  if (config->rope_pairing == GBOX_ROPE_NONE)
    return TRUE;
  gbox_json_get_real (reading->root, "partial_rotary_factor", &part);
  if (fabs (part - 1) > 0)
    return fail_unsupported (reading, "positions turn only a part of its heads");
  if (config->architecture == GBOX_ARCHITECTURE_GEMMA3)
    config->rope_base = GEMMA3_ROPE_BASE;
  read_float (reading->root, "rope_theta", &config->rope_base);
  read_float (reading->root, "rope_local_base_freq", &config->rope_base_sliding);
  return read_rope (reading, gbox_json_get_object (reading->root, "rope_scaling"), &config->rope_base,
                    &config->rope_scale)
         && read_rope (reading, global != NULL ? global : parameters, &config->rope_base, &config->rope_scale)
         && read_rope (reading, sliding, &config->rope_base_sliding, NULL);
}

static gboolean
is_global (JsonArray *types, guint i)
{
  return g_strcmp0 (gbox_json_node_get_string (json_array_get_element (types, i)), "full_attention") == 0;
}

/* "layer_types" is a list of what each layer does; what is supported is every n-th that does not slide. */
static gboolean
read_layer_types (const Reading *reading, JsonArray *types)
{
  GboxLanguageConfig *config = reading->config;
  const guint n = json_array_get_length (types);
  guint first = 0;

  if ((gint64) n != config->n_layers)
    return fail_unsupported (reading, "its list of layer types is not as long as it has layers");
  while (first < n && !is_global (types, first))
    first++;
  config->global_every = first < n ? (int) first + 1 : 0;
  for (guint i = 0; i < n; i++)
    if (is_global (types, i) != (config->global_every > 0 && (i + 1) % (guint) config->global_every == 0))
      return fail_unsupported (reading, "its layers slide in no regular order");
  return TRUE;
}

static gboolean
read_window (const Reading *reading)
{
  GboxLanguageConfig *config = reading->config;
  JsonArray *types = gbox_json_get_array (reading->root, "layer_types");
  gboolean slides = FALSE;

  if (config->architecture != GBOX_ARCHITECTURE_GEMMA3)
    {
      gbox_json_get_boolean (reading->root, "use_sliding_window", &slides);
      return !slides || fail_unsupported (reading, "it has a sliding window, which only gemma3 may");
    }
  config->norm_plus_one = TRUE;
  config->sliding_window = GEMMA3_SLIDING_WINDOW;
  read_int (reading, "sliding_window", &config->sliding_window);
  read_int (reading, "_sliding_window_pattern", &config->global_every);
  read_int (reading, "sliding_window_pattern", &config->global_every);
  return types == NULL || read_layer_types (reading, types);
}

static gboolean
read_attention_scale (const Reading *reading)
{
  float scalar = 0;

  if (gbox_json_get_real (reading->root, "final_logit_softcapping", &(double){ 0 })
      || gbox_json_get_real (reading->root, "attn_logit_softcapping", &(double){ 0 }))
    return fail_unsupported (reading, "it caps its logits, which gemma3 does not");
  read_float (reading->root, "query_pre_attn_scalar", &scalar);
  if (scalar > 0)
    reading->config->attention_scale = 1 / sqrtf (scalar);
  return TRUE;
}

static void
read_ends (const Reading *reading)
{
  JsonArray *several = gbox_json_get_array (reading->root, "eos_token_id");
  gint64 id = -1;

  if (gbox_json_get_integer (reading->root, "eos_token_id", &id))
    gbox_language_config_add_end (reading->config, id);
  for (guint i = 0; several != NULL && i < json_array_get_length (several); i++)
    {
      JsonNode *node = json_array_get_element (several, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
        gbox_language_config_add_end (reading->config, json_node_get_int (node));
    }
  read_int (reading, "bos_token_id", &reading->config->begin);
}

gboolean
gbox_language_config_read_json (GBytes *json,
                                const char *display_name,
                                const GboxTensorFile *tensors,
                                GboxLanguageConfig *config,
                                GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  Reading reading = { .display_name = display_name, .config = config, .error = error };
  JsonObject *outer;

  reading.root = outer = gbox_json_parse (parser, json, MAX_BYTES, display_name, error);
  if (outer == NULL || !read_architecture (&reading))
    return FALSE;
  read_sizes (&reading);
  if (!check_activation (&reading) || !read_positions (&reading) || !read_window (&reading)
      || !read_attention_scale (&reading))
    return FALSE;
  read_ends (&reading);
  reading.root = outer;
  read_ends (&reading);
  config->tied = gbox_tensor_file_lookup (tensors, "lm_head.weight") == NULL;
  return gbox_language_config_finish (config, display_name, error);
}
