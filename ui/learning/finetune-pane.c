/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The left pane of finetuning: which model is to learn what, and how. */
#include "learning/finetune-pane.h"

#include "completion/prompts.h"
#include "learning/policy-saving.h"
#include "learning/reward-editor.h"
#include "learning/start-bar.h"
#include "models/model-chooser.h"
#include "widgets/parameter-row.h"

#define FOLDER_MODE 0755

struct _GboxFinetunePane
{
  AdwBin parent_instance;

  GboxModelChooser *model_chooser;
  GtkEditable *prompt_row;
  GtkMenuButton *prompts_button;
  GboxRewardEditor *reward_editor;
  AdwComboRow *train_row;
  AdwComboRow *baseline_row;
  GtkWidget *checkpoint_row;
  GtkSwitch *checkpoint_switch;
  GboxStartBar *start_bar;

  GboxFinetuneSession *session;
};

G_DEFINE_FINAL_TYPE (GboxFinetunePane, gbox_finetune_pane, ADW_TYPE_BIN)

/* Rows that need nothing but to be tied to a property. */
static const struct
{
  const char *name;
  gboolean is_live;
} rows[] = {
  { "temperature_row", TRUE },   { "batch_row", FALSE },     { "length_row", FALSE },
  { "seed_row", FALSE },         { "steps_row", TRUE },      { "kl_row", TRUE },
  { "learning_rate_row", TRUE }, { "kl_target_row", FALSE }, { "checkpoint_every_row", FALSE },
};

static GtkWidget *
get_row (GboxFinetunePane *self, gsize i)
{
  return GTK_WIDGET (
    gtk_widget_get_template_child (GTK_WIDGET (self), GBOX_TYPE_FINETUNE_PANE, rows[i].name));
}

static void
on_checkpoint_switched (GboxFinetunePane *self)
{
  g_autofree char *path = gbox_policy_saving_get_checkpoint ();
  g_autofree char *folder = g_path_get_dirname (path);

  if (self->session == NULL)
    return;
  /* Where that fails, the first checkpoint says so. */
  (void) g_mkdir_with_parents (folder, FOLDER_MODE);
  g_object_set (gbox_finetune_session_get_spec (self->session), "checkpoint",
                gtk_switch_get_active (self->checkpoint_switch) ? path : "", NULL);
}

static void
follow_run (GboxFinetunePane *self)
{
  const gboolean is_free = !gbox_finetune_session_has_begun (self->session);
  GtkWidget *const others[]
    = { GTK_WIDGET (self->model_chooser), GTK_WIDGET (self->prompt_row), GTK_WIDGET (self->train_row),
        GTK_WIDGET (self->baseline_row), self->checkpoint_row };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    gtk_widget_set_sensitive (get_row (self, i), is_free || rows[i].is_live);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    gtk_widget_set_sensitive (others[i], is_free);
  gbox_reward_editor_set_free (self->reward_editor, is_free);
  g_object_set (self->start_bar, "can-resume", !is_free, NULL);
}

static void
gbox_finetune_pane_dispose (GObject *object)
{
  g_clear_object (&GBOX_FINETUNE_PANE (object)->session);
  G_OBJECT_CLASS (gbox_finetune_pane_parent_class)->dispose (object);
}

static void
gbox_finetune_pane_class_init (GboxFinetunePaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_finetune_pane_dispose;
  g_type_ensure (GBOX_TYPE_MODEL_CHOOSER);
  g_type_ensure (GBOX_TYPE_PARAMETER_ROW);
  g_type_ensure (GBOX_TYPE_REWARD_EDITOR);
  g_type_ensure (GBOX_TYPE_START_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/finetune-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, model_chooser);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, prompt_row);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, prompts_button);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, reward_editor);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, train_row);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, baseline_row);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, checkpoint_row);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, checkpoint_switch);
  gtk_widget_class_bind_template_child (widget_class, GboxFinetunePane, start_bar);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    gtk_widget_class_bind_template_child_full (widget_class, rows[i].name, FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, on_checkpoint_switched);
}

static void
fill_prompts (GboxFinetunePane *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  guint n;
  const GboxPrompt *prompts = gbox_prompts_get (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (prompts[i].title, NULL);

      g_menu_item_set_action_and_target (item, "win.finetune-prompt", "s", prompts[i].name);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (self->prompts_button, G_MENU_MODEL (menu));
}

static void
gbox_finetune_pane_init (GboxFinetunePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  fill_prompts (self);
}

void
gbox_finetune_pane_set_session (GboxFinetunePane *self, GboxFinetuneSession *session)
{
  GObject *spec = G_OBJECT (gbox_finetune_session_get_spec (session));
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;

  g_return_if_fail (GBOX_IS_FINETUNE_PANE (self) && self->session == NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    gbox_parameter_row_bind (GBOX_PARAMETER_ROW (get_row (self, i)), spec);
  gbox_model_chooser_set_choice (self->model_chooser, GBOX_MODEL_CHOICE (session));
  g_object_bind_property (spec, "prompt", self->prompt_row, "text", flags);
  g_object_bind_property (spec, "train", self->train_row, "selected", flags);
  g_object_bind_property (spec, "baseline", self->baseline_row, "selected", flags);
  g_object_bind_property (session, "is-running", self->start_bar, "is-running", G_BINDING_SYNC_CREATE);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  gbox_reward_editor_set_session (self->reward_editor, session);
  follow_run (self);
}
