/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What charts of learning have beyond curves: smoothing, a band, marks, and a floor. */
#include "widgets/chart.h"

#include <math.h>

#include "widget-testing.h"
#include "widgets/chart-draw.h"
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
  GboxSeries *low, *high;
  cairo_surface_t *surface;

  if (!widget_testing_has_display ())
    return;
  chart = make_chart ();
  gbox_chart_add_band (GBOX_CHART (chart), GBOX_SERIES_BLUE, &low, &high);
  for (int i = 0; i <= 50; i++)
    {
      gbox_series_append (low, i, 0);
      gbox_series_append (high, i, 95); /* the axis is 0 … 100 */
    }
  window = widget_testing_show (chart, WIDTH, HEIGHT);
  surface = widget_testing_draw (chart);
  g_assert_cmphex (get_pixel (chart, surface, 0.25, 0.45), !=, get_pixel (chart, surface, 0.75, 0.45));
  g_assert_cmphex (get_pixel (chart, surface, 0.25, 0.97), ==, get_pixel (chart, surface, 0.75, 0.97));
  cairo_surface_destroy (surface);
  gbox_chart_clear (GBOX_CHART (chart));
  g_assert_cmpuint (gbox_series_get_length (low), ==, 0);
  g_assert_cmpuint (gbox_series_get_length (high), ==, 0);
  widget_testing_close (window);
}

/* Of pixels in a column of the plot, how many differ. */
static int
count_changes (GtkWidget *chart, cairo_surface_t *before, cairo_surface_t *after, double x)
{
  int n = 0;

  for (double y = 0.01; y < 1; y += 0.01)
    n += get_pixel (chart, before, x, y) != get_pixel (chart, after, x, y);
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

int
main (int argc, char **argv)
{
  widget_testing_init (&argc, &argv);
  g_test_add_func ("/learning-chart/smoothing", test_smoothing);
  g_test_add_func ("/learning-chart/band", test_band);
  g_test_add_func ("/learning-chart/marks", test_marks);
  g_test_add_func ("/learning-chart/floor", test_floor);
  return g_test_run ();
}
