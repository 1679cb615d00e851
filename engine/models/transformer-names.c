/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tensors of a language model are called. */
#include "models/transformer-names.h"

static const char *const gguf_names[GBOX_N_TENSOR_SLOTS] = {
  [GBOX_SLOT_EMBEDDING] = "token_embd",
  [GBOX_SLOT_POSITIONS] = "position_embd",
  [GBOX_SLOT_FINAL_NORM] = "output_norm",
  [GBOX_SLOT_HEAD] = "output",
  [GBOX_SLOT_ATTENTION_NORM] = "attn_norm",
  [GBOX_SLOT_QUERY] = "attn_q",
  [GBOX_SLOT_KEY] = "attn_k",
  [GBOX_SLOT_VALUE] = "attn_v",
  [GBOX_SLOT_QKV] = "attn_qkv",
  [GBOX_SLOT_QUERY_NORM] = "attn_q_norm",
  [GBOX_SLOT_KEY_NORM] = "attn_k_norm",
  [GBOX_SLOT_OUTPUT] = "attn_output",
  [GBOX_SLOT_AFTER_ATTENTION_NORM] = "post_attention_norm",
  [GBOX_SLOT_FF_NORM] = "ffn_norm",
  [GBOX_SLOT_GATE] = "ffn_gate",
  [GBOX_SLOT_UP] = "ffn_up",
  [GBOX_SLOT_DOWN] = "ffn_down",
  [GBOX_SLOT_AFTER_FF_NORM] = "post_ffw_norm",
};

/* Llama's and Qwen2's; Gemma 3 calls the norms after attention and before feed-forward otherwise. */
static const char *const llama_names[GBOX_N_TENSOR_SLOTS] = {
  [GBOX_SLOT_EMBEDDING] = "embed_tokens",
  [GBOX_SLOT_FINAL_NORM] = "norm",
  [GBOX_SLOT_HEAD] = "lm_head",
  [GBOX_SLOT_ATTENTION_NORM] = "input_layernorm",
  [GBOX_SLOT_QUERY] = "self_attn.q_proj",
  [GBOX_SLOT_KEY] = "self_attn.k_proj",
  [GBOX_SLOT_VALUE] = "self_attn.v_proj",
  [GBOX_SLOT_QUERY_NORM] = "self_attn.q_norm",
  [GBOX_SLOT_KEY_NORM] = "self_attn.k_norm",
  [GBOX_SLOT_OUTPUT] = "self_attn.o_proj",
  [GBOX_SLOT_AFTER_ATTENTION_NORM] = "post_attention_layernorm",
  [GBOX_SLOT_FF_NORM] = "post_attention_layernorm",
  [GBOX_SLOT_GATE] = "mlp.gate_proj",
  [GBOX_SLOT_UP] = "mlp.up_proj",
  [GBOX_SLOT_DOWN] = "mlp.down_proj",
  [GBOX_SLOT_AFTER_FF_NORM] = "post_feedforward_layernorm",
};

static const char *const gpt2_names[GBOX_N_TENSOR_SLOTS] = {
  [GBOX_SLOT_EMBEDDING] = "wte",      [GBOX_SLOT_POSITIONS] = "wpe",       [GBOX_SLOT_FINAL_NORM] = "ln_f",
  [GBOX_SLOT_HEAD] = "lm_head",       [GBOX_SLOT_ATTENTION_NORM] = "ln_1", [GBOX_SLOT_QKV] = "attn.c_attn",
  [GBOX_SLOT_OUTPUT] = "attn.c_proj", [GBOX_SLOT_FF_NORM] = "ln_2",        [GBOX_SLOT_UP] = "mlp.c_fc",
  [GBOX_SLOT_DOWN] = "mlp.c_proj",
};

/* What stands before all names but the head's: it depends on which class of transformers wrote the file. */
static const char *
find_prefix (const GboxTensorFile *file, const char *embedding)
{
  static const char *const prefixes[]
    = { "model.", "transformer.", "language_model.model.", "model.language_model." };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autofree char *name = g_strconcat (prefixes[i], embedding, ".weight", NULL);

      if (gbox_tensor_file_lookup (file, name) != NULL)
        return prefixes[i];
    }
  return "";
}

static const char *
get_hugging_face_name (GboxArchitecture architecture, GboxTensorSlot slot)
{
  if (architecture == GBOX_ARCHITECTURE_GPT2)
    return gpt2_names[slot];
  if (architecture == GBOX_ARCHITECTURE_GEMMA3 && slot == GBOX_SLOT_FF_NORM)
    return "pre_feedforward_layernorm";
  return llama_names[slot];
}

char *
gbox_tensor_slot_get_name (const GboxLanguageConfig *config,
                           const GboxTensorFile *file,
                           GboxTensorSlot slot,
                           int layer,
                           const char *suffix)
{
  const gboolean gguf = config->names == GBOX_TENSOR_NAMES_GGUF;
  const gboolean gpt2 = config->architecture == GBOX_ARCHITECTURE_GPT2;
  const char *name = gguf ? gguf_names[slot] : get_hugging_face_name (config->architecture, slot);
  const char *prefix
    = gguf || slot == GBOX_SLOT_HEAD
        ? ""
        : find_prefix (file, get_hugging_face_name (config->architecture, GBOX_SLOT_EMBEDDING));

  if (slot < GBOX_SLOT_ATTENTION_NORM)
    return g_strdup_printf ("%s%s.%s", prefix, name, suffix);
  return g_strdup_printf ("%s%s.%d.%s.%s", prefix, gguf ? "blk" : gpt2 ? "h" : "layers", layer, name, suffix);
}
