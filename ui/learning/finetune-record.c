/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run of finetuning has told: its curves and its completions. */
#include "learning/finetune-record.h"

#include "learning/reward.h"

/* Completions of training that are kept at most, and how many are given up at a time. */
#define MAX_COMPLETIONS 20000
#define N_GIVEN_UP      1000

struct _GboxFinetuneRecord
{
  GObject parent_instance;

  guint number;
  char *name;
  char *title;
  GArray *points;       /* of GboxPoint */
  GPtrArray *compared;  /* of GboxFinetuneCompletion: before and after */
  GPtrArray *completed; /* of GboxFinetuneCompletion: in training */
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_TITLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GboxFinetuneRecord, gbox_finetune_record, G_TYPE_OBJECT)

static void
gbox_finetune_record_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxFinetuneRecord *self = GBOX_FINETUNE_RECORD (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_finetune_record_finalize (GObject *object)
{
  GboxFinetuneRecord *self = GBOX_FINETUNE_RECORD (object);

  g_free (self->name);
  g_free (self->title);
  g_array_unref (self->points);
  g_ptr_array_unref (self->compared);
  g_ptr_array_unref (self->completed);
  G_OBJECT_CLASS (gbox_finetune_record_parent_class)->finalize (object);
}

static void
gbox_finetune_record_class_init (GboxFinetuneRecordClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_finetune_record_get_property;
  object_class->finalize = gbox_finetune_record_finalize;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
free_completion (gpointer completion)
{
  gbox_finetune_completion_free (completion);
}

static void
gbox_finetune_record_init (GboxFinetuneRecord *self)
{
  self->points = g_array_new (FALSE, FALSE, sizeof (GboxPoint));
  self->compared = g_ptr_array_new_with_free_func (free_completion);
  self->completed = g_ptr_array_new_with_free_func (free_completion);
}

GboxFinetuneRecord *
gbox_finetune_record_new (guint number, const GboxFinetuneValues *values)
{
  GboxFinetuneRecord *self = g_object_new (GBOX_TYPE_FINETUNE_RECORD, NULL);
  g_autoptr (GboxReward) reward = gbox_reward_parse (values->reward, NULL);
  g_autofree char *description = reward != NULL ? gbox_reward_describe (reward) : g_strdup (values->reward);

  self->number = number;
  self->name = g_strdup_printf ("Run %u", number);
  self->title
    = g_strdup_printf ("“%s”, %s, β %g, learning rate %g, temperature %g, seed %u", values->prompt,
                       description, values->kl, values->learning_rate, values->temperature, values->seed);
  return self;
}

guint
gbox_finetune_record_get_number (GboxFinetuneRecord *self)
{
  return self->number;
}

const char *
gbox_finetune_record_get_name (GboxFinetuneRecord *self)
{
  return self->name;
}

const char *
gbox_finetune_record_get_title (GboxFinetuneRecord *self)
{
  return self->title;
}

/* Blue is the run that goes on. */
GboxSeriesRole
gbox_finetune_record_get_role (GboxFinetuneRecord *self)
{
  static const GboxSeriesRole roles[]
    = { GBOX_SERIES_ORANGE, GBOX_SERIES_PURPLE, GBOX_SERIES_GREEN, GBOX_SERIES_RED };

  return roles[(self->number - 1) % G_N_ELEMENTS (roles)];
}

void
gbox_finetune_record_add_point (GboxFinetuneRecord *self, const GboxPoint *point)
{
  g_return_if_fail (GBOX_IS_FINETUNE_RECORD (self));

  g_array_append_val (self->points, *point);
}

void
gbox_finetune_record_add_completion (GboxFinetuneRecord *self, const GboxFinetuneCompletion *completion)
{
  const gboolean is_training = completion->phase == GBOX_FINETUNE_TRAINING;

  g_return_if_fail (GBOX_IS_FINETUNE_RECORD (self));

  g_ptr_array_add (is_training ? self->completed : self->compared,
                   gbox_finetune_completion_copy (completion));
  if (self->completed->len >= MAX_COMPLETIONS + N_GIVEN_UP)
    g_ptr_array_remove_range (self->completed, 0, N_GIVEN_UP);
}

const GArray *
gbox_finetune_record_get_points (GboxFinetuneRecord *self)
{
  return self->points;
}

void
gbox_finetune_record_write_points (GboxFinetuneRecord *self, GString *csv)
{
  for (guint i = 0; i < self->points->len; i++)
    {
      g_string_append_printf (csv, "%u,", self->number);
      gbox_finetune_csv_add_point (csv, &g_array_index (self->points, GboxPoint, i));
    }
}

static void
write_phase (const GPtrArray *completions, GboxFinetunePhase phase, GString *csv)
{
  for (guint i = 0; i < completions->len; i++)
    {
      const GboxFinetuneCompletion *completion = completions->pdata[i];

      if (completion->phase == phase)
        gbox_finetune_csv_add_completion (csv, completion);
    }
}

void
gbox_finetune_record_write_completions (GboxFinetuneRecord *self, GString *csv)
{
  write_phase (self->compared, GBOX_FINETUNE_BEFORE, csv);
  write_phase (self->completed, GBOX_FINETUNE_TRAINING, csv);
  write_phase (self->compared, GBOX_FINETUNE_AFTER, csv);
}
