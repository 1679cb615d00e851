/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window: header bar and pages. */
#include "shell/window.h"

#include "completion/text-file.h"
#include "shell/accels.h"
#include "shell/page-actions.h"

struct _GboxWindow
{
  AdwApplicationWindow parent_instance;

  AdwViewStack *stack;
  GboxVisionPage *vision_page;
  GboxCompletionPage *completion_page;
  GboxLearningPage *learning_page;
  GtkWidget *left_pane_button;
  GtkWidget *right_pane_button;

  GboxEngine *engine;
  GboxPageActions *page_actions;
  GboxSettings *settings;
  guint begin_source; /* the first frame has been drawn and the work not yet begun */
};

G_DEFINE_FINAL_TYPE (GboxWindow, gbox_window, ADW_TYPE_APPLICATION_WINDOW)

static void
remember_size (GboxWindow *self)
{
  const gboolean is_maximized = gtk_window_is_maximized (GTK_WINDOW (self));
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_object_set (self->settings, "window-maximized", is_maximized, NULL);
  if (!is_maximized && width > 0 && height > 0)
    g_object_set (self->settings, "window-width", width, "window-height", height, NULL);
}

static void
restore_size (GboxWindow *self)
{
  gboolean is_maximized = FALSE;
  int width = 0, height = 0;

  g_object_get (self->settings, "window-maximized", &is_maximized, "window-width", &width, "window-height",
                &height, NULL);
  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (is_maximized)
    gtk_window_maximize (GTK_WINDOW (self));
}

static gboolean
begin (gpointer data)
{
  GboxWindow *self = data;

  self->begin_source = 0;
  gbox_vision_page_begin (self->vision_page);
  return G_SOURCE_REMOVE;
}

/* Loading a network takes all cores: the window comes first. */
static void
on_first_frame (GdkFrameClock *clock, GboxWindow *self)
{
  g_signal_handlers_disconnect_by_func (clock, on_first_frame, self);
  self->begin_source = g_idle_add (begin, self);
}

static void
gbox_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (gbox_window_parent_class)->realize (widget);
  g_signal_connect_object (gtk_widget_get_frame_clock (widget), "after-paint", G_CALLBACK (on_first_frame),
                           widget, 0);
}

static void
cancel_begin (GboxWindow *self)
{
  g_clear_handle_id (&self->begin_source, g_source_remove);
}

static gboolean
gbox_window_close_request (GtkWindow *window)
{
  GboxWindow *self = GBOX_WINDOW (window);

  remember_size (self);
  cancel_begin (self);
  gbox_vision_page_end (self->vision_page);
  gbox_completion_page_end (self->completion_page);
  gbox_learning_page_end (self->learning_page);
  gbox_settings_flush (self->settings);
  return GTK_WINDOW_CLASS (gbox_window_parent_class)->close_request (window);
}

static void
gbox_window_dispose (GObject *object)
{
  GboxWindow *self = GBOX_WINDOW (object);

  cancel_begin (self);
  g_clear_object (&self->page_actions);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (gbox_window_parent_class)->dispose (object);
}

static void
follow_page (GboxWindow *self)
{
  const char *page = adw_view_stack_get_visible_child_name (self->stack);

  if (self->page_actions == NULL || page == NULL)
    return;
  gbox_page_actions_set_page (self->page_actions, page);
  gbox_accels_set (gtk_window_get_application (GTK_WINDOW (self)), page);
  g_object_set (self->settings, "page", page, NULL);
  gtk_widget_grab_focus (adw_view_stack_get_visible_child (self->stack));
}

static void
show_page (GboxWindow *self, const char *page)
{
  if (adw_view_stack_get_child_by_name (self->stack, page) != NULL)
    adw_view_stack_set_visible_child_name (self->stack, page);
}

/* Goes to the page that the file or model is for. */
static void
on_open_file (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GboxWindow *self = user_data;
  const char *name = g_variant_get_string (parameter, NULL);
  const GboxCatalogue *catalogue = gbox_model_store_get_catalogue (gbox_engine_get_store (self->engine));
  const gboolean is_text = gbox_text_file_is_for_completion (catalogue, name);

  show_page (self, is_text ? "completion" : "vision");
  g_action_group_activate_action (G_ACTION_GROUP (self),
                                  is_text ? "completion-open-file" : "vision-open-file", parameter);
}

static void
gbox_window_class_init (GboxWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_window_dispose;
  GTK_WINDOW_CLASS (class)->close_request = gbox_window_close_request;
  widget_class->realize = gbox_window_realize;
  g_type_ensure (GBOX_TYPE_VISION_PAGE);
  g_type_ensure (GBOX_TYPE_COMPLETION_PAGE);
  g_type_ensure (GBOX_TYPE_LEARNING_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, GboxWindow, vision_page);
  gtk_widget_class_bind_template_child (widget_class, GboxWindow, completion_page);
  gtk_widget_class_bind_template_child (widget_class, GboxWindow, learning_page);
  gtk_widget_class_bind_template_child (widget_class, GboxWindow, left_pane_button);
  gtk_widget_class_bind_template_child (widget_class, GboxWindow, right_pane_button);
  gtk_widget_class_bind_template_callback (widget_class, follow_page);
}

static void
gbox_window_init (GboxWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
add_actions (GboxWindow *self)
{
  static const GActionEntry entries[]
    = { { .name = "open-file", .activate = on_open_file, .parameter_type = "s" } };
  g_autoptr (GPropertyAction) page = g_property_action_new ("page", self->stack, "visible-child-name");

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (page));
  self->page_actions = gbox_page_actions_new (G_ACTION_MAP (self));
}

/* Only a page that has a pane has a button for it. */
static void
show_toggle (GboxWindow *self, const char *action, GtkWidget *button)
{
  g_object_bind_property (g_action_map_lookup_action (G_ACTION_MAP (self), action), "enabled", button,
                          "visible", G_BINDING_SYNC_CREATE);
}

GboxWindow *
gbox_window_new (AdwApplication *application, GboxEngine *engine, GboxSettings *settings)
{
  GboxWindow *self = g_object_new (GBOX_TYPE_WINDOW, "application", application, NULL);
  g_autofree char *page = NULL;

  self->settings = g_object_ref (settings);
  self->engine = g_object_ref (engine);
  restore_size (self);
  gbox_vision_page_set_up (self->vision_page, engine, settings, G_ACTION_MAP (self));
  gbox_completion_page_set_up (self->completion_page, engine, settings, G_ACTION_MAP (self));
  gbox_learning_page_set_up (self->learning_page, engine, settings, G_ACTION_MAP (self));
  g_object_get (settings, "page", &page, NULL);
  add_actions (self);
  show_page (self, page);
  follow_page (self);
  show_toggle (self, "toggle-left-pane", self->left_pane_button);
  show_toggle (self, "toggle-right-pane", self->right_pane_button);
  return self;
}

GboxVisionPage *
gbox_window_get_vision_page (GboxWindow *self)
{
  g_return_val_if_fail (GBOX_IS_WINDOW (self), NULL);

  return self->vision_page;
}

GboxCompletionPage *
gbox_window_get_completion_page (GboxWindow *self)
{
  g_return_val_if_fail (GBOX_IS_WINDOW (self), NULL);

  return self->completion_page;
}

GboxLearningPage *
gbox_window_get_learning_page (GboxWindow *self)
{
  g_return_val_if_fail (GBOX_IS_WINDOW (self), NULL);

  return self->learning_page;
}
