/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What charts of learning have beyond curves: smoothing, a band, marks, a floor, views, earlier curves, and
 * pictures. */
#include "widgets/chart.h"

#include <math.h>

#include "widget-testing.h"
#include "widgets/chart-draw.h"
#include "widgets/chart-export.h"
#include "widgets/chart-zoom.h"
#include "widgets/smoothing.h"

#define WIDTH  640
#define HEIGHT 300

/* The numbers of TensorBoard's own definition: the first value is itself, and a constant stays. */
static void
test_smoothing (void)
{
  GboxSmoothing smoothing;

  gbox_smoothing_init (&smoothing, 0.5);
  g_assert_cmpfloat (gbox_smoothing_add (&smoothing, 8), ==, 8);
  g_assert_cmpfloat_with_epsilon (gbox_smoothing_add (&smoothing, 2), 4, 1e-12);
  g_assert_true (isnan (gbox_smoothing_add (&smoothing, NAN)));
  g_assert_cmpfloat_with_epsilon (gbox_smoothing_add (&smoothing, 11), 8, 1e-12);
  gbox_smoothing_init (&smoothing, 0);
  g_assert_cmpfloat (gbox_smoothing_add (&smoothing, 3), ==, 3);
  g_assert_cmpfloat (gbox_smoothing_add (&smoothing, 7), ==, 7);
  gbox_smoothing_init (&smoothing, 0.99);
  for (int i = 0; i < 20; i++)
    g_assert_cmpfloat_with_epsilon (gbox_smoothing_add (&smoothing, -13), -13, 1e-9);
}

static GtkWidget *
make_chart (void)
{
  GtkWidget *chart = gbox_chart_new ();

  g_object_set (chart, "x-max", 100.0, NULL);
  return chart;
}

/* A pixel of the plot, as shares of its width from the left and of its height from below. */
static guint32
get_pixel (GtkWidget *chart, cairo_surface_t *surface, double x, double y)
{
  const GboxChartContent content = { 0 };
  graphene_rect_t plot;

  gbox_chart_draw_get_plot (chart, &content, &plot);
  return widget_testing_get_pixel (surface, (int) (plot.origin.x + x * plot.size.width),
                                   (int) (plot.origin.y + (1 - y) * plot.size.height));
}

static void
test_band (void)
{
  GtkWidget *chart, *window;
  GboxSeries *low, *high, *other_low, *other_high;
  cairo_surface_t *surface;

  if (!widget_testing_has_display ())
    return;
  chart = make_chart ();
  gbox_chart_add_band (GBOX_CHART (chart), GBOX_SERIES_BLUE, &low, &high);
  for (int i = 0; i <= 50; i++)
    {
      gbox_series_append (low, i, 0);
      gbox_series_append (high, i, 55); /* the axis is 0 … 100 */
    }
  /* A second one, with more points than there are pixels. */
  gbox_chart_add_band (GBOX_CHART (chart), GBOX_SERIES_ORANGE, &other_low, &other_high);
  for (int i = 0; i <= 50000; i++)
    {
      gbox_series_append (other_low, i * 1e-3, 60);
      gbox_series_append (other_high, i * 1e-3, 95);
    }
  window = widget_testing_show (chart, WIDTH, HEIGHT);
  surface = widget_testing_draw (chart);
  g_assert_cmphex (get_pixel (chart, surface, 0.25, 0.45), !=, get_pixel (chart, surface, 0.75, 0.45));
  g_assert_cmphex (get_pixel (chart, surface, 0.25, 0.77), !=, get_pixel (chart, surface, 0.75, 0.77));
  g_assert_cmphex (get_pixel (chart, surface, 0.25, 0.77), !=, get_pixel (chart, surface, 0.25, 0.45));
  g_assert_cmphex (get_pixel (chart, surface, 0.25, 0.57), ==, get_pixel (chart, surface, 0.75, 0.57));
  g_assert_cmphex (get_pixel (chart, surface, 0.25, 0.97), ==, get_pixel (chart, surface, 0.75, 0.97));
  cairo_surface_destroy (surface);
  gbox_chart_clear (GBOX_CHART (chart));
  g_assert_cmpuint (gbox_series_get_length (low), ==, 0);
  g_assert_cmpuint (gbox_series_get_length (high), ==, 0);
  g_assert_cmpuint (gbox_series_get_length (other_high), ==, 0);
  widget_testing_close (window);
}

