/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window: header bar and pages. */
#include "shell/window.h"

struct _GboxWindow
{
  AdwApplicationWindow parent_instance;

  GboxVisionPage *vision_page;

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
  gbox_settings_flush (self->settings);
  return GTK_WINDOW_CLASS (gbox_window_parent_class)->close_request (window);
}

static void
gbox_window_dispose (GObject *object)
{
  cancel_begin (GBOX_WINDOW (object));
  g_clear_object (&GBOX_WINDOW (object)->settings);
  G_OBJECT_CLASS (gbox_window_parent_class)->dispose (object);
}

static void
gbox_window_class_init (GboxWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_window_dispose;
  GTK_WINDOW_CLASS (class)->close_request = gbox_window_close_request;
  widget_class->realize = gbox_window_realize;
  g_type_ensure (GBOX_TYPE_VISION_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxWindow, vision_page);
}

static void
gbox_window_init (GboxWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GboxWindow *
gbox_window_new (AdwApplication *application, GboxEngine *engine, GboxSettings *settings)
{
  GboxWindow *self = g_object_new (GBOX_TYPE_WINDOW, "application", application, NULL);

  self->settings = g_object_ref (settings);
  restore_size (self);
  gbox_vision_page_set_up (self->vision_page, engine, settings, G_ACTION_MAP (self));
  return self;
}

GboxVisionPage *
gbox_window_get_vision_page (GboxWindow *self)
{
  g_return_val_if_fail (GBOX_IS_WINDOW (self), NULL);

  return self->vision_page;
}
