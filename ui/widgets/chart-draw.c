/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a chart's content; knows nothing of properties, signals and events. */
#include "widgets/chart-draw.h"

#include <adwaita.h>
#include <math.h>

#include "widgets/axis.h"
#include "widgets/chart.h"
#include "widgets/palette.h"

#define LABEL_GAP     8    /* between the tick labels and the plot */
#define TICK_GAP      3    /* between the plot and the labels below it */
#define HEADER_GAP    12   /* between the legend and the plot */
#define SWATCH        16   /* length of a legend's line */
#define SMALL_SCALE   0.82 /* of the font of captions, as Adwaita's */
#define MARKER_RADIUS 4.5
#define BAND_ALPHA    0.18

typedef struct
{
  GtkWidget *widget;
  const GboxChartContent *content;
  cairo_t *cr;
  graphene_rect_t plot;
  GboxAxis x;
  GboxAxis y;
  GdkRGBA text;
  double dim;   /* alpha of secondary text */
  double faint; /* alpha of grid lines */
  gboolean dark;
} Canvas;

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
set_text_colour (const Canvas *canvas, double alpha)
{
  cairo_set_source_rgba (canvas->cr, canvas->text.red, canvas->text.green, canvas->text.blue,
                         canvas->text.alpha * alpha);
}

/* @align: 0 puts the text's left edge at @x, 0.5 its middle, 1 its right edge; @y is its upper edge. */
static void
draw_text (const Canvas *canvas, PangoLayout *layout, double x, double y, double align, double alpha)
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
  g_autoptr (PangoLayout) layout = create_layout (widget, "0,000", SMALL_SCALE, FALSE);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width + LABEL_GAP;
}

