/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model is to be finetuned for, and how. */
#include "learning/finetune-spec.h"

#include "language/completion-spec.h"
#include "learning/finetune-job.h"
#include "learning/reward.h"

struct _GboxFinetuneSpec
{
  GboxSpec parent_instance;

  GboxFinetuneValues values;
};

G_DEFINE_FINAL_TYPE (GboxFinetuneSpec, gbox_finetune_spec, GBOX_TYPE_SPEC)

#define PLAIN_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define LIVE_FLAGS  (PLAIN_FLAGS | GBOX_PARAM_LIVE)

/* Installed in this order, which is the one of the command line's help and of the JSON. */
static const gsize offsets[] = {
  0, /* property ids start at 1 */
  G_STRUCT_OFFSET (GboxFinetuneValues, model),
  G_STRUCT_OFFSET (GboxFinetuneValues, prompt),
  G_STRUCT_OFFSET (GboxFinetuneValues, reward),
  G_STRUCT_OFFSET (GboxFinetuneValues, train),
  G_STRUCT_OFFSET (GboxFinetuneValues, steps),
  G_STRUCT_OFFSET (GboxFinetuneValues, batch),
  G_STRUCT_OFFSET (GboxFinetuneValues, length),
  G_STRUCT_OFFSET (GboxFinetuneValues, temperature),
  G_STRUCT_OFFSET (GboxFinetuneValues, kl),
  G_STRUCT_OFFSET (GboxFinetuneValues, kl_target),
  G_STRUCT_OFFSET (GboxFinetuneValues, learning_rate),
  G_STRUCT_OFFSET (GboxFinetuneValues, warm_up),
  G_STRUCT_OFFSET (GboxFinetuneValues, clip),
  G_STRUCT_OFFSET (GboxFinetuneValues, baseline),
  G_STRUCT_OFFSET (GboxFinetuneValues, seed),
  G_STRUCT_OFFSET (GboxFinetuneValues, samples),
  G_STRUCT_OFFSET (GboxFinetuneValues, precision),
  G_STRUCT_OFFSET (GboxFinetuneValues, checkpoint),
  G_STRUCT_OFFSET (GboxFinetuneValues, checkpoint_every),
  G_STRUCT_OFFSET (GboxFinetuneValues, resume),
};

GType
gbox_train_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GBOX_TRAIN_HEAD, "GBOX_TRAIN_HEAD", "head" },
    { GBOX_TRAIN_LAST_BLOCK, "GBOX_TRAIN_LAST_BLOCK", "last-block" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GboxTrain", values));
  return type;
}

static void
finalize (GObject *object)
{
  GboxFinetuneValues *values = &GBOX_FINETUNE_SPEC (object)->values;

  g_free (values->model);
  g_free (values->prompt);
  g_free (values->reward);
  g_free (values->checkpoint);
  g_free (values->resume);
  G_OBJECT_CLASS (gbox_finetune_spec_parent_class)->finalize (object);
}

static GboxJob *
create_job (GboxSpec *spec)
{
  return gbox_finetune_job_new (GBOX_FINETUNE_SPEC (spec));
}