/* Of pixels in a column of the plot, how many differ. */
static int
count_changes (GtkWidget *chart, cairo_surface_t *before, cairo_surface_t *after, double x)
{
  int n = 0;

  for (int percent = 1; percent < 100; percent++)
    n += get_pixel (chart, before, x, percent / 100.0) != get_pixel (chart, after, x, percent / 100.0);
  return n;
}

static void
test_marks (void)
{
  GtkWidget *chart, *window;
  cairo_surface_t *before, *after;

  if (!widget_testing_has_display ())
    return;
  chart = make_chart ();
  gbox_series_append (gbox_chart_add_series (GBOX_CHART (chart), "Mean", GBOX_SERIES_BLUE), 5, 1);
  window = widget_testing_show (chart, WIDTH, HEIGHT);
  before = widget_testing_draw (chart);
  gbox_chart_add_mark (GBOX_CHART (chart), 60, "learning rate 0.1");
  gbox_chart_add_mark (GBOX_CHART (chart), 60, "learning rate 0.2");
  gbox_chart_add_mark (GBOX_CHART (chart), 200, "beyond the end");
  after = widget_testing_draw (chart);
  g_assert_cmpint (count_changes (chart, before, after, 0.6), >, 5);
  g_assert_cmpint (count_changes (chart, before, after, 0.4), ==, 0);
  cairo_surface_destroy (after);
  cairo_surface_destroy (before);
  widget_testing_close (window);
}

/* A first value of −1000 does not flatten those of −50 and −5. */
static void
test_floor (void)
{
  GtkWidget *chart, *window;
  GboxSeries *series;
  cairo_surface_t *deep, *cut;

  if (!widget_testing_has_display ())
    return;
  chart = make_chart ();
  series = gbox_chart_add_series (GBOX_CHART (chart), "SARSA", GBOX_SERIES_BLUE);
  gbox_series_append (series, 0, -1000);
  for (int i = 1; i <= 50; i++)
    gbox_series_append (series, i, i < 50 ? -50 : -5);
  window = widget_testing_show (chart, WIDTH, HEIGHT);
  deep = widget_testing_draw (chart);
  gbox_chart_set_floor (GBOX_CHART (chart), -95); /* the axis is −100 … 0 */
  cut = widget_testing_draw (chart);
  /* A line two pixels wide may lie between two rows. */
  g_assert_true (get_pixel (chart, cut, 0.25, 0.5) != get_pixel (chart, deep, 0.25, 0.5)
                 || get_pixel (chart, cut, 0.25, 0.505) != get_pixel (chart, deep, 0.25, 0.505));
  g_assert_cmphex (get_pixel (chart, cut, 0.25, 0.96), ==, get_pixel (chart, cut, 0.75, 0.96));
  g_assert_cmphex (get_pixel (chart, deep, 0.25, 0.95), !=, get_pixel (chart, deep, 0.75, 0.95));
  cairo_surface_destroy (cut);
  cairo_surface_destroy (deep);
  widget_testing_close (window);
}

static void
assert_view (GtkWidget *chart, double low, double high)
{
  double is_low, is_high;

  g_assert_cmpint (gbox_chart_get_view (GBOX_CHART (chart), &is_low, &is_high), ==, low > 0 || high < 100);
  g_assert_cmpfloat_with_epsilon (is_low, low, 1e-9);
  g_assert_cmpfloat_with_epsilon (is_high, high, 1e-9);
}

static void
on_view_changed (GboxChart *chart, guint *n)
{
  ++*n;
}

