/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which finetuned model is to be compared with the one it started as. */
#include "learning/comparison-spec.h"

#include "learning/comparison-job.h"

struct _GboxComparisonSpec
{
  GboxSpec parent_instance;

  GboxComparisonValues values;
};

G_DEFINE_FINAL_TYPE (GboxComparisonSpec, gbox_comparison_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

#define DEFAULT_TEXT                                                                                         \
  "The river had risen in the night, and when the children came down to the bridge in the morning they "     \
  "found "                                                                                                   \
  "the road under water. An old man in a green coat was already there, counting the planks that floated "    \
  "by. "                                                                                                     \
  "He told them that the school would be closed until the weather changed, which made them very happy."

/* Installed in this order, which is the one of the command line's help and of the JSON. */
static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxComparisonValues, policy),
  G_STRUCT_OFFSET (GboxComparisonValues, samples),
  G_STRUCT_OFFSET (GboxComparisonValues, seed),
  G_STRUCT_OFFSET (GboxComparisonValues, text),
};

static void
finalize (GObject *object)
{
  g_free (GBOX_COMPARISON_SPEC (object)->values.policy);
  g_free (GBOX_COMPARISON_SPEC (object)->values.text);
  G_OBJECT_CLASS (gbox_comparison_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_comparison_job_new (GBOX_COMPARISON_SPEC (spec));
}

static void
install_properties (GObjectClass *class)
{
  GParamSpec *const pspecs[] = {
    NULL,
    g_param_spec_string ("policy", "Policy", "A checkpoint of finetuning", "", PLAIN_FLAGS),
    g_param_spec_uint ("samples", "Samples", "Completions of each prompt, before and after", 1, 4096, 128,
                       PLAIN_FLAGS),
    g_param_spec_uint ("seed", "Seed", "Of the random numbers: the same seed gives the same texts", 0,
                       G_MAXUINT, 1, PLAIN_FLAGS),
    g_param_spec_string ("text", "Text", "What perplexity is measured on", DEFAULT_TEXT, PLAIN_FLAGS),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (pspecs) == G_N_ELEMENTS (offsets));
  for (guint id = 1; id < G_N_ELEMENTS (pspecs); id++)
    g_object_class_install_property (class, id, pspecs[id]);
}

static void
gbox_comparison_spec_class_init (GboxComparisonSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxComparisonSpec, values), offsets);
  object_class->finalize = finalize;
  GBOX_SPEC_CLASS (class)->create_job = create_job;
  install_properties (object_class);
}

static void
gbox_comparison_spec_init (GboxComparisonSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxComparisonSpec *
gbox_comparison_spec_new (void)
{
  return g_object_new (GBOX_TYPE_COMPARISON_SPEC, NULL);
}

const GboxComparisonValues *
gbox_comparison_spec_get_values (GboxComparisonSpec *spec)
{
  return &spec->values;
}