static gboolean
validate (GboxSpec *spec, GError **error)
{
  const GboxFinetuneValues *values = &GBOX_FINETUNE_SPEC (spec)->values;
  g_autoptr (GboxReward) reward = gbox_reward_parse (values->reward, error);

  return reward != NULL
         && (values->checkpoint[0] == '\0' || gbox_finetune_check_path (values->checkpoint, error));
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
  install (
    class, id,
    g_param_spec_string ("reward", "Reward",
                         "What to reward: full-stops, characters:…, regex:…, length, distinct-words, "
                         "no-letter:…, code-checks, or several with + or - between them, each after its "
                         "weight, as in full-stops+0.1*length-2*no-letter:e",
                         "full-stops", PLAIN_FLAGS));
  install (class, id,
           g_param_spec_enum ("train", "Train",
                              "Which weights to change; last-block only of models of llama's kind",
                              GBOX_TYPE_TRAIN, GBOX_TRAIN_HEAD, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_uint ("steps", "Steps", "How many training steps to do", 1, 1000000, 60, LIVE_FLAGS));
}

static void
install_batch (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_uint ("batch", "Batch", "Completions of a step", 2, GBOX_MAX_SAMPLES,
                              GBOX_MAX_SAMPLES, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_uint ("length", "Length", "Tokens of a completion, at most", 1, 1024, 28,
                              PLAIN_FLAGS));
  install (class, id,
           g_param_spec_double ("temperature", "Temperature",
                                "How daring the choice of tokens is, in training and comparing", 0.1, 5, 1,
                                LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("kl", "KL coefficient",
                                "What going away from the starting model costs, per nat (β)", 0, 100, 0.02,
                                LIVE_FLAGS));
  install (class, id,
           g_param_spec_double ("kl-target", "KL target",
                                "Nats a completion to adapt the KL coefficient to; 0 leaves it as it is", 0,
                                1000, 0, PLAIN_FLAGS));
}

static void
install_method (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_double ("learning-rate", "Learning rate", "Of Adam", 0, 1, 5e-4, LIVE_FLAGS));
  install (class, id,
           g_param_spec_uint ("warm-up", "Warm-up", "Steps in which the learning rate grows to its value", 0,
                              100000, 3, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_double ("clip", "Clip", "Length that gradients are shortened to; 0 for none", 0, 1e6,
                                1, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_enum ("baseline", "Baseline", "What rewards are compared with", GBOX_TYPE_BASELINE,
                              GBOX_BASELINE_LEAVE_ONE_OUT, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_uint ("seed", "Seed", "Of the random numbers: the same seed gives the same run", 0,
                              G_MAXUINT, 0, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_uint ("samples", "Samples", "Completions to compare before and after", 0,
                              GBOX_MAX_SAMPLES, 10, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_enum ("precision", "Precision", "How exactly to compute the layers before the head",
                              GBOX_TYPE_PRECISION, GBOX_PRECISION_INT8, PLAIN_FLAGS));
}

static void
install_files (GObjectClass *class, guint *id)
{
  install (class, id,
           g_param_spec_string ("checkpoint", "Checkpoint",
                                "Where to save on the way and in the end: a .safetensors file", "",
                                PLAIN_FLAGS));
  install (class, id,
           g_param_spec_uint ("checkpoint-every", "Checkpoint every", "Steps between two checkpoints", 1,
                              1000000, 10, PLAIN_FLAGS));
  install (class, id,
           g_param_spec_string ("resume", "Resume", "A checkpoint to go on from", "", PLAIN_FLAGS));
}

static void
gbox_finetune_spec_class_init (GboxFinetuneSpecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  guint id = 0;

  gbox_spec_class_set_fields (GBOX_SPEC_CLASS (class), G_STRUCT_OFFSET (GboxFinetuneSpec, values), offsets);
  object_class->finalize = finalize;
  GBOX_SPEC_CLASS (class)->create_job = create_job;
  GBOX_SPEC_CLASS (class)->validate = validate;
  install_task (object_class, &id);
  install_batch (object_class, &id);
  install_method (object_class, &id);
  install_files (object_class, &id);
  g_assert (id + 1 == G_N_ELEMENTS (offsets));
}

static void
gbox_finetune_spec_init (GboxFinetuneSpec *self)
{
  gbox_spec_set_defaults (GBOX_SPEC (self));
}

GboxFinetuneSpec *
gbox_finetune_spec_new (void)
{
  return g_object_new (GBOX_TYPE_FINETUNE_SPEC, NULL);
}

const GboxFinetuneValues *
gbox_finetune_spec_get_values (GboxFinetuneSpec *spec)
{
  return &spec->values;
}