/* A view stays within the steps there are, and never becomes so small that nothing is in it. */
static void
test_view (void)
{
  GtkWidget *chart;
  guint n = 0;

  if (!widget_testing_has_display ())
    return;
  chart = g_object_ref_sink (make_chart ());
  g_signal_connect (chart, "view-changed", G_CALLBACK (on_view_changed), &n);
  assert_view (chart, 0, 100);
  gbox_chart_pan (GBOX_CHART (chart), 0.5);
  assert_view (chart, 0, 100);
  g_assert_cmpuint (n, ==, 0);
  gbox_chart_zoom (GBOX_CHART (chart), 0.5, 20);
  assert_view (chart, 10, 60);
  gbox_chart_pan (GBOX_CHART (chart), 0.1);
  assert_view (chart, 15, 65);
  gbox_chart_pan (GBOX_CHART (chart), 7);
  assert_view (chart, 50, 100);
  gbox_chart_zoom (GBOX_CHART (chart), 1e-6, 70);
  assert_view (chart, 70 - 2e-5, 74 - 2e-5);
  gbox_chart_zoom (GBOX_CHART (chart), 1e6, 70);
  assert_view (chart, 0, 100);
  g_assert_cmpuint (n, ==, 5);
  g_object_unref (chart);
}

static void
press (GtkWidget *chart, guint key)
{
  gboolean is_taken;

  g_signal_emit_by_name (widget_testing_find_controller (chart, GTK_TYPE_EVENT_CONTROLLER_KEY), "key-pressed",
                         key, 0, 0, &is_taken);
  g_assert_true (is_taken);
}

/* The wheel, the keys, a drag and a double click. */
static void
test_zoom (void)
{
  GtkWidget *chart, *window;
  GtkEventController *click;
  gboolean is_taken;

  if (!widget_testing_has_display ())
    return;
  chart = make_chart ();
  gbox_chart_zoom_enable (GBOX_CHART (chart));
  window = widget_testing_show (chart, WIDTH, HEIGHT);
  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  g_signal_emit_by_name (widget_testing_find_controller (chart, GTK_TYPE_EVENT_CONTROLLER_SCROLL), "scroll",
                         0.0, -1.0, &is_taken);
  g_assert_false (is_taken);
  g_assert_true (gtk_widget_grab_focus (chart));
  g_signal_emit_by_name (widget_testing_find_controller (chart, GTK_TYPE_EVENT_CONTROLLER_SCROLL), "scroll",
                         0.0, -1.0, &is_taken);
  assert_view (chart, 10, 90);
  press (chart, GDK_KEY_Right);
  assert_view (chart, 18, 98);
  press (chart, GDK_KEY_0);
  assert_view (chart, 0, 100);
  press (chart, GDK_KEY_plus);
  press (chart, GDK_KEY_Left);
  assert_view (chart, 2, 82);
  press (chart, GDK_KEY_minus);
  press (chart, GDK_KEY_plus);
  click = widget_testing_find_controller (chart, GTK_TYPE_GESTURE_CLICK);
  g_signal_emit_by_name (click, "pressed", 1, 100.0, 100.0);
  g_assert_true (gbox_chart_get_view (GBOX_CHART (chart), &(double){ 0 }, &(double){ 0 }));
  g_signal_emit_by_name (click, "pressed", 2, 100.0, 100.0);
  assert_view (chart, 0, 100);
  widget_testing_close (window);
}

/* What is in view fills the plot: of 0 … 90 only the end is high. */
static void
test_zoomed_values (void)
{
  GtkWidget *chart, *window;
  GboxSeries *series;
  cairo_surface_t *whole, *part;

  if (!widget_testing_has_display ())
    return;
  chart = make_chart ();
  series = gbox_chart_add_series (GBOX_CHART (chart), "Mean", GBOX_SERIES_BLUE);
  for (int i = 0; i <= 90; i++)
    gbox_series_append (series, i, i < 80 ? i % 2 : 1000);
  window = widget_testing_show (chart, WIDTH, HEIGHT);
  whole = widget_testing_draw (chart);
  gbox_chart_set_view (GBOX_CHART (chart), 20, 60);
  part = widget_testing_draw (chart);
  /* The whole is flat there and has nothing in the middle of the plot; the part goes up and down through it.
   */
  g_assert_cmpint (count_changes (chart, whole, part, 0.25), >, 5);
  cairo_surface_destroy (part);
  cairo_surface_destroy (whole);
  widget_testing_close (window);
}

