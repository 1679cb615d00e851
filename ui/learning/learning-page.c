/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Reinforcement page: agents that learn from rewards, while one watches. */
#include "learning/learning-page.h"

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
  GboxGridworldPane *gridworld_pane;
  GboxGridworldStage *gridworld_stage;

  GboxSettings *settings;
  GboxGridworldSession *gridworld;
  GboxLearningActions *actions;
};

G_DEFINE_FINAL_TYPE (GboxLearningPage, gbox_learning_page, ADW_TYPE_BIN)

/* A folded pane hides by itself: only what the user does with an unfolded one is remembered. */
static void
on_revealed (GboxLearningPage *self)
{
  if (self->settings != NULL && !adw_flap_get_folded (self->flap))
    g_object_set (self->settings, "reinforcement-pane", adw_flap_get_reveal_flap (self->flap), NULL);
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

  g_clear_object (&self->actions);
  g_clear_object (&self->gridworld);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (gbox_learning_page_parent_class)->dispose (object);
}

static void
gbox_learning_page_class_init (GboxLearningPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_learning_page_dispose;
  widget_class->grab_focus = gbox_learning_page_grab_focus;
  g_type_ensure (GBOX_TYPE_GRIDWORLD_PANE);
  g_type_ensure (GBOX_TYPE_GRIDWORLD_STAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/learning-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, flap);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, pane);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, gridworld_pane);
  gtk_widget_class_bind_template_child (widget_class, GboxLearningPage, gridworld_stage);
  gtk_widget_class_bind_template_callback (widget_class, on_revealed);
}

static void
gbox_learning_page_init (GboxLearningPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_learning_page_set_up (GboxLearningPage *self,
                           GboxEngine *engine,
                           GboxSettings *settings,
                           GActionMap *actions)
{
  gboolean is_revealed = TRUE;

  g_return_if_fail (GBOX_IS_LEARNING_PAGE (self) && self->gridworld == NULL);

  g_object_get (settings, "reinforcement-pane", &is_revealed, NULL);
  adw_flap_set_reveal_flap (self->flap, is_revealed);
  self->settings = g_object_ref (settings);
  self->gridworld = gbox_gridworld_session_new (engine, settings);
  gbox_gridworld_pane_set_session (self->gridworld_pane, self->gridworld);
  gbox_gridworld_stage_set_session (self->gridworld_stage, self->gridworld);
  g_signal_connect_object (self->gridworld, "message", G_CALLBACK (gbox_learning_page_tell), self,
                           G_CONNECT_SWAPPED);
  self->actions = gbox_learning_actions_new (self, actions);
}

void
gbox_learning_page_end (GboxLearningPage *self)
{
  g_return_if_fail (GBOX_IS_LEARNING_PAGE (self));

  gbox_gridworld_session_end (self->gridworld);
}

AdwFlap *
gbox_learning_page_get_left_flap (GboxLearningPage *self)
{
  return self->flap;
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
