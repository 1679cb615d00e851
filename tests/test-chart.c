/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the chart: series, axes, reduction to columns, and what is drawn. */
#include "widgets/chart.h"

#include <math.h>

#include "widget-testing.h"
#include "widgets/axis.h"
#include "widgets/chart-draw.h"
#include "widgets/series-columns.h"

/* The light palette's, as they are written. */
#define BLUE   0xff1c71d8
#define ORANGE 0xffe66100

static void
test_series_keeps_points (void)
{
  g_autoptr (GboxSeries) series = gbox_series_new ("Fourier", GBOX_SERIES_GREEN);
  double x, y, min, max;

  g_assert_false (gbox_series_get_last (series, &x, &y));
  g_assert_false (gbox_series_get_range (series, &min, &max));
  for (int i = 0; i < 1000; i++)
    gbox_series_append (series, i, i == 500 ? -7 : i == 999 ? NAN : sin (i));
  gbox_series_append (series, 999, 100); /* not after the last one */
  gbox_series_append (series, 3, 100);
  gbox_series_append (series, NAN, 100);
  g_assert_cmpuint (gbox_series_get_length (series), ==, 1000);
  g_assert_true (gbox_series_get_last (series, &x, &y));
  g_assert_cmpfloat (x, ==, 998);
  g_assert_cmpfloat (y, ==, sin (998));
  g_assert_true (gbox_series_get_range (series, &min, &max));
  g_assert_cmpfloat (min, ==, -7);
  g_assert_cmpfloat (max, <=, 1);
  g_assert_cmpfloat (gbox_series_get_y (series)[77], ==, sin (77));
  gbox_series_append (series, 1000, INFINITY); /* drawn as a gap, or it would flatten the rest */
  g_assert_true (gbox_series_get_range (series, &min, &max));
  g_assert_cmpfloat (max, <=, 1);
  gbox_series_clear (series);
  g_assert_false (gbox_series_get_last (series, &x, &y));
  g_assert_false (gbox_series_get_range (series, &min, &max));
}

static void
test_series_finds_nearest (void)
{
  g_autoptr (GboxSeries) series = gbox_series_new ("", GBOX_SERIES_RED);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  gsize found;
  double x = 0;

  g_assert_false (gbox_series_find_nearest (series, 0, &found));
  for (int i = 0; i < 200; i++)
    gbox_series_append (series, x += g_rand_double_range (random, 0.1, 3), i);
  for (int trial = 0; trial < 500; trial++)
    {
      double wanted = g_rand_double_range (random, -5, x + 5);
      const double *all = gbox_series_get_x (series);
      gsize nearest = 0;

      for (gsize i = 1; i < gbox_series_get_length (series); i++)
        if (fabs (all[i] - wanted) < fabs (all[nearest] - wanted))
          nearest = i;
      g_assert_true (gbox_series_find_nearest (series, wanted, &found));
      g_assert_cmpuint (found, ==, nearest);
    }
}

static void
on_changed (GboxSeries *series, guint *n)
{
  ++*n;
}

static void
test_series_tells_of_changes (void)
{
  g_autoptr (GboxSeries) series = gbox_series_new ("a", GBOX_SERIES_RED);
  guint n = 0, generation = gbox_series_get_generation (series);

  g_signal_connect (series, "changed", G_CALLBACK (on_changed), &n);
  gbox_series_clear (series); /* nothing there */
  g_assert_cmpuint (n, ==, 0);
  gbox_series_append (series, 1, 1);
  gbox_series_append (series, 1, 1); /* left out */
  g_assert_cmpuint (n, ==, 1);
  gbox_series_set_name (series, "a");
  gbox_series_set_name (series, "b");
  g_assert_cmpuint (n, ==, 2);
  gbox_series_clear (series);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (gbox_series_get_generation (series), !=, generation);
}

static void
check_axis (double min, double max, double low, double high, double step)
{
  GboxAxis axis;

  gbox_axis_fit_values (&axis, min, max, 6);
  g_assert_cmpfloat_with_epsilon (axis.low, low, 1e-9 * step);
  g_assert_cmpfloat_with_epsilon (axis.high, high, 1e-9 * step);
  g_assert_cmpfloat_with_epsilon (axis.step, step, 1e-9 * step);
}