/* An earlier curve stays when the chart is cleared, and can be removed. */
static void
test_pale (void)
{
  GtkWidget *chart, *window;
  GboxSeries *now, *pale;
  cairo_surface_t *with, *without;

  if (!widget_testing_has_display ())
    return;
  chart = make_chart ();
  now = gbox_chart_add_series (GBOX_CHART (chart), "Mean", GBOX_SERIES_BLUE);
  pale = gbox_chart_add_pale_series (GBOX_CHART (chart), "Run 1", GBOX_SERIES_ORANGE);
  for (int i = 0; i <= 100; i++)
    gbox_series_append (pale, i, i % 2);
  gbox_series_append (now, 1, 0);
  gbox_chart_clear (GBOX_CHART (chart));
  g_assert_cmpuint (gbox_series_get_length (now), ==, 0);
  g_assert_cmpuint (gbox_series_get_length (pale), ==, 101);
  gbox_series_append (now, 1, 0);
  window = widget_testing_show (chart, WIDTH, HEIGHT);
  with = widget_testing_draw (chart);
  gbox_chart_remove_series (GBOX_CHART (chart), pale);
  without = widget_testing_draw (chart);
  g_assert_cmpint (count_changes (chart, with, without, 0.5), >, 5);
  cairo_surface_destroy (without);
  cairo_surface_destroy (with);
  widget_testing_close (window);
}

/* Both formats hold the charts in their size on the screen, and the curves as they are there. */
static void
test_export (void)
{
  GtkWidget *chart, *window;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) png = NULL;
  g_autoptr (GBytes) svg = NULL;
  g_autoptr (GBytes) empty = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GdkPixbuf) picture = NULL;
  GboxChart *charts[2];
  GboxSeries *series;

  if (!widget_testing_has_display ())
    return;
  chart = make_chart ();
  charts[0] = charts[1] = GBOX_CHART (chart);
  series = gbox_chart_add_series (GBOX_CHART (chart), "Mean", GBOX_SERIES_BLUE);
  window = widget_testing_show (chart, WIDTH, HEIGHT);
  empty = gbox_chart_export (charts, 1, GBOX_CHART_SVG, &error);
  g_assert_no_error (error);
  for (int i = 0; i <= 100; i++)
    gbox_series_append (series, i, i);
  png = gbox_chart_export (charts, 2, GBOX_CHART_PNG, &error);
  g_assert_no_error (error);
  stream = g_memory_input_stream_new_from_bytes (png);
  picture = gdk_pixbuf_new_from_stream (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_pixbuf_get_width (picture), >=, 2 * WIDTH);
  g_assert_cmpint (gdk_pixbuf_get_height (picture), >=, 2 * 2 * HEIGHT);
  svg = gbox_chart_export (charts, 1, GBOX_CHART_SVG, &error);
  g_assert_no_error (error);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (svg, NULL), (gssize) g_bytes_get_size (svg), "<svg"));
  g_assert_cmpuint (g_bytes_get_size (svg), >, g_bytes_get_size (empty));
  widget_testing_close (window);
}

int
main (int argc, char **argv)
{
  widget_testing_init (&argc, &argv);
  g_test_add_func ("/learning-chart/smoothing", test_smoothing);
  g_test_add_func ("/learning-chart/band", test_band);
  g_test_add_func ("/learning-chart/marks", test_marks);
  g_test_add_func ("/learning-chart/floor", test_floor);
  g_test_add_func ("/learning-chart/view", test_view);
  g_test_add_func ("/learning-chart/zoom", test_zoom);
  g_test_add_func ("/learning-chart/zoomed-values", test_zoomed_values);
  g_test_add_func ("/learning-chart/pale", test_pale);
  g_test_add_func ("/learning-chart/export", test_export);
  return g_test_run ();
}
