/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a chart says of the point under the pointer. */
#include <math.h>

#include "widgets/axis.h"
#include "widgets/chart-canvas.h"
#include "widgets/palette.h"

/* What the read-out is about. */
static double
get_wanted (const GboxChartCanvas *canvas)
{
  return isnan (canvas->content->hover_x) ? canvas->content->cursor_x : canvas->content->hover_x;
}

/* The x of the point nearest to what is wanted, whichever series has it. */
static gboolean
find_hovered (const GboxChartCanvas *canvas, double *x)
{
  double wanted = get_wanted (canvas), distance = INFINITY, low, high;

  *x = NAN;
  gbox_chart_content_get_view (canvas->content, &low, &high);
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
  return isfinite (distance) && *x >= low && *x <= high;
}

/* The lines of the read-out as markup; marks the points they speak of. */
static char *
mark_hovered (const GboxChartCanvas *canvas, double x)
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
        gbox_chart_canvas_draw_marker (canvas, curve, x, y);
    }
  return g_string_free (markup, FALSE);
}

void
gbox_chart_readout_draw (const GboxChartCanvas *canvas)
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
  gbox_chart_canvas_draw_cursor (canvas, x, canvas->dim * 0.4);
  markup = mark_hovered (canvas, x);
  layout = gtk_widget_create_pango_layout (canvas->widget, NULL);
  pango_layout_set_markup (layout, markup, -1);
  attributes = pango_layout_get_attributes (layout);
  pango_attr_list_insert (attributes, pango_attr_scale_new (GBOX_CHART_SMALL_SCALE));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  width = text_width + 2 * padding;
  height = text_height + 2 * padding;
  left = round (gbox_chart_canvas_get_pixel_x (canvas, x) + distance);
  if (left + width > canvas->plot.origin.x + canvas->plot.size.width)
    left = round (gbox_chart_canvas_get_pixel_x (canvas, x) - distance - width);
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