static void
test_axis_is_round (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  check_axis (0, 402, 0, 450, 100);
  check_axis (3, 9.5, 0, 10, 2);
  check_axis (95, 100, 94.5, 100.5, 1);
  check_axis (-5, 5, -6, 6, 2);
  check_axis (-402, -2, -450, 0, 100);
  check_axis (0, 0, 0, 1.1, 0.2);
  check_axis (0, 1e-7, 0, 1.1e-7, 2e-8);
  for (int i = 0; i < 2000; i++)
    {
      double scale = pow (10, g_rand_double_range (random, -8, 8));
      double min = scale * g_rand_double_range (random, -1, 1);
      double max = min + scale * g_rand_double_range (random, 0, 1);
      GboxAxis axis;
      int max_ticks = g_rand_int_range (random, 2, 9), n;

      gbox_axis_fit_values (&axis, min, max, max_ticks);
      n = gbox_axis_get_n_ticks (&axis);
      g_assert_cmpfloat (axis.low, <=, min);
      g_assert_cmpfloat (axis.high, >=, max);
      g_assert_cmpint (n, >=, 1);
      g_assert_cmpint (n, <=, max_ticks + 1);
      g_assert_cmpfloat (gbox_axis_get_tick (&axis, 0), >=, axis.low - 1e-5 * axis.step);
      g_assert_cmpfloat (gbox_axis_get_tick (&axis, n - 1), <=, axis.high + 1e-5 * axis.step);
    }
}

static void
test_axis_of_steps (void)
{
  GboxAxis axis;

  gbox_axis_fit_steps (&axis, 512, 6);
  g_assert_cmpint (gbox_axis_get_n_ticks (&axis), ==, 5);
  g_assert_cmpfloat (gbox_axis_get_tick (&axis, 1), ==, 128);
  gbox_axis_fit_steps (&axis, 512, 3); /* narrow */
  g_assert_cmpint (gbox_axis_get_n_ticks (&axis), ==, 3);
  gbox_axis_fit_steps (&axis, 317, 6);
  g_assert_cmpfloat (gbox_axis_get_tick (&axis, 1), ==, 100);
  gbox_axis_fit_steps (&axis, 1, 6); /* there is no half a step */
  g_assert_cmpfloat (axis.step, ==, 1);
  gbox_axis_fit_steps (&axis, 3, 6);
  g_assert_cmpfloat (axis.step, ==, 1);
}

static void
check_tick (double low, double high, double step, double value, const char *expected)
{
  const GboxAxis axis = { low, high, step };
  g_autofree char *text = gbox_axis_format_tick (&axis, value);

  g_assert_cmpstr (text, ==, expected);
}

static void
check_value (double value, const char *expected, const char *constant)
{
  g_autofree char *text = gbox_axis_format_value (value);
  g_autofree char *trimmed = gbox_axis_format_constant (value);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (trimmed, ==, constant);
}

static void
test_numbers_as_text (void)
{
  check_tick (0, 450, 100, 300, "300");
  check_tick (0, 2000, 500, 1500, "1,500");
  check_tick (0, 1, 0.2, 0.4, "0.4");
  check_tick (0, 1, 0.05, 0.1, "0.10");
  check_tick (-6000, 0, 2000, -4000, "−4,000");
  check_tick (0, 60000, 10000, 20000, "20k");
  check_tick (0, 60000, 10000, 0, "0");
  check_tick (0, 3e6, 5e5, 1.5e6, "1.5M");
  check_tick (0, 1e-5, 2e-6, 4e-6, "4e-06");
  check_tick (-1, 1, 0.5, -1e-12, "0.0");
  check_value (389.4, "389", "389");
  check_value (1204, "1,204", "1,204");
  check_value (1234567, "1,234,567", "1,234,567");
  check_value (81, "81.0", "81");
  check_value (99.97, "100", "100");
  check_value (-2.5, "−2.50", "−2.5");
  check_value (0.0123, "0.012", "0.012");
  check_value (0, "0", "0");
  check_value (200, "200", "200");
  check_value (1.2e-7, "1.2e-07", "1.2e-07");
  check_value (NAN, "–", "–");
}

/* The trace of @series must have the extremes of every column, in order, and nothing that is not in the
 * series. */
