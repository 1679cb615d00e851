/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Reinforcement page: agents that learn from rewards, while one watches. */
#include "learning/learning-page.h"

#include "learning/changes-actions.h"
#include "learning/curves-actions.h"
#include "learning/finetune-pane.h"
#include "learning/finetune-stage.h"
#include "learning/gridworld-pane.h"
#include "learning/gridworld-stage.h"
#include "learning/learning-actions.h"
#include "widgets/telling.h"

struct _GboxLearningPage
{
  AdwBin parent_instance;

  AdwFlap *flap;
  AdwToastOverlay *toast_overlay;
  GtkWidget *pane;
  GtkStack *panes;
  GtkStack *stages;
  GboxFinetunePane *finetune_pane;
  GboxFinetuneStage *finetune_stage;
  GboxGridworldPane *gridworld_pane;
  GboxGridworldStage *gridworld_stage;

  GboxSettings *settings;
  GboxFinetuneSession *finetune;
  GboxGridworldSession *gridworld;
  GboxFinetuneLog *log;
  GboxLearningActions *actions;
  GboxCurvesActions *curves_actions;
  GboxChangesSession *changes;
  GboxChangesActions *changes_actions;
};

enum
{
  PROP_0,
  PROP_VIEW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GboxLearningPage, gbox_learning_page, ADW_TYPE_BIN)

/* A folded pane hides by itself: only what the user does with an unfolded one is remembered. */
static void
on_revealed (GboxLearningPage *self)
{
  if (self->settings != NULL && !adw_flap_get_folded (self->flap))
    g_object_set (self->settings, "reinforcement-pane", adw_flap_get_reveal_flap (self->flap), NULL);
}

static void
on_texts_revealed (GboxLearningPage *self)
{
  AdwFlap *flap = gbox_finetune_stage_get_flap (self->finetune_stage);

  if (!adw_flap_get_folded (flap))
    g_object_set (self->settings, "reinforcement-texts", adw_flap_get_reveal_flap (flap), NULL);
}

static void
set_view (GboxLearningPage *self, const char *view)
{
  if (view == NULL || gtk_stack_get_child_by_name (self->panes, view) == NULL
      || g_strcmp0 (gbox_learning_page_get_view (self), view) == 0)
    return;
  gtk_stack_set_visible_child_name (self->panes, view);
  gtk_stack_set_visible_child_name (self->stages, view);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VIEW]);
}

static void
gbox_learning_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_VIEW)
    g_value_set_string (value, gbox_learning_page_get_view (GBOX_LEARNING_PAGE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_learning_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_VIEW)
    set_view (GBOX_LEARNING_PAGE (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static gboolean
gbox_learning_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_child_focus (GTK_WIDGET (GBOX_LEARNING_PAGE (widget)->flap), GTK_DIR_TAB_FORWARD);
}

static void
gbox_learning_page_dispose (GObject *object)
{
  GboxLearningPage *self = GBOX_LEARNING_PAGE (object);

  g_clear_object (&self->curves_actions);
  g_clear_object (&self->actions);
  g_clear_object (&self->changes_actions);
  g_clear_object (&self->changes);
  g_clear_object (&self->log);
  g_clear_object (&self->finetune);
  g_clear_object (&self->gridworld);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (gbox_learning_page_parent_class)->dispose (object);
}

static void
gbox_learning_page_class_init (GboxLearningPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->get_property = gbox_learning_page_get_property;
  G_OBJECT_CLASS (class)->set_property = gbox_learning_page_set_property;
  G_OBJECT_CLASS (class)->dispose = gbox_learning_page_dispose;
  properties[PROP_VIEW]
    = g_param_spec_string ("view", NULL, NULL, "language",
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (class), N_PROPS, properties);
  widget_class->grab_focus = gbox_learning_page_grab_focus;
  g_type_ensure (GBOX_TYPE_FINETUNE_PANE);
  g_type_ensure (GBOX_TYPE_FINETUNE_STAGE);
  g_type_ensure (GBOX_TYPE_GRIDWORLD_PANE);
  g_type_ensure (GBOX_TYPE_GRIDWORLD_STAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/learning-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, flap);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, pane);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, panes);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, stages);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, finetune_pane);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, finetune_stage);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, gridworld_pane);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, gridworld_stage);
  gtk_widget_class_bind_template_callback (widget_class, on_revealed);
}

