/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zooming into a chart with pointer and keyboard. */
#include "widgets/chart-zoom.h"

#define ZOOM_FACTOR 0.8 /* of one notch of the wheel, or one key */
#define PAN_SHARE   0.1

void
gbox_chart_zoom (GboxChart *chart, double factor, double x)
{
  double low, high;

  g_return_if_fail (GBOX_IS_CHART (chart) && factor > 0);

  gbox_chart_get_view (chart, &low, &high);
  x = CLAMP (x, low, high);
  gbox_chart_set_view (chart, x - (x - low) * factor, x + (high - x) * factor);
}

void
gbox_chart_pan (GboxChart *chart, double share)
{
  double low, high;

  g_return_if_fail (GBOX_IS_CHART (chart));

  if (gbox_chart_get_view (chart, &low, &high))
    gbox_chart_set_view (chart, low + share * (high - low), high + share * (high - low));
}

/* Where the pointer is, as far as the chart has been told. */
static double
get_pointer_x (GboxChart *chart, GtkEventController *controller)
{
  GdkEvent *event = gtk_event_controller_get_current_event (controller);
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (chart));
  double x, y, surface_x, surface_y, chart_x, chart_y;
  double low, high;

  gbox_chart_get_view (chart, &low, &high);
  if (event == NULL || !gdk_event_get_position (event, &x, &y))
    return (low + high) / 2;
  gtk_native_get_surface_transform (native, &surface_x, &surface_y);
  gtk_widget_translate_coordinates (GTK_WIDGET (native), GTK_WIDGET (chart), x - surface_x, y - surface_y,
                                    &chart_x, &chart_y);
  return gbox_chart_get_x_at (chart, chart_x);
}

static gboolean
on_scroll (GboxChart *chart, double dx, double dy, GtkEventController *controller)
{
  const GdkModifierType state = gtk_event_controller_get_current_event_state (controller);

  /* A page that is scrolled is not held up by a chart on the way. */
  if (!gtk_widget_has_focus (GTK_WIDGET (chart)) && (state & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  if (dx != 0 || (state & GDK_SHIFT_MASK) != 0)
    gbox_chart_pan (chart, PAN_SHARE * (dx != 0 ? dx : dy));
  else
    gbox_chart_zoom (chart, dy < 0 ? ZOOM_FACTOR : 1 / ZOOM_FACTOR, get_pointer_x (chart, controller));
  return GDK_EVENT_STOP;
}

/* The x that was under the pointer when the drag began stays under it. */
static void
on_drag (GboxChart *chart, double dx, double dy, GtkGestureDrag *drag)
{
  const double *grabbed = g_object_get_data (G_OBJECT (drag), "grabbed");
  double start_x, start_y, low, high, distance;

  if (grabbed == NULL || !gbox_chart_get_view (chart, &low, &high)
      || !gtk_gesture_drag_get_start_point (drag, &start_x, &start_y))
    return;
  distance = *grabbed - gbox_chart_get_x_at (chart, start_x + dx);
  gbox_chart_set_view (chart, low + distance, high + distance);
}

static void
on_drag_begin (GboxChart *chart, double x, double y, GtkGestureDrag *drag)
{
  const double grabbed = gbox_chart_get_x_at (chart, x);

  g_object_set_data_full (G_OBJECT (drag), "grabbed", g_memdup2 (&grabbed, sizeof grabbed), g_free);
  gtk_widget_grab_focus (GTK_WIDGET (chart));
}

static void
on_pressed (GboxChart *chart, int n_presses, double x, double y, GtkGestureClick *click)
{
  if (n_presses == 2)
    gbox_chart_show_whole (chart);
}

static gboolean
on_key (GboxChart *chart, guint key, guint code, GdkModifierType state, GtkEventController *controller)
{
  double low, high;

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  gbox_chart_get_view (chart, &low, &high);
  switch (key)
    {
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      gbox_chart_zoom (chart, ZOOM_FACTOR, (low + high) / 2);
      return GDK_EVENT_STOP;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      gbox_chart_zoom (chart, 1 / ZOOM_FACTOR, (low + high) / 2);
      return GDK_EVENT_STOP;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
      gbox_chart_show_whole (chart);
      return GDK_EVENT_STOP;
    case GDK_KEY_Left:
    case GDK_KEY_Right:
      gbox_chart_pan (chart, key == GDK_KEY_Left ? -PAN_SHARE : PAN_SHARE);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

void
gbox_chart_zoom_enable (GboxChart *chart)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_return_if_fail (GBOX_IS_CHART (chart));

  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (on_scroll), chart);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (on_key), chart);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), chart);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag), chart);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), chart);
  gtk_widget_add_controller (GTK_WIDGET (chart), scroll);
  gtk_widget_add_controller (GTK_WIDGET (chart), key);
  gtk_widget_add_controller (GTK_WIDGET (chart), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (chart), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_focusable (GTK_WIDGET (chart), TRUE);
}
