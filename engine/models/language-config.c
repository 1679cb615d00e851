/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model is: what follows from what its file says, and whether it fits together. */
#include "models/language-config-private.h"

#include "models/vocabulary.h"

#include <math.h>
#include <string.h>

/* What Gemma 3 has where its files do not say. */
#define GEMMA3_GLOBAL_EVERY 6
#define GEMMA3_SLIDING_BASE 10000

#define DEFAULT_ROPE_BASE 10000

static const char *const architecture_names[] = {
  [GBOX_ARCHITECTURE_LLAMA] = "llama",
  [GBOX_ARCHITECTURE_QWEN2] = "qwen2",
  [GBOX_ARCHITECTURE_GPT2] = "gpt2",
  [GBOX_ARCHITECTURE_GEMMA3] = "gemma3",
};

gboolean
gbox_language_config_fail (GError **error, GboxError code, const char *display_name, const char *cause, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, cause);
  text = g_strdup_vprintf (cause, args);
  va_end (args);
  g_set_error (error, GBOX_ERROR, code,
               "“%s” is no language model that can be used: %s. Choose another file.", display_name, text);
  return FALSE;
}

const char *
gbox_architecture_get_name (GboxArchitecture architecture)
{
  return architecture_names[architecture];
}

gboolean
gbox_architecture_from_name (const char *name, GboxArchitecture *architecture)
{
  for (guint i = 0; i < G_N_ELEMENTS (architecture_names); i++)
    if (g_strcmp0 (name, architecture_names[i]) == 0)
      {
        *architecture = (GboxArchitecture) i;
        return TRUE;
      }
  return FALSE;
}

void
gbox_language_config_init (GboxLanguageConfig *config, GboxArchitecture architecture)
{
  const gboolean gemma3 = architecture == GBOX_ARCHITECTURE_GEMMA3;

  *config = (GboxLanguageConfig){
    .architecture = architecture,
    .rope_pairing = architecture == GBOX_ARCHITECTURE_GPT2 ? GBOX_ROPE_NONE : GBOX_ROPE_HALVES,
    .rope_base = DEFAULT_ROPE_BASE,
    .rope_scale = 1,
    .rope_base_sliding = gemma3 ? GEMMA3_SLIDING_BASE : 0,
    .global_every = gemma3 ? GEMMA3_GLOBAL_EVERY : 0,
    .embedding_scale = 1,
    .begin = -1,
  };
}

void
gbox_language_config_add_end (GboxLanguageConfig *config, gint64 id)
{
  if (id < 0 || id >= GBOX_MAX_TOKENS || config->n_ends == GBOX_MAX_ENDS)
    return;
  for (guint i = 0; i < config->n_ends; i++)
    if (config->ends[i] == id)
      return;
  config->ends[config->n_ends++] = (int) id;
}

static void
complete (GboxLanguageConfig *config)
{
  if (config->n_kv_heads == 0)
    config->n_kv_heads = config->n_heads;
  if (config->head_size == 0 && config->n_heads > 0 && config->d_model % config->n_heads == 0)
    config->head_size = config->d_model / config->n_heads;
  if (config->rope_size == 0 && config->rope_pairing != GBOX_ROPE_NONE)
    config->rope_size = config->head_size;
  if (config->d_ff == 0 && config->architecture == GBOX_ARCHITECTURE_GPT2
      && config->d_model <= GBOX_MAX_WIDTH / 4)
    config->d_ff = 4 * config->d_model;
  if (config->attention_scale <= 0 && config->head_size > 0)
    config->attention_scale = 1 / sqrtf ((float) config->head_size);
  if (config->architecture == GBOX_ARCHITECTURE_GEMMA3)
    config->embedding_scale = sqrtf ((float) config->d_model);
}

static gboolean
check_sizes (const GboxLanguageConfig *config, const char *display_name, GError **error)
{
  const struct
  {
    const char *what;
    int value, max;
  } sizes[] = {
    { "number of layers", config->n_layers, GBOX_MAX_LAYERS },
    { "width", config->d_model, GBOX_MAX_WIDTH },
    { "number of heads", config->n_heads, GBOX_MAX_HEADS },
    { "number of key and value heads", config->n_kv_heads, config->n_heads },
    { "head size", config->head_size, GBOX_MAX_WIDTH },
    { "feed-forward width", config->d_ff, GBOX_MAX_WIDTH },
    { "vocabulary", config->n_vocab, GBOX_MAX_TOKENS },
    { "context length", config->n_context, GBOX_MAX_POSITIONS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i].value < 1 || sizes[i].value > sizes[i].max)
      return gbox_language_config_fail (error, GBOX_ERROR_INVALID_FILE, display_name,
                                        "its %s is missing or impossible", sizes[i].what);
  return TRUE;
}

static gboolean
is_positive (float value)
{
  return isfinite (value) && value > 0;
}

static const char *
find_contradiction (const GboxLanguageConfig *config)
{
  if (config->n_heads % config->n_kv_heads != 0)
    return "its heads cannot share their keys and values evenly";
  if ((gint64) config->n_heads * config->head_size > GBOX_MAX_WIDTH)
    return "its heads are too wide";
  if (config->rope_pairing != GBOX_ROPE_NONE
      && (config->rope_size < 2 || config->rope_size % 2 != 0 || config->rope_size > config->head_size))
    return "the part of its heads that positions turn is impossible";
  if (!is_positive (config->norm_eps) || config->norm_eps >= 1)
    return "the ε of its norms is missing or impossible";
  if (!is_positive (config->rope_base) || !is_positive (config->rope_scale)
      || !isfinite (config->rope_base_sliding) || config->rope_base_sliding < 0)
    return "the base or scale of its positions is impossible";
  if (config->sliding_window < 0 || config->global_every < 0
      || (config->sliding_window > 0 && config->rope_base_sliding <= 0))
    return "its sliding window is impossible";
  return is_positive (config->attention_scale) ? NULL : "the scale of its attention is impossible";
}

gboolean
gbox_language_config_finish (GboxLanguageConfig *config, const char *display_name, GError **error)
{
  const char *contradiction;

  complete (config);
  if (!check_sizes (config, display_name, error))
    return FALSE;
  contradiction = find_contradiction (config);
  return contradiction == NULL
         || gbox_language_config_fail (error, GBOX_ERROR_INVALID_FILE, display_name, "%s", contradiction);
}

gboolean
gbox_language_config_slides (const GboxLanguageConfig *config, int layer)
{
  return config->sliding_window > 0 && (config->global_every == 0 || (layer + 1) % config->global_every != 0);
}