static void
check_trace (GboxSeries *series, GArray *trace, double x_max, int n_columns)
{
  const double *x = gbox_series_get_x (series), *y = gbox_series_get_y (series);
  gsize n = gbox_series_get_length (series);
  guint at = 0;

  for (int column = 0; column < n_columns; column++)
    {
      double min = INFINITY, max = -INFINITY, drawn_min = INFINITY, drawn_max = -INFINITY;
      guint n_drawn = 0;

      for (gsize i = 0; i < n; i++)
        if (!isnan (y[i]) && x[i] <= x_max && MIN ((int) (x[i] / x_max * n_columns), n_columns - 1) == column)
          {
            min = fmin (min, y[i]);
            max = fmax (max, y[i]);
          }
      for (; at < trace->len; at++, n_drawn++)
        {
          const GboxTracePoint *point = &g_array_index (trace, GboxTracePoint, at);

          if (MIN ((int) (point->x * n_columns), n_columns - 1) != column)
            break;
          g_assert_true (at == 0 || point->x > g_array_index (trace, GboxTracePoint, at - 1).x);
          drawn_min = fmin (drawn_min, point->y);
          drawn_max = fmax (drawn_max, point->y);
        }
      g_assert_cmpfloat (drawn_min, ==, min);
      g_assert_cmpfloat (drawn_max, ==, max);
      g_assert_cmpuint (n_drawn, <=, 4);
    }
  g_assert_cmpuint (at, ==, trace->len);
}

static void
check_same_trace (GArray *trace, GArray *again)
{
  g_assert_cmpuint (trace->len, ==, again->len);
  for (guint i = 0; i < trace->len; i++)
    {
      const GboxTracePoint *one = &g_array_index (trace, GboxTracePoint, i);
      const GboxTracePoint *other = &g_array_index (again, GboxTracePoint, i);

      g_assert_true (one->x == other->x && one->y == other->y && one->starts == other->starts);
    }
}

static void
test_columns_keep_extremes (void)
{
  g_autoptr (GboxSeries) series = gbox_series_new ("", GBOX_SERIES_BLUE);
  g_autoptr (GboxSeriesColumns) columns = gbox_series_columns_new (series);
  g_autoptr (GboxSeriesColumns) fresh = gbox_series_columns_new (series);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  g_autoptr (GArray) trace = g_array_new (FALSE, FALSE, sizeof (GboxTracePoint));
  g_autoptr (GArray) again = g_array_new (FALSE, FALSE, sizeof (GboxTracePoint));
  const int n = 100000, width = 128;

  for (int i = 0; i < n; i++)
    {
      gbox_series_append (series, i, g_rand_int_range (random, 0, 1000) ? g_rand_double (random) : NAN);
      if (i % 777 == 0)
        gbox_series_columns_update (columns, n, width);
    }
  gbox_series_append (series, n + 1, 5); /* beyond the plot */
  gbox_series_columns_update (columns, n, width);
  gbox_series_columns_trace (columns, 0, 1, trace);
  check_trace (series, trace, n, width);

  gbox_series_columns_update (fresh, n, width);
  gbox_series_columns_trace (fresh, 0, 1, again);
  check_same_trace (trace, again);

  g_array_set_size (trace, 0);
  gbox_series_columns_update (columns, 2 * n, width + 1); /* another width and length */
  gbox_series_columns_trace (columns, 0, 1, trace);
  check_trace (series, trace, 2 * n, width + 1);

  g_array_set_size (trace, 0);
  gbox_series_clear (series);
  gbox_series_append (series, n, 4);
  gbox_series_columns_update (columns, 2 * n, width + 1);
  gbox_series_columns_trace (columns, 2, 6, trace);
  g_assert_cmpuint (trace->len, ==, 1);
  g_assert_cmpfloat (g_array_index (trace, GboxTracePoint, 0).x, ==, 0.5);
  g_assert_cmpfloat (g_array_index (trace, GboxTracePoint, 0).y, ==, 0.5);
}

