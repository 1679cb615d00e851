/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a chart's content; knows nothing of properties, signals and events. */
#include "widgets/chart-draw.h"

#include <adwaita.h>
#include <math.h>

#include "widgets/axis.h"
#include "widgets/chart-canvas.h"
#include "widgets/chart.h"
#include "widgets/palette.h"

#define LABEL_GAP     8  /* between the tick labels and the plot */
#define TICK_GAP      3  /* between the plot and the labels below it */
#define HEADER_GAP    12 /* between the legend and the plot */
#define SWATCH        16 /* length of a legend's line */
#define MARKER_RADIUS 4.5
#define PALE_ALPHA    0.45

static PangoLayout *
create_layout (GtkWidget *widget, const char *text, double scale, gboolean bold)
{
  PangoLayout *layout;
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  /* Glyphs on whole pixels run words together at small sizes. */
  pango_context_set_round_glyph_positions (gtk_widget_get_pango_context (widget), FALSE);
  layout = gtk_widget_create_pango_layout (widget, text);
  pango_attr_list_insert (attributes, pango_attr_scale_new (scale));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  if (bold)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attributes);
  return layout;
}

static void
set_text_colour (const GboxChartCanvas *canvas, double alpha)
{
  cairo_set_source_rgba (canvas->cr, canvas->text.red, canvas->text.green, canvas->text.blue,
                         canvas->text.alpha * alpha);
}

/* @align: 0 puts the text's left edge at @x, 0.5 its middle, 1 its right edge; @y is its upper edge. */
static void
draw_text (const GboxChartCanvas *canvas, PangoLayout *layout, double x, double y, double align, double alpha)
{
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  set_text_colour (canvas, alpha);
  cairo_move_to (canvas->cr, round (x - align * width), round (y));
  pango_cairo_show_layout (canvas->cr, layout);
}