static void
gbox_learning_page_init (GboxLearningPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* As they were the last time. */
static void
restore (GboxLearningPage *self)
{
  AdwFlap *texts = gbox_finetune_stage_get_flap (self->finetune_stage);
  g_autofree char *view = NULL;
  gboolean has_pane = TRUE, has_texts = TRUE;

  g_object_get (self->settings, "reinforcement-pane", &has_pane, "reinforcement-texts", &has_texts,
                "reinforcement-view", &view, NULL);
  adw_flap_set_reveal_flap (self->flap, has_pane);
  adw_flap_set_reveal_flap (texts, has_texts);
  set_view (self, view);
  g_object_bind_property (self, "view", self->settings, "reinforcement-view", G_BINDING_DEFAULT);
  g_signal_connect_object (texts, "notify::reveal-flap", G_CALLBACK (on_texts_revealed), self,
                           G_CONNECT_SWAPPED);
}

static void
set_up_changes (GboxLearningPage *self, GboxEngine *engine, GActionMap *actions)
{
  g_autoptr (GboxPolicyShelf) shelf = gbox_policy_shelf_new (self->finetune);

  self->changes = gbox_changes_session_new (engine, self->finetune, shelf);
  gbox_finetune_stage_set_changes (self->finetune_stage, self->changes);
  g_signal_connect_object (self->changes, "message", G_CALLBACK (gbox_learning_page_tell), self,
                           G_CONNECT_SWAPPED);
  self->changes_actions = gbox_changes_actions_new (self, self->changes, shelf, actions);
}

void
gbox_learning_page_set_up (GboxLearningPage *self,
                           GboxEngine *engine,
                           GboxSettings *settings,
                           GActionMap *actions)
{
  g_return_if_fail (GBOX_IS_LEARNING_PAGE (self) && self->gridworld == NULL);

  self->settings = g_object_ref (settings);
  restore (self);
  self->finetune = gbox_finetune_session_new (engine, settings);
  gbox_finetune_pane_set_session (self->finetune_pane, self->finetune);
  self->log = gbox_finetune_log_new (self->finetune);
  gbox_finetune_stage_set_session (self->finetune_stage, self->finetune, self->log);
  self->gridworld = gbox_gridworld_session_new (engine, settings);
  gbox_gridworld_pane_set_session (self->gridworld_pane, self->gridworld);
  gbox_gridworld_stage_set_session (self->gridworld_stage, self->gridworld);
  g_signal_connect_object (self->finetune, "message", G_CALLBACK (gbox_learning_page_tell), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->gridworld, "message", G_CALLBACK (gbox_learning_page_tell), self,
                           G_CONNECT_SWAPPED);
  self->actions = gbox_learning_actions_new (self, actions);
  self->curves_actions = gbox_curves_actions_new (self, actions);
  set_up_changes (self, engine, actions);
}

void
gbox_learning_page_end (GboxLearningPage *self)
{
  g_return_if_fail (GBOX_IS_LEARNING_PAGE (self));

  gbox_changes_session_cancel (self->changes);
  gbox_finetune_session_end (self->finetune);
  gbox_gridworld_session_end (self->gridworld);
}

AdwFlap *
gbox_learning_page_get_left_flap (GboxLearningPage *self)
{
  return self->flap;
}

AdwFlap *
gbox_learning_page_get_right_flap (GboxLearningPage *self)
{
  return gbox_finetune_stage_get_flap (self->finetune_stage);
}

const char *
gbox_learning_page_get_view (GboxLearningPage *self)
{
  return gtk_stack_get_visible_child_name (self->panes);
}

GboxFinetuneSession *
gbox_learning_page_get_finetune (GboxLearningPage *self)
{
  return self->finetune;
}

GboxFinetuneLog *
gbox_learning_page_get_log (GboxLearningPage *self)
{
  return self->log;
}

GboxFinetuneCharts *
gbox_learning_page_get_charts (GboxLearningPage *self)
{
  return gbox_finetune_stage_get_charts (self->finetune_stage);
}

GboxChangesSession *
gbox_learning_page_get_changes (GboxLearningPage *self)
{
  return self->changes;
}

GboxGridworldSession *
gbox_learning_page_get_gridworld (GboxLearningPage *self)
{
  return self->gridworld;
}

void
gbox_learning_page_commit (GboxLearningPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *spin;

  g_return_if_fail (GBOX_IS_LEARNING_PAGE (self));

  if (focus == NULL || !gtk_widget_is_ancestor (focus, self->pane))
    return;
  spin = gtk_widget_get_ancestor (focus, GTK_TYPE_SPIN_BUTTON);
  if (spin != NULL)
    gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
}

void
gbox_learning_page_tell (GboxLearningPage *self, const char *text)
{
  g_return_if_fail (GBOX_IS_LEARNING_PAGE (self));

  gbox_tell (self->toast_overlay, text);
}

void
gbox_learning_page_tell_problem (GboxLearningPage *self, const char *heading, const char *text)
{
  g_return_if_fail (GBOX_IS_LEARNING_PAGE (self));

  gbox_tell_problem (GTK_WIDGET (self), heading, text);
}