static void
test_columns_break_at_gaps (void)
{
  g_autoptr (GboxSeries) series = gbox_series_new ("", GBOX_SERIES_BLUE);
  g_autoptr (GboxSeriesColumns) columns = gbox_series_columns_new (series);
  g_autoptr (GArray) trace = g_array_new (FALSE, FALSE, sizeof (GboxTracePoint));
  const double values[] = { NAN, 1, 2, NAN, NAN, 3, NAN, 4, 5 };
  const gboolean starts[] = { TRUE, FALSE, TRUE, TRUE, FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    gbox_series_append (series, i, values[i]);
  gbox_series_columns_update (columns, 8, 100);
  gbox_series_columns_trace (columns, 0, 1, trace);
  g_assert_cmpuint (trace->len, ==, G_N_ELEMENTS (starts));
  for (guint i = 0; i < trace->len; i++)
    {
      g_assert_cmpfloat (g_array_index (trace, GboxTracePoint, i).y, ==, i + 1);
      g_assert_cmpint (g_array_index (trace, GboxTracePoint, i).starts, ==, starts[i]);
    }
}

/* Rows of the plot's column @x that have exactly @colour: the first of them and how many. */
static int
find_colour (cairo_surface_t *surface, const graphene_rect_t *plot, int x, guint32 colour, int *n)
{
  int first = -1;

  *n = 0;
  for (int y = plot->origin.y; y < plot->origin.y + plot->size.height; y++)
    if (widget_testing_get_pixel (surface, x, y) == colour)
      {
        if (first < 0)
          first = y;
        ++*n;
      }
  return first;
}

static void
get_plot (GtkWidget *chart, graphene_rect_t *plot)
{
  const GboxChartContent content = { 0 };

  gbox_chart_draw_get_plot (chart, &content, plot);
}

static void
test_draws_curves (void)
{
  GtkWidget *chart, *window;
  GboxSeries *blue, *orange;
  graphene_rect_t plot;
  cairo_surface_t *surface;
  int n, half;

  if (!widget_testing_has_display ())
    return;
  chart = gbox_chart_new ();
  g_object_set (chart, "title", "Activation", "x-max", 100.0, "x-label", "step", NULL);
  blue = gbox_chart_add_series (GBOX_CHART (chart), "Fourier", GBOX_SERIES_BLUE);
  orange = gbox_chart_add_series (GBOX_CHART (chart), "Pixel", GBOX_SERIES_ORANGE);
  for (int i = 0; i <= 80; i++)
    {
      gbox_series_append (blue, i, 95); /* the axis is 0 … 100 */
      gbox_series_append (orange, i, i > 30 && i < 50 ? NAN : 45);
    }
  window = widget_testing_show (chart, 640, 300);
  surface = widget_testing_draw (chart);
  get_plot (chart, &plot);
  g_assert_cmpint (gbox_chart_get_plot_start (GBOX_CHART (chart)), ==, (int) plot.origin.x);
  g_assert_cmpfloat (plot.origin.x + plot.size.width + GBOX_CHART_PLOT_END, ==, 640);

  half = (int) (plot.origin.x + plot.size.width * 0.2);
  g_assert_cmpint (find_colour (surface, &plot, half, BLUE, &n), >, 0);
  g_assert_cmpint (n, >=, 1); /* of a line two pixels wide, one at least is of the full colour */
  g_assert_cmpint (n, <=, 3);
  /* Within two pixels of where 95 and 45 of 100 are. */
  g_assert_cmpfloat_with_epsilon (find_colour (surface, &plot, half, BLUE, &n),
                                  plot.origin.y + plot.size.height * 0.05, 2);
  g_assert_cmpfloat_with_epsilon (find_colour (surface, &plot, half, ORANGE, &n),
                                  plot.origin.y + plot.size.height * 0.55, 2);
  find_colour (surface, &plot, plot.origin.x + plot.size.width * 0.4, ORANGE, &n);
  g_assert_cmpint (n, ==, 0); /* the gap */
  find_colour (surface, &plot, plot.origin.x + plot.size.width * 0.8, BLUE, &n);
  g_assert_cmpint (n, >=, 6); /* the marker of the newest point */
  find_colour (surface, &plot, plot.origin.x + plot.size.width * 0.9, BLUE, &n);
  g_assert_cmpint (n, ==, 0); /* still to come */
  cairo_surface_destroy (surface);

  widget_testing_close (window);
}

static void
test_removes_series (void)
{
  GtkWidget *chart, *window;
  GboxSeries *series;
  graphene_rect_t plot;
  cairo_surface_t *surface;
  int n;

  if (!widget_testing_has_display ())
    return;
  chart = gbox_chart_new ();
  gbox_series_append (gbox_chart_add_series (GBOX_CHART (chart), "Fourier", GBOX_SERIES_BLUE), 0.5, 1);
  series = gbox_chart_add_series (GBOX_CHART (chart), "Pixel", GBOX_SERIES_ORANGE);
  gbox_series_append (series, 0.2, 1);
  window = widget_testing_show (chart, 640, 300);
  get_plot (chart, &plot);
  surface = widget_testing_draw (chart);
  g_assert_cmpint (find_colour (surface, &plot, plot.origin.x + plot.size.width * 0.2, ORANGE, &n), >=, 0);
  cairo_surface_destroy (surface);
  gbox_chart_remove_series (GBOX_CHART (chart), series);
  surface = widget_testing_draw (chart);
  g_assert_cmpint (find_colour (surface, &plot, plot.origin.x + plot.size.width * 0.2, ORANGE, &n), ==, -1);
  cairo_surface_destroy (surface);
  widget_testing_close (window);
}

static void
test_draws_reference_line (void)
{
  GtkWidget *chart, *window;
  GboxSeries *series;
  graphene_rect_t plot;
  cairo_surface_t *before, *after;
  int n_changed = 0, row;

  if (!widget_testing_has_display ())
    return;
  chart = gbox_chart_new ();
  g_object_set (chart, "x-max", 100.0, NULL);
  series = gbox_chart_add_series (GBOX_CHART (chart), "Fourier", GBOX_SERIES_BLUE);
  gbox_series_append (series, 0, 0);
  gbox_series_append (series, 100, 95);
  window = widget_testing_show (chart, 640, 300);
  get_plot (chart, &plot);
  before = widget_testing_draw (chart);
  gbox_chart_set_reference_line (GBOX_CHART (chart), 70, "largest in dataset");
  after = widget_testing_draw (chart);
  row = plot.origin.y + plot.size.height * 0.3;
  for (int x = plot.origin.x; x < plot.origin.x + plot.size.width; x++)
    n_changed += widget_testing_get_pixel (before, x, row) != widget_testing_get_pixel (after, x, row);
  /* Dashes of 5 and gaps of 3. */
  g_assert_cmpfloat (n_changed, >, plot.size.width * 0.5);
  g_assert_cmpfloat (n_changed, <, plot.size.width * 0.9);
  cairo_surface_destroy (after);

  gbox_chart_set_reference_line (GBOX_CHART (chart), NAN, NULL);
  after = widget_testing_draw (chart);
  g_assert_cmpmem (cairo_image_surface_get_data (before), 300 * cairo_image_surface_get_stride (before),
                   cairo_image_surface_get_data (after), 300 * cairo_image_surface_get_stride (after));
  cairo_surface_destroy (after);
  cairo_surface_destroy (before);
  widget_testing_close (window);
}

static void
test_reads_out_under_pointer (void)
{
  GtkWidget *chart, *window;
  GboxSeries *series;
  GtkEventController *motion;
  graphene_rect_t plot;
  cairo_surface_t *surface;
  int n;

  if (!widget_testing_has_display ())
    return;
  chart = gbox_chart_new ();
  g_object_set (chart, "x-max", 100.0, NULL);
  series = gbox_chart_add_series (GBOX_CHART (chart), "<Fourier> & co", GBOX_SERIES_BLUE);
  for (int i = 0; i <= 10; i++)
    gbox_series_append (series, 10 * i, 95);
  window = widget_testing_show (chart, 640, 300);
  get_plot (chart, &plot);
  motion = widget_testing_find_controller (chart, GTK_TYPE_EVENT_CONTROLLER_MOTION);
  g_signal_emit_by_name (motion, "motion", plot.origin.x + plot.size.width * 0.23, plot.origin.y + 100.0);
  surface = widget_testing_draw (chart);
  find_colour (surface, &plot, plot.origin.x + plot.size.width * 0.2, BLUE, &n);
  g_assert_cmpint (n, >=, 6); /* a marker on the point nearest to the pointer, not under it */
  find_colour (surface, &plot, plot.origin.x + plot.size.width * 0.5, BLUE, &n);
  g_assert_cmpint (n, <=, 3);
  cairo_surface_destroy (surface);
  g_signal_emit_by_name (motion, "leave");
  surface = widget_testing_draw (chart);
  find_colour (surface, &plot, plot.origin.x + plot.size.width * 0.2, BLUE, &n);
  g_assert_cmpint (n, <=, 3);
  cairo_surface_destroy (surface);
  widget_testing_close (window);
}

static void
on_invalidated (GdkPaintable *paintable, int *n)
{
  ++*n;
}

static void
test_redraws_on_change_only (void)
{
  GtkWidget *chart, *window;
  GboxSeries *series;
  g_autoptr (GdkPaintable) paintable = NULL;
  int n = 0;

  if (!widget_testing_has_display ())
    return;
  chart = gbox_chart_new ();
  g_object_set (chart, "empty-text", "Nothing yet", "x-max", 1e6, NULL);
  series = gbox_chart_add_series (GBOX_CHART (chart), "Fourier", GBOX_SERIES_BLUE);
  window = widget_testing_show (chart, 640, 300);
  paintable = gtk_widget_paintable_new (chart);
  widget_testing_settle ();
  g_signal_connect (paintable, "invalidate-contents", G_CALLBACK (on_invalidated), &n);
  widget_testing_settle ();
  g_assert_cmpint (n, ==, 0);
  for (int i = 0; i < 100000; i++)
    gbox_series_append (series, i, i % 100);
  widget_testing_settle ();
  g_assert_cmpint (n, >, 0);
  g_assert_cmpint (n, <, 10); /* once for all the points, not once for each */
  n = 0;
  g_object_set (chart, "empty-text", "Nothing yet", "x-max", 1e6, NULL);
  widget_testing_settle ();
  g_assert_cmpint (n, ==, 0);
  gbox_chart_clear (GBOX_CHART (chart));
  g_assert_cmpuint (gbox_series_get_length (series), ==, 0);
  widget_testing_settle ();
  g_assert_cmpint (n, >, 0);
  widget_testing_close (window);
}

static void
test_survives_odd_content (void)
{
  GtkWidget *chart, *window;
  GboxSeries *series;

  if (!widget_testing_has_display ())
    return;
  chart = gbox_chart_new ();
  series = gbox_chart_add_series (GBOX_CHART (chart), "", GBOX_SERIES_PURPLE);
  gbox_chart_set_reference_line (GBOX_CHART (chart), INFINITY, NULL);
  window = widget_testing_show (chart, 240, 120);
  gbox_series_append (series, 0, NAN);
  widget_testing_settle ();
  gbox_series_append (series, 0.5, 1e300);
  gbox_series_append (series, 0.75, -1e300);
  widget_testing_settle ();
  gbox_series_append (series, 2, 1); /* beyond x-max */
  g_object_set (chart, "title", "A title that is far longer than the chart is wide, and so is cut", NULL);
  widget_testing_settle ();
  gbox_chart_clear (GBOX_CHART (chart));
  gbox_series_append (series, 0, 5e-324);
  widget_testing_settle ();
  g_object_ref (series);
  widget_testing_close (window);
  gbox_series_append (series, 1, 1); /* outlives its chart */
  g_object_unref (series);
}

int
main (int argc, char **argv)
{
  widget_testing_init (&argc, &argv);
  g_test_add_func ("/chart/series/keeps-points", test_series_keeps_points);
  g_test_add_func ("/chart/series/finds-nearest", test_series_finds_nearest);
  g_test_add_func ("/chart/series/tells-of-changes", test_series_tells_of_changes);
  g_test_add_func ("/chart/axis/is-round", test_axis_is_round);
  g_test_add_func ("/chart/axis/of-steps", test_axis_of_steps);
  g_test_add_func ("/chart/axis/numbers-as-text", test_numbers_as_text);
  g_test_add_func ("/chart/columns/keep-extremes", test_columns_keep_extremes);
  g_test_add_func ("/chart/columns/break-at-gaps", test_columns_break_at_gaps);
  g_test_add_func ("/chart/draws-curves", test_draws_curves);
  g_test_add_func ("/chart/removes-series", test_removes_series);
  g_test_add_func ("/chart/draws-reference-line", test_draws_reference_line);
  g_test_add_func ("/chart/reads-out-under-pointer", test_reads_out_under_pointer);
  g_test_add_func ("/chart/redraws-on-change-only", test_redraws_on_change_only);
  g_test_add_func ("/chart/survives-odd-content", test_survives_odd_content);
  return g_test_run ();
}
