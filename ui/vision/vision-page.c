/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Vision page: unit pane, stage and parameters. */
#include "vision/vision-page.h"

#include "models/model-status.h"
#include "vision/open-file.h"
#include "vision/parameters-pane.h"
#include "vision/photo-actions.h"
#include "vision/stage.h"
#include "vision/unit-pane.h"
#include "vision/unit-thumbnails.h"
#include "vision/vision-actions.h"
#include "widgets/telling.h"

#include <math.h>

struct _GboxVisionPage
{
  AdwBin parent_instance;

  AdwFlap *left_flap;
  AdwFlap *right_flap;
  AdwToastOverlay *toast_overlay;
  GtkStack *stack;
  GboxUnitPane *unit_pane;
  GboxStage *stage;
  GboxModelStatus *model_status;
  GboxParametersPane *parameters_pane;

  GboxSettings *settings;
  GboxVisionSession *session;
  GboxUnitThumbnails *thumbnails;
  GboxUnitAtlas *atlas;
  GboxVisionActions *actions;
  GboxPhotoSession *photos;
  GboxPhotoActions *photo_actions;
  char *name;            /* to open as soon as the page begins */
  GCancellable *opening; /* what was opened last */
  gboolean has_begun;
};

G_DEFINE_FINAL_TYPE (GboxVisionPage, gbox_vision_page, ADW_TYPE_BIN)

/* A folded pane hides by itself: only what the user does with an unfolded one is remembered. */
static void
on_left_revealed (GboxVisionPage *self)
{
  if (self->settings && !adw_flap_get_folded (self->left_flap))
    g_object_set (self->settings, "left-pane", adw_flap_get_reveal_flap (self->left_flap), NULL);
}

static void
on_right_revealed (GboxVisionPage *self)
{
  if (self->settings && !adw_flap_get_folded (self->right_flap))
    g_object_set (self->settings, "right-pane", adw_flap_get_reveal_flap (self->right_flap), NULL);
}

/* Where keys have a meaning of their own: in text, and in what pops up. */
static gboolean
is_taken (GtkWidget *focus)
{
  return focus
         && (GTK_IS_EDITABLE (focus) || GTK_IS_TEXT_VIEW (focus)
             || gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER));
}

/* Buttons, switches and rows of parameters are pressed by Space. The buttons on the picture are not: there it
 * means what the first of them says, and Enter presses the one that has the focus. In the lists the arrows
 * choose, which leaves Space nothing to do. */
static gboolean
is_pressed_by_space (GboxVisionPage *self, GtkWidget *focus)
{
  if (gbox_stage_has_toolbar_focus (self->stage))
    return FALSE;
  return GTK_IS_BUTTON (focus) || GTK_IS_SWITCH (focus) || ADW_IS_PREFERENCES_ROW (focus);
}

static gboolean
on_space (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));

  if (is_taken (focus) || is_pressed_by_space (GBOX_VISION_PAGE (widget), focus))
    return FALSE;
  return gtk_widget_activate_action (widget, "win.play-pause", NULL);
}

static gboolean
on_walk (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  GboxVisionPage *self = GBOX_VISION_PAGE (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  int columns, rows;

  if (is_taken (focus) || (focus && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->parameters_pane))))
    return FALSE;
  g_variant_get (arguments, "(ii)", &columns, &rows);
  gbox_unit_pane_walk (self->unit_pane, columns, rows);
  return TRUE;
}

static void
add_walk (GtkShortcutController *controller, guint key, int columns, int rows)
{
  GtkShortcut *shortcut
    = gtk_shortcut_new (gtk_keyval_trigger_new (key, 0), gtk_callback_action_new (on_walk, NULL, NULL));

  gtk_shortcut_set_arguments (shortcut, g_variant_new ("(ii)", columns, rows));
  gtk_shortcut_controller_add_shortcut (controller, shortcut);
}

static void
add_action (GtkShortcutController *controller, guint key, GdkModifierType modifiers, const char *action)
{
  gtk_shortcut_controller_add_shortcut (controller, gtk_shortcut_new (gtk_keyval_trigger_new (key, modifiers),
                                                                      gtk_named_action_new (action)));
}