static int
get_line_height (GtkWidget *widget, double scale, gboolean bold)
{
  g_autoptr (PangoLayout) layout = create_layout (widget, "0", scale, bold);
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

int
gbox_chart_draw_get_plot_start (GtkWidget *widget)
{
  g_autoptr (PangoLayout) layout = create_layout (widget, "0,000", GBOX_CHART_SMALL_SCALE, FALSE);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width + LABEL_GAP;
}

void
gbox_chart_draw_get_plot (GtkWidget *widget, const GboxChartContent *content, graphene_rect_t *plot)
{
  int start = gbox_chart_draw_get_plot_start (widget);
  int top = get_line_height (widget, 1, TRUE) + HEADER_GAP;
  int bottom = get_line_height (widget, GBOX_CHART_SMALL_SCALE, FALSE) + TICK_GAP;

  graphene_rect_init (plot, start, top, MAX (gtk_widget_get_width (widget) - start - GBOX_CHART_PLOT_END, 1),
                      MAX (gtk_widget_get_height (widget) - top - bottom, 1));
}

char *
gbox_chart_describe_curve (const GboxCurve *curve)
{
  g_autofree char *value = NULL;
  const char *name = gbox_series_get_name (curve->series);
  double x, y;

  if (!gbox_series_get_last (curve->series, &x, &y))
    return g_strdup (name);
  value = gbox_axis_format_value (y);
  return g_strdup_printf ("%s %s", name, value);
}

double
gbox_chart_canvas_get_pixel_x (const GboxChartCanvas *canvas, double x)
{
  double low, high;

  gbox_chart_content_get_view (canvas->content, &low, &high);
  return canvas->plot.origin.x + canvas->plot.size.width * (x - low) / (high - low);
}

double
gbox_chart_canvas_get_pixel_y (const GboxChartCanvas *canvas, double y)
{
  double share = (y - canvas->y.low) / (canvas->y.high - canvas->y.low);

  return canvas->plot.origin.y + canvas->plot.size.height * (1 - share);
}

/* Lines of one pixel are crisp half way between two pixel edges. */
static double
get_crisp (double position)
{
  return floor (position) + 0.5;
}

gboolean
gbox_chart_content_get_view (const GboxChartContent *content, double *low, double *high)
{
  const gboolean is_part = content->view_high > content->view_low;

  *low = is_part ? content->view_low : 0;
  *high = is_part ? content->view_high : content->x_max;
  return is_part;
}

/* Indices of the points to be drawn, one beyond each end of the view included. */
static gboolean
find_visible (const GboxChartCanvas *canvas, GboxSeries *series, gsize *first, gsize *end)
{
  const double *x = gbox_series_get_x (series);
  const gsize n = gbox_series_get_length (series);
  double low, high;

  gbox_chart_content_get_view (canvas->content, &low, &high);
  if (!gbox_series_find_nearest (series, low, first) || !gbox_series_find_nearest (series, high, end))
    return FALSE;
  if (*first > 0 && x[*first] > low)
    --*first;
  *end += 1;
  if (*end < n && x[*end - 1] < high)
    ++*end;
  return TRUE;
}

static void
widen (const GboxChartCanvas *canvas, GboxSeries *series, double *min, double *max)
{
  double low, high;
  gsize first, end;

  if (!gbox_series_get_range (series, &low, &high))
    return;
  if (!gbox_chart_content_get_view (canvas->content, &(double){ 0 }, &(double){ 0 }))
    {
      *min = fmin (*min, low);
      *max = fmax (*max, high);
      return;
    }
  if (!find_visible (canvas, series, &first, &end))
    return;
  for (gsize i = first; i < end; i++)
    {
      *min = fmin (*min, gbox_series_get_y (series)[i]);
      *max = fmax (*max, gbox_series_get_y (series)[i]);
    }
}

/* Ticks at whole steps, of whichever part is seen. */
static void
fit_x_axis (GboxChartCanvas *canvas)
{
  const int most = CLAMP ((int) canvas->plot.size.width / 70 + 1, 2, 6);
  double low, high;

  if (!gbox_chart_content_get_view (canvas->content, &low, &high))
    {
      gbox_axis_fit_steps (&canvas->x, canvas->content->x_max, most);
      return;
    }
  gbox_axis_fit_values (&canvas->x, 0, high - low, most);
  canvas->x = (GboxAxis){ .low = low, .high = high, .step = fmax (canvas->x.step, 1) };
}

static gboolean
fit_axes (GboxChartCanvas *canvas)
{
  const GboxChartContent *content = canvas->content;
  double min = INFINITY, max = -INFINITY;
  gboolean filled;

  for (guint i = 0; i < content->curves->len; i++)
    widen (canvas, ((GboxCurve *) content->curves->pdata[i])->series, &min, &max);
  for (guint i = 0; i < content->bands->len; i++)
    {
      widen (canvas, g_array_index (content->bands, GboxChartBand, i).low, &min, &max);
      widen (canvas, g_array_index (content->bands, GboxChartBand, i).high, &min, &max);
    }
  filled = min <= max;
  if (filled)
    {
      min = fmax (min, content->floor);
      max = fmax (max, min);
    }
  if (!isnan (content->reference))
    {
      min = fmin (min, content->reference);
      max = fmax (max, content->reference);
    }
  if (min > max)
    min = 0, max = 1;
  gbox_axis_fit_values (&canvas->y, min, max, CLAMP ((int) canvas->plot.size.height / 36 + 1, 2, 6));
  fit_x_axis (canvas);
  return filled;
}

static void
draw_grid (const GboxChartCanvas *canvas)
{
  double left = canvas->plot.origin.x, width = canvas->plot.size.width;

  cairo_set_line_width (canvas->cr, 1);
  for (int i = 0; i < gbox_axis_get_n_ticks (&canvas->y); i++)
    {
      double value = gbox_axis_get_tick (&canvas->y, i);
      double y = get_crisp (gbox_chart_canvas_get_pixel_y (canvas, value));
      g_autofree char *text = gbox_axis_format_tick (&canvas->y, value);
      g_autoptr (PangoLayout) layout = create_layout (canvas->widget, text, GBOX_CHART_SMALL_SCALE, FALSE);
      int height;

      pango_layout_get_pixel_size (layout, NULL, &height);
      set_text_colour (canvas, value == canvas->y.low ? 3 * canvas->faint : canvas->faint);
      cairo_move_to (canvas->cr, left, y);
      cairo_rel_line_to (canvas->cr, width, 0);
      cairo_stroke (canvas->cr);
      draw_text (canvas, layout, left - LABEL_GAP, y - height / 2.0, 1, canvas->dim);
    }
}

static void
draw_x_labels (const GboxChartCanvas *canvas)
{
  int n = gbox_axis_get_n_ticks (&canvas->x);
  double top = canvas->plot.origin.y + canvas->plot.size.height + TICK_GAP;
  double free_from = -INFINITY;

  for (int i = 0; i < n; i++)
    {
      double value = gbox_axis_get_tick (&canvas->x, i);
      double x = gbox_chart_canvas_get_pixel_x (canvas, value);
      double align = i == 0 ? 0 : x > canvas->plot.origin.x + canvas->plot.size.width - 1 ? 1 : 0.5;
      g_autofree char *number = gbox_axis_format_tick (&canvas->x, value);
      g_autofree char *text = i == 0 && canvas->content->x_label != NULL
                                ? g_strdup_printf ("%s %s", canvas->content->x_label, number)
                                : g_strdup (number);
      g_autoptr (PangoLayout) layout = create_layout (canvas->widget, text, GBOX_CHART_SMALL_SCALE, FALSE);
      int width;

      pango_layout_get_pixel_size (layout, &width, NULL);
      if (x - align * width < free_from)
        continue;
      free_from = x + (1 - align) * width + LABEL_GAP;
      draw_text (canvas, layout, x, top, align, canvas->dim);
    }
}

static gboolean
is_near_grid_line (const GboxChartCanvas *canvas, double top, double height)
{
  for (int i = 0; i < gbox_axis_get_n_ticks (&canvas->y); i++)
    {
      double y = gbox_chart_canvas_get_pixel_y (canvas, gbox_axis_get_tick (&canvas->y, i));

      if (y > top && y < top + height)
        return TRUE;
    }
  return FALSE;
}

static void
draw_reference_line (const GboxChartCanvas *canvas)
{
  const double dashes[] = { 5, 3 };
  double right = canvas->plot.origin.x + canvas->plot.size.width;
  double bottom = canvas->plot.origin.y + canvas->plot.size.height;
  double y = get_crisp (gbox_chart_canvas_get_pixel_y (canvas, canvas->content->reference));
  double above, below;
  g_autofree char *value = gbox_axis_format_constant (canvas->content->reference);
  g_autofree char *text
    = g_strdup_printf ("%s %s",
                       canvas->content->reference_label != NULL ? canvas->content->reference_label : "",
                       value);
  g_autoptr (PangoLayout) layout
    = create_layout (canvas->widget, g_strstrip (text), GBOX_CHART_SMALL_SCALE, TRUE);
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  cairo_save (canvas->cr);
  cairo_set_dash (canvas->cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_set_line_width (canvas->cr, 1.5);
  set_text_colour (canvas, canvas->dim * 0.8);
  cairo_move_to (canvas->cr, canvas->plot.origin.x, y);
  cairo_line_to (canvas->cr, right, y);
  cairo_stroke (canvas->cr);
  cairo_restore (canvas->cr);

  above = y - height - 2;
  below = y + 3;
  if (above < canvas->plot.origin.y || (is_near_grid_line (canvas, above, height) && below + height < bottom))
    draw_text (canvas, layout, right, below, 1, canvas->dim);
  else
    draw_text (canvas, layout, right, above, 1, canvas->dim);
}

/* All of its points, a pixel column at a time. */
static void
trace_whole (const GboxChartCanvas *canvas, GboxCurve *curve)
{
  g_autoptr (GArray) trace = g_array_new (FALSE, FALSE, sizeof (GboxTracePoint));
  int columns = (int) canvas->plot.size.width * gtk_widget_get_scale_factor (canvas->widget);
  double bottom = canvas->plot.origin.y + canvas->plot.size.height;

  gbox_series_columns_update (curve->columns, canvas->content->x_max, columns);
  gbox_series_columns_trace (curve->columns, canvas->y.low, canvas->y.high, trace);
  for (guint i = 0; i < trace->len; i++)
    {
      const GboxTracePoint *point = &g_array_index (trace, GboxTracePoint, i);
      double x = canvas->plot.origin.x + canvas->plot.size.width * point->x;
      double y = bottom - canvas->plot.size.height * point->y;

      if (point->starts)
        cairo_move_to (canvas->cr, x, y); /* the line to itself makes a lone point a dot */
      cairo_line_to (canvas->cr, x, y);
    }
}

/* The points in view and one beyond each end, which the plot cuts off. */
static void
trace_view (const GboxChartCanvas *canvas, GboxSeries *series)
{
  const double *x = gbox_series_get_x (series), *y = gbox_series_get_y (series);
  gboolean starts = TRUE;
  gsize first, end;

  if (!find_visible (canvas, series, &first, &end))
    return;
  for (gsize i = first; i < end; i++)
    {
      if (!isnan (y[i]) && starts)
        cairo_move_to (canvas->cr, gbox_chart_canvas_get_pixel_x (canvas, x[i]),
                       gbox_chart_canvas_get_pixel_y (canvas, y[i]));
      if (!isnan (y[i]))
        cairo_line_to (canvas->cr, gbox_chart_canvas_get_pixel_x (canvas, x[i]),
                       gbox_chart_canvas_get_pixel_y (canvas, y[i]));
      starts = isnan (y[i]);
    }
}

static void
draw_curve (const GboxChartCanvas *canvas, GboxCurve *curve)
{
  GdkRGBA colour;

  if (gbox_chart_content_get_view (canvas->content, &(double){ 0 }, &(double){ 0 }))
    trace_view (canvas, curve->series);
  else
    trace_whole (canvas, curve);
  gbox_palette_lookup (gbox_series_get_role (curve->series), canvas->dark, &colour);
  colour.alpha = curve->is_pale ? PALE_ALPHA : 1;
  gdk_cairo_set_source_rgba (canvas->cr, &colour);
  cairo_set_line_width (canvas->cr, curve->is_pale ? 1.5 : 2);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (canvas->cr);
}

/* On the left of its line where there is no room on the right. */
static void
draw_mark (const GboxChartCanvas *canvas, const GboxChartMark *mark)
{
  const double dashes[] = { 1, 3 };
  const double x = get_crisp (gbox_chart_canvas_get_pixel_x (canvas, mark->x));
  const double bottom = canvas->plot.origin.y + canvas->plot.size.height;
  g_autoptr (PangoLayout) layout = create_layout (canvas->widget, mark->text, GBOX_CHART_SMALL_SCALE, FALSE);
  double low, high;
  int width, height;

  gbox_chart_content_get_view (canvas->content, &low, &high);
  if (mark->x < low || mark->x > high)
    return;
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_save (canvas->cr);
  cairo_set_dash (canvas->cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_set_line_width (canvas->cr, 1);
  set_text_colour (canvas, canvas->dim);
  cairo_move_to (canvas->cr, x, canvas->plot.origin.y);
  cairo_line_to (canvas->cr, x, bottom);
  cairo_stroke (canvas->cr);
  cairo_restore (canvas->cr);
  if (x + 3 + width < canvas->plot.origin.x + canvas->plot.size.width)
    draw_text (canvas, layout, x + 3, bottom - height - 2, 0, canvas->dim);
  else
    draw_text (canvas, layout, x - 3, bottom - height - 2, 1, canvas->dim);
}

void
gbox_chart_canvas_draw_marker (const GboxChartCanvas *canvas, GboxCurve *curve, double x, double y)
{
  GdkRGBA colour;

  if (y < canvas->y.low)
    return;
  gbox_palette_lookup (gbox_series_get_role (curve->series), canvas->dark, &colour);
  gdk_cairo_set_source_rgba (canvas->cr, &colour);
  cairo_new_sub_path (canvas->cr);
  cairo_arc (canvas->cr, gbox_chart_canvas_get_pixel_x (canvas, x), gbox_chart_canvas_get_pixel_y (canvas, y),
             MARKER_RADIUS, 0, 2 * G_PI);
  cairo_fill (canvas->cr);
}

void
gbox_chart_canvas_draw_cursor (const GboxChartCanvas *canvas, double x, double alpha)
{
  cairo_set_line_width (canvas->cr, 1);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_BUTT);
  set_text_colour (canvas, alpha);
  cairo_move_to (canvas->cr, get_crisp (gbox_chart_canvas_get_pixel_x (canvas, x)), canvas->plot.origin.y);
  cairo_rel_line_to (canvas->cr, 0, canvas->plot.size.height);
  cairo_stroke (canvas->cr);
}

/* Of what grows; earlier curves have no newest point. */
static gboolean
is_newest_in_view (const GboxCurve *curve, double low, double high, double *x, double *y)
{
  return !curve->is_pale && gbox_series_get_last (curve->series, x, y) && *x >= low && *x <= high;
}

static void
draw_newest (const GboxChartCanvas *canvas)
{
  GPtrArray *curves = canvas->content->curves;
  double newest = -INFINITY, low, high, x, y;

  gbox_chart_content_get_view (canvas->content, &low, &high);
  for (guint i = 0; i < curves->len; i++)
    if (is_newest_in_view (curves->pdata[i], low, high, &x, &y))
      newest = fmax (newest, x);
  if (!isfinite (newest))
    return;
  gbox_chart_canvas_draw_cursor (canvas, newest, canvas->dim * 0.6);
  for (guint i = 0; i < curves->len; i++)
    if (is_newest_in_view (curves->pdata[i], low, high, &x, &y))
      gbox_chart_canvas_draw_marker (canvas, curves->pdata[i], x, y);
}

/* The name, and in bold the value, which would else be read as a part of names that end with a number. */
static PangoLayout *
create_legend_layout (GtkWidget *widget, const GboxCurve *curve)
{
  g_autofree char *text = gbox_chart_describe_curve (curve);
  const gsize name_length = strlen (gbox_series_get_name (curve->series));
  PangoLayout *layout = create_layout (widget, text, GBOX_CHART_SMALL_SCALE * 1.06, FALSE);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_copy (pango_layout_get_attributes (layout));
  PangoAttribute *bold = pango_attr_weight_new (PANGO_WEIGHT_BOLD);

  bold->start_index = (guint) name_length;
  pango_attr_list_insert (attributes, bold);
  pango_layout_set_attributes (layout, attributes);
  return layout;
}

/* From the right: value and name of the last series, its line, the one before it, and so on. Returns the left
 * end. */
static double
draw_legend (const GboxChartCanvas *canvas, double right)
{
  GPtrArray *curves = canvas->content->curves;
  int title_height = get_line_height (canvas->widget, 1, TRUE);
  int middle = title_height / 2;

  for (guint i = curves->len; i-- > 0;)
    {
      GboxCurve *curve = curves->pdata[i];
      g_autoptr (PangoLayout) layout = create_legend_layout (canvas->widget, curve);
      GdkRGBA colour;
      int width, height;

      if (curve->is_pale)
        continue;
      pango_layout_get_pixel_size (layout, &width, &height);
      draw_text (canvas, layout, right, (title_height - height) / 2.0, 1, 1);
      right -= width + 7;
      gbox_palette_lookup (gbox_series_get_role (curve->series), canvas->dark, &colour);
      gdk_cairo_set_source_rgba (canvas->cr, &colour);
      cairo_set_line_width (canvas->cr, 2.5);
      cairo_move_to (canvas->cr, right - SWATCH, middle);
      cairo_line_to (canvas->cr, right, middle);
      cairo_stroke (canvas->cr);
      right -= SWATCH + 14;
    }
  return right;
}

static void
draw_header (const GboxChartCanvas *canvas)
{
  double end = draw_legend (canvas, canvas->plot.origin.x + canvas->plot.size.width);
  g_autoptr (PangoLayout) title = NULL;

  if (canvas->content->title == NULL || end < 1)
    return;
  title = create_layout (canvas->widget, canvas->content->title, 1, TRUE);
  pango_layout_set_ellipsize (title, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (title, (int) end * PANGO_SCALE);
  draw_text (canvas, title, 0, 0, 0, 1);
}

static void
draw_empty_text (const GboxChartCanvas *canvas)
{
  g_autoptr (PangoLayout) layout = NULL;
  int height;

  if (canvas->content->empty_text == NULL)
    return;
  layout = create_layout (canvas->widget, canvas->content->empty_text, 1, FALSE);
  pango_layout_get_pixel_size (layout, NULL, &height);
  draw_text (canvas, layout, canvas->plot.origin.x + canvas->plot.size.width / 2,
             canvas->plot.origin.y + (canvas->plot.size.height - height) / 2, 0.5, canvas->dim);
}

static void
draw_plot (const GboxChartCanvas *canvas)
{
  /* Nothing is cut off at the sides of the whole. */
  const double overhang
    = gbox_chart_content_get_view (canvas->content, &(double){ 0 }, &(double){ 0 }) ? 0 : MARKER_RADIUS + 1;

  draw_x_labels (canvas);
  draw_grid (canvas);
  if (!isnan (canvas->content->reference))
    draw_reference_line (canvas);
  cairo_save (canvas->cr);
  cairo_rectangle (canvas->cr, canvas->plot.origin.x - overhang, canvas->plot.origin.y - MARKER_RADIUS - 1,
                   canvas->plot.size.width + 2 * overhang,
                   canvas->plot.size.height + 2 * (MARKER_RADIUS + 1));
  cairo_clip (canvas->cr);
  gbox_chart_bands_draw (canvas);
  for (guint i = 0; i < canvas->content->curves->len; i++)
    draw_curve (canvas, canvas->content->curves->pdata[i]);
  cairo_restore (canvas->cr);
  for (guint i = 0; i < canvas->content->marks->len; i++)
    draw_mark (canvas, &g_array_index (canvas->content->marks, GboxChartMark, i));
  draw_newest (canvas);
  gbox_chart_readout_draw (canvas);
}

void
gbox_chart_draw (GtkWidget *widget, const GboxChartContent *content, cairo_t *cr)
{
  gboolean high_contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  GboxChartCanvas canvas = { .widget = widget, .content = content, .cr = cr };

  canvas.dim = high_contrast ? 1 : 0.75;
  canvas.faint = high_contrast ? 0.3 : 0.13;
  canvas.dark = gbox_palette_is_dark (widget);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &canvas.text);
  gbox_chart_draw_get_plot (widget, content, &canvas.plot);
  draw_header (&canvas);
  if (fit_axes (&canvas))
    draw_plot (&canvas);
  else
    {
      draw_x_labels (&canvas);
      draw_empty_text (&canvas);
    }
}
