/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of widgets share: a window to show one in, time for it to settle, and its pixels. */
#pragma once

#include <adwaita.h>

/* Times to settle, of a tenth of a second, until a window is there. */
#define WIDGET_TESTING_PATIENCE 300

/* Returns: whether there is a display; if not, the running test is marked as skipped. */
static inline gboolean
widget_testing_has_display (void)
{
  if (gdk_display_get_default () != NULL)
    return TRUE;
  g_test_skip ("there is no display; run it under xvfb-run");
  return FALSE;
}

/* Readies GLib's tests, GTK where there is a display, and the widgets' style. */
static inline void
widget_testing_init (int *argc, char ***argv)
{
  g_autoptr (GtkCssProvider) style = NULL;
  g_autofree char *path = NULL;

  g_test_init (argc, argv, NULL);
  if (!gtk_init_check ())
    return;
  adw_init ();
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_LIGHT);
  style = gtk_css_provider_new ();
  path = g_test_build_filename (G_TEST_DIST, "..", "ui", "widgets", "widgets.css", NULL);
  gtk_css_provider_load_from_path (style, path);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static inline gboolean
widget_testing_count_down (gpointer user_data)
{
  --*(int *) user_data;
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop for a time in which several frames are drawn: however slow it all is, drawing has a turn
 * with each tick. */
static inline void
widget_testing_settle (void)
{
  int ticks = 10;
  guint source = g_timeout_add_full (GDK_PRIORITY_REDRAW, 10, widget_testing_count_down, &ticks, NULL);

  while (ticks > 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

/* Shows @widget in a window of its own with @width by @height pixels for the widget. */
static inline GtkWidget *
widget_testing_show (GtkWidget *widget, int width, int height)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  /* How long the display takes to show it is not ours to say. */
  for (guint i = 0; i < WIDGET_TESTING_PATIENCE && (i == 0 || gtk_widget_get_width (widget) != width); i++)
    widget_testing_settle ();
  g_assert_cmpint (gtk_widget_get_width (widget), ==, width);
  g_assert_cmpint (gtk_widget_get_height (widget), ==, height);
  return window;
}

static inline void
widget_testing_close (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  widget_testing_settle ();
}

/* Draws @widget as it is now. Returns: (transfer full): an ARGB32 image of its size. */
static inline cairo_surface_t *
widget_testing_draw (GtkWidget *widget)
{
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;
  cairo_t *cr = cairo_create (surface);

  widget_testing_settle (); /* the paintable shows what was drawn last */
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node != NULL)
    {
      gsk_render_node_draw (node, cr);
      gsk_render_node_unref (node);
    }
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* 0xAARRGGBB, premultiplied. */
static inline guint32
widget_testing_get_pixel (cairo_surface_t *surface, int x, int y)
{
  const guchar *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);

  g_assert_cmpint (x, >=, 0);
  g_assert_cmpint (x, <, cairo_image_surface_get_width (surface));
  return ((const guint32 *) (const void *) row)[x];
}

/* The first controller of @type on @widget, to emit its signals as the display would. */
static inline GtkEventController *
widget_testing_find_controller (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (g_type_is_a (G_OBJECT_TYPE (controller), type))
        return controller; /* the widget holds it */
    }
  g_assert_not_reached ();
}

/* The first of @widget and what it holds, depth first, that is a @type. */
static inline GtkWidget *
widget_testing_find_descendant (GtkWidget *widget, GType type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); found == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = widget_testing_find_descendant (child, type);
  return found;
}
