/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of finetuning: how the reward rises, and what that costs. */
#include "learning/finetune-stage.h"

#include "learning/changes-card.h"
#include "learning/finetune-list.h"
#include "learning/step-progress.h"
#include "models/model-status.h"
#include "widgets/axis.h"

#include <string.h>

struct _GboxFinetuneStage
{
  AdwBin parent_instance;

  AdwFlap *flap;
  GboxFinetuneList *list;
  GtkStack *stack;
  GboxModelStatus *model_status;
  GtkLabel *title_label;
  GtkLabel *task_label;
  GtkLabel *step_label;
  GtkLabel *reward_label;
  GtkLabel *seconds_label;
  GtkLabel *rate_label;
  GtkLabel *warning_label;
  GtkLabel *error_label;
  GboxStepProgress *progress;
  GboxFinetuneCharts *charts;
  GboxChangesCard *changes_card;

  GboxFinetuneSession *session;
};

G_DEFINE_FINAL_TYPE (GboxFinetuneStage, gbox_finetune_stage, ADW_TYPE_BIN)

static void
show_number (GtkLabel *label, double value, const char *unit)
{
  g_autofree char *number = gbox_axis_format_value (value);
  g_autofree char *text = g_strconcat (number, unit, NULL);

  gtk_label_set_label (label, text);
}

static void
on_point (GboxFinetuneStage *self, const GboxPoint *point)
{
  const double rate = point->values[GBOX_FINETUNE_TOKENS_PER_SECOND];
  g_autofree char *step = g_strdup_printf ("%u", point->step);

  gtk_label_set_label (self->step_label, step);
  show_number (self->reward_label, point->values[GBOX_FINETUNE_REWARD_MEAN], "");
  show_number (self->seconds_label, point->values[GBOX_FINETUNE_N_TOKENS] / MAX (rate, 1e-6), " s");
  show_number (self->rate_label, rate, "");
}

static void
on_cleared (GboxFinetuneStage *self)
{
  GtkLabel *const labels[] = { self->step_label, self->reward_label, self->seconds_label, self->rate_label };

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    gtk_label_set_label (labels[i], "–");
}

/* “Good morning”, and of a longer prompt the line that is to go on. */
static char *
describe_prompt (const char *prompt)
{
  const char *line = strrchr (prompt, '\n');

  return line != NULL && line[1] != '\0' ? g_strdup_printf ("“… %s”", line + 1)
                                         : g_strdup_printf ("“%s”", prompt);
}

/* "Good morning", and below what is learnt and how. */
static void
follow_spec (GboxFinetuneStage *self)
{
  const GboxFinetuneValues *values = gbox_finetune_session_get_values (self->session);
  g_autoptr (GboxReward) reward = gbox_reward_parse (values->reward, NULL);
  g_autofree char *description = reward != NULL ? gbox_reward_describe (reward) : g_strdup (values->reward);
  g_autofree char *title = describe_prompt (values->prompt);
  g_autofree char *task
    = g_strdup_printf ("%s %s, %s, %u completions a step", description,
                       values->train == GBOX_TRAIN_HEAD ? "Final layer" : "Last block",
                       values->baseline == GBOX_BASELINE_LEAVE_ONE_OUT ? "RLOO" : "moving baseline",
                       values->batch);

  gtk_label_set_label (self->title_label, title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title_label), values->prompt);
  gtk_label_set_label (self->task_label, task);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->task_label), task);
}

/* The charts while there is a model to train, else what is missing. */
static void
follow_present (GboxFinetuneStage *self)
{
  const gboolean is_here = gbox_model_item_get_present (gbox_finetune_session_get_model (self->session));

  gtk_stack_set_visible_child_name (self->stack, is_here ? "stage" : "status");
}

static void
follow_model (GboxFinetuneStage *self)
{
  g_signal_connect_object (gbox_finetune_session_get_model (self->session), "notify::present",
                           G_CALLBACK (follow_present), self, G_CONNECT_SWAPPED);
  follow_present (self);
}

static void
gbox_finetune_stage_dispose (GObject *object)
{
  g_clear_object (&GBOX_FINETUNE_STAGE (object)->session);
  G_OBJECT_CLASS (gbox_finetune_stage_parent_class)->dispose (object);
}

static void
gbox_finetune_stage_class_init (GboxFinetuneStageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_finetune_stage_dispose;
  g_type_ensure (GBOX_TYPE_FINETUNE_CHARTS);
  g_type_ensure (GBOX_TYPE_CHANGES_CARD);
  g_type_ensure (GBOX_TYPE_FINETUNE_LIST);
  g_type_ensure (GBOX_TYPE_MODEL_STATUS);
  g_type_ensure (GBOX_TYPE_STEP_PROGRESS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/finetune-stage.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, flap);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, list);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, stack);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, model_status);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, title_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, task_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, step_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, reward_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, seconds_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, rate_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, warning_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, error_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, progress);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, charts);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetuneStage, changes_card);
}

static void
gbox_finetune_stage_init (GboxFinetuneStage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static gboolean
is_text (GBinding *binding, const GValue *text, GValue *visible, gpointer user_data)
{
  g_value_set_boolean (visible, g_value_get_string (text) != NULL);
  return TRUE;
}

static void
bind_bar (GboxFinetuneStage *self, const char *property, GtkLabel *label)
{
  g_object_bind_property (self->session, property, label, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property_full (self->session, property, label, "visible", G_BINDING_SYNC_CREATE, is_text,
                               NULL, NULL, NULL);
}

void
gbox_finetune_stage_set_session (GboxFinetuneStage *self, GboxFinetuneSession *session, GboxFinetuneLog *log)
{
  g_return_if_fail (GBOX_IS_FINETUNE_STAGE (self) && self->session == NULL);

  self->session = g_object_ref (session);
  gbox_finetune_list_set_session (self->list, session);
  gbox_step_progress_set_session (self->progress, session);
  gbox_finetune_charts_set_log (self->charts, session, log);
  gbox_model_status_set_choice (self->model_status, GBOX_MODEL_CHOICE (session));
  bind_bar (self, "warning", self->warning_label);
  bind_bar (self, "error", self->error_label);
  g_signal_connect_object (session, "point", G_CALLBACK (on_point), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "cleared", G_CALLBACK (on_cleared), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::model", G_CALLBACK (follow_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (follow_spec), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_finetune_session_get_spec (session), "notify", G_CALLBACK (follow_spec), self,
                           G_CONNECT_SWAPPED);
  follow_model (self);
  follow_spec (self);
}

void
gbox_finetune_stage_set_changes (GboxFinetuneStage *self, GboxChangesSession *changes)
{
  g_return_if_fail (GBOX_IS_FINETUNE_STAGE (self));

  gbox_changes_card_set_session (self->changes_card, changes);
}

AdwFlap *
gbox_finetune_stage_get_flap (GboxFinetuneStage *self)
{
  return self->flap;
}

GboxFinetuneCharts *
gbox_finetune_stage_get_charts (GboxFinetuneStage *self)
{
  return self->charts;
}
