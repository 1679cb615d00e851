/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model is to complete, and how. */
#include "language/completion-spec.h"

#include "base/error.h"
#include "language/completion-job.h"

struct _GboxCompletionSpec
{
  GboxSpec parent_instance;

  GboxCompletionValues values;
};

G_DEFINE_FINAL_TYPE (GboxCompletionSpec, gbox_completion_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define LIVE_FLAGS  (PLAIN_FLAGS | GBOX_PARAM_LIVE)

/* Installed in this order, which is the one of the command line's help and of the JSON. */
static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxCompletionValues, model),
  G_STRUCT_OFFSET (GboxCompletionValues, prompt),
  G_STRUCT_OFFSET (GboxCompletionValues, continuation),
  G_STRUCT_OFFSET (GboxCompletionValues, first_token),
  G_STRUCT_OFFSET (GboxCompletionValues, max_tokens),
  G_STRUCT_OFFSET (GboxCompletionValues, temperature),
  G_STRUCT_OFFSET (GboxCompletionValues, top_k),
  G_STRUCT_OFFSET (GboxCompletionValues, top_p),
  G_STRUCT_OFFSET (GboxCompletionValues, min_p),
  G_STRUCT_OFFSET (GboxCompletionValues, repetition_penalty),
  G_STRUCT_OFFSET (GboxCompletionValues, seed),
  G_STRUCT_OFFSET (GboxCompletionValues, samples),
  G_STRUCT_OFFSET (GboxCompletionValues, precision),
};

GType
gbox_precision_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_PRECISION_INT8, "GBOX_PRECISION_INT8", "int8" },
    { GBOX_PRECISION_INT16, "GBOX_PRECISION_INT16", "int16" },
    { GBOX_PRECISION_FLOAT32, "GBOX_PRECISION_FLOAT32", "float32" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxPrecision", values));
  return type;
}

static void
finalize (GObject *object)
{
  GboxCompletionSpec *self = GBOX_COMPLETION_SPEC (object);

  g_free (self->values.model);
  g_free (self->values.prompt);
  g_free (self->values.continuation);
  G_OBJECT_CLASS (gbox_completion_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_completion_job_new (GBOX_COMPLETION_SPEC (spec));
}

static void
install (GObjectClass *class, guint *id, GParamSpec *pspec)
{
  g_object_class_install_property (class, ++*id, pspec);
}

static void
install_task (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_string ("model", "Model", "A name from the list of models, or a file", "",
                                PLAIN_FLAGS));
  install (class, id, g_param_spec_string ("prompt", "Prompt", "The text to complete", "", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_string ("continuation", "Continuation",
                                "Tokens that stand after the prompt, as numbers with commas", "",
                                PLAIN_FLAGS));
  install (class, id,
           g_param_spec_int ("first-token", "First token",
                             "The token to write first, as its number; -1 to choose one", -1, G_MAXINT, -1,
                             PLAIN_FLAGS));
  install (class, id,
           g_param_spec_uint ("max-tokens", "Max tokens", "How many tokens to write at most", 1, 1 << 20, 256,
                              LIVE_FLAGS));
}

static void
install_choice (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_double ("temperature", "Temperature",
                                "How daring the choice of tokens is; 0 takes the most probable each time", 0,
                                5, 0.7, LIVE_FLAGS));
  install (class, id,
           g_param_spec_int ("top-k", "Top k", "Choose among so many of the most probable tokens; 0 for all",
                             0, 1 << 20, 40, LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("top-p", "Top p",
                                "Choose among the most probable tokens that have this probability together",
                                0, 1, 0.95, LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("min-p", "Min p",
                                "Choose among tokens at least this many times as probable as the first", 0, 1,
                                0, LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("repetition-penalty", "Repetition penalty",
                                "How much less tokens count that the text already has; 1 for no less", 0.1,
                                10, 1, LIVE_FLAGS));
}

static void
install_rest (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_uint ("seed", "Seed", "Of the random numbers: the same seed gives the same text", 0,
                              G_MAXUINT, 0, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_uint ("samples", "Samples", "How many completions to write at the same time", 1,
                              GBOX_MAX_SAMPLES, 1, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_enum ("precision", "Precision", "How exactly to compute", GBOX_TYPE_PRECISION,
                              GBOX_PRECISION_INT8, PLAIN_FLAGS));
}

static void
gbox_completion_spec_class_init (GboxCompletionSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  guint id = 0;

  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxCompletionSpec, values), offsets);
  object_class->finalize = finalize;
  GBOX_SPEC_CLASS (class)->create_job = create_job;
  install_task (object_class, &id);
  install_choice (object_class, &id);
  install_rest (object_class, &id);
  g_assert (id + 1 == G_N_ELEMENTS (offsets));
}

static void
gbox_completion_spec_init (GboxCompletionSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxCompletionSpec *
gbox_completion_spec_new (void)
{
  return g_object_new (GBOX_TYPE_COMPLETION_SPEC, NULL);
}

const GboxCompletionValues *
gbox_completion_spec_get_values (GboxCompletionSpec *spec)
{
  return &spec->values;
}

GArray *
gbox_completion_parse_tokens (const char *text, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (int));
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint64 number = 0;
      int id;

      if (!g_ascii_string_to_unsigned (g_strstrip (words[i]), 10, 0, G_MAXINT, &number, NULL))
        {
          g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                       "“%s” is not the number of a token. Write them like 12,7,301.", words[i]);
          return NULL;
        }
      id = (int) number;
      g_array_append_val (ids, id);
    }
  return g_steal_pointer (&ids);
}

char *
gbox_completion_format_tokens (const int *ids, gsize n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, i > 0 ? ",%d" : "%d", ids[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

GboxSamplerSettings
gbox_completion_spec_get_settings (GboxCompletionSpec *spec)
{
  const GboxCompletionValues *values = &spec->values;

  return (GboxSamplerSettings){
    .temperature = values->temperature,
    .top_k = values->top_k,
    .top_p = values->top_p,
    .min_p = values->min_p,
    .repetition_penalty = values->repetition_penalty,
    .seed = values->seed,
  };
}