void
gbox_chart_draw_get_plot (GtkWidget *widget, const GboxChartContent *content, graphene_rect_t *plot)
{
  int start = gbox_chart_draw_get_plot_start (widget);
  int top = get_line_height (widget, 1, TRUE) + HEADER_GAP;
  int bottom = get_line_height (widget, SMALL_SCALE, FALSE) + TICK_GAP;

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

static double
get_pixel_x (const Canvas *canvas, double x)
{
  return canvas->plot.origin.x + canvas->plot.size.width * x / canvas->content->x_max;
}

static double
get_pixel_y (const Canvas *canvas, double y)
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

static void
widen (GboxSeries *series, double *min, double *max)
{
  double low, high;

  if (series == NULL || !gbox_series_get_range (series, &low, &high))
    return;
  *min = fmin (*min, low);
  *max = fmax (*max, high);
}

static gboolean
fit_axes (Canvas *canvas)
{
  const GboxChartContent *content = canvas->content;
  double min = INFINITY, max = -INFINITY;
  gboolean filled;

  for (guint i = 0; i < content->curves->len; i++)
    widen (((GboxCurve *) content->curves->pdata[i])->series, &min, &max);
  widen (content->band_low, &min, &max);
  widen (content->band_high, &min, &max);
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
  gbox_axis_fit_steps (&canvas->x, content->x_max, CLAMP ((int) canvas->plot.size.width / 70 + 1, 2, 6));
  return filled;
}

static void
draw_grid (const Canvas *canvas)
{
  double left = canvas->plot.origin.x, width = canvas->plot.size.width;

  cairo_set_line_width (canvas->cr, 1);
  for (int i = 0; i < gbox_axis_get_n_ticks (&canvas->y); i++)
    {
      double value = gbox_axis_get_tick (&canvas->y, i);
      double y = get_crisp (get_pixel_y (canvas, value));
      g_autofree char *text = gbox_axis_format_tick (&canvas->y, value);
      g_autoptr (PangoLayout) layout = create_layout (canvas->widget, text, SMALL_SCALE, FALSE);
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
draw_x_labels (const Canvas *canvas)
{
  int n = gbox_axis_get_n_ticks (&canvas->x);
  double top = canvas->plot.origin.y + canvas->plot.size.height + TICK_GAP;
  double free_from = -INFINITY;

  for (int i = 0; i < n; i++)
    {
      double value = gbox_axis_get_tick (&canvas->x, i);
      double x = get_pixel_x (canvas, value);
      double align = i == 0 ? 0 : x > canvas->plot.origin.x + canvas->plot.size.width - 1 ? 1 : 0.5;
      g_autofree char *number = gbox_axis_format_tick (&canvas->x, value);
      g_autofree char *text = i == 0 && canvas->content->x_label != NULL
                                ? g_strdup_printf ("%s %s", canvas->content->x_label, number)
                                : g_strdup (number);
      g_autoptr (PangoLayout) layout = create_layout (canvas->widget, text, SMALL_SCALE, FALSE);
      int width;

      pango_layout_get_pixel_size (layout, &width, NULL);
      if (x - align * width < free_from)
        continue;
      free_from = x + (1 - align) * width + LABEL_GAP;
      draw_text (canvas, layout, x, top, align, canvas->dim);
    }
}

static gboolean
is_near_grid_line (const Canvas *canvas, double top, double height)
{
  for (int i = 0; i < gbox_axis_get_n_ticks (&canvas->y); i++)
    {
      double y = get_pixel_y (canvas, gbox_axis_get_tick (&canvas->y, i));

      if (y > top && y < top + height)
        return TRUE;
    }
  return FALSE;
}

static void
draw_reference_line (const Canvas *canvas)
{
  const double dashes[] = { 5, 3 };
  double right = canvas->plot.origin.x + canvas->plot.size.width;
  double bottom = canvas->plot.origin.y + canvas->plot.size.height;
  double y = get_crisp (get_pixel_y (canvas, canvas->content->reference));
  double above, below;
  g_autofree char *value = gbox_axis_format_constant (canvas->content->reference);
  g_autofree char *text
    = g_strdup_printf ("%s %s",
                       canvas->content->reference_label != NULL ? canvas->content->reference_label : "",
                       value);
  g_autoptr (PangoLayout) layout = create_layout (canvas->widget, g_strstrip (text), SMALL_SCALE, TRUE);
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

static void
draw_curve (const Canvas *canvas, GboxCurve *curve)
{
  g_autoptr (GArray) trace = g_array_new (FALSE, FALSE, sizeof (GboxTracePoint));
  int columns = (int) canvas->plot.size.width * gtk_widget_get_scale_factor (canvas->widget);
  double bottom = canvas->plot.origin.y + canvas->plot.size.height;
  GdkRGBA colour;

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
  gbox_palette_lookup (gbox_series_get_role (curve->series), canvas->dark, &colour);
  gdk_cairo_set_source_rgba (canvas->cr, &colour);
  cairo_set_line_width (canvas->cr, 2);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (canvas->cr);
}

static void
draw_band (const Canvas *canvas)
{
  GboxSeries *low = canvas->content->band_low, *high = canvas->content->band_high;
  GdkRGBA colour;
  gsize n;

  if (low == NULL)
    return;
  n = MIN (gbox_series_get_length (low), gbox_series_get_length (high));
  for (gsize i = 0; i < n; i++)
    cairo_line_to (canvas->cr, get_pixel_x (canvas, gbox_series_get_x (high)[i]),
                   get_pixel_y (canvas, gbox_series_get_y (high)[i]));
  for (gsize i = n; i-- > 0;)
    cairo_line_to (canvas->cr, get_pixel_x (canvas, gbox_series_get_x (low)[i]),
                   get_pixel_y (canvas, gbox_series_get_y (low)[i]));
  gbox_palette_lookup (gbox_series_get_role (low), canvas->dark, &colour);
  cairo_set_source_rgba (canvas->cr, colour.red, colour.green, colour.blue, BAND_ALPHA);
  cairo_fill (canvas->cr);
}

/* On the left of its line where there is no room on the right. */
static void
draw_mark (const Canvas *canvas, const GboxChartMark *mark)
{
  const double dashes[] = { 1, 3 };
  const double x = get_crisp (get_pixel_x (canvas, mark->x));
  const double bottom = canvas->plot.origin.y + canvas->plot.size.height;
  g_autoptr (PangoLayout) layout = create_layout (canvas->widget, mark->text, SMALL_SCALE, FALSE);
  int width, height;

  if (mark->x > canvas->content->x_max)
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

static void
draw_marker (const Canvas *canvas, GboxCurve *curve, double x, double y)
{
  GdkRGBA colour;

  if (y < canvas->y.low)
    return;
  gbox_palette_lookup (gbox_series_get_role (curve->series), canvas->dark, &colour);
  gdk_cairo_set_source_rgba (canvas->cr, &colour);
  cairo_new_sub_path (canvas->cr);
  cairo_arc (canvas->cr, get_pixel_x (canvas, x), get_pixel_y (canvas, y), MARKER_RADIUS, 0, 2 * G_PI);
  cairo_fill (canvas->cr);
}

static void
draw_cursor (const Canvas *canvas, double x, double alpha)
{
  cairo_set_line_width (canvas->cr, 1);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_BUTT);
  set_text_colour (canvas, alpha);
  cairo_move_to (canvas->cr, get_crisp (get_pixel_x (canvas, x)), canvas->plot.origin.y);
  cairo_rel_line_to (canvas->cr, 0, canvas->plot.size.height);
  cairo_stroke (canvas->cr);
}

static void
draw_newest (const Canvas *canvas)
{
  GPtrArray *curves = canvas->content->curves;
  double newest = -INFINITY, x, y;

  for (guint i = 0; i < curves->len; i++)
    if (gbox_series_get_last (((GboxCurve *) curves->pdata[i])->series, &x, &y)
        && x <= canvas->content->x_max)
      newest = fmax (newest, x);
  if (!isfinite (newest))
    return;
  draw_cursor (canvas, newest, canvas->dim * 0.6);
  for (guint i = 0; i < curves->len; i++)
    if (gbox_series_get_last (((GboxCurve *) curves->pdata[i])->series, &x, &y)
        && x <= canvas->content->x_max)
      draw_marker (canvas, curves->pdata[i], x, y);
}

/* From the right: value and name of the last series, its line, the one before it, and so on. Returns the left
 * end. */
static double
draw_legend (const Canvas *canvas, double right)
{
  GPtrArray *curves = canvas->content->curves;
  int title_height = get_line_height (canvas->widget, 1, TRUE);
  int middle = title_height / 2;

  for (guint i = curves->len; i-- > 0;)
    {
      GboxCurve *curve = curves->pdata[i];
      g_autofree char *text = gbox_chart_describe_curve (curve);
      g_autoptr (PangoLayout) layout = create_layout (canvas->widget, text, SMALL_SCALE * 1.06, FALSE);
      GdkRGBA colour;
      int width, height;

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
draw_header (const Canvas *canvas)
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
draw_empty_text (const Canvas *canvas)
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

/* What the read-out is about. */
static double
get_wanted (const Canvas *canvas)
{
  return isnan (canvas->content->hover_x) ? canvas->content->cursor_x : canvas->content->hover_x;
}

/* The x of the point nearest to what is wanted, whichever series has it. */
static gboolean
find_hovered (const Canvas *canvas, double *x)
{
  double wanted = get_wanted (canvas), distance = INFINITY;

  *x = NAN;
  for (guint i = 0; i < canvas->content->curves->len; i++)
    {
      GboxSeries *series = ((GboxCurve *) canvas->content->curves->pdata[i])->series;
      gsize index;

      if (gbox_series_find_nearest (series, wanted, &index)
          && fabs (gbox_series_get_x (series)[index] - wanted) < distance)
        {
          *x = gbox_series_get_x (series)[index];
          distance = fabs (*x - wanted);
        }
    }
  return isfinite (distance) && *x <= canvas->content->x_max;
}

/* The lines of the read-out as markup; marks the points they speak of. */
static char *
mark_hovered (const Canvas *canvas, double x)
{
  GString *markup = g_string_new (NULL);
  g_autofree char *step = gbox_axis_format_tick (&(GboxAxis){ 0, 1, 1 }, x);
  g_autofree char *label
    = g_markup_escape_text (canvas->content->x_label != NULL ? canvas->content->x_label : "x", -1);

  g_string_append_printf (markup, "%s %s", label, step);
  for (guint i = 0; i < canvas->content->curves->len; i++)
    {
      GboxCurve *curve = canvas->content->curves->pdata[i];
      g_autofree char *name = g_markup_escape_text (gbox_series_get_name (curve->series), -1);
      g_autofree char *value = NULL;
      GdkRGBA colour;
      gsize index;
      double y;

      if (!gbox_series_find_nearest (curve->series, x, &index)
          || gbox_series_get_x (curve->series)[index] != x)
        continue;
      y = gbox_series_get_y (curve->series)[index];
      value = gbox_axis_format_value (y);
      gbox_palette_lookup (gbox_series_get_role (curve->series), TRUE, &colour);
      g_string_append_printf (markup, "\n<span foreground=\"#%02x%02x%02x\">●</span> %s <b>%s</b>",
                              (guint) (255 * colour.red), (guint) (255 * colour.green),
                              (guint) (255 * colour.blue), name, value);
      if (!isnan (y))
        draw_marker (canvas, curve, x, y);
    }
  return g_string_free (markup, FALSE);
}

static void
draw_readout (const Canvas *canvas)
{
  const double padding = 7, radius = 6, distance = 10;
  g_autofree char *markup = NULL;
  g_autoptr (PangoLayout) layout = NULL;
  PangoAttrList *attributes;
  cairo_t *cr = canvas->cr;
  double x, left, top, width, height;
  int text_width, text_height;

  if (isnan (get_wanted (canvas)) || !find_hovered (canvas, &x))
    return;
  draw_cursor (canvas, x, canvas->dim * 0.4);
  markup = mark_hovered (canvas, x);
  layout = gtk_widget_create_pango_layout (canvas->widget, NULL);
  pango_layout_set_markup (layout, markup, -1);
  attributes = pango_layout_get_attributes (layout);
  pango_attr_list_insert (attributes, pango_attr_scale_new (SMALL_SCALE));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  width = text_width + 2 * padding;
  height = text_height + 2 * padding;
  left = round (get_pixel_x (canvas, x) + distance);
  if (left + width > canvas->plot.origin.x + canvas->plot.size.width)
    left = round (get_pixel_x (canvas, x) - distance - width);
  top = canvas->plot.origin.y + 2;
  cairo_new_sub_path (cr);
  cairo_arc (cr, left + width - radius, top + radius, radius, -G_PI / 2, 0);
  cairo_arc (cr, left + width - radius, top + height - radius, radius, 0, G_PI / 2);
  cairo_arc (cr, left + radius, top + height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (cr, left + radius, top + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.8);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_move_to (cr, left + padding, top + padding);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_plot (const Canvas *canvas)
{
  const double overhang = MARKER_RADIUS + 1;

  draw_x_labels (canvas);
  draw_grid (canvas);
  if (!isnan (canvas->content->reference))
    draw_reference_line (canvas);
  cairo_save (canvas->cr);
  cairo_rectangle (canvas->cr, canvas->plot.origin.x - overhang, canvas->plot.origin.y - overhang,
                   canvas->plot.size.width + 2 * overhang, canvas->plot.size.height + 2 * overhang);
  cairo_clip (canvas->cr);
  draw_band (canvas);
  for (guint i = 0; i < canvas->content->curves->len; i++)
    draw_curve (canvas, canvas->content->curves->pdata[i]);
  cairo_restore (canvas->cr);
  for (guint i = 0; i < canvas->content->marks->len; i++)
    draw_mark (canvas, &g_array_index (canvas->content->marks, GboxChartMark, i));
  draw_newest (canvas);
  draw_readout (canvas);
}

void
gbox_chart_draw (GtkWidget *widget, const GboxChartContent *content, cairo_t *cr)
{
  gboolean high_contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  Canvas canvas = { .widget = widget, .content = content, .cr = cr };

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