/* Keys that text fields and lists have a use of their own for come here only where those let them pass. */
static void
add_shortcuts (GboxVisionPage *self)
{
  GtkShortcutController *late = GTK_SHORTCUT_CONTROLLER (gtk_shortcut_controller_new ());
  GtkShortcutController *early = GTK_SHORTCUT_CONTROLLER (gtk_shortcut_controller_new ());

  add_walk (late, GDK_KEY_Left, -1, 0);
  add_walk (late, GDK_KEY_Right, 1, 0);
  add_walk (late, GDK_KEY_Up, 0, -1);
  add_walk (late, GDK_KEY_Down, 0, 1);
  add_action (late, GDK_KEY_Escape, 0, "win.stop");
  add_action (late, GDK_KEY_period, 0, "win.step");
  add_action (late, GDK_KEY_c, GDK_CONTROL_MASK, "win.vision-copy");
  add_action (late, GDK_KEY_Home, 0, "win.film-first");
  add_action (late, GDK_KEY_End, 0, "win.film-latest");
  add_action (late, GDK_KEY_Left, GDK_CONTROL_MASK, "win.film-previous");
  add_action (late, GDK_KEY_Right, GDK_CONTROL_MASK, "win.film-next");
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (late));

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (early), GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (early,
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_space, 0),
                                                          gtk_callback_action_new (on_space, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (early));
}

/* Where keys mean the picture, or what to do to get one. */
static gboolean
gbox_vision_page_grab_focus (GtkWidget *widget)
{
  GboxVisionPage *self = GBOX_VISION_PAGE (widget);

  return gtk_widget_grab_focus (gtk_stack_get_visible_child (self->stack))
         || gtk_widget_child_focus (GTK_WIDGET (self->model_status), GTK_DIR_TAB_FORWARD);
}

static void
gbox_vision_page_dispose (GObject *object)
{
  GboxVisionPage *self = GBOX_VISION_PAGE (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_object (&self->opening);
  g_clear_object (&self->actions);
  g_clear_object (&self->photo_actions);
  g_clear_object (&self->photos);
  g_clear_object (&self->atlas);
  g_clear_object (&self->thumbnails);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (gbox_vision_page_parent_class)->dispose (object);
}

static void
gbox_vision_page_class_init (GboxVisionPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_vision_page_dispose;
  widget_class->grab_focus = gbox_vision_page_grab_focus;
  g_type_ensure (GBOX_TYPE_UNIT_PANE);
  g_type_ensure (GBOX_TYPE_STAGE);
  g_type_ensure (GBOX_TYPE_MODEL_STATUS);
  g_type_ensure (GBOX_TYPE_PARAMETERS_PANE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/vision-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxVisionPage, left_flap);
  gtk_widget_class_bind_template_child (widget_class, GboxVisionPage, right_flap);
  gtk_widget_class_bind_template_child (widget_class, GboxVisionPage, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, GboxVisionPage, stack);
  gtk_widget_class_bind_template_child (widget_class, GboxVisionPage, unit_pane);
  gtk_widget_class_bind_template_child (widget_class, GboxVisionPage, stage);
  gtk_widget_class_bind_template_child (widget_class, GboxVisionPage, model_status);
  gtk_widget_class_bind_template_child (widget_class, GboxVisionPage, parameters_pane);
  gtk_widget_class_bind_template_callback (widget_class, on_left_revealed);
  gtk_widget_class_bind_template_callback (widget_class, on_right_revealed);
}

static void
gbox_vision_page_init (GboxVisionPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_shortcuts (self);
}

/* The stage while there is something to show or to wait for, else what is missing. */
static void
follow_model (GboxVisionPage *self)
{
  const gboolean is_usable = gbox_model_item_get_present (gbox_vision_session_get_model (self->session))
                             && !gbox_vision_session_get_problem (self->session);

  gtk_stack_set_visible_child_name (self->stack, is_usable ? "stage" : "status");
}

static void
restore_panes (GboxVisionPage *self)
{
  gboolean left_pane = TRUE, right_pane = TRUE;

  g_object_get (self->settings, "left-pane", &left_pane, "right-pane", &right_pane, NULL);
  adw_flap_set_reveal_flap (self->left_flap, left_pane);
  adw_flap_set_reveal_flap (self->right_flap, right_pane);
}

/* The line in the chart is what the examples say. */
static void
follow_examples (GboxVisionPage *self)
{
  const GboxExamples *examples = gbox_photo_session_get_examples (self->photos);

  gbox_stage_set_dataset_maximum (self->stage, examples && examples->n_photos > 0 ? examples->largest : NAN);
}

static void
set_up_photos (GboxVisionPage *self, GActionMap *actions)
{
  self->photos = gbox_photo_session_new (self->session, self->settings);
  g_signal_connect_object (self->photos, "examples-changed", G_CALLBACK (follow_examples), self,
                           G_CONNECT_SWAPPED);
  self->photo_actions = gbox_photo_actions_new (GTK_WIDGET (self), self->photos, actions);
  gbox_parameters_pane_set_photos (self->parameters_pane, self->photos);
}

void
gbox_vision_page_set_up (GboxVisionPage *self,
                         GboxEngine *engine,
                         GboxSettings *settings,
                         GActionMap *actions)
{
  g_return_if_fail (GBOX_IS_VISION_PAGE (self) && !self->session);

  self->settings = g_object_ref (settings);
  restore_panes (self);
  self->session = gbox_vision_session_new (engine, settings);
  gbox_unit_pane_set_session (self->unit_pane, self->session);
  gbox_stage_set_session (self->stage, self->session);
  gbox_model_status_set_choice (self->model_status, GBOX_MODEL_CHOICE (self->session));
  gbox_parameters_pane_set_session (self->parameters_pane, self->session);
  self->thumbnails = gbox_unit_thumbnails_new (self->session, gbox_unit_pane_get_grid (self->unit_pane));
  self->atlas = gbox_unit_atlas_new (self->session, self->thumbnails);
  gbox_unit_pane_set_atlas (self->unit_pane, self->atlas);
  g_signal_connect_object (self->session, "notify::model", G_CALLBACK (follow_model), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::network", G_CALLBACK (follow_model), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::problem", G_CALLBACK (follow_model), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "message", G_CALLBACK (gbox_vision_page_tell), self,
                           G_CONNECT_SWAPPED);
  self->actions = gbox_vision_actions_new (self, actions);
  set_up_photos (self, actions);
  follow_model (self);
}

static void
cancel_opening (GboxVisionPage *self)
{
  if (self->opening)
    g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
}

void
gbox_vision_page_begin (GboxVisionPage *self)
{
  g_return_if_fail (GBOX_IS_VISION_PAGE (self));

  self->has_begun = TRUE;
  if (self->name)
    gbox_vision_page_open (self, self->name);
  else
    gbox_vision_session_begin (self->session);
  g_clear_pointer (&self->name, g_free);
}

void
gbox_vision_page_end (GboxVisionPage *self)
{
  g_return_if_fail (GBOX_IS_VISION_PAGE (self));

  cancel_opening (self);
  gbox_photo_session_end (self->photos);
  gbox_unit_atlas_set_active (self->atlas, FALSE);
  gbox_vision_session_end (self->session);
}

AdwFlap *
gbox_vision_page_get_left_flap (GboxVisionPage *self)
{
  return self->left_flap;
}

AdwFlap *
gbox_vision_page_get_right_flap (GboxVisionPage *self)
{
  return self->right_flap;
}

GboxVisionSession *
gbox_vision_page_get_session (GboxVisionPage *self)
{
  return self->session;
}

void
gbox_vision_page_commit (GboxVisionPage *self)
{
  g_return_if_fail (GBOX_IS_VISION_PAGE (self));

  gbox_parameters_pane_commit (self->parameters_pane);
}

GboxUnitAtlas *
gbox_vision_page_get_atlas (GboxVisionPage *self)
{
  return self->atlas;
}

GboxUnitThumbnails *
gbox_vision_page_get_thumbnails (GboxVisionPage *self)
{
  return self->thumbnails;
}

GboxFilmBar *
gbox_vision_page_get_film_bar (GboxVisionPage *self)
{
  return gbox_stage_get_film_bar (self->stage);
}

GboxPhotoSession *
gbox_vision_page_get_photos (GboxVisionPage *self)
{
  return self->photos;
}

GdkTexture *
gbox_vision_page_get_texture (GboxVisionPage *self)
{
  return gbox_stage_get_texture (self->stage);
}

void
gbox_vision_page_tell (GboxVisionPage *self, const char *text)
{
  g_return_if_fail (GBOX_IS_VISION_PAGE (self));

  gbox_tell (self->toast_overlay, text);
}

void
gbox_vision_page_tell_problem (GboxVisionPage *self, const char *heading, const char *text)
{
  g_return_if_fail (GBOX_IS_VISION_PAGE (self));

  gbox_tell_problem (GTK_WIDGET (self), heading, text);
}

void
gbox_vision_page_open (GboxVisionPage *self, const char *name)
{
  g_return_if_fail (GBOX_IS_VISION_PAGE (self));

  if (!self->has_begun)
    {
      g_free (self->name);
      self->name = g_strdup (name);
      return;
    }
  cancel_opening (self);
  self->opening = g_cancellable_new ();
  gbox_open_file (self, name, self->opening);
}

void
gbox_vision_page_search (GboxVisionPage *self)
{
  g_return_if_fail (GBOX_IS_VISION_PAGE (self));

  adw_flap_set_reveal_flap (self->left_flap, TRUE);
  gbox_unit_pane_search (self->unit_pane);
}
